"""Intervals over seeds: every world is one draw, and arms are compared within the same world."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy import stats

LEVEL = 0.90


class Estimate(NamedTuple):
    """A figure and its 90 % interval; None for the ends with fewer than two worlds."""

    value: float | None
    low: float | None
    high: float | None


NONE = Estimate(None, None, None)


def ratio(numerator: np.ndarray, denominator: np.ndarray) -> Estimate:
    """Sum over sum with its interval; no figure where all are zero.

    Args:
        numerator: one number per world [n].
        denominator: one number per world [n].
    """
    if denominator.sum() == 0:
        return NONE
    estimate = jackknife(np.column_stack([numerator, denominator]), lambda sums: sums[0] / sums[1])
    return estimate if numerator.any() else Estimate(estimate.value, None, None)


def jackknife(worlds: np.ndarray, figure: Callable[[np.ndarray], float]) -> Estimate:
    """A figure of the sums over worlds, with a jackknife interval (one world left out at a time).

    Args:
        worlds: what is summed, by world [n, k].
        figure: of the sums [k]; not finite where they do not tell.
    """
    n, whole = len(worlds), worlds.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        value, left_out = figure(whole), np.array([figure(whole - world) for world in worlds])
    if not np.isfinite(value):
        return NONE
    if n < 2 or not np.isfinite(left_out).all():
        return Estimate(float(value), None, None)
    error = float(np.sqrt((n - 1) / n * ((left_out - left_out.mean()) ** 2).sum()))
    reach = float(stats.t.ppf(0.5 + LEVEL / 2, n - 1)) * error
    return Estimate(float(value), float(value) - reach, float(value) + reach)


def mean(values: np.ndarray) -> Estimate:
    """Mean over worlds with Student's interval."""
    return ratio(values, np.ones(len(values)))


def share(part: np.ndarray, whole: np.ndarray) -> Estimate:
    """The mean of a share; the interval is clipped to [0, 1]."""
    value, low, high = ratio(part, whole)
    return Estimate(value, None if low is None else max(low, 0.0), None if high is None else min(high, 1.0))
