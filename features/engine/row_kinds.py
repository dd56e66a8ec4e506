"""Kinds of matrix rows: a dispute at risk, a township and category, or a township and service; each on a Monday."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import duckdb
import numpy as np
import polars as pl

from features.cohort import cohort_rows, expand, stretches
from pipelines.city.profile import Profile
from pipelines.warehouse.warehouse import read_frame


@dataclass(frozen=True)
class MatrixRows:
    """The rows of a matrix; attributes of an entity are stored once, not once per Monday.

    Attributes:
        entities: one row per thing, with the columns of `ENTITY_COLUMN` and the attributes it has.
        row: for each row of the cohort its row of `entities`; int32 [n].
        monday: for each row of the cohort the number of its Monday; int16 [n].
        mondays: ascending.
        entity_kinds: whose records may be asked about.
    """

    entities: pl.DataFrame
    row: np.ndarray
    monday: np.ndarray
    mondays: tuple[date, ...]
    entity_kinds: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.row)

    @cached_property
    def cohort(self) -> pl.DataFrame:
        """One row per thing and Monday, ordered by Monday."""
        if "dispute_id" in self.entities.columns:
            return cohort_rows(self.entities, self.mondays, self.row, self.monday)
        own = [
            name
            for name in ("township_code", "category", "service", "county_code")
            if name in self.entities.columns
        ]
        as_of = pl.Series("as_of", self.mondays, dtype=pl.Date)[self.monday]
        return self.entities.select(own)[self.row].insert_column(0, as_of)

    def take(self, index: np.ndarray) -> "MatrixRows":
        """Some of the rows, with only the things and Mondays that are left; `index` ascends, int [m]."""
        used, row = np.unique(self.row[index], return_inverse=True)
        days, monday = np.unique(self.monday[index], return_inverse=True)
        return MatrixRows(
            self.entities[used],
            row.astype(np.int32),
            monday.astype(np.int16),
            tuple(self.mondays[day] for day in days),
            self.entity_kinds,
        )

    @property
    def moments(self) -> np.ndarray:
        """Seconds since 1970 of the Mondays."""
        return np.array(self.mondays, dtype="datetime64[s]").astype(np.int64)


NOWHERE = "none"
"""Stands for the county of disputes registered at the city level."""


def dispute_rows(
    con: duckdb.DuckDBPyConnection, profile: Profile, as_of_dates: Sequence[date], county: str | None = None
) -> MatrixRows:
    """Disputes at risk, of one county or all, ordered by as_of, dispute_id; columns `COHORT_COLUMNS`."""
    entities = _in_county(stretches(con, profile, as_of_dates), county)
    row, monday = expand(entities, as_of_dates)
    kinds = ("dispute", "pair", "unit", "grid", "village", "township", "county", "township_category")
    return MatrixRows(entities, row, monday, tuple(sorted(set(as_of_dates))), kinds)


def place_rows(
    con: duckdb.DuckDBPyConnection, profile: Profile, as_of_dates: Sequence[date], county: str | None = None
) -> MatrixRows:
    """Every township and dispute category, ordered by as_of, township_code, category."""
    return _township_rows(con, "category", profile.codes_of_kind("dispute"), as_of_dates, county)


def service_rows(
    con: duckdb.DuckDBPyConnection, profile: Profile, as_of_dates: Sequence[date], county: str | None = None
) -> MatrixRows:
    """Every township and service, ordered by as_of, township_code, service."""
    return _township_rows(con, "service", profile.codes_of_kind("service"), as_of_dates, county)


def _in_county(entities: pl.DataFrame, county: str | None) -> pl.DataFrame:
    return entities if county is None else entities.filter(pl.col("county_code").fill_null(NOWHERE) == county)


def _township_rows(
    con: duckdb.DuckDBPyConnection,
    kind: str,
    codes: list[str],
    as_of_dates: Sequence[date],
    county: str | None,
) -> MatrixRows:
    townships = read_frame(
        con,
        "select area_code as township_code, county_code from core_area where tier = 'township' order by 1",
    )
    entities = (
        _in_county(townships, county)
        .join(pl.DataFrame({kind: sorted(codes)}, schema={kind: pl.String}), how="cross")
        .with_columns(pl.format("{}|{}", "township_code", kind).alias(f"township_{kind}"))
    )
    mondays = tuple(sorted(set(as_of_dates)))
    row = np.tile(np.arange(len(entities), dtype=np.int32), len(mondays))
    monday = np.repeat(np.arange(len(mondays), dtype=np.int16), len(entities))
    return MatrixRows(entities, row, monday, mondays, ("township", "county", f"township_{kind}"))


ROWS = {"dispute": dispute_rows, "place": place_rows, "service": service_rows}
"""Kind of row to the function that makes its rows."""
KEY = {
    "dispute": ("dispute_id",),
    "place": ("township_code", "category"),
    "service": ("township_code", "service"),
}
"""Kind of row to the columns that, with the Monday, identify a row."""
