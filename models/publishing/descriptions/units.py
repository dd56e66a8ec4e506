"""`units.parquet`: results of each mediation unit with its cases; no person of the unit appears.

A unit's cases are those registered in the 52 weeks before the Monday whose last mediation was its own. How
many closed in time is set beside what the same cases would have met in the city at large: for each case the
city's share among cases of the same category, tier of intake and gravity. Units with few cases have wide
intervals and say so; nothing here ranks them.
"""

import duckdb
import polars as pl

from models.publishing.descriptions.as_known import WINDOW_WEEKS
from models.publishing.descriptions.share_intervals import middle_days_by, wilson
from pipelines.warehouse.warehouse import read_frame

_CASES = f"""
    with last_mediation as (
        select dispute_id, arg_max(unit_id, (event_at, event_id)) as unit_id, max(event_at) as mediated_at
        from known_event where event_type = 'mediation' and unit_id is not null group by dispute_id)
    select m.unit_id, d.category, coalesce(d.tier, '') as tier, d.grave, d.is_open, d.days, d.came_back,
        d.first_closed_at is not null as ended, d.deadline < $as_of as is_due,
        not d.is_open and d.closed_result = 'settled' as settled, not d.is_open and d.closed_result is not null as has_result,
        coalesce(d.first_closed_at <= d.deadline, false) as in_time,
        d.is_open and d.deadline < $as_of as overdue,
        m.mediated_at >= $as_of::timestamp - to_days(28) as recent
    from known_dispute d join last_mediation m using (dispute_id)
    where d.registered_at >= $as_of::timestamp - to_days({WINDOW_WEEKS * 7})
    order by d.dispute_id
"""
_MIX = ["category", "tier", "grave"]


def units(con: duckdb.DuckDBPyConnection, as_of: object) -> pl.DataFrame:
    """One row per unit of the profile, by unit_id.

    Returns:
        unit_id, kind, tier, area_code, weekly_capacity; disputes, open, overdue, recent (mediated in the last
        28 days), due (deadline passed) and in_time of them; settled_share of those closed with a result, back_share,
        in_time_share, each with `_low` and `_high`; in_time_usual (what the same cases met in the city);
        days to the first closing with `days_low`, `days_high`. Null where a unit has no such case.
    """
    cases = read_frame(con, _CASES, {"as_of": as_of})
    mix = cases.filter("is_due").group_by(_MIX).agg(usual=pl.col("in_time").mean())
    cases = cases.join(mix, on=_MIX, how="left", maintain_order="left")
    due = pl.col("is_due")
    counted = (
        cases.group_by("unit_id")
        .agg(
            disputes=pl.len().cast(pl.Int64),
            open=pl.col("is_open").sum().cast(pl.Int64),
            overdue=pl.col("overdue").sum().cast(pl.Int64),
            recent=pl.col("recent").sum().cast(pl.Int64),
            settled=pl.col("settled").sum().cast(pl.Int64),
            over=pl.col("has_result").sum().cast(pl.Int64),
            came_back=pl.col("came_back").sum().cast(pl.Int64),
            due=due.sum().cast(pl.Int64),
            in_time=(pl.col("in_time") & due).sum().cast(pl.Int64),
            in_time_usual=pl.col("usual").filter(due).mean(),
        )
        .with_columns(
            *wilson("settled", "over", "settled_share"),
            *wilson("came_back", "disputes", "back_share"),
            *wilson("in_time", "due", "in_time_share"),
        )
        .drop("over", "settled", "came_back")
    )
    known = read_frame(con, "select unit_id, kind, tier, area_code, weekly_capacity from core_unit")
    counts = ("disputes", "open", "overdue", "recent", "due", "in_time")
    return (
        known.join(counted, on="unit_id", how="left")
        .join(middle_days_by(cases, ["unit_id"]), on="unit_id", how="left")
        .with_columns(pl.col(counts).fill_null(0))
        .sort("unit_id")
    )
