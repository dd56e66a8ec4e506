"""What a matrix holds on a Monday: of each column the share missing, the range, and how much arrived too late.

A value changed later if it would have been another one had every record, as it stands today, been known the
moment it happened: the catalogue's own report of features that nobody can compute on the day.
"""

from dataclasses import replace
from datetime import date
from typing import Any

import duckdb
import numpy as np
import polars as pl

from features.catalogue.builders import where
from features.catalogue.catalogue import CATALOGUE, feature
from features.catalogue.feature import STOCKS, Feature
from features.cohort import between, states
from features.engine.hindsight_views import hindsight_views, seen_as
from features.engine.kernel import NEVER, Source
from features.engine.matrix import Matrix, asked_about, columns_of, features_of, fill
from features.engine.row_kinds import KEY, ROWS, MatrixRows
from features.engine.sources import SQL, read_source
from pipelines.city.profile import Profile

DAY_SECONDS = 86400
_CLOSINGS: dict[str, Any] = {"source": "handling", "where": where(event_type=("closed", "reopened"))}
ARRIVES_WITH = {"dispute": {"source": "registrations", "entity": "county"}} | dict.fromkeys(STOCKS, _CLOSINGS)
"""For a source without its own arrival times: the records whose arrival stands for it."""


def describe(con: duckdb.DuckDBPyConnection, profile: Profile, unit: str, monday: date) -> pl.DataFrame:
    """One row per column of a unit's matrix.

    Args:
        con: the warehouse; only read.
        profile: of the home.
        unit: what a row is, a key of `ROWS`.
        monday: far enough back for what was late to have arrived.

    Returns:
        name, label_zh, label_en, missing (share), low, high (1st and 99th per cent; null where all is missing),
        arrival_days (within which nine of ten of the records that make the column were known after they happened;
        null where no record makes it), changed_later (share of the values of rows that are asked about either way).
    """
    with states(con, profile.settings.watch_days, [monday]):
        rows = ROWS[unit](con, profile, [monday])
        on_time = fill(con, profile, rows)
        arrival = _arrival_days(con, rows)
    with seen_as(con, hindsight_views()), states(con, profile.settings.watch_days, [monday]):
        later = fill(con, profile, ROWS[unit](con, profile, [monday]))
    entries = [feature(name) for name in on_time.names]
    there = [column[~np.isnan(column)] for column in on_time.values.T]
    return pl.DataFrame(
        {
            "name": on_time.names,
            "label_zh": [entry.label_zh for entry in entries],
            "label_en": [entry.label_en for entry in entries],
            "missing": np.isnan(on_time.values).mean(axis=0),
            "low": [_value_at(column, 0.01) for column in there],
            "high": [_value_at(column, 0.99) for column in there],
            "arrival_days": [arrival.get(name) for name in on_time.names],
            "changed_later": _changed(on_time, later, [*KEY[unit]]),
        }
    )


def describe_all(con: duckdb.DuckDBPyConnection, profile: Profile, monday: date) -> pl.DataFrame:
    """One row per catalogue entry, in its order, described by the first kind of matrix row that has it; columns of `describe`."""
    described = pl.concat([describe(con, profile, unit, monday) for unit in ROWS]).unique(
        "name", keep="first"
    )
    return pl.DataFrame({"name": [f.name for f in CATALOGUE]}).join(
        described, on="name", maintain_order="left"
    )


def _changed(on_time: Matrix, later: Matrix, key: list[str]) -> np.ndarray:
    """For each column, the share of values that differ between the two matrices, over the rows that both contain; float64 [features]."""
    one, other = (
        m.cohort.select(key).with_row_index(name) for m, name in ((on_time, "one"), (later, "other"))
    )
    both = one.join(other, on=key)
    before, after = on_time.values[both["one"].to_numpy()], later.values[both["other"].to_numpy()]
    return ((before != after) & ~(np.isnan(before) & np.isnan(after))).mean(axis=0)


def _arrival_days(con: duckdb.DuckDBPyConnection, rows: MatrixRows) -> dict[str, float | None]:
    """By feature, the number of days within which 90 % of its records were known."""
    days_of: dict[str, float | None] = {}
    by_source: dict[str, list[Feature]] = {}
    for f in map(_records_of, features_of(rows)):
        by_source.setdefault(f.source, []).append(f)
    with asked_about(con, rows):
        for source in by_source.keys() & SQL.keys():
            columns = dict.fromkeys(c for f in by_source[source] for c in columns_of(f))
            records = Source(
                read_source(con, source, [*columns, "happened_at"], between(rows.mondays), NEVER)
            )
            days = (records.column("first") - records.column("happened_at") // 1_000_000) / DAY_SECONDS
            for f in by_source[source]:
                of_it = days[records.taken(f.among + f.where, f.measure) & (records.column(f.entity) > 0)]
                days_of |= {f.name: _value_at(of_it, 0.9)}
    return days_of


def _value_at(values: np.ndarray, share: float) -> float | None:
    """The quantile at `share`; None for an empty array."""
    return float(np.quantile(values, share, method="nearest")) if len(values) else None


def _records_of(f: Feature) -> Feature:
    """A feature that counts the records from which `f` is computed."""
    if f.source not in ARRIVES_WITH:
        return f
    return replace(f, aggregation="count", measure=None, weeks=52, **ARRIVES_WITH[f.source])
