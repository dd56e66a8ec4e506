"""Care-visit ledgers become counts by township, service and week while they are read (boundary 2).

A week's visits are those due from its Monday to its Sunday. `done` counts those made and entered by
the end of that week, `overdue` the rest; `caseload` stands for people entitled to visits and is the
visits due in the thirteen weeks up to that week (each is due about once a quarter). What is known
of a week is known at its last second.
"""

import polars as pl


def aggregate_visits(visits: pl.DataFrame, areas: pl.DataFrame) -> pl.DataFrame:
    """Count visits.

    Args:
        visits: parsed rows of `service_visits`.
        areas: `Profile.areas`.

    Returns:
        Columns township_code, service, week, due, done, overdue, caseload, workers, known_at; sorted.
        Only weeks that were complete when the ledger was written; visits above township tier are left out.
    """
    end = pl.col("week").cast(pl.Datetime("us")) + pl.duration(days=7)
    placed = (
        visits.join(areas.select("area_code", "township_code"), on="area_code", how="left")
        .filter(pl.col("township_code").is_not_null())
        .with_columns(week=pl.col("visit_due_on").dt.truncate("1w"))
        .with_columns(
            in_time=(pl.col("visited_on").cast(pl.Datetime("us")) < end)
            & (pl.coalesce("recorded_at", pl.col("visited_on").cast(pl.Datetime("us"))) < end)
        )
    )
    newest = pl.max_horizontal(pl.col("visited_on").max(), pl.col("recorded_at").max().cast(pl.Date))
    complete = placed.filter(pl.col("week") + pl.duration(days=6) <= newest)
    counted = (
        complete.group_by("township_code", "service", "week")
        .agg(due=pl.len().cast(pl.Int64), done=pl.col("in_time").fill_null(value=False).sum().cast(pl.Int64))
        .sort("township_code", "service", "week")
    )
    return counted.with_columns(
        overdue=pl.col("due") - pl.col("done"),
        caseload=pl.col("due").rolling_sum_by("week", "13w").over("township_code", "service").cast(pl.Int64),
        workers=pl.lit(None, dtype=pl.Int64),
        known_at=end - pl.duration(seconds=1),
    )
