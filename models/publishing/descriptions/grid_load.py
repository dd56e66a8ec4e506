"""`grid_load.parquet`: number of grid reports by county, and the share answered and handled in time."""

import duckdb
import polars as pl

from models.publishing.descriptions.share_intervals import wilson
from pipelines.warehouse.warehouse import read_frame

RECENT_DAYS, YEAR_DAYS = 28, 364
RESPONSE_HOURS, FEEDBACK_HOURS = 2, 48

_COUNTS = f"""
    select county_code,
        count(*) filter (recent) as reports, count(*) filter (not recent) / ({YEAR_DAYS - RECENT_DAYS} / {RECENT_DAYS}.0) as reports_usual,
        count(*) filter (recent and first_response_at <= reported_at + to_hours({RESPONSE_HOURS})) as answered_in_time,
        count(*) filter (recent and closed_at <= reported_at + to_hours({FEEDBACK_HOURS})) as handled_in_time,
        count(*) filter (recent and reported_at < $as_of::timestamp - to_hours({FEEDBACK_HOURS})) as reports_due,
        count(*) filter (recent and reported_at < $as_of::timestamp - to_hours({FEEDBACK_HOURS})
            and closed_at <= reported_at + to_hours({FEEDBACK_HOURS})) as handled_of_due,
        count(*) filter (closed_at is null) as waiting,
        count(*) filter (recent and closed_at is not null) as closed,
        count(*) filter (recent and closed_at is not null and resolved) as resolved
    from (select *, reported_at >= $as_of::timestamp - to_days({RECENT_DAYS}) as recent from known_report
          where reported_at >= $as_of::timestamp - to_days({YEAR_DAYS}))
    where county_code is not null group by county_code order by county_code
"""


def grid_load(con: duckdb.DuckDBPyConnection, as_of: object) -> pl.DataFrame:
    """One row per county over the last 28 days, by county_code.

    Returns:
        county_code, reports, reports_usual (per 28 days of the rest of the year), waiting (of the year, not
        dealt with yet); answered_share (first answer within 2 hours), handled_share (dealt with within 48
        hours, of those at least so old), resolved_share (of those dealt with), each with its interval.
    """
    counts = read_frame(con, _COUNTS, {"as_of": as_of})
    return counts.with_columns(
        *wilson("answered_in_time", "reports", "answered_share"),
        *wilson("handled_of_due", "reports_due", "handled_share"),
        *wilson("resolved", "closed", "resolved_share"),
    ).drop("handled_in_time", "handled_of_due", "answered_in_time", "resolved", "closed")
