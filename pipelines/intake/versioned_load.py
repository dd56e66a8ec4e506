"""Putting parsed rows into a core table: versions, duplicates and conflicts, in SQL.

A record is named by its key. The same row again is a duplicate (of this file) or unchanged (of
the warehouse). Another content under the same key with another known time is another version.
With the same known time the one that tells of something later (a report closed, a dispute withdrawn)
is a later version, known when that happened, whichever of the two came first; else it is a conflict,
and nobody can say which is right: the one that came first stands, the other is quarantined.
"""

from dataclasses import dataclass

import duckdb
import polars as pl

from pipelines.reading.readers import LINE
from pipelines.tables.core import CORE_TABLES, core_key, later_columns
from pipelines.warehouse.warehouse import read_frame, read_row

CONFLICT = "other content under the same key at the same known time"


@dataclass(frozen=True)
class Loaded:
    """What became of a file's good rows; `conflicts` are the lines that contradict another row, `new` those loaded."""

    new: pl.Series
    duplicates: int
    unchanged: int
    conflicts: list[int]


def load_rows(con: duckdb.DuckDBPyConnection, table: str, arriving: pl.DataFrame, file_id: str) -> Loaded:
    """Insert the new versions among the rows (core columns, `known_at`, `file_line`) inside the open transaction.

    DuckDB finds `arriving` by its name: what is registered is held in memory until the transaction ends.
    """
    core, key = CORE_TABLES[table], core_key(table)
    columns = [c for c in arriving.columns if c != LINE]
    same, named = _alike(key), ", ".join(key)
    con.execute(
        f"""
        create or replace temp table contested as
        with several as (select {named} from arriving group by all having count(*) > 1)
        select n.* from arriving n
        where exists (select 1 from several o where {same}) or exists (select 1 from {core} o where {same})
        """
    )
    con.execute(
        f"""
        insert into {core} ({", ".join(columns)}, first_known_at, file_id)
        select {", ".join(columns)}, known_at, $file_id from arriving
        where {LINE} not in (select {LINE} from contested) order by {LINE}
        """,
        {"file_id": file_id},
    )
    fates = _settled(con, table, columns, file_id)
    con.execute("drop table contested")
    return _fates_of_rows(arriving[LINE], fates)


def unload(con: duckdb.DuckDBPyConnection, file_id: str) -> None:
    """Take out every row that one file brought, so that it can be read again in another way."""
    for table, core in CORE_TABLES.items():
        deleted = con.execute(f"delete from {core} where file_id = $id", {"id": file_id}).fetchall()[0][0]
        if deleted:
            relink(con, core, core_key(table), core)
    for table in (
        "quarantine",
        "visit_count",
        "kept_visit",
        "held_flag",
        "whole_export",
        "source_column",
        "intake_file",
        "intake_reading",
    ):
        con.execute(f"delete from {table} where file_id = $id", {"id": file_id})


def relink(con: duckdb.DuckDBPyConnection, core: str, key: list[str], touched: str) -> None:
    """Set when each version was first known and superseded, for the records that `touched` selects from."""
    named = ", ".join(key)
    same = " and ".join(f"{core}.{c} is not distinct from v.{c}" for c in key)
    con.execute(
        f"""
        update {core} set first_known_at = v.first_known, superseded_at = v.next_known
        from (
            select {named}, known_at, min(known_at) over record as first_known,
                lead(known_at) over (record order by known_at) as next_known
            from {core} where ({named}) in (select ({named}) from {touched}) window record as (partition by {named})) v
        where {same} and {core}.known_at = v.known_at
            and ({core}.first_known_at <> v.first_known or {core}.superseded_at is distinct from v.next_known)
        """
    )


def _settled(con: duckdb.DuckDBPyConnection, table: str, columns: list[str], file_id: str) -> pl.DataFrame:
    """Insert what is new among the contested rows; line and fate of each of them.

    `rivals` are the rows of the warehouse that bear the key of one.
    """
    if read_row(con, "select count(*) from contested") == (0,):
        return pl.DataFrame(schema={LINE: pl.Int64, "fate": pl.String})
    core, key = CORE_TABLES[table], core_key(table)
    con.execute(
        f"""
        create or replace temp table rivals as
        select rowid as row, o.* from {core} o semi join contested n on {_alike(key)}
        """
    )
    _know_later(con, core, key, columns, tuple(later_columns(table)))
    _judge(con, key, columns)
    con.execute("drop table rivals")
    con.execute(
        f"""
        insert into {core} ({", ".join(columns)}, first_known_at, file_id)
        select {", ".join(columns)}, known_at, $file_id from judged where fate = 'new' order by {LINE}
        """,
        {"file_id": file_id},
    )
    relink(con, core, key, "judged where fate = 'new'")
    fates = read_frame(con, f"select {LINE}, fate from judged")
    con.execute("drop table judged")
    return fates


def _know_later(
    con: duckdb.DuckDBPyConnection, core: str, key: list[str], columns: list[str], later: tuple[str, ...]
) -> None:
    """Move the known time of rows that tell of something later than a row of the same moment does.

    A row of an earlier file moves as well, for an older export may come after it, unless a version is known at that moment: one
    that says the same takes its place.
    """
    if not later:
        return
    same = " and ".join(f"o.{c} = n.{c}" for c in (*key, "known_at"))
    differs = " or ".join(f"o.{c} is distinct from n.{c}" for c in columns)
    newest = f"greatest({', '.join(f'n.{c}' for c in later)})"
    newest_of_other = f"coalesce(greatest({', '.join(f'o.{c}' for c in later)}), '-infinity'::timestamp)"
    tells_more = f"{same} and ({differs}) and {newest} > {newest_of_other}"
    con.execute(
        f"""
        create or replace temp table moving as
        select n.*, {newest} as moment from rivals n semi join contested o on {tells_more} where {newest} > n.known_at
        """
    )
    _move_to_their_moment(con, core, key, columns)
    con.execute(
        f"""
        update contested set known_at = moved.known_at from (
            select n.{LINE}, {newest} as known_at from contested n where {newest} > n.known_at and (
                exists (select 1 from rivals o where {tells_more})
                or exists (select 1 from contested o where {tells_more}))) moved
        where contested.{LINE} = moved.{LINE}
        """
    )
    con.execute("update rivals set known_at = moving.moment from moving where rivals.row = moving.row")
    con.execute(f"update {core} set known_at = moving.moment from moving where {core}.rowid = moving.row")
    con.execute("drop table moving")


def _move_to_their_moment(
    con: duckdb.DuckDBPyConnection, core: str, key: list[str], columns: list[str]
) -> None:
    """Leave in `moving` the rows whose moment is free; one that repeats the version known at its moment is deleted.

    A row whose moment is taken by a version that says otherwise stays where it is.
    """
    at_moment = " and ".join([*(f"v.{c} = n.{c}" for c in key), "v.known_at = n.moment"])
    alike = " and ".join(f"v.{c} is not distinct from n.{c}" for c in columns if c != "known_at")
    con.execute(
        f"create or replace temp table repeated as select n.row from moving n semi join rivals v on {at_moment} and {alike}"
    )
    con.execute(f"delete from moving n where exists (select 1 from rivals v where {at_moment})")
    con.execute(f"delete from {core} where rowid in (select row from repeated)")
    con.execute("delete from rivals where row in (select row from repeated)")
    con.execute("drop table repeated")


def _judge(con: duckdb.DuckDBPyConnection, key: list[str], columns: list[str]) -> None:
    """Say of each contested row whether it is new, a duplicate, unchanged or a conflict: the table `judged`."""
    same_key, same_row = _alike(key), _alike(columns)
    con.execute(
        f"""
        create or replace temp table judged as
        with firsts as (
            select *, row_number() over (partition by {", ".join(columns)} order by {LINE}) as nth from contested),
        seen as (
            select n.*,
                exists (select 1 from rivals o where {same_row}) as is_unchanged,
                exists (select 1 from rivals o where {same_key} and o.known_at = n.known_at) as contradicts
            from firsts n),
        ranked as (
            select *, row_number() over (
                partition by {", ".join(key)}, known_at, nth > 1, is_unchanged order by {LINE}) as nth_of_moment from seen)
        select *, case when nth > 1 then 'duplicate' when is_unchanged then 'unchanged'
            when contradicts or nth_of_moment > 1 then 'conflict' else 'new' end as fate from ranked
        """
    )


def _alike(columns: list[str]) -> str:
    """That a row `o` and a row `n` agree in these columns, empty ones included."""
    return " and ".join(f"o.{c} is not distinct from n.{c}" for c in columns)


def _fates_of_rows(lines: pl.Series, fates: pl.DataFrame) -> Loaded:
    of = {fate: rows[LINE].sort() for (fate,), rows in fates.group_by("fate")}
    none = pl.Series(LINE, [], dtype=pl.Int64)
    settled = fates.filter(pl.col("fate") != "new")[LINE]
    return Loaded(
        lines.filter(~lines.is_in(settled.implode())),
        len(of.get("duplicate", none)),
        len(of.get("unchanged", none)),
        of.get("conflict", none).to_list(),
    )
