"""The linear part of the model: a penalised logistic regression, blended with the trees.

A few hundred outcomes among a hundred and fifty columns are soon spent by trees on finding which columns matter;
weights drawn to zero share them out (docs/decisions/blend.md). Numbers are imputed by their median, squeezed by a
signed logarithm and scaled; codes are indicators. A weight never goes against the catalogue's sign.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.escalation.calibration import sigmoid

PENALTY = 1000.0
"""Inverse variance of the normal prior of the weights; it is strong because the weeks of one dispute are nearly copies."""
MAX_STEPS = 30
CURVED_STEPS = 4
"""Number of Newton steps that compute the Hessian anew; later steps reuse it, because it is the most expensive part."""
BLOCK_ROWS = 1 << 14
ENOUGH = 1e-5
DIGITS = 6


@dataclass(frozen=True)
class Linear:
    """A linear model: log-odds of a row = base + the sum of its columns' contributions.

    Attributes:
        base: log-odds of a row that is average in every column.
        middle: what a missing number counts as, [numbers].
        mean: of the squeezed numbers, [numbers].
        spread: of the squeezed numbers, [numbers].
        weights: of the scaled numbers, [numbers].
        codes: for each coded column what each level adds, and last what a missing one adds.
    """

    base: float
    middle: np.ndarray
    mean: np.ndarray
    spread: np.ndarray
    weights: np.ndarray
    codes: tuple[np.ndarray, ...]

    def log_odds(self, rows: np.ndarray) -> np.ndarray:
        """[n, columns] -> [n]."""
        return self.base + self._scaled(rows) @ self.weights + self._of_codes(rows).sum(axis=1)

    def contributions(self, rows: np.ndarray) -> np.ndarray:
        """Contribution of each column to the log-odds, [n, columns]; its mean over the training rows is zero."""
        return np.hstack([self._scaled(rows) * self.weights, self._of_codes(rows)])

    def to_numbers(self) -> dict[str, Any]:
        """The model as plain lists, for a JSON file."""
        kept = {name: getattr(self, name).tolist() for name in ("middle", "mean", "spread", "weights")}
        return kept | {"base": self.base, "codes": [added.tolist() for added in self.codes]}

    @staticmethod
    def from_numbers(numbers: dict[str, Any]) -> "Linear":
        """The inverse of `to_numbers`."""
        arrays = {name: np.array(numbers[name]) for name in ("middle", "mean", "spread", "weights")}
        codes = tuple(np.array(added) for added in numbers["codes"])
        return Linear(base=numbers["base"], codes=codes, **arrays)

    def _scaled(self, rows: np.ndarray) -> np.ndarray:
        numbers = rows[:, : len(self.weights)]
        middle, mean, spread = (each.astype(np.float32) for each in (self.middle, self.mean, self.spread))
        return (_squeezed(np.where(np.isnan(numbers), middle, numbers)) - mean) / spread

    def _of_codes(self, rows: np.ndarray) -> np.ndarray:
        coded = rows[:, len(self.weights) :]
        return np.column_stack(
            [
                added[np.where(np.isnan(column), len(added) - 1, column).astype(np.int64)]
                for column, added in zip(coded.T, self.codes, strict=True)
            ]
        )


def fit_linear(
    rows: np.ndarray,
    label: np.ndarray,
    weight: np.ndarray,
    n_levels: Sequence[int],
    signs: Sequence[int],
) -> Linear:
    """Weights fitted on rows, each of which counts `weight` times.

    Args:
        rows: numbers, then codes; missing is NaN [n, columns].
        label: whether the outcome came, bool [n].
        weight: [n].
        n_levels: number of levels of each coded column, which are the last ones.
        signs: 1 where a column may only add, -1 where it may only take away, 0 for either; [columns].
    """
    n_numbers = rows.shape[1] - len(n_levels)
    numbers = rows[:, :n_numbers]
    middle = np.array([_median(column) for column in numbers.T])
    indicators = [
        rows[:, [n_numbers + at]] == np.arange(n, dtype=np.float32) for at, n in enumerate(n_levels)
    ]
    taken = np.empty((len(rows), n_numbers + sum(n_levels) + 1), dtype=np.float32)
    np.concatenate(
        [*indicators, np.ones((len(rows), 1))], axis=1, out=taken[:, n_numbers:], casting="same_kind"
    )
    mean, spread = _standardised(numbers, middle.astype(np.float32), taken[:, :n_numbers])
    bounds = np.concatenate([np.asarray(signs[:n_numbers]), np.zeros(sum(n_levels) + 1)])
    solution = np.round(_newton(taken, label, weight, bounds), DIGITS)
    codes, base, at = [], solution[-1], n_numbers
    for n, indicator in zip(n_levels, indicators, strict=True):
        added = np.append(solution[at : at + n], 0.0)
        usual = float(indicator.mean(axis=0) @ added[:-1])
        codes.append(added - usual)
        base, at = base + usual, at + n
    return Linear(float(base), middle, mean, spread, solution[:n_numbers], tuple(codes))


def _newton(taken: np.ndarray, label: np.ndarray, weight: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    """Projected Newton steps: a weight at its bound that would cross it is fixed, the others move; the last one is the base."""
    penalty = np.append(np.full(taken.shape[1] - 1, PENALTY), 0.0)
    rate = np.average(label, weights=weight)
    theta = np.append(np.zeros(taken.shape[1] - 1), np.log(rate / (1 - rate)))
    curvature = np.diag(penalty)
    for step in range(MAX_STEPS):
        p = sigmoid(taken @ theta)
        slope = taken.T @ (weight * (p - label)) + penalty * theta
        if step < CURVED_STEPS:
            root = np.sqrt(weight * p * (1 - p)).astype(np.float32)
            half = taken * root[:, None]
            curvature = (half.T @ half).astype(np.float64) + np.diag(penalty)
        free = (bounds == 0) | (theta != 0) | (bounds * slope < 0)
        moved = theta.copy()
        moved[free] -= np.linalg.solve(curvature[np.ix_(free, free)], slope[free])
        moved = np.where(bounds * moved < 0, 0.0, moved)
        step_size, theta = np.abs(moved - theta).max(), moved
        if step_size < ENOUGH:
            break
    return theta


def _standardised(numbers: np.ndarray, middle: np.ndarray, out: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Write the squeezed and scaled numbers into `out`, block by block to spare memory.

    Returns:
        Mean and spread of each column before scaling; what never varies has spread 1.
    """
    blocks = [slice(start, start + BLOCK_ROWS) for start in range(0, len(numbers), BLOCK_ROWS)]
    total, squares = np.zeros((1, numbers.shape[1])), np.zeros((1, numbers.shape[1]))
    for block in blocks:
        out[block] = _squeezed(np.where(np.isnan(numbers[block]), middle, numbers[block]))
        total = np.concatenate([total, out[block]]).sum(axis=0, keepdims=True)
    mean = total[0] / max(1, len(numbers))
    for block in blocks:
        squares = np.concatenate([squares, np.square(out[block] - mean)]).sum(axis=0, keepdims=True)
    spread = np.sqrt(squares[0] / max(1, len(numbers)))
    spread = np.where(spread > 0, spread, 1.0)
    for block in blocks:
        out[block] = (out[block] - mean) / spread
    return mean, spread


def _median(column: np.ndarray) -> float:
    """Median of the values that are not missing; 0 where all are missing."""
    known = column[~np.isnan(column)]
    return float(np.median(known)) if len(known) else 0.0


def _squeezed(numbers: np.ndarray) -> np.ndarray:
    return np.sign(numbers) * np.log1p(np.abs(numbers))
