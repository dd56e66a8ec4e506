"""The hidden hazard of harm: what it is this week, and what it will be over the coming four.

A dispute's weekly hazard is its own constant (category, checklist truths, repeats, place, temper)
times the season, times a calming with age, times a multiplier of its state: phase of handling and
hidden heat. The state moves as a Markov chain whose rates stand in `Parameters`, so the expectation
over the coming weeks is computed exactly by stepping backward through the chain, not by guessing.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipelines.simulator.parameters import FAILED_ONCE, MEDIATING, SETTLED, UNSETTLED, WAITING, Parameters
from pipelines.simulator.random_keys import Floats, Keys

HORIZON_WEEKS = 4
MAX_AGE_DAYS = 120
"""Open longer than this, a dispute closes no sooner for being older."""
REOPENED = 2
"""Kind of stay of a reopened dispute; 0 is usual, 1 long; 3 to 5 are the same after the change."""
KINDS = 6
REOPENED_AGE = 0
"""A dispute reopened within a week is counted as open from the next Monday on."""
_AFTER_REOPENING = [kind // 3 * 3 + REOPENED for kind in range(KINDS)]


@dataclass(frozen=True)
class HazardModel:
    """State multipliers and their expected course; arrays run over phase, heat, age and kind of stay."""

    figures: Parameters

    def now(self, phase: Keys, heat: Keys, open_days: Keys) -> Floats:
        """The state's multiplier of the weekly hazard."""
        return self._multiplier[phase, heat, open_days.clip(0, MAX_AGE_DAYS)]

    def calming(self, age_weeks: Floats) -> Floats:
        """How much the hazard has fallen this long after registration."""
        return np.exp(-age_weeks.clip(0) / self.figures.calming_weeks)

    def over_horizon(
        self, scale: Floats, phase: Keys, heat: Keys, open_days: Keys, kind: Keys, season: Floats
    ) -> Floats:
        """Probability of at least one harm in the coming four weeks.

        Args:
            scale: the dispute's own constant times its calming today, per week.
            phase: phase of handling.
            heat: hidden heat.
            open_days: whole days since it was opened, or opened again.
            kind: kind of stay.
            season: the season's factor of each of the coming four weeks.
        """
        first, second = self._moments(season)
        at = (phase, heat, open_days.clip(0, MAX_AGE_DAYS), kind)
        mean = scale * first[at]
        variance = scale**2 * (second[at] - first[at] ** 2)
        return (1 - np.exp(-mean) * (1 + variance / 2)).clip(0, 1)

    def stay_days(self, u: Floats, kind: Keys) -> Floats:
        """Days until closing, from uniform numbers."""
        course = self._stays
        at = (u * course.shape[1]).astype(np.int64)
        return course[kind, at]

    @cached_property
    def _stays(self) -> Floats:
        """Quantiles of the stay by kind: lognormal, a spike at four weeks, some only in the second year."""
        from scipy.special import ndtri

        f = self.figures
        n = 20_000
        u = (np.arange(n) + 0.5) / n
        rows = []
        for kind in range(KINDS):
            median, sigma = f.stay_median_days[kind % 3], f.stay_sigma[kind % 3]
            after = f.shorter_stays_factor if kind >= 3 else 1.0
            spike, never = f.stay_spike_share, f.never_closed_share
            body = (u - spike) / (1 - spike - never)
            days = median * after * np.exp(sigma * ndtri(body.clip(1e-9, 1 - 1e-9)))
            days = np.where(u < spike, 28 + 2 * u / spike, days)
            rows.append(np.where(u > 1 - never, 365 * (1 + (u - 1 + never) / never), days))
        return np.array(rows)

    @cached_property
    def closing(self) -> Floats:
        """Chance of closing within the week, by age in whole days and kind of stay."""
        age = np.arange(MAX_AGE_DAYS + 1)[:, None] + 0.5
        table = []
        for course in np.sort(self._stays, axis=1):
            still = len(course) - np.searchsorted(course, age[:, 0])
            later = len(course) - np.searchsorted(course, age[:, 0] + 7)
            table.append(1 - later / np.maximum(still, 1))
        return np.array(table).T

    @cached_property
    def sessions_held(self) -> Floats:
        """Share of the usual mediations held, by age in whole days."""
        age = np.arange(MAX_AGE_DAYS + 1)
        return np.where(age < self.figures.session_until_days, 1.0, self.figures.idle_session)

    @cached_property
    def _multiplier(self) -> Floats:
        f = self.figures
        table = np.multiply.outer(np.array(f.phase_hazard), np.array(f.heat_hazard))
        table = np.repeat(table[:, :, None], MAX_AGE_DAYS + 1, axis=2)
        table[WAITING, :, f.late_days :] *= f.late_hazard
        return table

    def _moments(self, season: Floats) -> tuple[Floats, Floats]:
        """Mean and mean square of the summed multiplier over the horizon, for every state."""
        now = np.repeat(self._multiplier[..., None], KINDS, axis=3)
        fade = float(self.calming(np.array([1.0]))[0])
        mean = np.zeros_like(now)
        square = np.zeros_like(now)
        for factor in season[HORIZON_WEEKS - 1 :: -1]:
            ahead, ahead_square = self._expected(mean) * fade, self._expected(square) * fade**2
            this = now * factor
            mean, square = this + ahead, this**2 + 2 * this * ahead + ahead_square
        return mean, square

    def _expected(self, value: Floats) -> Floats:
        """What `value` of next Monday's state is expected to be, for every state this Monday."""
        f = self.figures
        aged = value[:, :, np.minimum(np.arange(MAX_AGE_DAYS + 1) + 7, MAX_AGE_DAYS), :]
        after = np.zeros_like(value)
        settles = np.array(f.settled_at_closing)[:, :, None, None]
        change = np.array(f.heat_change)
        warmed = [np.einsum("gh,phak->pgak", change[group], aged) for group in range(3)]
        closed = settles * warmed[0][SETTLED] + (1 - settles) * warmed[0][UNSETTLED]
        fails = np.array(f.session_fails)[:, None, None]
        for phase in range(SETTLED):
            unmoved = warmed[0][phase]
            mended = warmed[0][max(phase, MEDIATING)]
            failed = warmed[0][min(max(phase, MEDIATING) + 1, SETTLED - 1)]
            stays = unmoved + f.session[phase] * self.sessions_held[None, :, None] * (
                fails * failed + (1 - fails) * mended - unmoved
            )
            after[phase] = stays + self.closing[None] * (closed[phase] - stays)
        for phase, group in ((SETTLED, 1), (UNSETTLED, 2)):
            again = np.einsum(
                "gh,hk->gk", change[group], value[FAILED_ONCE, :, REOPENED_AGE][:, _AFTER_REOPENING]
            )
            again = again[:, None, :]
            reopens = np.array(f.reopened[phase - SETTLED])[:, None, None]
            after[phase] = warmed[group][phase] + reopens * (again - warmed[group][phase])
        return after
