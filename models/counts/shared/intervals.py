"""80 % intervals of counts: a fitted spread, corrected by the observed counts so that the coverage is right.

A negative binomial with the expected count as its mean gives the shape. Its own quantiles would hold
only if the shape were right; so the quantile levels are taken from the ranks that later counts had in
it (distributional conformal prediction). Those ranks are fewer than they look: horizons of neighbouring Mondays
overlap, and the places of one Monday miss together (docs/decisions/counts.md). Counts are whole, so small
ones are held more often than 80 %.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import nbinom

SHARE = 0.8
"""Share of counts that an interval should contain."""
LEAST = 1e-3
"""The lowest expected count; no count is impossible."""


@dataclass(frozen=True)
class Spread:
    """The spread of counts around the expected count.

    Attributes:
        excess: variance is mean + excess * mean^2.
        lower: quantile level of the interval's lower end.
        upper: quantile level of its upper end.
    """

    excess: float
    lower: float
    upper: float

    def interval(self, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper end of each row's 80 % interval, as whole numbers around the mean; two [rows]."""
        mean = np.maximum(expected, LEAST)
        low, high = (
            _distribution(mean, self.excess, np.full(len(mean), q)) for q in (self.lower, self.upper)
        )
        return np.minimum(low, np.floor(mean)), np.maximum(high, np.ceil(expected))


def fit_spread(
    expected: np.ndarray, actual: np.ndarray, monday: np.ndarray, overlapping: int, seed: int
) -> Spread:
    """The spread fitted on forecasts and the counts that followed, which the forecasting model had not seen.

    Args:
        expected: forecasts [n].
        actual: counts [n].
        monday: number of the Monday each forecast was made on, any whole numbers from 0 [n].
        overlapping: how many Mondays following each other share a horizon.
        seed: of the draws that spread a whole count over its rank.
    """
    mean = np.maximum(expected, LEAST)
    excess = max(0.0, float(np.sum((actual - mean) ** 2 - mean) / np.sum(mean**2)))
    at, before = (_cumulative(mean, excess, count) for count in (actual, actual - 1))
    rank = before + np.random.default_rng(seed).random(len(mean)) * (at - before)
    n = _independent(rank, monday, overlapping)
    tail = max(0.0, ((1 - SHARE) / 2 * (n + 1) - 1) / (n - 1)) if n > 1 else 0.0
    lower, upper = np.quantile(rank, [tail, 1 - tail])
    return Spread(excess, float(np.clip(lower, 1e-6, 0.5)), float(np.clip(upper, 0.5, 1 - 1e-6)))


def _independent(rank: np.ndarray, monday: np.ndarray, overlapping: int) -> float:
    """The number of independent ranks that carry as much information as these overlapping ones.

    The means of Mondays scatter more than those of so many independent ranks would; what they scatter more by is
    what the ranks are fewer by.
    """
    count = np.bincount(monday)
    there = count > 0
    means = np.bincount(monday, rank)[there] / count[there]
    shared = means.var() * count[there].mean() / rank.var() if rank.var() > 0 else 1.0
    return len(rank) / (overlapping * max(1.0, shared))


def _cumulative(mean: np.ndarray, excess: float, count: np.ndarray) -> np.ndarray:
    size = 1 / max(excess, 1e-6)
    return nbinom.cdf(count, size, size / (size + mean))


def _distribution(mean: np.ndarray, excess: float, level: np.ndarray) -> np.ndarray:
    size = 1 / max(excess, 1e-6)
    return nbinom.ppf(level, size, size / (size + mean))
