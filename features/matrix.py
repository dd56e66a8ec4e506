"""The feature matrices: every catalogue column that a row can ask for, from what was known before its Monday."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
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
from features.kernel import NEVER, Source, ask, compute
from features.sources import AREA, ENTITY_COLUMN, FIRST_DISPUTE, HISTORY, SQL, TOUCHED, read_source
from pipelines.profile import Profile
from pipelines.warehouse import read_frame

HANDLING_UNIT = Feature(
    name="handling_unit", label_zh="承办单位", label_en="Unit in charge", source="handling", entity="dispute",
    aggregation="last_value", measure="unit_no", unit="units", when_none=0.0, group="load",
)  # fmt: skip
"""The unit that took the last step known: whose load a dispute's row asks about."""


CHUNK = 1 << 13
"""Rows put together at a time, so that they stay in the cache."""
THREADS = 2
"""That put chunks together at once."""


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


def fill(con: duckdb.DuckDBPyConnection, profile: Profile, rows: Rows) -> Matrix:
    """Compute every feature of some rows.

    Args:
        con: the warehouse, holding `states`; only read.
        profile: seasons.
        rows: what is asked about.
    """
    features = features_of(rows)
    blocks = [*_own(rows, features), _calendar(rows, features, profile)]
    with asked_about(con, rows) as numbers:
        blocks.append(_areas(con, rows, features, numbers))
        blocks += _windowed(con, rows, features, numbers)
    return Matrix(
        rows.cohort, _assembled(blocks, features, len(rows.cohort)), tuple(f.name for f in features)
    )


Block = tuple[Sequence[Feature], np.ndarray, np.ndarray]
"""Features, a table of their distinct values, and for each row of the matrix its row of the table."""


def _assembled(blocks: Sequence[Block], features: Sequence[Feature], n_rows: int) -> np.ndarray:
    """Side by side in the order of the features, a chunk of rows at a time: the matrix is written once."""
    beside = [f.name for block, _, _ in blocks for f in block]
    order = np.array([beside.index(f.name) for f in features])
    values = np.empty((n_rows, len(features)), dtype=np.float32)

    def fill_chunk(start: int) -> None:
        here = slice(start, start + CHUNK)
        rows = [table.take(row[here], axis=0, mode="clip") for _, table, row in blocks]
        np.concatenate(rows, axis=1).take(order, axis=1, out=values[here], mode="clip")

    with ThreadPoolExecutor(THREADS) as pool:
        deque(pool.map(fill_chunk, range(0, n_rows, CHUNK)), maxlen=0)
    return values


def _windowed(
    con: duckdb.DuckDBPyConnection,
    rows: Rows,
    features: Sequence[Feature],
    numbers: dict[str, np.ndarray],
) -> list[Block]:
    """One block per entity; a source is read once."""
    asked = {entity: ask(number, rows.monday, rows.moments) for entity, number in numbers.items()}
    of_source = {s: [f for f in features if f.source == s and f.aggregation in WINDOWED] for s in SQL}
    of_entity = {
        e: [f for wanted in of_source.values() for f in wanted if f.entity == e] for e in rows.entities
    }
    tables: dict[str, np.ndarray] = {}
    for source, wanted in of_source.items():
        if not wanted:
            continue
        of_unit = source == HANDLING_UNIT.source and "unit" in rows.entities
        columns = list(dict.fromkeys(c for f in [*wanted, *[HANDLING_UNIT] * of_unit] for c in columns_of(f)))
        records = Source(read_source(con, source, columns, between(rows.mondays), NEVER))
        if of_unit:
            unit = compute([HANDLING_UNIT], records, "dispute", asked["dispute"])[asked["dispute"].row, 0]
            asked["unit"] = ask(unit.astype(np.int64), rows.monday, rows.moments)
        for entity in dict.fromkeys(f.entity for f in wanted):
            at = [at for at, f in enumerate(of_entity[entity]) if f.source == source]
            table = tables.setdefault(
                entity, np.empty((asked[entity].size, len(of_entity[entity])), np.float32)
            )
            these = [of_entity[entity][column] for column in at]
            table[:, at[0] : at[-1] + 1] = compute(these, records, entity, asked[entity])
    return [(of_entity[entity], table, asked[entity].row) for entity, table in tables.items()]


def columns_of(f: Feature) -> tuple[str, ...]:
    """The columns a feature needs of its source."""
    return (f.entity, *(column for column, _ in (*f.where, *f.among)), *([f.measure] if f.measure else []))


@contextmanager
def asked_about(con: duckdb.DuckDBPyConnection, rows: Rows) -> Iterator[dict[str, np.ndarray]]:
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
        span = between(rows.mondays)
        for name, query, asks in (
            ("history", HISTORY, ("first",)),
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


def _own(rows: Rows, features: Sequence[Feature]) -> list[Block]:
    """What stands in the version of the dispute in force, and days from its dates to the Monday."""
    days = np.array(rows.mondays, dtype="datetime64[D]").astype(np.int64)[rows.monday]
    attributes = [f for f in features if f.source == "dispute" and f.aggregation == "attribute"]
    spans = [f for f in features if f.source == "dispute" and f.aggregation != "attribute"]
    held = {f: _floats(rows.held[str(f.measure)].to_physical()) / f.scale for f in (*attributes, *spans)}
    sign = {"days_since": 1, "days_until": -1}
    since = [sign[f.aggregation] * (days - held[f][rows.row]) for f in spans]
    return [
        (attributes, _table([held[f] for f in attributes], len(rows.held)), rows.row),
        (spans, _table(since, len(days)), np.arange(len(days))),
    ]


def _areas(
    con: duckdb.DuckDBPyConnection,
    rows: Rows,
    features: Sequence[Feature],
    numbers: Mapping[str, np.ndarray],
) -> Block:
    """What the profile says of the township."""
    areas = read_frame(con, AREA)
    told = [f for f in features if f.source == "area"]
    table = np.full((rows.held["township_code"].n_unique() + 1, len(told)), np.nan, dtype=np.float32)
    for column, f in zip(table.T, told, strict=True):
        column[areas["township"].to_numpy()] = _floats(areas[str(f.measure)]) / f.scale
    return told, table, numbers["township"]


def _calendar(rows: Rows, features: Sequence[Feature], profile: Profile) -> Block:
    told = [f for f in features if f.source == "calendar"]
    values = [calendar_values(f.name, list(rows.mondays), profile) for f in told]
    return told, _table(values, len(rows.mondays)), rows.monday


def _floats(column: pl.Series) -> np.ndarray:
    return column.cast(pl.Float64).fill_null(np.nan).to_numpy()


def _table(columns: Sequence[np.ndarray], n_rows: int) -> np.ndarray:
    """Columns side by side as float32; there may be none."""
    table = np.empty((n_rows, len(columns)), dtype=np.float32)
    for to, column in zip(table.T, columns, strict=True):
        to[:] = column
    return table
