"""The input of a learner: the catalogue's numbers and the cohort's codes, for chosen rows.

Codes become whole numbers by the levels that were there when the model was trained; a code that came up
later counts as missing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from features.engine.matrix import Matrix
from models.escalation.calibration import codes_of

CODED = ("category", "channel", "relation")
"""Columns of the cohort that learners use as unordered codes.

A place is none of them: it enters by what was recorded there, never by its name (docs/decisions/places.md)."""

BLOCK_ROWS = 1 << 16

Levels = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Design:
    """A matrix with its coded columns appended; rows are copied only when `rows` is called.

    Attributes:
        codes: float32 [n, len(CODED)], NaN for missing or unknown.
        n_levels: number of levels of each coded column.
    """

    matrix: Matrix
    codes: np.ndarray
    n_levels: tuple[int, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The catalogue's names, then `CODED`."""
        return (*self.matrix.names, *CODED)

    @property
    def n_numbers(self) -> int:
        """Number of numeric columns; they come first."""
        return len(self.matrix.names)

    def rows(self, index: np.ndarray) -> np.ndarray:
        """float32 [len(index), len(names)]; missing is NaN."""
        taken = np.empty((len(index), len(self.names)), dtype=np.float32)
        taken[:, : self.n_numbers] = self.matrix.values[index]
        taken[:, self.n_numbers :] = self.codes[index]
        return taken

    def in_blocks(self, index: np.ndarray, work: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """`work` applied to `rows(index)` block by block, to limit memory; [len(index)]."""
        blocks = [index[at : at + BLOCK_ROWS] for at in range(0, len(index), BLOCK_ROWS)]
        return np.concatenate([work(self.rows(block)) for block in blocks]) if blocks else np.zeros(0)


def levels_of(cohort: pl.DataFrame) -> dict[str, tuple[str, ...]]:
    """The codes that occur in each column of `CODED`, sorted."""
    return {name: tuple(cohort[name].drop_nulls().unique().sort().to_list()) for name in CODED}


def design(matrix: Matrix, levels: Levels) -> Design:
    """The matrix with coded columns numbered by `levels`."""
    codes = np.column_stack([codes_of(matrix.cohort[name], levels[name]) for name in CODED])
    return Design(
        matrix,
        np.where(codes < 0, np.nan, codes).astype(np.float32),
        tuple(len(levels[name]) for name in CODED),
    )
