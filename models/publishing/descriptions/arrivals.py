"""`arrivals.parquet`: the number of records that became known each week, and their delay."""

import duckdb
import polars as pl

from pipelines.tables.core import CORE_TABLES, core_key, happened_sql
from pipelines.warehouse.warehouse import read_frame

WEEKS = 26
_TABLES = ("disputes", "dispute_events", "outcomes", "grid_reports")
_ONE = """
    select '{table}' as input_table, date_trunc('week', known_at)::date as week, count(*) as records,
        quantile_cont(late, 0.5) as late_days, quantile_cont(late, 0.9) as late_days_90,
        count(*) filter (late > 7) / count(*) as late_share
    from (
        select first_known_at as known_at, greatest(date_diff('second', {happened}, first_known_at), 0) / 86400.0 as late
        from {core} where first_known_at < $as_of::timestamp and first_known_at >= $as_of::timestamp - to_days({days})
        qualify row_number() over (partition by {key} order by known_at) = 1)
    group by week
"""


def arrivals(con: duckdb.DuckDBPyConnection, as_of: object) -> pl.DataFrame:
    """One row per input table and week (its Monday) of the last 26, oldest first.

    Returns:
        input_table, week, records; late_days (half were known so many days after they happened),
        late_days_90 (nine in ten), late_share (more than a week after).
    """
    parts = [
        _ONE.format(
            table=table,
            core=CORE_TABLES[table],
            key=", ".join(core_key(table)),
            happened=happened_sql(table),
            days=WEEKS * 7,
        )
        for table in _TABLES
    ]
    return read_frame(con, " union all ".join(parts) + " order by input_table, week", {"as_of": as_of})
