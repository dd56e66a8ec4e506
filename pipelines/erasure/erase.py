"""Taking disputes out of the warehouse, or out of any file, for good (boundary 16).

What stays is a hash of each number, so that the same record does not come back with next week's files.
"""

import hashlib
from collections.abc import Collection
from pathlib import Path

import duckdb
import polars as pl

from pipelines.warehouse.warehouse import CORE_TABLES, open_warehouse

NUMBERS = ("dispute_id", "earlier_id", "same_as")
"""The columns that hold a dispute's number: its own, and in a link of two records the other's."""


def hash_of(dispute_id: str) -> str:
    """What is kept of an erased dispute's number."""
    return hashlib.sha256(f"erased dispute {dispute_id}".encode()).hexdigest()


def erase_from_warehouse(path: Path, dispute_ids: Collection[str]) -> dict[str, int]:
    """Delete every version of every row of the disputes and write the file anew, so that no freed block keeps its bytes.

    Args:
        path: the warehouse file; nobody else may have it open.
        dispute_ids: the case numbers.

    Returns:
        Rows deleted by table, tables without any left out.
    """
    with open_warehouse(path) as con:
        con.register("gone", pl.DataFrame({"id": sorted(dispute_ids)}, schema={"id": pl.String}))
        con.execute("begin")
        deleted = {table: _delete(con, table, where) for table, where in _where_they_are(con).items()}
        hashes = pl.DataFrame(
            {"hash": [hash_of(one) for one in sorted(dispute_ids)]}, schema={"hash": pl.String}
        )
        con.register("hashes", hashes)
        con.execute("insert or ignore into erased_dispute select hash from hashes")
        con.execute("commit")
    _write_anew(path)
    return {table: n for table, n in deleted.items() if n}


def erase_from_parquet(path: Path, dispute_ids: Collection[str]) -> int:
    """Rewrite a Parquet file without the rows that name one of the disputes; how many were taken out."""
    frame = pl.read_parquet(path)
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    named = pl.any_horizontal(
        [pl.col(name).is_in(list(dispute_ids)) for name in texts] or [pl.lit(value=False)]
    )
    kept = frame.filter(~named.fill_null(value=False))
    if len(kept) < len(frame):
        own = {name: told for name, told in pl.read_parquet_metadata(path).items() if name != "ARROW:schema"}
        partial = path.with_suffix(".partial")
        kept.write_parquet(partial, compression="zstd", compression_level=3, metadata=own)
        partial.replace(path)
    return len(frame) - len(kept)


def aged_out(path: Path, closed_before: str) -> list[str]:
    """Disputes whose last step is a closing known before that day (ISO): what retention no longer keeps."""
    with open_warehouse(path, read_only=True) as con:
        rows = con.execute(
            """
            select dispute_id from (
                select dispute_id, arg_max(event_type, event_at) as last, max(known_at) as newest
                from core_dispute_event where event_type in ('closed', 'reopened') group by dispute_id)
            where last = 'closed' and newest < $day order by dispute_id
            """,
            {"day": closed_before},
        ).fetchall()
    return [dispute_id for (dispute_id,) in rows]


def _where_they_are(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """By table, the condition that finds the disputes: their column, or any text of a table that keeps raw rows."""
    columns = con.execute(
        """
        select table_name, column_name from information_schema.columns
        where data_type = 'VARCHAR' and table_schema = 'main' order by all
        """
    ).fetchall()
    by_table: dict[str, list[str]] = {}
    for table, column in columns:
        by_table.setdefault(table, []).append(column)
    found = {}
    for table, texts in by_table.items():
        numbers = [text for text in texts if text in NUMBERS]
        if numbers:
            found[table] = " or ".join(f"{text} in (select id from gone)" for text in numbers)
        elif table not in CORE_TABLES.values() and table.startswith("quarantine"):
            edge = "[^0-9A-Za-z_-]"
            named = f"'(^|{edge})' || regexp_escape(gone.id) || '({edge}|$)'"
            anywhere = " or ".join(f"regexp_matches({column}, {named})" for column in texts)
            found[table] = f"exists (select 1 from gone where {anywhere})"
    return found


def _delete(con: duckdb.DuckDBPyConnection, table: str, where: str) -> int:
    return int(con.execute(f"delete from {table} where {where}").fetchall()[0][0])


def _write_anew(path: Path) -> None:
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    con = duckdb.connect()
    try:
        con.execute(f"attach '{path}' as old (read_only)")
        con.execute(f"attach '{partial}' as fresh")
        con.execute("copy from database old to fresh")
        con.execute("detach fresh")
    finally:
        con.close()
    partial.replace(path)
