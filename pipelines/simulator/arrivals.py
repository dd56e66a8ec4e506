"""New disputes of a week: fresh quarrels, pairs that quarrel again, and the same matter registered twice."""

from dataclasses import dataclass

import numpy as np

from pipelines.simulator.cases import Bools, Cases, Due, joined, take
from pipelines.simulator.clock import closing_minute, minute_between
from pipelines.simulator.hazard import HazardModel
from pipelines.simulator.parameters import DAY, FLAGS, NEVER, NEXT_DOOR_NUMBERS, WEEK, Parameters
from pipelines.simulator.places import Places
from pipelines.simulator.random_keys import Dice, Floats, Keys, Stream, choose
from pipelines.simulator.seasons import YEAR_DAYS, Seasons
from pipelines.simulator.settings import CityFigures
from pipelines.simulator.vocabulary import codes, shares


@dataclass(frozen=True)
class Arrivals:
    """What draws new disputes; `step` is pure but for the chance it is given."""

    figures: Parameters
    city: CityFigures
    places: Places
    seasons: Seasons
    model: HazardModel
    dice: Dice
    scale: float

    def fresh(self, week: int, first_number: int) -> Due:
        """Quarrels of pairs not known before, by township and category (negative binomial counts)."""
        f, places = self.figures, self.places
        per_week = f.disputes_per_year * self.scale * 7 / YEAR_DAYS * (1 - f.return_share - f.duplicate_share)
        categories = self.city.categories.values()
        mix = np.array([[c.rural_pct for c in categories], [c.urban_pct for c in categories]])
        mix = mix / mix.sum(axis=1, keepdims=True)
        rng = self.dice.generator(Stream.ARRIVALS, week)
        burst = rng.gamma(f.dispersion, 1 / f.dispersion, len(places.townships.volume))
        rate = (
            per_week
            * places.townships.volume[:, None]
            * mix[places.townships.urban.astype(int)]
            * self.seasons.registrations[week]
        )
        count = rng.poisson(rate * burst[:, None])
        township = np.repeat(np.arange(len(count)), count.sum(axis=1))
        category = np.repeat(np.tile(np.arange(count.shape[1]), len(count)), count.ravel())
        number = first_number + np.arange(len(township))
        none = np.full(len(number), -1)
        weekday = choose(
            self.dice.uniform(Stream.DAY, number), np.array([1.0] * 5 + [f.weekend_registration] * 2)
        )
        return Due(
            registered=week * WEEK + weekday * DAY,
            origin=none,
            matter=none,
            taken=none,
            pair=number,
            category=category,
            township=township,
            village=places.village_of(township, self.dice.uniform(Stream.VILLAGE, number)),
            temper=self.dice.normal(Stream.FRAILTY, number),
            repeats=np.zeros_like(number),
        )

    def registered(self, due: Due, number: Keys, week: int) -> Cases:
        """The disputes of this week as they stand when they are taken in."""
        f = self.figures
        matter = np.where(due.matter >= 0, due.matter, number)
        flags = self._flags(due, matter)
        channel = self._channel(flags, due.taken, number)
        registered = self._minute(due.registered // DAY, channel, number)
        heat = self._heat(flags, due.temper, matter)
        kind = self._long_stays[due.category] + 3 * (week >= f.shorter_stays_from_week)
        n = len(number)
        return Cases(
            number=number,
            pair=due.pair,
            registered=registered,
            category=due.category,
            township=due.township,
            village=due.village,
            temper=due.temper,
            flags=flags,
            repeats=due.repeats,
            constant=self._constant(due, flags) * self._booked_here(due, number),
            channel=channel,
            relation=choose(self.dice.uniform(Stream.RELATION, matter), self._relations[due.category]),
            phase=np.zeros(n, dtype=np.int64),
            heat=heat,
            opened=registered,
            closes=self.closing_time(registered, kind, number, self._on_the_day(heat, number)),
            closed=np.full(n, NEVER),
            kind=kind,
            comfort=np.ones(n),
            attended=np.zeros(n, dtype=bool),
        )

    def next_door(self, attended: Cases, week: int) -> Due:
        """Quarrels next door that are registered only because somebody was sent to the chosen disputes."""
        luck = self.dice.uniform(Stream.NEXT_DOOR, attended.number)
        near = take(
            attended, (luck < self.city.attending.found_per_mediation) & (attended.number < NEXT_DOOR_NUMBERS)
        )
        none = np.full(len(near), -1)
        mix = np.array([category.rural_pct for category in self.city.categories.values()])
        return Due(
            registered=np.full(len(near), week * WEEK + 2 * DAY),
            origin=none,
            matter=none,
            taken=none,
            pair=near.number + NEXT_DOOR_NUMBERS,
            category=choose(self.dice.uniform(Stream.NEXT_DOOR, near.number, part=1), mix),
            township=near.township,
            village=near.village,
            temper=self.dice.normal(Stream.FRAILTY, near.number + NEXT_DOOR_NUMBERS),
            repeats=np.zeros_like(near.number),
        )

    def to_follow(self, new: Cases, due: Due) -> Due:
        """The registrations that these new disputes will bring: repeats of the pair, second records."""
        own = due.matter < 0
        return joined(self._repeats(take(new, own)), self._second_records(take(new, own)))

    def closing_time(self, opened: Keys, kind: Keys, number: Keys, on_the_day: Bools, round: int = 0) -> Keys:
        """When a dispute opened then will be closed; `round` counts its reopenings."""
        days = self.model.stay_days(self.dice.uniform(Stream.STAY, number, part=round), kind)
        days = np.where(on_the_day, 0.0, np.maximum(days, 1.0))
        return closing_minute(opened, days, self.dice.uniform(Stream.MINUTE, number, part=round + 1))

    def _flags(self, due: Due, matter: Keys) -> Bools:
        usual = np.array([[c.flags[flag] for flag in FLAGS] for c in self.city.categories.values()])
        pull = self.figures.flag_temper
        chance = usual[due.category] * np.exp(pull * due.temper - pull**2 / 2)[:, None]
        drawn = [self.dice.uniform(Stream.FLAG, matter, part=part) for part in range(len(FLAGS))]
        return np.stack(drawn, axis=1) < chance

    def _channel(self, flags: Bools, taken: Keys, number: Keys) -> Keys:
        usual = shares("channel", dict(self.figures.channels))
        weight = np.tile(usual, (len(number), 1))
        police = codes("channel").index("police")
        weight[flags[:, FLAGS.index("violence")], police] *= self.figures.police_after_blows
        second = np.flatnonzero(taken >= 0)
        weight[second, taken[second]] = 0.0
        return choose(self.dice.uniform(Stream.CHANNEL, number), weight)

    def _minute(self, day: Keys, channel: Keys, number: Keys) -> Keys:
        hours = {code: (first, last) for code, first, last in self.figures.registration_hours}
        table = np.array([hours[code] for code in codes("channel")])
        return minute_between(
            day, table[channel, 0], table[channel, 1], self.dice.uniform(Stream.MINUTE, number)
        )

    def _heat(self, flags: Bools, temper: Floats, matter: Keys) -> Keys:
        f = self.figures
        score = flags @ np.array(f.flag_heat) + f.frailty_heat * temper
        chance = 1 / (1 + np.exp(np.array(f.heat_at_start)[None, :] - score[:, None]))
        return (self.dice.uniform(Stream.HEAT_START, matter)[:, None] < chance).sum(axis=1)

    def _on_the_day(self, heat: Keys, number: Keys) -> Bools:
        return self.dice.uniform(Stream.SAME_DAY, number) < np.array(self.figures.same_day_share)[heat]

    def _constant(self, due: Due, flags: Bools) -> Floats:
        f = self.figures
        risk = np.log([c.relative_risk for c in self.city.categories.values()])
        constant = np.exp(
            f.base_log_hazard
            + risk[due.category]
            + flags @ np.array(f.flag_log_hazard)
            + f.repeat_log_hazard * due.repeats.clip(0, 3)
            + f.frailty_log_hazard * due.temper
            + self.places.townships.log_hazard[due.township]
        )
        return np.minimum(constant, f.highest_constant)

    def _booked_here(self, due: Due, number: Keys) -> Floats:
        """Of a matter with two records, the share of the harm that is booked on this one."""
        f = self.figures
        has_second = (due.matter < 0) & (self.dice.uniform(Stream.DUPLICATE, number) < f.duplicate_share)
        first = np.where(has_second, 1 - f.duplicate_harm_share, 1.0)
        return np.where(due.matter >= 0, f.duplicate_harm_share, first)

    def _repeats(self, new: Cases) -> Due:
        f = self.figures
        pull = f.return_frailty
        chance = f.return_share * np.exp(pull * new.temper - pull**2 / 2)
        again = take(new, self.dice.uniform(Stream.RETURN, new.number) < chance)
        weeks = -f.return_mean_weeks * np.log(self.dice.uniform(Stream.RETURN_WEEKS, again.number))
        days = (weeks % f.return_max_weeks * 7).astype(np.int64) + 2
        return _due(again, again.registered + days * DAY, again.repeats + 1, second_record=False)

    def _second_records(self, new: Cases) -> Due:
        f = self.figures
        twice = take(new, self.dice.uniform(Stream.DUPLICATE, new.number) < f.duplicate_share)
        days = (self.dice.uniform(Stream.DUPLICATE_DAYS, twice.number) * (f.duplicate_days + 1)).astype(
            np.int64
        )
        return _due(twice, twice.registered + days * DAY, twice.repeats, second_record=True)

    @property
    def _long_stays(self) -> Keys:
        return np.array([int(c.long_stays) for c in self.city.categories.values()])

    @property
    def _relations(self) -> Floats:
        return np.stack([shares("relation", c.relations) for c in self.city.categories.values()])


def _due(cases: Cases, registered: Keys, repeats: Keys, *, second_record: bool) -> Due:
    return Due(
        registered=registered,
        origin=cases.number,
        matter=cases.number if second_record else np.full(len(cases), -1),
        taken=cases.channel if second_record else np.full(len(cases), -1),
        pair=cases.pair,
        category=cases.category,
        township=cases.township,
        village=cases.village,
        temper=cases.temper,
        repeats=repeats,
    )
