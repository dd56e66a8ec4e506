"""Temporary views that hide the core tables in one session, to see other versions of the records. The warehouse file is not changed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import duckdb

from pipelines.tables.core import CORE_TABLES, happened_sql
from pipelines.warehouse.as_known import table_as_it_stands

HAPPENED = {core: happened_sql(table) for table, core in CORE_TABLES.items() if core != "core_decision"}
"""By table: the column with the time a record's event happened, for every table that features are read from."""


@contextmanager
def seen_as(con: duckdb.DuckDBPyConnection, views: Mapping[str, str]) -> Iterator[None]:
    """A context in which each table returns its query's result; the query names the real table `{main}.name`."""
    main = f'"{con.execute("select current_catalog()").fetchall()[0][0]}".main'
    for table, query in views.items():
        con.execute(f"create temp view {table} as {query.format(main=main)}")
    try:
        yield
    finally:
        for table in views:
            con.execute(f"drop view temp.{table}")


def hindsight_views() -> dict[str, str]:
    """Queries that show each record in its present version, as if it had been known when its event happened."""
    return {
        table: f"select * replace ({moment} as known_at, {moment} as first_known_at) from {table_as_it_stands(f'{{main}}.{table}')}"
        for table, moment in HAPPENED.items()
    }
