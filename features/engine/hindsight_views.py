"""The core tables seen otherwise for a while, by views of the session that hide them; the warehouse file is not touched."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import duckdb

from pipelines.tables.core import CORE_TABLES, happened_sql
from pipelines.warehouse.as_known import table_as_it_stands

HAPPENED = {core: happened_sql(table) for table, core in CORE_TABLES.items() if core != "core_decision"}
"""When what a record tells had happened, of every table that features are read from."""


@contextmanager
def seen_as(con: duckdb.DuckDBPyConnection, views: Mapping[str, str]) -> Iterator[None]:
    """Inside, each table is what its query gives, in which the tables themselves are called `{main}.name`."""
    main = f'"{con.execute("select current_catalog()").fetchall()[0][0]}".main'
    for table, query in views.items():
        con.execute(f"create temp view {table} as {query.format(main=main)}")
    try:
        yield
    finally:
        for table in views:
            con.execute(f"drop view temp.{table}")


def hindsight_views() -> dict[str, str]:
    """Views in which every record, as it stands today, was known the moment it happened."""
    return {
        table: f"select * replace ({moment} as known_at, {moment} as first_known_at) from {table_as_it_stands(f'{{main}}.{table}')}"
        for table, moment in HAPPENED.items()
    }
