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
from pipelines.tables.core import core_ddl
from pipelines.warehouse.migrations import migrate, refuse_newer, refuse_older

DDL = f"""
{core_ddl()}
create table if not exists intake_file (
    file_id text not null, file_name text not null, table_name text not null, encoding text, n_read bigint not null,
    n_loaded bigint not null, n_quarantined bigint not null, n_duplicate bigint not null, n_unchanged bigint not null,
    primary key (file_id, table_name));
create table if not exists quarantine (
    file_id text not null, file_name text not null, table_name text not null, line bigint not null,
    rules text[] not null, row_json text not null, record_key text);
create table if not exists intake_reading (file_id text primary key, fingerprint text not null);
create table if not exists visit_count (
    file_id text not null, township_code text not null, service text not null, week date not null,
    due bigint not null, done bigint not null);
create table if not exists kept_visit (
    file_id text not null, township_code text not null, service text not null, week date not null,
    hash ubigint not null, nth bigint not null, done boolean not null);
create table if not exists held_flag (dispute_id text not null, flag text not null, told_at timestamp, file_id text not null);
create table if not exists whole_export (
    file_id text not null, source text not null, table_name text not null, moment timestamp not null);
create table if not exists source_column (
    file_id text not null, source text not null, table_name text not null, contract_column text not null);
create table if not exists dispute_pair (
    dispute_id text not null, earlier_id text not null, probability double not null, evidence text not null,
    primary key (dispute_id, earlier_id));
create table if not exists dispute_link (
    dispute_id text primary key, same_as text not null, linked_at timestamp not null);
create table if not exists erased_dispute (dispute_hash text primary key);
create table if not exists intake_setting (name text primary key, value text not null);
"""

FLAGGED = """(select dispute_id from held_flag f where not exists (
    select 1 from core_dispute c where c.dispute_id = f.dispute_id and c.known_at > f.told_at and case f.flag
        when 'minor' then c.minor_involved = false else c.scale = '01' end))"""
"""Disputes that a held row calls a minor's or collective, and no later version calls otherwise: not ranked (boundary 12)."""

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


def data_until(con: duckdb.DuckDBPyConnection, before: date | None = None) -> datetime | None:
    """The newest known time of any dispute, step, outcome or report (`before` a day); None where there is none."""
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
    ordered = {"preserve_insertion_order": True, "threads": usable_cores()}
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
