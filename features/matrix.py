"""The feature matrices: every catalogue column that a row can ask for, from what was known before its Monday."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import polars as pl

from features.calendar import calendar_values
from features.catalogue import CATALOGUE
from features.cohort import between, states
from features.feature import WINDOWED, Feature
from features.grains import Rows, dispute_rows, place_rows, service_rows
from features.kernel import CHUNK, NEVER, Source, ask, compute
from features.sources import AREA, ENTITY_COLUMN, FIRST_DISPUTE, SQL, read_source
from pipelines.profile import Profile
from pipelines.warehouse import read_frame

HANDLING_UNIT = Feature(
    name="handling_unit", label_zh="承办单位", label_en="Unit in charge", source="handling", entity="dispute",
    aggregation="last_value", measure="unit_no", unit="units", when_none=0.0, group="load",
)  # fmt: skip
"""The unit that took the last step known: whose load a dispute's row asks about."""


@dataclass(frozen=True)
class Matrix:
    """Features by row and Monday.

    Attributes:
        cohort: one row per thing and Monday, as `features.grains` orders them.
        values: float32 [rows, features], NaN is missing.
        names: the names of the catalogue's entries these rows can ask for, in its order.
    """

    cohort: pl.DataFrame
    values: np.ndarray
    names: tuple[str, ...]

    def rows(self, keep: np.ndarray) -> "Matrix":
        """The rows a mask or index takes."""
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
        county: only the rows of this county (`features.partitions`); all where None.
    """
    with states(con, profile, as_of_dates):
        return fill(con, profile, dispute_rows(con, profile, as_of_dates, county))


def build_place_matrix(
    con: duckdb.DuckDBPyConnection, profile: Profile, as_of_dates: Sequence[date], county: str | None = None
) -> Matrix:
    """Features of every township and dispute category; cohort as_of, township_code, category, county_code."""
    with states(con, profile, as_of_dates):
        return fill(con, profile, place_rows(con, profile, as_of_dates, county))


def build_service_matrix(
    con: duckdb.DuckDBPyConnection, profile: Profile, as_of_dates: Sequence[date], county: str | None = None
) -> Matrix:
    """Features of every township and service; cohort as_of, township_code, service, county_code."""
    with states(con, profile, as_of_dates):
        return fill(con, profile, service_rows(con, profile, as_of_dates, county))


def features_of(rows: Rows) -> tuple[Feature, ...]:
    """The entries of the catalogue that these rows can ask for."""
    own = {"dispute"} if "dispute" in rows.entities else set()
    return tuple(f for f in CATALOGUE if f.entity in rows.entities or f.source in {"calendar", *own})


def fill(con: duckdb.DuckDBPyConnection, profile: Profile, rows: Rows, *, hindsight: bool = False) -> Matrix:
    """Compute every feature of some rows.

    Args:
        con: the warehouse, holding `states`; only read.
        profile: seasons.
        rows: what is asked about.
        hindsight: take windowed records as they stand today from the moment they happened. This is
            feature: it says what a value would have been had nothing arrived late (`features.description`).
    """
    features = features_of(rows)
    blocks = [_own(rows, features), _calendar(rows, features, profile)]
    with _asked(con, rows) as numbers:
        blocks.append(_areas(con, rows, features, numbers))
        blocks += _windowed(con, rows, features, numbers, hindsight)
    return Matrix(rows.cohort, _assembled(blocks, len(rows.cohort)), tuple(f.name for f in features))


def _assembled(blocks: "Sequence[Block]", n_rows: int) -> np.ndarray:
    """Side by side in the order of their columns, a chunk of rows at a time: the matrix is written once."""
    columns = np.concatenate([columns for columns, _, _ in blocks]).astype(np.int64)
    edges = np.cumsum([0, *(len(columns) for columns, _, _ in blocks)])
    order = np.argsort(columns)
    values = np.empty((n_rows, len(columns)), dtype=np.float32)
    chunk = np.empty((min(CHUNK, n_rows), len(columns)), dtype=np.float32)
    for start in range(0, n_rows, CHUNK):
        beside = chunk[: n_rows - start]
        for (_, table, row), low, high in zip(blocks, edges, edges[1:], strict=False):
            beside[:, low:high] = table[row[start : start + CHUNK]]
        np.take(beside, order, axis=1, out=values[start : start + CHUNK], mode="clip")
    return values


Block = tuple[list[int], np.ndarray, np.ndarray]
"""Columns of the matrix, a table of their distinct values, and for each row of the matrix its row of the table."""


def _windowed(
    con: duckdb.DuckDBPyConnection,
    rows: Rows,
    features: Sequence[Feature],
    numbers: dict[str, np.ndarray],
    hindsight: bool,
) -> Iterator[Block]:
    """One block per source and entity; a source is read once."""
    questions = {e: ask(number, rows.monday, rows.moments) for e, number in numbers.items()}
    for source in SQL:
        wanted = [
            (at, f) for at, f in enumerate(features) if f.source == source and f.aggregation in WINDOWED
        ]
        if not wanted:
            continue
        of_unit = source == HANDLING_UNIT.source and "unit" in rows.entities
        needed = [f for _, f in wanted] + [HANDLING_UNIT] * of_unit
        columns = list(dict.fromkeys(c for f in needed for c in columns_of(f)))
        records = Source(read_source(con, source, columns, between(rows.mondays), NEVER, hindsight))
        if of_unit:
            asked = questions["dispute"]
            unit = compute([HANDLING_UNIT], records, "dispute", asked)[asked.row, 0].astype(np.int64)
            questions["unit"] = ask(unit, rows.monday, rows.moments)
        for entity in dict.fromkeys(f.entity for _, f in wanted):
            asked = questions[entity]
            these = [at for at, f in wanted if f.entity == entity]
            yield these, compute([features[at] for at in these], records, entity, asked), asked.row


def columns_of(f: Feature) -> tuple[str, ...]:
    """The columns a feature needs of its source."""
    return (f.entity, *(column for column, _ in (*f.where, *f.among)), *([f.measure] if f.measure else []))


@contextmanager
def _asked(con: duckdb.DuckDBPyConnection, rows: Rows) -> Iterator[dict[str, np.ndarray]]:
    """Number the names asked about, for the sources to join; gives the number of each row, 0 for no name."""
    numbers, registered = {}, []
    try:
        for entity, column in ENTITY_COLUMN.items():
            names = pl.Series([], dtype=pl.String)
            if entity == "unit":
                names = read_frame(
                    con, "select distinct unit_id from core_dispute_event where unit_id is not null"
                )["unit_id"]
            elif entity in rows.entities:
                names = rows.held[column].drop_nulls().unique()
                numbers[entity] = _number(rows.held[column])[rows.row]
            con.register(f"asked_{entity}", pl.DataFrame({"name": names.sort()}).with_row_index("no", 1))
            registered.append(f"asked_{entity}")
        con.register("first_dispute", read_frame(con, FIRST_DISPUTE, {"last": between(rows.mondays)["last"]}))
        registered.append("first_dispute")
        yield numbers
    finally:
        for name in registered:
            con.unregister(name)


def _number(names: pl.Series) -> np.ndarray:
    return names.rank("dense").cast(pl.Int64).fill_null(0).to_numpy()


def _own(rows: Rows, features: Sequence[Feature]) -> Block:
    """What stands in the version of the dispute in force, and days from its dates."""
    days = np.array(rows.mondays, dtype="datetime64[D]").astype(np.int64)
    columns = [at for at, f in enumerate(features) if f.source == "dispute"]
    table = np.empty((len(rows.cohort), len(columns)), dtype=np.float32)
    for to, at in enumerate(columns):
        held = rows.held[str(features[at].measure)]
        value = (
            (held.to_physical() if held.dtype == pl.Date else held)
            .cast(pl.Float64)
            .fill_null(np.nan)
            .to_numpy()
        )
        sign = {"attribute": 0, "days_since": 1, "days_until": -1}[features[at].aggregation]
        own = value.astype(np.float32)[rows.row] if not sign else sign * (days[rows.monday] - value[rows.row])
        table[:, to] = own / features[at].scale
    return columns, table, np.arange(len(rows.cohort))


def _areas(
    con: duckdb.DuckDBPyConnection,
    rows: Rows,
    features: Sequence[Feature],
    numbers: Mapping[str, np.ndarray],
) -> Block:
    """What the profile says of the township."""
    areas = read_frame(con, AREA)
    columns = [at for at, f in enumerate(features) if f.source == "area"]
    table = np.full((rows.held["township_code"].n_unique() + 1, len(columns)), np.nan, dtype=np.float32)
    for to, at in enumerate(columns):
        value = areas[str(features[at].measure)].cast(pl.Float64).fill_null(np.nan).to_numpy()
        table[areas["township"].to_numpy(), to] = value / features[at].scale
    return columns, table, numbers["township"]


def _calendar(rows: Rows, features: Sequence[Feature], profile: Profile) -> Block:
    columns = [at for at, f in enumerate(features) if f.source == "calendar"]
    values = [calendar_values(features[at].name, list(rows.mondays), profile) for at in columns]
    return columns, np.column_stack(values).astype(np.float32), rows.monday
