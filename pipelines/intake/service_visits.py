"""Care-visit ledgers become counts by township, service and week while they are read (boundary 2).

A ledger is read in parts, each counted and forgotten before the next: no more than one is ever held.
A week's visits are those due from its Monday to its Sunday. `done` counts those made and entered by
the end of that week, `overdue` the rest; `caseload` stands for people entitled to visits and is the
visits due in the thirteen weeks up to that week (each is due about once a quarter). What is known
of a week is known at its last second.

No visit is counted twice, however files overlap (`ledger_overlap`): keyed hashes of its place, service and day, of the row and
of the rest of the row, its township, service, week and whether it was made are all that is kept of it, by file.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import duckdb
import polars as pl

from pipelines.city.profile import Profile
from pipelines.intake.cell_faults import cell_faults, hold_faults, with_1900_days
from pipelines.intake.known_time import in_time
from pipelines.intake.ledger_overlap import (
    SPAN,
    drop_what_comes_again,
    hash_rows,
    lasting_headings,
    rest_of_rows,
)
from pipelines.intake.parsing import choose_rows, name_columns, parse, with_bad
from pipelines.intake.quarantine import quarantine_rows
from pipelines.intake.row_checks import ABOVE_TOWNSHIP
from pipelines.intake.row_counts import FileReport
from pipelines.mapping.landing_folder import SourceFile
from pipelines.mapping.mapping import TableMapping
from pipelines.privacy.refused_words import refuse_headings
from pipelines.reading.chunks import read_in_chunks
from pipelines.reading.readers import LINE, RawFile

LEDGER = "service_visits"
CELL = ["township_code", "service", "week"]
UNTIL = "ledger_until"
ARRIVING = """township_code text, service text, week date, hash ubigint, done boolean, is_made boolean,
    day_hash ubigint, row_hash ubigint, rest_hash ubigint"""
"""Columns of the visits of the file that is being read."""


def take_ledger(
    con: duckdb.DuckDBPyConnection,
    source: SourceFile,
    mapping: TableMapping,
    known: str,
    profile: Profile,
    key: bytes,
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
        key: hashes what tells a visit from another.
        until: visits known later are held.
        look: shown the file's first part.
    """
    newest, due_days, read, n_held, encoding, notices, lasting = [], [], 0, 0, None, (), []
    con.execute(f"create or replace temp table arriving_visit ({ARRIVING})")
    for nth, raw in enumerate(read_in_chunks(source)):
        encoding, notices = raw.encoding, raw.notices
        raw = replace(raw, name=source.kept_name)
        if nth == 0:
            refuse_headings(raw.name, raw.headings)
            look(raw, source)
            lasting = lasting_headings(raw, mapping)
        named = with_1900_days(name_columns(raw, mapping, choose_rows(raw, mapping), profile), raw, LEDGER)
        parsed = hold_faults(parse(named, mapping, profile, raw.name), cell_faults(raw, mapping))
        parsed = in_time(parsed, LEDGER, until)
        rest = raw.frame.select(LINE, rest=rest_of_rows(raw, lasting))
        visits, above = placed_visits(parsed.good, profile.areas, key, rest)
        bad = with_bad(parsed.bad, above, ABOVE_TOWNSHIP)
        quarantine_rows(con, raw, mapping, known, bad, profile, None)
        hash_rows(con, visits, key, CELL)
        newest.append(newest_entry(parsed.good))
        due_days += [parsed.good["visit_due_on"].min(), parsed.good["visit_due_on"].max()]
        read, n_held = read + len(named), n_held + len(bad)
    released = con.execute(
        "delete from quarantine where table_name = $1 and file_name = $2 and file_id <> $3",
        [LEDGER, source.kept_name, known],
    ).fetchall()[0][0]
    present = [day for day in due_days if day is not None]
    span = (min(present, default=None), max(present, default=None))
    until = max((at for at in newest if at is not None), default=None)
    again, alike = add_visits(con, until, known, span, "|".join(lasting), key)
    counted = (read, read - n_held - again, n_held, 0, again)
    return FileReport(source.kept_name, known, LEDGER, encoding, *counted, released, (*notices, *alike))


def placed_visits(
    visits: pl.DataFrame, areas: pl.DataFrame, key: bytes, rest: pl.DataFrame
) -> tuple[pl.DataFrame, list[int]]:
    """What is to be kept of parsed rows of `service_visits`; `rest` has the line and the rest of each row as text.

    Returns:
        One row per visit: township_code, service, week, hash (alike for visits of one place, service and day due), done
        (made and entered by the end of the week), is_made, and texts to be hashed (day, place, row, rest); and the lines above
        township tier, not among them.
    """
    end = pl.col("week").cast(pl.Datetime("us")) + pl.duration(days=7)
    placed = visits.join(areas.select("area_code", "township_code"), on="area_code", how="left")
    alike = ["area_code", "service", "visit_due_on"]
    kinds = placed.select(alike).unique(maintain_order=True)
    hashes = [_hash(key, "|".join(map(str, one))) for one in kinds.iter_rows()]
    kept = (
        placed.drop_nulls("township_code")
        .join(
            kinds.with_columns(hash=pl.Series(hashes, dtype=pl.UInt64)),
            on=alike,
            how="left",
            maintain_order="left",
        )
        .with_columns(
            week=pl.col("visit_due_on").dt.truncate("1w"),
            visited_at=pl.col("visited_on").cast(pl.Datetime("us")),
        )
        .with_columns(
            done=((pl.col("visited_at") < end) & (pl.coalesce("recorded_at", "visited_at") < end)).fill_null(
                value=False
            )
        )
        .with_columns(
            day=pl.col("visit_due_on").cast(pl.String),
            place=pl.concat_str(*alike, separator="|"),
            row=pl.concat_str(*alike, *_texts("visited_on", "recorded_at"), separator="|"),
            is_made=pl.col("visited_at").is_not_null(),
        )
        .join(rest, on=LINE, how="left", maintain_order="left")
        .select(*CELL, "hash", "done", "is_made", "day", "place", "row", pl.col("rest").fill_null(""))
    )
    return kept, placed.filter(pl.col("township_code").is_null())[LINE].to_list()


def _hash(key: bytes, text: str) -> int:
    return int.from_bytes(hmac.digest(key, f"visit {text}".encode(), "sha256")[:8], "big")


def _texts(*columns: str) -> list[pl.Expr]:
    return [pl.col(column).cast(pl.String).fill_null("") for column in columns]


def newest_entry(visits: pl.DataFrame) -> datetime | None:
    """When the newest visit was made or entered: weeks up to then are complete."""
    newest = visits.select(
        pl.max_horizontal(pl.col("visited_on").max().cast(pl.Datetime("us")), pl.col("recorded_at").max())
    )
    return newest.item()


def add_visits(
    con: duckdb.DuckDBPyConnection,
    until: datetime | None,
    file_id: str,
    span: tuple[date | None, date | None],
    headings: str,
    key: bytes,
) -> tuple[int, tuple[str, ...]]:
    """Keep the visits of `arriving_visit` as one file's and make the coverage of every complete week anew.

    `span` is the first and the last day on which a visit of the file was due, `headings` its lasting headings.

    Returns:
        How many of them an earlier file had brought already, and what to say of those.
    """
    con.execute(
        "create or replace temp table arriving as select *, row_number() over (partition by hash order by done desc) as nth from arriving_visit"
    )
    again, alike = 0, ()
    if span[0] is not None and span[1] is not None:
        headings_mark = hashlib.sha256(headings.encode()).hexdigest()
        again, alike = drop_what_comes_again(con, (span[0], span[1]), headings_mark, key)
        con.execute(
            "insert or replace into intake_setting values ($1, $2)",
            [SPAN + file_id, f"{span[0]} {span[1]} {headings_mark}"],
        )
    con.execute(
        "insert into kept_visit by name select $id as file_id, * from arriving order by all", {"id": file_id}
    )
    con.execute("drop table arriving; drop table arriving_visit")
    if until is not None:
        con.execute(
            """
            insert into intake_setting values ($name, $until)
            on conflict (name) do update set value = greatest(value, excluded.value)
            """,
            {"name": UNTIL, "until": until.isoformat(sep=" ")},
        )
    rebuild_coverage(con)
    return again, alike


def rebuild_coverage(con: duckdb.DuckDBPyConnection) -> None:
    """Write the coverage of every complete week that was counted from visits; aggregates the owner sent stand."""
    con.execute("delete from core_service_coverage where file_id like 'visits %'")
    con.execute(
        """
        insert into core_service_coverage
        with cells as (
            select township_code, service, week, sum(due)::bigint as due, sum(done)::bigint as done, 'visits ' || max(file_id) as file_id
            from (
                select file_id, township_code, service, week, due, done from visit_count
                union all select file_id, township_code, service, week, count(*), count(*) filter (done) from kept_visit group by all)
            group by all),
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
