"""Taking disputes out of the warehouse, or out of any file, for good (boundary 16).

Rows go by their columns of numbers alone: a word that reads like the number elsewhere is another thing. What stays
is a keyed hash of each number, so that the same record does not come back with next week's files.
"""

import hashlib
import hmac
from collections.abc import Callable, Collection
from pathlib import Path

import duckdb
import polars as pl

from pipelines.tables.normal_form import PLAIN, normal_form, normal_forms
from pipelines.warehouse.warehouse import open_warehouse

NUMBERS = ("dispute_id", "earlier_id", "same_as")
"""The columns that hold a dispute's number: its own, and in a link of two records the other's."""
KEYED = "k1:"
"""Opens a hash under the key; one without it was made before there was a key, and is keyed at the next writing."""
HeldNumbers = Callable[[str, str, str], Collection[str]]
"""File name, table and JSON of a row in quarantine to the numbers of disputes that row is about."""


def erased_mark(key: bytes, dispute_id: str) -> str:
    """What is kept of an erased dispute's number: an HMAC of its normal form, of use to nobody without the key."""
    return _keyed(key, _bare_hash(normal_form(dispute_id)))


def erased_marks(con: duckdb.DuckDBPyConnection, key: bytes) -> frozenset[str]:
    """The marks of all disputes erased so far; hashes of earlier releases are put under the key."""
    marks = {mark for (mark,) in con.execute("select dispute_hash from erased_dispute").fetchall()}
    bare = sorted(mark for mark in marks if not mark.startswith(KEYED))
    for mark in bare:
        con.execute("delete from erased_dispute where dispute_hash = $1", [mark])
        con.execute("insert or ignore into erased_dispute values ($1)", [_keyed(key, mark)])
    return frozenset((marks - {*bare}) | {_keyed(key, mark) for mark in bare})


def are_erased(numbers: pl.Series, marks: Collection[str], key: bytes) -> pl.Series:
    """Which numbers of a column are those of erased disputes."""
    if not marks:
        return pl.Series(numbers.name, [False] * len(numbers), dtype=pl.Boolean)
    marked = {number: erased_mark(key, number) in marks for number in numbers.drop_nulls().unique()}
    return numbers.replace_strict(marked, default=False, return_dtype=pl.Boolean)


def spellings(con: duckdb.DuckDBPyConnection, numbers: Collection[str]) -> set[str]:
    """How the tables write these numbers: themselves, and what has the same normal form and was kept as it came."""
    wanted = {normal_form(number) for number in numbers}
    spelled: set[str] = set()
    for table, columns in _number_columns(con).items():
        for column in columns:
            rows = con.execute(
                f"""
                select distinct {column} from {table}
                where {column} in (select unnest($wanted)) or not regexp_matches({column}, $plain)
                """,
                {"wanted": sorted(wanted), "plain": PLAIN},
            ).fetchall()
            spelled |= {number for (number,) in rows if normal_form(number) in wanted}
    return spelled


def ambiguous(con: duckdb.DuckDBPyConnection, numbers: Collection[str]) -> set[str]:
    """Numbers that are also the word for something else in the warehouse: a category, a place, a step."""
    columns = con.execute(
        """
        select table_name, column_name from information_schema.columns
        where data_type = 'VARCHAR' and table_schema = 'main' and starts_with(table_name, 'core_') order by all
        """
    ).fetchall()
    words: set[str] = set()
    for table, column in columns:
        if column not in NUMBERS:
            rows = con.execute(
                f"select distinct {column} from {table} where {column} in (select unnest($numbers))",
                {"numbers": sorted(numbers)},
            ).fetchall()
            words |= {word for (word,) in rows}
    return words


def erase_from_warehouse(
    path: Path, dispute_ids: Collection[str], key: bytes, numbers_of: HeldNumbers
) -> dict[str, int]:
    """Delete every version of every row of the disputes and write the file anew, so that no freed block keeps its bytes.

    Args:
        path: the warehouse file; nobody else may have it open.
        dispute_ids: the case numbers, in any spelling.
        key: of the home, for what is kept of the numbers.
        numbers_of: which disputes a row in quarantine is about.

    Returns:
        Rows deleted by table, tables without any left out.
    """
    wanted = {normal_form(one) for one in dispute_ids}
    with open_warehouse(path) as con:
        con.execute("begin")
        erased_marks(con, key)
        spelled = sorted(spellings(con, wanted) | wanted)
        deleted = {}
        for table, columns in _number_columns(con).items():
            named = " or ".join(f"{column} in (select unnest($spelled))" for column in columns)
            deleted[table] = _deleted(con, f"delete from {table} where {named}", {"spelled": spelled})
        deleted["quarantine"] = _erase_from_quarantine(con, wanted, numbers_of)
        for one in sorted(wanted):
            con.execute("insert or ignore into erased_dispute values ($1)", [erased_mark(key, one)])
        con.execute("commit")
    _write_anew(path)
    return {table: n for table, n in deleted.items() if n}


def erase_from_parquet(path: Path, dispute_ids: Collection[str]) -> int:
    """Rewrite a Parquet file without the rows of the disputes, by its columns of numbers; how many were taken out."""
    named = [name for name in pl.read_parquet_schema(path) if name in NUMBERS]
    if not named:
        return 0
    frame = pl.read_parquet(path)
    wanted = pl.Series([normal_form(one) for one in dispute_ids], dtype=pl.String).implode()
    gone = pl.any_horizontal(
        normal_forms(frame[name].cast(pl.String)).is_in(wanted).fill_null(value=False) for name in named
    )
    kept = frame.filter(~gone)
    if len(kept) < len(frame):
        own = {
            name: value for name, value in pl.read_parquet_metadata(path).items() if name != "ARROW:schema"
        }
        partial = path.with_suffix(".partial")
        kept.write_parquet(partial, compression="zstd", compression_level=3, metadata=own)
        partial.chmod(path.stat().st_mode & 0o777)
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


def quarantined(
    con: duckdb.DuckDBPyConnection, dispute_ids: Collection[str], numbers_of: HeldNumbers
) -> list[tuple[str, str, int]]:
    """File, table and line of the rows in quarantine that are about one of the disputes."""
    wanted = {normal_form(one) for one in dispute_ids}
    rows = con.execute(
        "select file_id, table_name, line, file_name, row_json from quarantine where row_json <> '{}' order by all"
    ).fetchall()
    return [
        (file_id, table, line)
        for file_id, table, line, file_name, row_json in rows
        if any(normal_form(number) in wanted for number in numbers_of(file_name, table, row_json))
    ]


def _erase_from_quarantine(con: duckdb.DuckDBPyConnection, wanted: set[str], numbers_of: HeldNumbers) -> int:
    rows = quarantined(con, wanted, numbers_of)
    for file_id, table, line in rows:
        con.execute(
            "delete from quarantine where file_id = $1 and table_name = $2 and line = $3",
            [file_id, table, line],
        )
    return len(rows)


def _number_columns(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """By table of the warehouse, its columns of disputes' numbers."""
    rows = con.execute(
        """
        select table_name, column_name from information_schema.columns
        where column_name in (select unnest($numbers)) and table_schema = 'main' order by all
        """,
        {"numbers": [*NUMBERS]},
    ).fetchall()
    columns: dict[str, list[str]] = {}
    for table, column in rows:
        columns.setdefault(table, []).append(column)
    return columns


def _deleted(con: duckdb.DuckDBPyConnection, statement: str, parameters: dict[str, list[str]]) -> int:
    return int(con.execute(statement, parameters).fetchall()[0][0])


def _bare_hash(number: str) -> str:
    return hashlib.sha256(f"erased dispute {number}".encode()).hexdigest()


def _keyed(key: bytes, bare_hash: str) -> str:
    return KEYED + hmac.new(key, bare_hash.encode(), hashlib.sha256).hexdigest()


def _write_anew(path: Path) -> None:
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    con = duckdb.connect()
    try:
        con.execute(f"attach {_quoted(path)} as old (read_only)")
        con.execute(f"attach {_quoted(partial)} as fresh")
        con.execute("copy from database old to fresh")
        con.execute("detach fresh")
    finally:
        con.close()
    partial.chmod(path.stat().st_mode & 0o777)
    partial.replace(path)


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
