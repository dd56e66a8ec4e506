"""Care-visit ledgers become counts by township, service and week while they are read (boundary 2).

A week's visits are those due from its Monday to its Sunday. `done` counts those made and entered by
the end of that week, `overdue` the rest; `caseload` stands for people entitled to visits and is the
visits due in the thirteen weeks up to that week (each is due about once a quarter). What is known
of a week is known at its last second. What each file counted is kept by file, so that files that
follow one another add up, and one that holds a week anew takes the earlier file's place.
"""

from datetime import datetime

import duckdb
import polars as pl

from pipelines.readers import LINE

CELL = ["township_code", "service", "week"]
UNTIL = "ledger_until"
SENT_ANEW = 20
"""Visits of one week that must all come again before a file counts as holding that week anew."""


def count_visits(visits: pl.DataFrame, areas: pl.DataFrame) -> tuple[pl.DataFrame, list[int]]:
    """Count parsed rows of `service_visits`.

    Returns:
        Township_code, service, week, due, done, sorted; and the lines above township tier, not counted.
    """
    end = pl.col("week").cast(pl.Datetime("us")) + pl.duration(days=7)
    placed = visits.join(areas.select("area_code", "township_code"), on="area_code", how="left")
    counted = (
        placed.drop_nulls("township_code")
        .with_columns(
            week=pl.col("visit_due_on").dt.truncate("1w"), made=pl.col("visited_on").cast(pl.Datetime("us"))
        )
        .with_columns(in_time=(pl.col("made") < end) & (pl.coalesce("recorded_at", "made") < end))
        .group_by(CELL)
        .agg(due=pl.len().cast(pl.Int64), done=pl.col("in_time").fill_null(value=False).sum().cast(pl.Int64))
        .sort(CELL)
    )
    return counted, placed.filter(pl.col("township_code").is_null())[LINE].to_list()


def newest_entry(visits: pl.DataFrame) -> datetime | None:
    """When the newest visit was made or entered: weeks up to then are complete."""
    newest = visits.select(
        pl.max_horizontal(pl.col("visited_on").max().cast(pl.Datetime("us")), pl.col("recorded_at").max())
    )
    return newest.item()


def add_counts(
    con: duckdb.DuckDBPyConnection, counts: pl.DataFrame, until: datetime | None, file_id: str
) -> None:
    """Keep one file's counts and make the coverage of every complete week anew, in the open transaction."""
    con.register("counts", counts)
    con.execute(
        """
        delete from visit_count v where exists (
            select 1 from (
                select e.file_id, e.week, sum(e.due) as visits, bool_and(coalesce(c.due >= e.due and c.done >= e.done, false)) as all_again
                from visit_count e left join counts c using (township_code, service, week) group by all) a
            where a.file_id = v.file_id and a.week = v.week and all_again and visits >= $least)
        """,
        {"least": SENT_ANEW},
    )
    con.execute(
        f"insert into visit_count select $id, {', '.join(CELL)}, due, done from counts", {"id": file_id}
    )
    con.unregister("counts")
    if until is not None:
        con.execute(
            """
            insert into intake_setting values ($name, $until)
            on conflict (name) do update set value = greatest(value, excluded.value)
            """,
            {"name": UNTIL, "until": until.isoformat(sep=" ")},
        )
    rebuild_coverage(con)


def rebuild_coverage(con: duckdb.DuckDBPyConnection) -> None:
    """Write the coverage of every complete week that was counted from visits; aggregates the owner sent stand."""
    con.execute("delete from core_service_coverage where file_id like 'visits %'")
    con.execute(
        """
        insert into core_service_coverage
        with cells as (
            select township_code, service, week, sum(due)::bigint as due, sum(done)::bigint as done, 'visits ' || max(file_id) as file_id
            from visit_count group by all),
        loads as (
            select *, sum(due) over (
                partition by township_code, service order by week
                range between interval 84 days preceding and current row)::bigint as caseload,
                week::timestamp + interval 7 days - interval 1 second as known_at
            from cells)
        select township_code, service, week, due, done, due - done, caseload, null, known_at, known_at, null, file_id
        from loads l
        where week + 6 <= (select value::timestamp::date from intake_setting where name = $name)
            and not exists (select 1 from core_service_coverage c
                where c.township_code = l.township_code and c.service = l.service and c.week = l.week)
        order by township_code, service, week
        """,
        {"name": UNTIL},
    )
