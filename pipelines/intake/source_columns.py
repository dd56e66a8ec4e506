"""What a file no longer holds that earlier ones of its source did: a column, a closing; and numbers that stand for several times."""

import duckdb
import polars as pl

from pipelines.errors import RefusedInput
from pipelines.intake.cell_values import HAPPENED_IN
from pipelines.intake.row_choice import source_name
from pipelines.mapping.landing_folder import CORRECTIONS
from pipelines.mapping.mapping import FileMapping, TableMapping
from pipelines.tables.contracts import TABLES, key_columns
from pipelines.tables.core import CORE_TABLES, later_columns
from pipelines.warehouse.as_known import versions
from pipelines.warehouse.warehouse import read_row

NEEDED = ("minor_involved", "scale", "found_after_warning")
"""Columns without which the boundary cannot be kept (12, 14): one that is renamed would put minors on the list."""
STEPS = ("dispute_events", "outcomes")


def columns_that_stopped(
    con: duckdb.DuckDBPyConnection,
    name: str,
    source: FileMapping,
    mapping: TableMapping,
    present: list[str],
    file_id: str,
) -> tuple[str, ...]:
    """Say which columns of a table earlier files of the source held and this one does not; its own are kept for the next.

    Raises:
        RefusedInput: one of them is needed to keep minors and collective matters off the list, or found records out of training.
    """
    if name.endswith(CORRECTIONS):
        return ()
    columns = [c for c in TABLES[mapping.table].columns() if c in present]
    about = [source_name(source, name), mapping.table]
    before = con.execute(
        "select contract_column, file_id from source_column where source = $1 and table_name = $2 order by rowid",
        about,
    ).fetchall()
    last = before[-1][1] if before else None
    gone = [c for c in dict.fromkeys(c for c, _ in before) if c not in (*columns, *mapping.without)]
    needed = [c for c in gone if c in NEEDED]
    if needed:
        heading = (TABLES[mapping.table].columns()[needed[0]].metadata or {}).get("zh")
        raise RefusedInput(
            f"{name}: no column {needed[0]!r} ({heading}) any more, which earlier files of {about[0]} held: was its heading renamed? "
            f"Map the new one, or say `without: [{needed[0]}]` in the mapping if the source no longer asks."
        )
    con.executemany(
        "insert into source_column values ($1, $2, $3, $4)", [[file_id, *about, column] for column in columns]
    )
    stopped = [c for c in gone if (c, last) in before]
    return (f"no column {', '.join(stopped)} any more, which earlier files held",) if stopped else ()


def emptied_cells(con: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame) -> tuple[str, ...]:
    """Say how many core rows leave empty what an earlier file filled of the same record: a closing, a withdrawal."""
    later = [c for c in later_columns(table) if c in rows.columns]
    if not later or not len(rows):
        return ()
    key = key_columns(table)[0]
    con.register("arriving_state", rows.select(key, "known_at", *later).unique(key, keep="last"))
    emptied = " or ".join(f"(a.{c} is null and c.{c} is not null)" for c in later)
    n = read_row(
        con,
        f"select count(*) from arriving_state a join {versions(CORE_TABLES[table])} c using ({key}) where c.retired_at is null and a.known_at <= c.known_at and ({emptied})",
    )[0]
    con.unregister("arriving_state")
    return (
        (
            f"{', '.join(later)} empty in {n:,} rows though an earlier file filled it: taken for an older export; "
            "if they are open again, say `whole: true` in the mapping",
        )
        if n
        else ()
    )


def numbers_of_several_times(con: duckdb.DuckDBPyConnection, table: str, file_id: str) -> tuple[str, ...]:
    """Say how many steps or harms of a file have a number under which another time is known as well."""
    if table not in STEPS:
        return ()
    key, core = key_columns(table)[0], CORE_TABLES[table]
    n = read_row(
        con,
        f"""
        select count(*) from (
            select {key} from {core} where {key} in (select {key} from {core} where file_id = $id)
            group by {key} having count(distinct {HAPPENED_IN[table]}) > 1)
        """,
        {"id": file_id},
    )[0]
    return (
        (
            f"{n:,} {key} stand for several times, taken for corrections; if each row is one of its own, compose {key} so that it differs",
        )
        if n
        else ()
    )
