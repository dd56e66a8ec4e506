"""The matured past that a training or a backtest works on: its rows, their labels, and how many rows it was chosen from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl

from features.engine.matrix import Matrix
from models.escalation.design_matrix import CODED
from models.protocol.hash_random import dispute_hash

DAYS_TO_DUE = "days_to_due"
"""The feature that a dispute without a deadline lacks."""


@dataclass(frozen=True)
class History:
    """Rows by Monday and dispute: all of them from `complete_from` on, before it those a training may keep.

    Attributes:
        matrix: features of the rows; `values` may lie in a file and be read as they are asked for.
        labels: `label_cohort` of the same rows.
        sealed: the simulator's truth, if these are simulated data.
        at_risk: as_of, `CODED`, n: how many rows there are, held or not, of those no warning brought to light.
        mondays: those with any row at risk, ascending.
        complete_from: the first Monday of which every row is held.
        has_deadlines: whether any dispute at risk has one.
        negative_share: share of the rows without an outcome that trains; the profile's where None.
    """

    matrix: Matrix
    labels: pl.DataFrame
    sealed: Path | None
    at_risk: pl.DataFrame
    mondays: tuple[date, ...]
    complete_from: date
    has_deadlines: bool
    negative_share: float | None = None

    @cached_property
    def hashes(self) -> np.ndarray:
        """`dispute_hash` of the rows held; uint64 [n]."""
        return dispute_hash(self.matrix.cohort["dispute_id"])

    @staticmethod
    def of(matrix: Matrix, labels: pl.DataFrame, sealed: Path | None = None) -> "History":
        """A history that holds every row at risk."""
        mondays = tuple(matrix.cohort["as_of"].unique().sort().to_list())
        rows = matrix.cohort.filter(~pl.col("found_after_warning").fill_null(False))
        counts = rows.group_by("as_of", *CODED).agg(n=pl.len().cast(pl.Int64)).sort("as_of", *CODED)
        due = DAYS_TO_DUE in matrix.names and bool(
            np.isfinite(matrix.values[:, matrix.names.index(DAYS_TO_DUE)]).any()
        )
        return History(matrix, labels, sealed, counts, mondays, mondays[0] if mondays else date.min, due)


def counts_at_risk(
    entities: pl.DataFrame, row: np.ndarray, monday: np.ndarray, mondays: Sequence[date]
) -> pl.DataFrame:
    """`History.at_risk` of rows that are kept by thing and Monday; those of things found after a warning are left out.

    Args:
        entities: one row per thing, with `CODED` and found_after_warning.
        row: for each row its thing, int [n].
        monday: for each row the number of its Monday, int [n].
        mondays: ascending.
    """
    codes = entities.select(CODED).unique().sort(CODED).with_row_index("code")
    code = entities.join(codes, on=CODED, how="left", nulls_equal=True, maintain_order="left")[
        "code"
    ].to_numpy()
    usable = ~entities["found_after_warning"].fill_null(False).to_numpy()[row]
    cells = np.bincount(
        monday[usable].astype(np.int64) * len(codes) + code[row[usable]], minlength=len(mondays) * len(codes)
    )
    filled = np.flatnonzero(cells)
    return (
        codes.drop("code")[filled % len(codes)]
        .insert_column(0, pl.Series("as_of", list(mondays), dtype=pl.Date)[filled // len(codes)])
        .with_columns(n=pl.Series(cells[filled], dtype=pl.Int64))
    )
