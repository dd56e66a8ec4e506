"""`places.parquet`: each township's recent disputes against its own usual, and what is there to help."""

import duckdb
import polars as pl

from pipelines.warehouse.warehouse import read_frame

_PLACES = """
    with recent as (
        select township_code, count(*) filter (registered_at >= $as_of::timestamp - to_days(28)) as disputes,
            count(*) filter (registered_at < $as_of::timestamp - to_days(28)) / 12.0 as disputes_usual
        from known_dispute where registered_at >= $as_of::timestamp - to_days(364) group by township_code),
    reports as (
        select township_code, count(*) as reports from known_report
        where reported_at >= $as_of::timestamp - to_days(364) group by township_code),
    outreach as (select township_code, max(event_on) as last_outreach_on from known_outreach group by township_code),
    volunteers as (
        select township_code, arg_max("count", as_of_on) as volunteers from known_volunteer
        where area_code = township_code group by township_code)
    select a.area_code, a.county_code, a.population, coalesce(disputes, 0) as disputes, coalesce(disputes_usual, 0.0) as disputes_usual,
        coalesce(reports, 0) as reports, last_outreach_on, volunteers
    from core_area a
    left join recent r on r.township_code = a.area_code left join reports g on g.township_code = a.area_code
    left join outreach o on o.township_code = a.area_code left join volunteers v on v.township_code = a.area_code
    where a.tier = 'township' order by a.area_code
"""


def places(con: duckdb.DuckDBPyConnection, as_of: object) -> pl.DataFrame:
    """One row per township, by area_code.

    Returns:
        area_code, population; disputes registered in the last 28 days and disputes_usual (per 28 days of the
        48 weeks before); reports (grid and snapshot, a year) and reports_usual (what the county's rate per
        head gives); last_outreach_on; volunteers at the last count. Null where the source does not say.
    """
    told = read_frame(con, _PLACES, {"as_of": as_of})
    rate = pl.col("reports").sum().over("county_code") / pl.col("population").sum().over("county_code")
    return told.with_columns(reports_usual=rate * pl.col("population")).drop("county_code")
