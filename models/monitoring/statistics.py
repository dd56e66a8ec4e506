"""Statistics that compare the newest weeks with the weeks before: simple measures and scipy's tests."""

import numpy as np
from scipy.stats import chi2_contingency, mannwhitneyu


def departure(count: float, usual: np.ndarray) -> float:
    """Standard deviations by which a count is above (negative: below) earlier counts.

    The spread is the earlier counts' own, never less than chance alone gives (Poisson's).

    Args:
        count: of the newest span.
        usual: what was expected and what came in earlier spans of the same length, float [spans, 2];
            the first row is the newest span's expectation and its count is not looked at.
    """
    expected, actual = usual[1:, 0], usual[1:, 1]
    excess = float(np.mean((actual - expected) ** 2 / np.maximum(expected, 1e-9))) if len(actual) else 1.0
    now = usual[0, 0]
    return float((count - now) / np.sqrt(max(now, 1e-9) * max(1.0, excess)))


def stability(now: np.ndarray, before: np.ndarray) -> tuple[float, float]:
    """Population stability index of counts by code, minus its expected value by chance, and the p-value of a chi-squared test.

    Args:
        now: counts of the newest weeks by code.
        before: counts of the earlier weeks by the same codes.

    Returns:
        The index, at least 0, and p; (0, 1) where there is too little to compare.
    """
    n, m = now.sum(), before.sum()
    there = (now + before) > 0
    if n == 0 or m == 0 or there.sum() < 2:
        return 0.0, 1.0
    p, q = ((counts[there] + 0.5) / (counts[there] + 0.5).sum() for counts in (now, before))
    index = float(((p - q) * np.log(p / q)).sum())
    chance = (there.sum() - 1) * (1 / n + 1 / m)
    p_value = float(chi2_contingency(np.stack([now[there], before[there]])).pvalue)  # pyright: ignore[reportAttributeAccessIssue]
    return max(0.0, index - chance), p_value


def later(now: np.ndarray, before: np.ndarray) -> tuple[float, float]:
    """Probability that a newest value is above an earlier one (a tie counts half), and the p-value of the rank test."""
    if len(now) < 5 or len(before) < 5:
        return 0.5, 1.0
    rank_test = mannwhitneyu(now, before)
    return float(rank_test.statistic / (len(now) * len(before))), float(rank_test.pvalue)


def binned(now: np.ndarray, before: np.ndarray, bins: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Counts of both samples by quantile bins of the earlier one; missing values are a bin of their own."""
    known = before[~np.isnan(before)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1])) if len(known) else np.zeros(0)

    def counted(values: np.ndarray) -> np.ndarray:
        gone = np.isnan(values)
        at = np.searchsorted(edges, values[~gone], side="right")
        return np.append(np.bincount(at, minlength=len(edges) + 1), gone.sum()).astype(np.float64)

    return counted(now), counted(before)
