"""What the warehouse knew before a Monday, as one digest: two equal digests, two equal weeks.

It covers every version of every record known before that Monday and the profile's areas and units, in
any order, whichever files they came in. So a late file changes the digests of the weeks it touches.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

import duckdb

from pipelines.tables.core import CORE_TABLES

BOOKKEEPING = ("first_known_at", "superseded_at", "file_id")
"""Columns that follow from the others, or say only which file a row came in."""
PLACES = ("core_area", "core_unit")


def data_digest(con: duckdb.DuckDBPyConnection, as_of: date) -> str:
    """SHA-256 over the rows known before a Monday (the same rows in another order give the same)."""
    return data_digests(con, [as_of])[as_of]


def data_digests(con: duckdb.DuckDBPyConnection, mondays: Sequence[date]) -> dict[date, str]:
    """The digest of each Monday, from one pass over every table."""
    sums = _sums(con)
    digests = {}
    for monday in mondays:
        known, places = (
            [_added(sums[table], monday) for table in tables] for tables in (CORE_TABLES.values(), PLACES)
        )
        digests[monday] = hashlib.sha256(json.dumps([known, places]).encode()).hexdigest()
    return digests


def _sums(con: duckdb.DuckDBPyConnection) -> Mapping[str, list[tuple[date | None, int, int, int]]]:
    """By table and the first Monday that may use them: how many rows, and two sums over their hashes; an empty table has none."""
    rows = []
    for table in (*CORE_TABLES.values(), *PLACES):
        columns = [name for name in con.table(table).columns if name not in BOOKKEEPING]
        monday = "null" if table in PLACES else "date_trunc('week', known_at)::date + 7"
        rows.append(
            f"select '{table}' as name, {monday} as monday, hash({', '.join(columns)}) as row from {table}"
        )
    sums = defaultdict(list)
    for name, *summed in con.execute(
        f"""
        select name, monday, count(*), sum(row::hugeint), bit_xor(row) from ({" union all ".join(rows)})
        group by name, monday
        """
    ).fetchall():
        sums[name].append(tuple(summed))
    return sums


def _added(sums: list[tuple[date | None, int, int, int]], monday: date) -> list[str]:
    count = total = mixed = 0
    for first, n, added, xored in sums:
        if first is None or first <= monday:
            count, total, mixed = count + n, total + added, mixed ^ xored
    return [str(count), str(total), str(mixed)]
