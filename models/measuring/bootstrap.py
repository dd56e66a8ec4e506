"""Bootstrap of all metrics at once by dispute: how much they would vary with other disputes.

A replicate gives every dispute a Poisson(1) weight, the same in all its weeks, so that near copies stay
together. Lists and scores stay what they were; only how much each dispute counts changes. ROC and PR
areas are taken over some hundred score bins (finest at the top), and only their spread is used.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models.measuring.metric_functions import ECE_BINS, probability_bins

TAILS = (0.05, 0.95)
"""Quantiles at the ends of a 90 % interval."""


@dataclass(frozen=True)
class Scored:
    """One model's rows; label is bool, everything else float, all [n].

    Attributes:
        rank: within the Monday, 1 the first.
        reference: probability of the model that Brier skill is measured against.
        dispute: which dispute, 0 to n_disputes - 1.
    """

    score: np.ndarray
    probability: np.ndarray
    rank: np.ndarray
    label: np.ndarray
    reference: np.ndarray
    dispute: np.ndarray

    def take(self, index: np.ndarray) -> "Scored":
        """The rows at these positions."""
        return Scored(
            self.score[index],
            self.probability[index],
            self.rank[index],
            self.label[index],
            self.reference[index],
            self.dispute[index],
        )


def dispute_weights(n_disputes: int, replicates: int, seed: int) -> np.ndarray:
    """Poisson(1) weights of every dispute in every replicate; float32 [n_disputes, replicates]."""
    drawn = np.random.default_rng(seed).poisson(1.0, size=(n_disputes, replicates))
    return drawn.astype(np.float32)


def interval_around(value: float, drawn: np.ndarray | None) -> tuple[float | None, float | None]:
    """5 % and 95 % quantiles of the replicates [r], widened to contain the exact value; None where there are no replicates."""
    usable = drawn[~np.isnan(drawn)] if drawn is not None else []
    if not len(usable) or np.isnan(value):
        return None, None
    low, high = np.quantile(usable, TAILS)
    return float(min(low, value)), float(max(high, value))


def resampled(
    rows: Scored, segment: np.ndarray, n_segments: int, weights: np.ndarray, k: int
) -> dict[str, np.ndarray]:
    """Every metric in every replicate.

    Args:
        rows: one model's rows.
        segment: part of the whole each row belongs to, 0 to n_segments - 1, int [n].
        n_segments: how many parts.
        weights: `dispute_weights`.
        k: capacity per Monday.

    Returns:
        Measure name to float [n_segments, replicates].
    """
    label = rows.label.astype(np.float64)
    listed = (rows.rank <= k).astype(np.float64)
    total = Totals(segment, n_segments, rows.dispute, weights)
    n, positives = total.of(None), total.of(label)
    n_listed, n_listed_outcomes = total.of(listed), total.of(listed * label)
    measures = _areas(rows, segment, n_segments, weights) | {
        "precision_at_capacity": divided(n_listed_outcomes, n_listed),
        "recall_at_capacity": divided(n_listed_outcomes, positives),
        "base_rate": divided(positives, n),
    }
    if not np.isnan(rows.probability).any():
        missed = total.of((rows.probability - label) ** 2)
        measures["brier"] = divided(missed, n)
        measures["brier_skill"] = 1 - divided(missed, total.of((rows.reference - label) ** 2))
        measures["ece"] = divided(_gaps(rows, label, segment, n_segments, weights), n)
    return measures


@dataclass(frozen=True)
class Totals:
    """Weighted sums by segment: `segment` and `dispute` are [n], `weights` are those of `dispute_weights`."""

    segment: np.ndarray
    n_segments: int
    dispute: np.ndarray
    weights: np.ndarray

    def of(self, amount: np.ndarray | None) -> np.ndarray:
        """Weighted sum of the amount (None: of the rows) by segment; [n_segments, replicates]."""
        n_disputes = len(self.weights)
        key = self.segment * n_disputes + self.dispute
        sums = np.bincount(key, amount, minlength=self.n_segments * n_disputes)
        return sums.reshape(self.n_segments, n_disputes).astype(np.float32) @ self.weights


def _gaps(
    rows: Scored, label: np.ndarray, segment: np.ndarray, n_segments: int, weights: np.ndarray
) -> np.ndarray:
    """Sum over probability bins of the absolute weighted difference between probability and label."""
    bins = probability_bins(rows.probability, ECE_BINS)
    cells = Totals(segment * ECE_BINS + bins, n_segments * ECE_BINS, rows.dispute, weights)
    gaps = np.abs(cells.of(rows.probability - label))
    return gaps.reshape(n_segments, ECE_BINS, -1).sum(axis=1)


def _areas(rows: Scored, segment: np.ndarray, n_segments: int, weights: np.ndarray) -> dict[str, np.ndarray]:
    bins, n_bins = _score_bins(rows.score)
    key = (segment * n_bins + bins) * 2 + rows.label
    counts = sparse.csr_matrix(
        (np.ones(len(key), dtype=np.float32), (key, rows.dispute)),
        shape=(n_segments * n_bins * 2, len(weights)),
    )
    cells = (counts @ weights).reshape(n_segments, n_bins, 2, -1)
    n_neg, n_pos = cells[:, :, 0], cells[:, :, 1]
    below = np.cumsum(n_neg, axis=1) - n_neg
    pairs = n_pos.sum(axis=1) * n_neg.sum(axis=1)
    outcomes_above = np.cumsum(n_pos[:, ::-1], axis=1)
    flagged = outcomes_above + np.cumsum(n_neg[:, ::-1], axis=1)
    precision = divided(outcomes_above, flagged, empty=0.0)
    return {
        "roc_auc": divided((n_pos * (below + n_neg / 2)).sum(axis=1), pairs),
        "pr_auc": divided((n_pos[:, ::-1] * precision).sum(axis=1), outcomes_above[:, -1]),
    }


def _score_bins(score: np.ndarray) -> tuple[np.ndarray, int]:
    """Bins of equal size, and of geometrically falling size near the top; ties stay in one bin."""
    n = len(score)
    from_top = np.unique(np.r_[np.linspace(0, n - 1, 150), np.geomspace(1, n, 150) - 1].astype(np.int64))
    edges = np.unique(np.sort(score)[n - 1 - from_top])
    return np.searchsorted(edges, score, side="right"), len(edges) + 1


def divided(part: np.ndarray, whole: np.ndarray, empty: float = np.nan) -> np.ndarray:
    """`part` over `whole`; `empty` where the whole is zero; both of one shape."""
    return np.divide(part, whole, out=np.full(part.shape, empty, dtype=np.float64), where=whole > 0)
