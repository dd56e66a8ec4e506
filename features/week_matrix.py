"""One Monday's matrix under the home: built once, read again while nothing it was built from has changed.

Whoever needs the week's features asks here and gets the same values, to the bit. A file stands for the
digest it carries: of the data known before the Monday, the catalogue, the profile and this code.
"""

import hashlib
import json
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from features.cohort import COHORT_COLUMNS, states
from features.engine.matrix import Matrix, fill
from features.engine.row_kinds import dispute_rows
from features.small_cells import hide_small_cells
from pipelines.city.profile import Profile
from pipelines.code_digest import code_digest
from pipelines.home import Home
from pipelines.warehouse.data_digest import data_digest
from pipelines.warehouse.warehouse import open_warehouse

DIGEST = "fengqiao_digest"
COHORT_NAMES = {name: f"cohort_{name}" for name in COHORT_COLUMNS if name not in ("as_of", "dispute_id")}
"""Column names of the cohort in the file, for columns whose name is also a feature's name."""


def week_matrix(
    con: duckdb.DuckDBPyConnection, home: Home, profile: Profile, as_of: date, known: str | None = None
) -> Matrix:
    """The features of every dispute at risk on a Monday: from the cached file where its digest matches, else computed and written.

    Args:
        con: the warehouse, holding the Monday's `states`; only read.
        home: the file is `HOME/features/<as_of>.parquet`.
        profile: of the home.
        as_of: the Monday.
        known: its `data_digest`, where it is at hand.
    """
    path, digest = week_file(home, as_of), week_digest(profile, as_of, known or data_digest(con, as_of))
    saved = _read(path, digest) if path.is_file() else None
    if saved is not None:
        return saved
    matrix = hide_small_cells(fill(con, profile, dispute_rows(con, profile, [as_of])))
    _write(path, matrix, digest)
    return matrix


def saved_week(home: Home, profile: Profile, as_of: date) -> Matrix:
    """`week_matrix` from the home's own warehouse."""
    with (
        open_warehouse(home.warehouse, read_only=True) as con,
        states(con, profile.settings.watch_days, [as_of]),
    ):
        return week_matrix(con, home, profile, as_of)


def week_file(home: Home, as_of: date) -> Path:
    """Path of a Monday's cached matrix."""
    return home.features / f"{as_of.isoformat()}.parquet"


def week_digest(profile: Profile, as_of: date, known: str) -> str:
    """Digest of everything a Monday's matrix depends on: the data known before it (`known`), the profile, the Monday and the code.

    The code is every file that this module imports: features, and the SQL of the warehouse they are read by.
    """
    made_from = [known, profile.settings.model_dump_json(), as_of.isoformat(), code_digest(__name__)]
    return hashlib.sha256(json.dumps(made_from).encode()).hexdigest()


def _write(path: Path, matrix: Matrix, digest: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    values = pl.from_numpy(matrix.values, schema=list(matrix.names))
    partial = path.with_suffix(".partial")
    matrix.cohort.rename(COHORT_NAMES).hstack(values).write_parquet(partial, metadata={DIGEST: digest})
    partial.replace(path)


def _read(path: Path, digest: str) -> Matrix | None:
    """The cached matrix, or None where its digest differs or the file is damaged."""
    try:
        if pl.read_parquet_metadata(path).get(DIGEST) != digest:
            return None
        frame = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError):
        return None
    at = len(COHORT_COLUMNS)
    cohort = frame[:, :at].rename({saved: name for name, saved in COHORT_NAMES.items()})
    values = np.ascontiguousarray(frame[:, at:].to_numpy(), np.float32)
    return Matrix(cohort, values, tuple(frame.columns[at:]))
