"""`places.parquet`: each township's recent disputes compared with its usual number, and its outreach and volunteers."""

import duckdb
import polars as pl

from pipelines.warehouse.warehouse import read_frame

_PLACES = """
    with recent as (
        select township_code, count(*) filter (registered_at >= $as_of::timestamp - to_days(28)) as disputes,
            count(*) filter (registered_at < $as_of::timestamp - to_days(28)) / 12.0 as disputes_usual
        from known_dispute where registered_at >= $as_of::timestamp - to_days(364) group by township_code),
    outreach as (select township_code, max(event_on) as last_outreach_on from known_outreach group by township_code),
    volunteers as (
        select township_code, arg_max("count", as_of_on) as volunteers from known_volunteer
        where area_code = township_code group by township_code)
    select a.area_code, a.population, coalesce(disputes, 0) as disputes, coalesce(disputes_usual, 0.0) as disputes_usual,
        last_outreach_on, volunteers
    from core_area a
    left join recent r on r.township_code = a.area_code
    left join outreach o on o.township_code = a.area_code left join volunteers v on v.township_code = a.area_code
    where a.tier = 'township' order by a.area_code
"""


def places(con: duckdb.DuckDBPyConnection, as_of: object) -> pl.DataFrame:
    """One row per township, by area_code.

    Returns:
        area_code, population; disputes registered in the last 28 days and disputes_usual (per 28 days of the
        48 weeks before); last_outreach_on; volunteers at the last count. Null where the source does not say.
    """
    return read_frame(con, _PLACES, {"as_of": as_of})
