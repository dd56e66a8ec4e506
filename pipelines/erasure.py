"""Taking one dispute out of the warehouse, or out of any Parquet file, for good (boundary 16).

What stays is a hash of its number, so that the same record does not come back with next week's files.
"""

import hashlib
from pathlib import Path

import duckdb
import polars as pl

from pipelines.warehouse import open_warehouse


def hash_of(dispute_id: str) -> str:
    """What is kept of an erased dispute's number."""
    return hashlib.sha256(f"erased dispute {dispute_id}".encode()).hexdigest()


def erase_from_warehouse(path: Path, dispute_id: str) -> dict[str, int]:
    """Delete every row of the dispute and write the file anew, so that no freed block keeps its bytes.

    Args:
        path: the warehouse file; nobody else may have it open.
        dispute_id: the case number.

    Returns:
        Rows deleted by table, tables without any left out.
    """
    with open_warehouse(path) as con:
        con.execute("begin")
        deleted = {table: _delete(con, table, dispute_id) for table in _tables_about_disputes(con)}
        con.execute("insert or ignore into erased_dispute values ($hash)", {"hash": hash_of(dispute_id)})
        con.execute("commit")
    _write_anew(path)
    return {table: n for table, n in deleted.items() if n}


def erase_from_parquet(path: Path, dispute_id: str) -> int:
    """Rewrite a Parquet file without the rows of the dispute; the rows taken out."""
    frame = pl.read_parquet(path)
    if "dispute_id" not in frame.columns:
        return 0
    kept = frame.filter(pl.col("dispute_id") != dispute_id)
    if len(kept) < len(frame):
        partial = path.with_suffix(".partial")
        kept.write_parquet(partial)
        partial.replace(path)
    return len(frame) - len(kept)


def _tables_about_disputes(con: duckdb.DuckDBPyConnection) -> list[str]:
    rows = con.execute(
        """
        select distinct table_name from information_schema.columns
        where column_name in ('dispute_id', 'row_json') order by table_name
        """
    ).fetchall()
    return [name for (name,) in rows]


def _delete(con: duckdb.DuckDBPyConnection, table: str, dispute_id: str) -> int:
    where = "contains(row_json, $id)" if table == "quarantine" else "dispute_id = $id"
    row = con.execute(f"delete from {table} where {where}", {"id": dispute_id}).fetchall()[0]
    return int(row[0])


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
