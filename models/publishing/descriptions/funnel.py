"""`funnel_tiers.parquet` and `funnel_kinds.parquet`: the path of a year's disputes through tiers and kinds of mediation.

Of disputes registered in the 52 weeks before the Monday. A dispute lies with the tier of its last mediation
or closing, else where it was taken in; with the kind of unit of its last mediation.
"""

import duckdb
import polars as pl

from models.publishing.descriptions.as_known import WINDOW_WEEKS
from models.publishing.descriptions.share_intervals import middle_days_by, wilson
from pipelines.warehouse.warehouse import read_frame

_CASES = f"""
    with last_step as (
        select dispute_id, arg_max(e.tier, (event_at, event_id)) filter (e.tier is not null) as tier,
            arg_max(u.kind, (event_at, event_id)) filter (event_type = 'mediation' and u.kind is not null) as kind,
            bool_or(event_type = 'referred_up') as referred_up
        from known_event e left join core_unit u using (unit_id)
        where event_type in ('mediation', 'closed', 'referred_up') group by dispute_id)
    select d.tier as from_tier, coalesce(s.tier, d.tier) as to_tier, s.kind, d.is_open, d.came_back,
        coalesce(s.referred_up, false) as referred_up, d.days, d.first_closed_at is not null as ended,
        not d.is_open and d.closed_result = 'settled' as settled, not d.is_open and d.closed_result is not null as has_result
    from known_dispute d left join last_step s using (dispute_id)
    where d.registered_at >= $as_of::timestamp - to_days({WINDOW_WEEKS * 7})
    order by d.dispute_id
"""
_COUNTS = (
    pl.len().cast(pl.Int64).alias("disputes"),
    *(pl.col(name).sum().cast(pl.Int64) for name in ("settled", "is_open", "referred_up", "came_back")),
    pl.col("has_result").sum().cast(pl.Int64).alias("over"),
)


def funnel(con: duckdb.DuckDBPyConnection, as_of: object) -> dict[str, pl.DataFrame]:
    """The two frames by file name.

    Columns of both: disputes, settled, open, referred_up, came_back (counts); the share settled of those closed
    with a result and the share that came back, with intervals; days to the first closing (half of them), with
    its interval. Keys: `from_tier` and `to_tier` (null: wherever it went); `kind` of the unit of the last mediation.
    """
    cases = read_frame(con, _CASES, {"as_of": as_of})
    taken_in = cases.drop_nulls("from_tier")
    return {
        "funnel_tiers.parquet": pl.concat(
            [
                _by(taken_in.with_columns(to_tier=pl.lit(None, pl.String)), ["from_tier", "to_tier"]),
                _by(taken_in, ["from_tier", "to_tier"]),
            ]
        ),
        "funnel_kinds.parquet": _by(cases.drop_nulls("kind"), ["kind"]),
    }


def _by(cases: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    counted = (
        cases.group_by(keys)
        .agg(_COUNTS)
        .with_columns(
            *wilson("settled", "over", "settled_share"), *wilson("came_back", "disputes", "back_share")
        )
        .rename({"is_open": "open"})
        .drop("over")
    )
    return counted.join(middle_days_by(cases, keys), on=keys, how="left", nulls_equal=True).sort(keys)
