"""Care-visit ledgers become counts by township, service and week while they are read (boundary 2).

A ledger is read in parts, each counted and forgotten before the next: no more than one is ever held.
A week's visits are those due from its Monday to its Sunday. `done` counts those made and entered by
the end of that week, `overdue` the rest; `caseload` stands for people entitled to visits and is the
visits due in the thirteen weeks up to that week (each is due about once a quarter). What is known
of a week is known at its last second. What each file counted is kept by file, so that files that
follow one another add up, and one that holds a week anew takes the earlier file's place.
"""

from collections.abc import Callable
from datetime import datetime

import duckdb
import polars as pl

from pipelines.city.profile import Profile
from pipelines.intake.known_time import in_time
from pipelines.intake.parsing import choose_rows, name_columns, parse, with_bad
from pipelines.intake.quarantine import quarantine_rows
from pipelines.intake.row_counts import FileReport
from pipelines.mapping.landing_folder import SourceFile
from pipelines.mapping.mapping import TableMapping
from pipelines.privacy.refused_words import refuse_headings
from pipelines.reading.chunks import read_in_parts
from pipelines.reading.readers import LINE, RawFile

LEDGER = "service_visits"
ABOVE_TOWNSHIP = "area_code: above township"
CELL = ["township_code", "service", "week"]
UNTIL = "ledger_until"
SENT_ANEW = 20
"""Visits of one week that must all come again before a file counts as holding that week anew."""


def take_ledger(
    con: duckdb.DuckDBPyConnection,
    source: SourceFile,
    mapping: TableMapping,
    known: str,
    profile: Profile,
    until: datetime | None,
    look: Callable[[RawFile, SourceFile], None],
) -> FileReport:
    """Count one ledger file, part by part, in the open transaction.

    No row is kept that a later one could be compared with, so a file of the same name releases all of this one's.

    Args:
        con: the warehouse.
        source: the file.
        mapping: how its rows become visits.
        known: its hash.
        profile: whose areas and services are known.
        until: visits known later are held.
        look: shown the file's first part.
    """
    counts, newest, read, held, encoding = [], [], 0, 0, None
    for nth, raw in enumerate(read_in_parts(source)):
        encoding = raw.encoding
        if nth == 0:
            refuse_headings(raw.name, raw.headings)
            look(raw, source)
        named = name_columns(raw, mapping, choose_rows(raw, mapping))
        parsed = in_time(parse(named, mapping, profile, raw.name), LEDGER, until)
        counted, above = count_visits(parsed.good, profile.areas)
        bad = with_bad(parsed.bad, above, ABOVE_TOWNSHIP)
        quarantine_rows(con, raw, mapping, known, bad, profile, None)
        counts.append(counted)
        newest.append(newest_entry(parsed.good))
        read, held = read + len(named), held + len(bad)
    released = con.execute(
        "delete from quarantine where table_name = $1 and file_name = $2 and file_id <> $3",
        [LEDGER, source.path.name, known],
    ).fetchall()[0][0]
    total = pl.concat(counts).group_by(CELL).agg(pl.col("due", "done").sum()).sort(CELL)
    add_counts(con, total, max((at for at in newest if at is not None), default=None), known)
    return FileReport(source.path.name, known, LEDGER, encoding, read, read - held, held, 0, 0, released)


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
