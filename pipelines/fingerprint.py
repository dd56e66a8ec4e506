"""What the warehouse knew before a Monday, as one digest: two equal digests, two equal weeks.

It covers every version of every record known before that Monday and the profile's areas and units, in
any order, whichever files they came in. So a late file changes the digests of the weeks it touches.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import date

import duckdb

from pipelines.warehouse import CORE_TABLES

BOOKKEEPING = ("first_known_at", "superseded_at", "file_id")
"""Columns that follow from the others, or say only which file a row came in."""


def data_digest(con: duckdb.DuckDBPyConnection, as_of: date) -> str:
    """SHA-256 over the rows known before a Monday (the same rows in another order give the same)."""
    return data_digests(con, [as_of])[as_of]


def data_digests(con: duckdb.DuckDBPyConnection, mondays: Sequence[date]) -> dict[date, str]:
    """The digest of each Monday, from one pass over every table."""
    places = [_sums(con, table, "null") for table in ("core_area", "core_unit")]
    by_table = [_sums(con, core, "date_trunc('week', known_at)::date + 7") for core in CORE_TABLES.values()]
    told = {}
    for monday in mondays:
        known = [_added(sums, monday) for sums in by_table]
        told[monday] = hashlib.sha256(
            json.dumps([known, [_added(s, monday) for s in places]]).encode()
        ).hexdigest()
    return told


def _sums(con: duckdb.DuckDBPyConnection, table: str, monday: str) -> list[tuple[date | None, int, int, int]]:
    """By the first Monday that may use them: how many rows, and two sums over their hashes."""
    columns = [
        name
        for (name,) in con.execute(f"select column_name from (describe {table})").fetchall()
        if name not in BOOKKEEPING
    ]
    row = f"hash({', '.join(columns)})"
    return con.execute(
        f"""
        select {monday} as monday, count(*), sum({row}::hugeint), bit_xor({row}) from {table}
        group by monday having count(*) > 0
        """
    ).fetchall()


def _added(sums: list[tuple[date | None, int, int, int]], monday: date) -> list[str]:
    count = total = mixed = 0
    for first, n, added, xored in sums:
        if first is None or first <= monday:
            count, total, mixed = count + n, total + added, mixed ^ xored
    return [str(count), str(total), str(mixed)]
