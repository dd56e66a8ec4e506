"""The DuckDB warehouse: its tables and how it is opened. How its past is read: `as_known`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import duckdb
import polars as pl

from pipelines.cores import usable_cores
from pipelines.errors import FengqiaoError
from pipelines.memory import usable_memory
from pipelines.tables.bookkeeping import bookkeeping_ddl
from pipelines.tables.core import core_ddl
from pipelines.warehouse.migrations import migrate, refuse_newer, refuse_older

DDL = f"{core_ddl()}\n{bookkeeping_ddl()}"
"""Makes every table of the warehouse where it is missing."""

PATIENCE_SECONDS = 600
"""How long a run waits for another that has the warehouse open."""


@contextmanager
def open_warehouse(path: Path | str, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse, its tables in place. `:memory:` gives an empty one for tests.

    Raises:
        FengqiaoError: another run still has it open after ten minutes, a later release has written it, or
            it must be brought up to date before it can be read.
    """
    con = _connect(path, read_only)
    try:
        refuse_newer(con)
        if read_only:
            refuse_older(con)
        else:
            migrate(con, DDL)
        yield con
    finally:
        con.close()


def read_frame(con: duckdb.DuckDBPyConnection, query: str, parameters: object = None) -> pl.DataFrame:
    """The result of a query as a Polars frame."""
    frame = pl.from_arrow(con.sql(query, params=parameters).to_arrow_table())
    assert isinstance(frame, pl.DataFrame)
    return frame


def read_row(con: duckdb.DuckDBPyConnection, query: str, parameters: object = None) -> tuple[Any, ...]:
    """The only row of a query that always gives one, with nothing left open on the connection."""
    return con.execute(query, parameters).fetchall()[0]


def data_until(con: duckdb.DuckDBPyConnection, before: date | datetime | None = None) -> datetime | None:
    """The newest known time of any dispute, step, outcome or report (`before` a day or moment); None where there is none."""
    return read_row(
        con,
        """
        select max(known_at) from (
            select known_at from core_dispute union all select known_at from core_dispute_event
            union all select known_at from core_outcome union all select known_at from core_grid_report)
        where $before is null or known_at < $before
        """,
        {"before": before},
    )[0]


def first_monday_after(moment: datetime) -> date:
    """The first Monday whose 00:00 lies after the moment.

    >>> first_monday_after(datetime(2025, 12, 28, 23, 59))
    datetime.date(2025, 12, 29)
    >>> first_monday_after(datetime(2025, 12, 29, 0, 0))
    datetime.date(2026, 1, 5)
    """
    monday = moment.date() - timedelta(days=moment.weekday())
    return monday if datetime.combine(monday, time()) > moment else monday + timedelta(days=7)


def _connect(path: Path | str, read_only: bool) -> duckdb.DuckDBPyConnection:
    until = monotonic() + PATIENCE_SECONDS
    ordered = {
        "preserve_insertion_order": True,
        "threads": usable_cores(),
        "memory_limit": f"{usable_memory() // 2 >> 20}MiB",
    }
    while True:
        try:
            con = duckdb.connect(str(path), read_only=read_only, config=ordered)
            if not read_only and str(path) != ":memory:":
                Path(path).chmod(0o600)  # it holds exact counts of the care services
            return con
        except duckdb.IOException as problem:
            if "lock" not in str(problem):
                raise
            if monotonic() > until:
                raise FengqiaoError(
                    f"{path} is open in another run; wait until that has finished, then run again"
                ) from None
            sleep(0.2)
