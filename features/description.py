"""What a matrix holds on a Monday: of each column the share missing, the range, and how much arrived too late.

A value changed later if it would have been another one had every record, as it stands today, been known the
moment it happened: the catalogue's own report of features that nobody can compute on the day.
"""

from datetime import date

import duckdb
import numpy as np
import polars as pl

from features.catalogue import feature
from features.cohort import states
from features.grains import dispute_rows, place_rows, service_rows
from features.matrix import fill
from pipelines.profile import Profile

ROWS = {"dispute": dispute_rows, "place": place_rows, "service": service_rows}


def describe(con: duckdb.DuckDBPyConnection, profile: Profile, unit: str, monday: date) -> pl.DataFrame:
    """One row per column of a unit's matrix.

    Returns:
        name, label_zh, label_en, missing (share), low, high (1st and 99th per cent; null where all is
        missing), changed_later (share of values).
    """
    with states(con, profile, [monday]):
        rows = ROWS[unit](con, profile, [monday])
        told = fill(con, profile, rows)
        later = fill(con, profile, rows, hindsight=True)
    changed = (told.values != later.values) & ~(np.isnan(told.values) & np.isnan(later.values))
    entries = [feature(name) for name in told.names]
    there = [column[~np.isnan(column)] for column in told.values.T]
    return pl.DataFrame(
        {
            "name": told.names,
            "label_zh": [entry.label_zh for entry in entries],
            "label_en": [entry.label_en for entry in entries],
            "missing": np.isnan(told.values).mean(axis=0),
            "low": [float(np.quantile(column, 0.01)) if len(column) else None for column in there],
            "high": [float(np.quantile(column, 0.99)) if len(column) else None for column in there],
            "changed_later": changed.mean(axis=0),
        }
    )
