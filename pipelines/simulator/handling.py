"""A week of handling: sessions, closings, breaches and reopenings, and what moves the hidden heat.

Every rate used here stands in `Parameters` and is used in the same order by `HazardModel`, which looks
ahead through the same chain; `tests/pipelines/simulator` holds the two together.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.simulator.arrivals import Arrivals
from pipelines.simulator.cases import Bools, Cases
from pipelines.simulator.clock import at_night, in_office, whole_days
from pipelines.simulator.dispute_steps import Steps
from pipelines.simulator.hazard import MAX_AGE_DAYS, REOPENED
from pipelines.simulator.parameters import (
    DAY,
    FAILED_MORE,
    FAILED_ONCE,
    FLAGS,
    MEDIATING,
    NEVER,
    SETTLED,
    UNSETTLED,
    WEEK,
    Parameters,
)
from pipelines.simulator.places import Places
from pipelines.simulator.random_keys import Dice, Floats, Keys, Stream
from pipelines.simulator.vocabulary import index_of


@dataclass(frozen=True)
class Handling:
    """Moves disputes through one week and writes down the steps taken.

    Attributes:
        family_relations: numbers of the relations at home.
        family_categories: numbers of the categories of marriage and family.
    """

    figures: Parameters
    places: Places
    arrivals: Arrivals
    dice: Dice
    family_relations: Keys
    family_categories: Keys

    def taken_in(self, new: Cases, steps: Steps) -> None:
        """The first two steps of every new dispute."""
        wait = self._u(Stream.EVENT_TIME, new, 0, part=1)
        steps.add("accepted", new, new.registered + (wait * 20).astype(np.int64))
        later = in_office(
            new.registered + 20,
            np.minimum(new.registered + 2 * DAY, new.closes - 10),
            wait,
        )
        steps.add("assigned", new, np.maximum(later, new.registered + 10))

    def attended(self, cases: Cases, mask: Bools, week: int, steps: Steps) -> Cases:
        """Early help this Monday for the chosen disputes; a second time it changes nothing more.

        Where there are signs of violence at home nobody is brought to a table with the other: the visit is one of support
        (boundary 12).
        """
        at = np.full(len(cases), week * WEEK + 9 * 60)
        unknown = (cases.relation == index_of("relation", "unknown")) & np.isin(
            cases.category, self.family_categories
        )
        signs = cases.flags[:, [FLAGS.index(name) for name in ("violence", "weapon", "threat", "fear")]].any(
            axis=1
        )
        at_home = (np.isin(cases.relation, self.family_relations) | unknown) & signs
        steps.add("expert_consultation", cases, at, mask, tier="county")
        steps.add("visit", cases, at + DAY, mask & at_home, tier="county")
        steps.add("mediation", cases, at + DAY, mask & ~at_home, tier="county", result="pending")
        first = mask & ~cases.attended
        return cases.with_columns(
            comfort=np.where(first, 1 - self.effect(cases), cases.comfort), attended=cases.attended | mask
        )

    def effect(self, cases: Cases) -> Floats:
        """The share of its hazard that an early mediation would take from each dispute, below 0 where it adds.

        A dispute's luck is its own: it does not depend on the week it is attended to.
        """
        city = self.arrivals.city
        figures = city.attending
        luck = self._u(Stream.ATTENDED, cases, 0)
        helps = figures.helps_mean + figures.helps_sd * self.dice.normal(
            Stream.ATTENDED, cases.number, part=1
        )
        works = np.array([figures.works[code] for code in city.categories])[cases.category]
        works = np.where(cases.is_open, works, works * figures.works_when_closed)
        worse = luck < figures.worse_share
        nothing = ~worse & (luck < figures.worse_share + figures.nothing_share)
        return np.where(worse, -figures.worse_by, np.where(nothing, 0.0, (helps * works).clip(0, 0.95)))

    def moved(self, cases: Cases, harmed: Bools, week: int, steps: Steps) -> Cases:
        """The state next Monday."""
        closing = cases.is_open & (cases.closes < (week + 1) * WEEK)
        phase = self._sessions(cases, closing, week, steps)
        phase, closed = self._closings(cases, phase, closing, week, steps)
        self._follow_ups(cases, week, steps)
        again = self._reopenings(cases, harmed, week, steps)
        opened = np.where(again, (week + 1) * WEEK, cases.opened)
        kind = np.where(again, cases.kind // 3 * 3 + REOPENED, cases.kind)
        next_closing = self.arrivals.closing_time(
            opened, kind, cases.number, np.zeros(len(cases), dtype=bool), week + 1
        )
        steps.add("reopened", cases, self._some_time(cases, week, part=9), again)
        return cases.with_columns(
            phase=np.where(again, FAILED_ONCE, phase),
            closed=np.where(again, NEVER, closed),
            opened=opened,
            kind=kind,
            closes=np.where(again, next_closing, cases.closes),
            heat=self._heat(cases, harmed, week),
        )

    def incidents(self, cases: Cases, heard: Floats, week: int, steps: Steps) -> None:
        """Threats and blows that somebody reports; fewer where less is `heard`."""
        f = self.figures
        since = np.maximum(cases.registered, week * WEEK)
        share = ((week + 1) * WEEK - since) / WEEK
        for part, (kind, rates) in enumerate(
            (("threat_reported", f.threat_reported), ("violence_reported", f.violence_reported))
        ):
            seen = self._u(Stream.INCIDENT, cases, week, part) < np.array(rates)[cases.heat] * heard * share
            u, clock = (
                self._u(Stream.EVENT_TIME, cases, week, 10 + part),
                self._u(Stream.HARM_CLOCK, cases, week, part),
            )
            steps.add(kind, cases, at_night(since, np.full_like(since, (week + 1) * WEEK), u, clock), seen)

    def _sessions(self, cases: Cases, closing: Bools, week: int, steps: Steps) -> Keys:
        """Mediations and visits of disputes that stay open; a failed one moves the phase on."""
        f = self.figures
        going = cases.is_open & ~closing
        open_phase = np.minimum(cases.phase, FAILED_MORE)
        busy = self.arrivals.model.sessions_held[
            np.minimum(whole_days(week * WEEK - cases.opened), MAX_AGE_DAYS)
        ]
        in_session = going & (self._u(Stream.SESSION, cases, week) < np.array(f.session)[open_phase] * busy)
        fails = self._u(Stream.SESSION_RESULT, cases, week) < np.array(f.session_fails)[cases.heat]
        at = self._some_time(cases, week, part=2)
        failed, mended = in_session & fails, in_session & ~fails
        second = cases.phase >= FAILED_MORE
        steps.add("mediation", cases, at, failed & ~second, result="failed")
        steps.add("mediation", cases, at, failed & second, tier="county", result="failed")
        steps.add("mediation", cases, at, mended, result="pending")
        visited = going & (self._u(Stream.VISIT, cases, week) < f.visit * busy)
        steps.add("visit", cases, self._some_time(cases, week, part=3), visited)
        up = failed & (cases.phase == FAILED_ONCE)
        luck = self._u(Stream.REFERRAL, cases, week)
        steps.add("referred_up", cases, at + 60, up & (luck < f.referred_up), tier="county")
        steps.add("expert_consultation", cases, at + 120, up & (luck < f.expert), tier="county")
        phase = np.where(mended, np.maximum(cases.phase, MEDIATING), cases.phase)
        return np.where(failed, np.minimum(np.maximum(phase, MEDIATING) + 1, FAILED_MORE), phase)

    def _closings(
        self, cases: Cases, phase: Keys, closing: Bools, week: int, steps: Steps
    ) -> tuple[Keys, Keys]:
        """The last mediation, the agreement and the closing."""
        chance = np.array(self.figures.settled_at_closing)[np.minimum(cases.phase, FAILED_MORE), cases.heat]
        luck = self._u(Stream.CLOSING, cases, week)
        settles = luck < chance
        before = cases.closes - 5 - (self._u(Stream.EVENT_TIME, cases, week, 4) * 10).astype(np.int64)
        good, bad = closing & settles, closing & ~settles
        steps.add("mediation", cases, before - 5, good, result="settled")
        steps.add("mediation", cases, before - 5, bad, result="failed")
        steps.add("agreement", cases, before, good & (self._u(Stream.EVENT_TIME, cases, week, 5) < 0.6))
        steps.add("closed", cases, cases.closes, good, result="settled")
        steps.add("closed", cases, cases.closes, bad, result="failed")
        phase = np.where(good, SETTLED, np.where(bad, UNSETTLED, phase))
        return phase, np.where(closing, cases.closes, cases.closed)

    def _follow_ups(self, cases: Cases, week: int, steps: Steps) -> None:
        """A call about thirty days after closing."""
        since = week * WEEK - cases.closed
        due = ~cases.is_open & (since >= 28 * DAY) & (since < 35 * DAY)
        done = due & (self._u(Stream.VISIT, cases, week, 1) < self.figures.follow_up)
        steps.add("follow_up", cases, self._some_time(cases, week, part=6), done)

    def _reopenings(self, cases: Cases, harmed: Bools, week: int, steps: Steps) -> Bools:
        """Agreements broken, and disputes taken up again."""
        f = self.figures
        settled = cases.phase == SETTLED
        luck = self._u(Stream.REOPENING, cases, week)
        group = np.where(settled, 0, 1)
        again = ~cases.is_open & (luck < np.array(f.reopened)[group, cases.heat])
        breach = settled & (self._u(Stream.BREACH, cases, week) < np.array(f.breach)[cases.heat])
        breach |= settled & again & (luck * 1_000 % 1 < 0.5)
        earlier = self._some_time(cases, week, part=9) - 30
        steps.add("breach", cases, np.maximum(earlier, week * WEEK), breach)
        after_harm = (
            harmed & ~cases.is_open & (self._u(Stream.HARM_REOPENS, cases, week) < f.reopened_after_harm)
        )
        return again | after_harm

    def _heat(self, cases: Cases, harmed: Bools, week: int) -> Keys:
        """Next Monday's heat; a dispute registered this week keeps what it came with."""
        f = self.figures
        group = np.where(cases.is_open, 0, np.where(cases.phase == SETTLED, 1, 2))
        upto = np.cumsum(np.array(f.heat_change), axis=2)[group, cases.heat]
        moved = (self._u(Stream.HEAT, cases, week)[:, None] >= upto).sum(axis=1).clip(0, upto.shape[1] - 1)
        heat = np.where(cases.registered >= week * WEEK, cases.heat, moved)
        return np.where(harmed, np.maximum(heat, f.heat_after_harm), heat)

    def _some_time(self, cases: Cases, week: int, part: int) -> Keys:
        """Office hours of some day of the week, after registration."""
        since = np.maximum(cases.registered + 30, week * WEEK)
        until = np.full_like(since, (week + 1) * WEEK)
        return in_office(since, np.maximum(until, since + 1), self._u(Stream.EVENT_TIME, cases, week, part))

    def _u(self, stream: Stream, cases: Cases, week: int, part: int = 0) -> Floats:
        return self.dice.uniform(stream, cases.number, week, part)
