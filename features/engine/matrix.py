"""Feature matrices: every catalogue column that applies to a kind of row, computed from what was known before the row's Monday."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import polars as pl

from features.catalogue.catalogue import CATALOGUE
from features.catalogue.feature import WINDOWED, Feature
from features.cohort import between, states
from features.engine.calendar import calendar_values
from features.engine.entity_weeks import ask
from features.engine.kernel import NEVER, Source, compute, spread, write
from features.engine.row_kinds import MatrixRows, dispute_rows, place_rows, service_rows
from features.engine.sources import (
    AREA,
    ENTITY_COLUMN,
    FIRST_DISPUTE,
    HISTORY,
    OLD_STEPS,
    SQL,
    TOUCHED,
    UNITS_ASKED,
    read_source,
)
from pipelines.city.profile import Profile
from pipelines.warehouse.warehouse import read_frame

HANDLING_UNIT = Feature(
    name="handling_unit", label_zh="承办单位", label_en="Unit in charge", source="handling", entity="dispute",
    aggregation="last_value", measure="unit_no", unit="units", when_none=0.0, group="load",
)  # fmt: skip
"""The unit of the last known step of a dispute; the load features of a row are those of this unit."""


@dataclass(frozen=True)
class Matrix:
    """Features by row and Monday.

    Attributes:
        cohort: one row per thing and Monday, as `features.engine.row_kinds` orders them.
        values: float32 [rows, features], NaN is missing; `build_matrix` keeps it column by column.
        names: the names of the catalogue's entries these rows can ask for, in its order.
    """

    cohort: pl.DataFrame
    values: np.ndarray
    names: tuple[str, ...]

    def rows(self, keep: np.ndarray) -> "Matrix":
        """The rows selected by a mask or an index."""
        index = np.flatnonzero(keep) if keep.dtype == bool else keep
        return Matrix(self.cohort[index], self.values[index], self.names)


def build_matrix(
    con: duckdb.DuckDBPyConnection, profile: Profile, as_of_dates: Sequence[date], county: str | None = None
) -> Matrix:
    """Features of every dispute at risk on the Mondays asked for.

    Args:
        con: the warehouse; only read.
        profile: seasons, watch days, outcome.
        as_of_dates: Mondays, one or three years of them.
        county: only the rows of this county (`features.county_export`); all where None.
    """
    with states(con, profile.settings.watch_days, as_of_dates):
        return fill(con, profile, dispute_rows(con, profile, as_of_dates, county))


def build_place_matrix(
    con: duckdb.DuckDBPyConnection, profile: Profile, as_of_dates: Sequence[date], county: str | None = None
) -> Matrix:
    """Features of every township and dispute category; cohort as_of, township_code, category, county_code."""
    with states(con, profile.settings.watch_days, as_of_dates):
        return fill(con, profile, place_rows(con, profile, as_of_dates, county))


def build_service_matrix(
    con: duckdb.DuckDBPyConnection, profile: Profile, as_of_dates: Sequence[date], county: str | None = None
) -> Matrix:
    """Features of every township and service; cohort as_of, township_code, service, county_code."""
    with states(con, profile.settings.watch_days, as_of_dates):
        return fill(con, profile, service_rows(con, profile, as_of_dates, county))


def features_of(rows: MatrixRows) -> tuple[Feature, ...]:
    """The catalogue entries that apply to these rows."""
    own = {"dispute"} if "dispute" in rows.entity_kinds else set()
    return tuple(f for f in CATALOGUE if f.entity in rows.entity_kinds or f.source in {"calendar", *own})


def fill(con: duckdb.DuckDBPyConnection, profile: Profile, rows: MatrixRows) -> Matrix:
    """The matrix of these rows, with every feature that applies to them.

    Args:
        con: the warehouse, holding `states`; only read.
        profile: seasons.
        rows: what is asked about.
    """
    features = features_of(rows)
    values = np.empty((len(features), len(rows)), dtype=np.float32)
    columns = {f.name: column for f, column in zip(features, values, strict=True)}
    _own(rows, features, columns)
    _calendar(rows, features, profile, columns)
    with asked_about(con, rows) as numbers:
        _areas(con, rows, features, numbers["township"], columns)
        _windowed(con, rows, features, numbers, columns)
    return Matrix(rows.cohort, values.T, tuple(columns))


Columns = Mapping[str, np.ndarray]
"""By feature name, its column of the matrix (a view that is written once)."""


def _windowed(
    con: duckdb.DuckDBPyConnection,
    rows: MatrixRows,
    features: Sequence[Feature],
    numbers: Mapping[str, np.ndarray],
    columns: Columns,
) -> None:
    """Compute the features of every source; each source is read once."""
    asked = {entity: ask(number, rows.monday, rows.moments) for entity, number in numbers.items()}
    for source in SQL:
        wanted = [f for f in features if f.source == source and f.aggregation in WINDOWED]
        of_unit = [HANDLING_UNIT] if source == HANDLING_UNIT.source and "unit" in rows.entity_kinds else []
        needed = list(dict.fromkeys(c for f in wanted + of_unit for c in columns_of(f)))
        if not needed:
            continue
        records = Source(read_source(con, source, needed, between(rows.mondays), NEVER))
        if of_unit:
            unit = compute(of_unit, records, "dispute", asked["dispute"])[:, 0]
            asked["unit"] = ask(unit.astype(np.int64), rows.monday, rows.moments)
        for entity in dict.fromkeys(f.entity for f in wanted):
            these = [f for f in wanted if f.entity == entity]
            write(these, records, entity, asked[entity], [columns[f.name] for f in these])


def columns_of(f: Feature) -> tuple[str, ...]:
    """The columns of its source that a feature needs."""
    return (f.entity, *(column for column, _ in (*f.where, *f.among)), *([f.measure] if f.measure else []))


@contextmanager
def asked_about(con: duckdb.DuckDBPyConnection, rows: MatrixRows) -> Iterator[dict[str, np.ndarray]]:
    """A context that registers the names of the entities with their numbers, for the sources to join; yields the number of each row (0: no entity)."""
    numbers, registered = {}, []
    try:
        for entity, column in ENTITY_COLUMN.items():
            names = pl.Series([], dtype=pl.String)
            if entity == "unit":
                names = read_frame(con, UNITS_ASKED)["unit_id"]
            elif entity in rows.entity_kinds:
                names = rows.entities[column].drop_nulls().unique()
                numbers[entity] = _number(rows.entities[column])[rows.row]
            con.register(f"asked_{entity}", pl.DataFrame({"name": names.sort()}).with_row_index("no", 1))
            registered.append(f"asked_{entity}")
        span = between(rows.mondays)
        for name, query, asks in (
            ("history", HISTORY, ("first",)),
            ("old_step", OLD_STEPS, ("first",)),
            ("touched", TOUCHED, ("first", "last")),
            ("first_dispute", FIRST_DISPUTE, ()),
        ):
            con.register(name, read_frame(con, query, {moment: span[moment] for moment in asks}))
            registered.append(name)
        yield numbers
    finally:
        for name in registered:
            con.unregister(name)


def _number(names: pl.Series) -> np.ndarray:
    return names.rank("dense").cast(pl.Int64).fill_null(0).to_numpy()


def _own(rows: MatrixRows, features: Sequence[Feature], columns: Columns) -> None:
    """Features read directly from the dispute's version in force, and days from its dates to the Monday."""
    days = np.array(rows.mondays, dtype="datetime64[D]").astype(np.int64)[rows.monday]
    for f in features:
        if f.source != "dispute":
            continue
        values = _floats(rows.entities[str(f.measure)].to_physical()) / f.scale
        if f.aggregation == "attribute":
            spread(values, rows.row, columns[f.name])
        else:
            sign = {"days_since": 1, "days_until": -1}[f.aggregation]
            columns[f.name][:] = sign * (days - values[rows.row])


def _areas(
    con: duckdb.DuckDBPyConnection,
    rows: MatrixRows,
    features: Sequence[Feature],
    township: np.ndarray,
    columns: Columns,
) -> None:
    """Features of the township from the profile (population, households, urban)."""
    areas = read_frame(con, AREA)
    for f in features:
        if f.source == "area":
            by_number = np.full(rows.entities["township_code"].n_unique() + 1, np.nan)
            by_number[areas["township"].to_numpy()] = _floats(areas[str(f.measure)]) / f.scale
            spread(by_number, township, columns[f.name])


def _calendar(rows: MatrixRows, features: Sequence[Feature], profile: Profile, columns: Columns) -> None:
    for f in features:
        if f.source == "calendar":
            spread(
                calendar_values(f.name, list(rows.mondays), profile.settings.seasons),
                rows.monday,
                columns[f.name],
            )


def _floats(column: pl.Series) -> np.ndarray:
    return column.cast(pl.Float64).fill_null(np.nan).to_numpy()
