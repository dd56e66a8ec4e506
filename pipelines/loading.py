"""Putting parsed rows into a core table: versions, duplicates and conflicts, in SQL.

A record is named by its key. The same row again is a duplicate (of this file) or unchanged (of
the warehouse). Another content under the same key with another known time is another version;
with the same known time it is a conflict, and nobody can say which is right: quarantined.
"""

from dataclasses import dataclass

import duckdb
import polars as pl

from pipelines.contracts import key_columns
from pipelines.readers import LINE
from pipelines.warehouse import CORE_TABLES

BOOKKEEPING = ("first_known_at", "superseded_at", "file_id")


@dataclass(frozen=True)
class Loaded:
    """What became of a file's good rows; `conflicts` are the lines that contradict another row."""

    loaded: int
    duplicates: int
    unchanged: int
    conflicts: list[int]


def load_rows(con: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame, file_id: str) -> Loaded:
    """Insert the new versions among `rows` (core columns, `known_at`, `file_line`) inside the open transaction."""
    core = CORE_TABLES[table]
    columns = [c for c in rows.columns if c != LINE]
    key = (
        ["township_code", "service", "week"]
        if table == "service_coverage"
        else [k for k in key_columns(table) if k in columns]
    )
    con.register("arriving", rows)
    same_key = " and ".join(f"o.{c} is not distinct from n.{c}" for c in key)
    same_row = " and ".join(f"o.{c} is not distinct from n.{c}" for c in columns)
    con.execute(
        f"""
        create or replace temp table judged as
        with firsts as (
            select *, row_number() over (partition by {", ".join(columns)} order by {LINE}) as nth from arriving),
        seen as (
            select n.*,
                exists (select 1 from {core} o where {same_row}) as is_unchanged,
                exists (select 1 from {core} o where {same_key} and o.known_at = n.known_at) as contradicts
            from firsts n),
        ranked as (
            select *, row_number() over (
                partition by {", ".join(key)}, known_at, nth > 1, is_unchanged order by {LINE}) as nth_of_moment from seen)
        select *, case when nth > 1 then 'duplicate' when is_unchanged then 'unchanged'
            when contradicts or nth_of_moment > 1 then 'conflict' else 'new' end as fate from ranked
        """
    )
    con.execute(
        f"""
        insert into {core} ({", ".join(columns)}, first_known_at, file_id)
        select {", ".join(columns)}, known_at, $file_id from judged where fate = 'new' order by {LINE}
        """,
        {"file_id": file_id},
    )
    _relink(con, core, key)
    fates = dict(con.execute("select fate, count(*) from judged group by fate").fetchall())
    conflicts = [
        line
        for (line,) in con.execute(f"select {LINE} from judged where fate = 'conflict' order by 1").fetchall()
    ]
    con.execute("drop table judged")
    con.unregister("arriving")
    return Loaded(fates.get("new", 0), fates.get("duplicate", 0), fates.get("unchanged", 0), conflicts)


def _relink(con: duckdb.DuckDBPyConnection, core: str, key: list[str]) -> None:
    """Set when each version was first known and superseded, for the records that have just come again."""
    names = ", ".join(key)
    same_key = " and ".join(f"{core}.{c} is not distinct from v.{c}" for c in key)
    con.execute(
        f"""
        update {core} set first_known_at = v.first_known, superseded_at = v.next_known
        from (
            select {names}, known_at, min(known_at) over (partition by {names}) as first_known,
                lead(known_at) over (partition by {names} order by known_at) as next_known,
                count(*) over (partition by {names}) as n
            from {core} where ({names}) in (select ({names}) from judged where fate = 'new')) v
        where v.n > 1 and {same_key} and {core}.known_at = v.known_at
        """
    )
