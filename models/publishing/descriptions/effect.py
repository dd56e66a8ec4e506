"""`effect.parquet`: three years in periods of four weeks, for a fair comparison of before and after.

Counts and lengths of time only; what is compared with what, and what may not be concluded, is the screen's.
"""

import duckdb
import polars as pl

from models.publishing.descriptions.share_intervals import middle_days_by
from pipelines.warehouse.warehouse import read_frame

PERIODS, PERIOD_WEEKS = 39, 4

_PERIOD = (
    f"(date_diff('day', $as_of::date - {PERIODS * PERIOD_WEEKS * 7}, {{at}}::date) // {PERIOD_WEEKS * 7})"
)
_DISPUTES = f"""
    select {_PERIOD.format(at="registered_at")} as period, days, first_closed_at is not null as ended,
        not is_open and closed_result = 'settled' as settled, not is_open and closed_result is not null as has_result, is_open, came_back
    from known_dispute where registered_at >= $as_of::date - {PERIODS * PERIOD_WEEKS * 7} and registered_at < $as_of
    order by dispute_id
"""
_HARMS = f"""
    select {_PERIOD.format(at="occurred_at")} as period, count(*) as harms,
        count(*) filter (severity >= 2) as serious, count(*) filter (severity >= 3) as deaths
    from known_outcome where occurred_at >= $as_of::date - {PERIODS * PERIOD_WEEKS * 7} and occurred_at < $as_of
    group by period order by period
"""

_SETTLED = pl.when(pl.col("is_open").all() | pl.col("has_result").any()).then(pl.col("settled").sum())
"""Number settled; null where cases were closed but none has a result, because then the number is unknown."""


def effect(con: duckdb.DuckDBPyConnection, maturity_days: int, as_of: object) -> pl.DataFrame:
    """One row per period that has a dispute, oldest first.

    Returns:
        from_on, until_on (the day after the last); registered, settled, open, came_back (of those registered
        then); days to the first closing with `days_low`, `days_high`; harms, serious, deaths (of any dispute,
        by the day they happened); matured: whether such harms are normally all recorded by now.
    """
    cases = read_frame(con, _DISPUTES, {"as_of": as_of})
    harms = read_frame(con, _HARMS, {"as_of": as_of})
    counts = {"registered": pl.len(), "settled": _SETTLED, "open": pl.col("is_open").sum()}
    counts["came_back"] = pl.col("came_back").sum()
    rows = (
        cases.group_by("period")
        .agg(**{name: count.cast(pl.Int64) for name, count in counts.items()})
        .join(middle_days_by(cases, ["period"]), on="period", how="left")
        .join(harms, on="period", how="left")
        .with_columns(pl.col("harms", "serious", "deaths").fill_null(0).cast(pl.Int64))
        .sort("period")
    )
    end = pl.lit(as_of).cast(pl.Date)
    back = pl.duration(days=(PERIODS - pl.col("period")) * PERIOD_WEEKS * 7)
    return (
        rows.with_columns(from_on=(end - back).cast(pl.Date))
        .with_columns(until_on=(pl.col("from_on") + pl.duration(weeks=PERIOD_WEEKS)).cast(pl.Date))
        .with_columns(matured=pl.col("until_on") <= end - pl.duration(days=maturity_days))
        .select("from_on", "until_on", "matured", pl.exclude("from_on", "until_on", "matured", "period"))
    )
