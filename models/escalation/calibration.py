"""Calibration: from a raw score to a probability that matches the observed share, with an interval.

p = sigmoid(a + b z + c[category]), z being the log-odds of the trees. The slope is pulled towards 1 and
every category's offset towards 0, the more so the fewer outcomes there are: a category with few events
follows the whole. The interval says how far (a, b, c) could be off, had other disputes happened to come;
it does not say how far the trees could be off (docs/decisions/intervals.md).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

OFFSET_SD = 0.3
"""Prior standard deviation of a category's log-odds around the whole."""
SLOPE_SD = 0.5
"""Prior standard deviation of the slope around 1."""
_TAIL = 0.05
"""Probability outside each end of the 90 % interval."""


@dataclass(frozen=True)
class Calibration:
    """Parameters of a calibration: [a, b, c...], and `draws` of them under resampled disputes."""

    categories: tuple[str, ...]
    coefficients: np.ndarray
    draws: np.ndarray

    @property
    def slope(self) -> float:
        """The slope b: the weight of a contribution to z on the calibrated scale."""
        return float(self.coefficients[1])

    def offsets(self, category: pl.Series) -> np.ndarray:
        """The part of the log-odds that does not depend on the score: a + c[category]; [n]."""
        return self._design(np.zeros(len(category)), category) @ self.coefficients

    def log_odds(self, z: np.ndarray, category: pl.Series) -> np.ndarray:
        """Calibrated log-odds; an unknown category takes no offset of its own. Shapes [n], [n] -> [n]."""
        return self._design(z, category) @ self.coefficients

    def probability(self, z: np.ndarray, category: pl.Series) -> np.ndarray:
        """Calibrated probability, [n]."""
        return sigmoid(self.log_odds(z, category))

    def interval(self, z: np.ndarray, category: pl.Series) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper end of the 90 % interval of `probability`, always around it; two [n]."""
        drawn = self._design(z, category) @ self.draws.T
        low, high = np.quantile(drawn, [_TAIL, 1 - _TAIL], axis=1)
        middle = self.log_odds(z, category)
        return sigmoid(np.minimum(low, middle)), sigmoid(np.maximum(high, middle))

    def to_numbers(self) -> dict[str, Any]:
        """The parameters as plain lists, for a JSON file."""
        return {
            "categories": list(self.categories),
            "coefficients": self.coefficients.tolist(),
            "draws": self.draws.tolist(),
        }

    @staticmethod
    def from_numbers(numbers: dict[str, Any]) -> "Calibration":
        """The inverse of `to_numbers`."""
        return Calibration(
            categories=tuple(numbers["categories"]),
            coefficients=np.array(numbers["coefficients"], dtype=np.float64),
            draws=np.array(numbers["draws"], dtype=np.float64),
        )

    def _design(self, z: np.ndarray, category: pl.Series) -> np.ndarray:
        return _design(z, codes_of(category, self.categories), len(self.categories))


def fit_calibration(
    z: np.ndarray, label: np.ndarray, category: pl.Series, dispute: np.ndarray, draws: int, seed: int
) -> Calibration:
    """(a, b, c) fitted on rows of a later window than the trees were trained on.

    Args:
        z: log-odds of the trees [n].
        label: whether the outcome came, bool [n].
        category: codes of the risk categories, text [n].
        dispute: which dispute a row belongs to, any integer [n]; neighbouring weeks are near copies, so
            that penalties count outcomes by dispute, and resampling draws disputes, not rows.
        draws: how often to resample.
        seed: of the resampling.
    """
    categories = tuple(category.drop_nulls().unique().sort().to_list())
    design = _design(z, codes_of(category, categories), len(categories))
    y = label.astype(np.float64)
    copies = max(1.0, y.sum() / max(1, len(np.unique(dispute[label]))))
    penalty = np.r_[0.0, 1 / SLOPE_SD**2, np.full(len(categories), 1 / OFFSET_SD**2)] * copies
    prior = np.r_[0.0, 1.0, np.zeros(len(categories))]
    theta = _newton(design, y, penalty, prior)
    return Calibration(categories, theta, _resampled(design, y, dispute, theta, penalty, draws, seed))


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Log-odds to probability, without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * x))


def codes_of(values: pl.Series, levels: tuple[str, ...]) -> np.ndarray:
    """Position of each value in `levels`; -1 for a null or an unknown value; int64 [n]."""
    coded = values.cast(pl.Enum(levels), strict=False).to_physical()
    return coded.cast(pl.Int64).fill_null(-1).to_numpy()


def _design(z: np.ndarray, codes: np.ndarray, n_categories: int) -> np.ndarray:
    design = np.zeros((len(z), 2 + n_categories))
    design[:, 0] = 1.0
    design[:, 1] = z
    known = codes >= 0
    design[np.flatnonzero(known), 2 + codes[known]] = 1.0
    return design


def _newton(design: np.ndarray, y: np.ndarray, penalty: np.ndarray, prior: np.ndarray) -> np.ndarray:
    theta = prior.copy()
    for _ in range(50):
        p = sigmoid(design @ theta)
        gradient = design.T @ (y - p) - penalty * (theta - prior)
        step = np.linalg.solve(_hessian(design, p, penalty), gradient)
        theta = theta + step * min(1.0, 3.0 / max(1e-12, float(np.abs(step).max())))
        if np.abs(step).max() < 1e-9:
            break
    return theta


def _hessian(design: np.ndarray, p: np.ndarray, penalty: np.ndarray) -> np.ndarray:
    weighted = design * (p * (1 - p))[:, None]
    return design.T @ weighted + np.diag(penalty + 1e-9)


def _resampled(
    design: np.ndarray,
    y: np.ndarray,
    dispute: np.ndarray,
    theta: np.ndarray,
    penalty: np.ndarray,
    draws: int,
    seed: int,
) -> np.ndarray:
    """One Newton step from `theta` under Poisson(1) weights of whole disputes; [draws, 2 + categories].

    The step is linear in the weights, so that all draws are one matrix product; its error is of second
    order (checked against full refits in tests/models/test_calibration.py).
    """
    p = sigmoid(design @ theta)
    _, cluster = np.unique(dispute, return_inverse=True)
    n_clusters = int(cluster.max()) + 1 if len(cluster) else 0
    scores = np.column_stack(
        [np.bincount(cluster, column * (y - p), minlength=n_clusters) for column in design.T]
    )
    weights = np.random.default_rng(seed).poisson(1.0, size=(draws, n_clusters)) - 1.0
    moved = weights @ scores
    return theta + np.linalg.solve(_hessian(design, p, penalty), moved.T).T
