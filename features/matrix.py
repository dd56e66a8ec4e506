"""The feature matrix: every catalogue column for every dispute at risk on the Mondays asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import polars as pl

from features.calendar import calendar_values
from features.catalogue import CATALOGUE
from features.cohort import COHORT_COLUMNS, at_risk
from features.kernel import ask, compute, history, number_entities
from features.sources import ENTITY_COLUMN, SQL
from pipelines.profile import Profile
from pipelines.warehouse import read_frame


@dataclass(frozen=True)
class Matrix:
    """Features by dispute and Monday.

    Attributes:
        cohort: one row per (as_of, dispute_id), sorted by them; columns `COHORT_COLUMNS`.
        values: float32 [rows, features], NaN is missing.
        names: the catalogue's names, in its order.
    """

    cohort: pl.DataFrame
    values: np.ndarray
    names: tuple[str, ...]

    def rows(self, keep: np.ndarray) -> "Matrix":
        """The rows a mask or index takes."""
        index = np.flatnonzero(keep) if keep.dtype == bool else keep
        return Matrix(self.cohort[index], self.values[index], self.names)


def build_matrix(con: duckdb.DuckDBPyConnection, profile: Profile, as_of_dates: Sequence[date]) -> Matrix:
    """Compute every catalogue column from what was known before each Monday.

    Args:
        con: the warehouse; only read.
        profile: seasons, watch days, outcome.
        as_of_dates: Mondays, one or three years of them.
    """
    cohort = at_risk(con, profile, as_of_dates)
    values = np.full((len(cohort), len(CATALOGUE)), np.nan, dtype=np.float32)
    _own(values, cohort, profile)
    for source, query in SQL.items():
        frame = read_frame(con, query)
        for entity in dict.fromkeys(f.entity for f in CATALOGUE if f.source == source):
            column = ENTITY_COLUMN[entity]
            in_source, in_cohort = number_entities(frame[column], cohort[column])
            past, asked = history(frame, in_source), ask(in_cohort, cohort["as_of"])
            for at, feature in enumerate(CATALOGUE):
                if feature.source == source and feature.entity == entity:
                    values[:, at] = compute(feature, past, asked)[asked.row]
    return Matrix(cohort.select(COHORT_COLUMNS), values, tuple(f.name for f in CATALOGUE))


def _own(values: np.ndarray, cohort: pl.DataFrame, profile: Profile) -> None:
    """Fill in the attributes of the dispute's version in force and the calendar of its Monday."""
    mondays = cohort["as_of"].unique().sort()
    which = cohort["as_of"].rank("dense").cast(pl.Int64).to_numpy() - 1
    for at, feature in enumerate(CATALOGUE):
        if feature.aggregation == "attribute":
            column = cohort[str(feature.measure)].cast(pl.Float64)
            values[:, at] = column.fill_null(float("nan")).to_numpy()
        elif feature.aggregation == "calendar" and len(cohort):
            values[:, at] = calendar_values(feature.name, mondays.to_list(), profile)[which]
