"""Intervals over seeds: every world is one draw, and arms of the same world are compared with each other."""

from typing import NamedTuple

import numpy as np
from scipy import stats

LEVEL = 0.90


class Estimate(NamedTuple):
    """A figure and its 90 % interval; no interval from fewer than two worlds."""

    value: float | None
    low: float | None
    high: float | None


NONE = Estimate(None, None, None)


def ratio(numerator: np.ndarray, denominator: np.ndarray) -> Estimate:
    """Sum over sum, with a jackknife interval that leaves out one world at a time; none where all are nought.

    Args:
        numerator: one number per world [n].
        denominator: one number per world [n].
    """
    n, whole = len(numerator), float(denominator.sum())
    if n == 0 or whole == 0:
        return NONE
    value = float(numerator.sum() / whole)
    rest = whole - denominator
    if n < 2 or (rest == 0).any() or not numerator.any():
        return Estimate(value, None, None)
    left_out = (numerator.sum() - numerator) / rest
    error = float(np.sqrt((n - 1) / n * ((left_out - left_out.mean()) ** 2).sum()))
    reach = float(stats.t.ppf(0.5 + LEVEL / 2, n - 1)) * error
    return Estimate(value, value - reach, value + reach)


def mean(values: np.ndarray) -> Estimate:
    """Mean over worlds with Student's interval."""
    return ratio(values, np.ones(len(values)))


def share(part: np.ndarray, whole: np.ndarray) -> Estimate:
    """The same of a part of the whole: the interval ends at 0 and 1."""
    value, low, high = ratio(part, whole)
    return Estimate(value, None if low is None else max(low, 0.0), None if high is None else min(high, 1.0))
