"""Counts by cell and Monday, which both families forecast, and their rows: one per Monday and cell, cells within Monday.

What a cell is, what is counted and when it was known is each family's own (`demand.panel`, `coverage.ledger`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl


@dataclass(frozen=True)
class WeeklyCounts:
    """Counts by cell (a township and a code) and Monday.

    Attributes:
        cells: one row per cell: area_code, county_code, urban, population, and the code.
        mondays: all Mondays since the first record, ascending, without a gap.
        known: by name what became known in the week before each Monday, float64 [cells, mondays].
        actual: by name what happened within the horizon after each Monday, the same shape; NaN where that is not
            known yet.
    """

    cells: pl.DataFrame
    mondays: tuple[date, ...]
    known: dict[str, np.ndarray]
    actual: dict[str, np.ndarray]

    def positions(self, mondays: Sequence[date]) -> np.ndarray:
        """Positions of these Mondays among `mondays`; int64 [len(mondays)]."""
        return np.array([(day - self.mondays[0]).days // 7 for day in mondays], dtype=np.int64)

    def rows_of(self, mondays: Sequence[date]) -> np.ndarray:
        """Row numbers of these Mondays; int64 [len(mondays) x cells]."""
        n = len(self.cells)
        return (self.positions(mondays)[:, None] * n + np.arange(n)).ravel()

    def actual_on(self, mondays: Sequence[date], name: str) -> np.ndarray:
        """`actual[name]` of these Mondays; float64 [len(mondays) x cells]."""
        return self.actual[name][:, self.positions(mondays)].T.ravel()


def as_rows(column: np.ndarray) -> np.ndarray:
    """[cells, mondays] as one value per row, [mondays x cells]."""
    return np.ascontiguousarray(column.T).ravel()


def window_sum(weekly: np.ndarray, at: np.ndarray, weeks: int) -> np.ndarray:
    """Sum of the `weeks` weeks before each of the Mondays at these positions; [cells, len(at)]."""
    upto = running_total(weekly)
    return upto[:, at + 1] - upto[:, np.maximum(at + 1 - weeks, 0)]


def running_total(weekly: np.ndarray) -> np.ndarray:
    """Running sum along the weeks, with a zero before it; [..., weeks + 1]."""
    return np.concatenate([np.zeros((*weekly.shape[:-1], 1)), np.cumsum(weekly, axis=-1)], axis=-1)
