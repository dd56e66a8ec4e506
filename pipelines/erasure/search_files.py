"""Looking for a word in files whose bytes do not show it: Parquet, DuckDB, SQLite, workbooks, documents, archives.

A plain search of bytes proves little where pages are compressed; so every file is opened as what it is.
"""

import re
import sqlite3
import zipfile
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import polars as pl

LEAST_BYTES = 6
"""Bytes a word needs to be looked for in bytes that are no text, where a shorter one stands by chance."""
SQLITE_MAGIC, ZIP_MAGIC, PARQUET_MAGIC = b"SQLite format 3\0", b"PK\x03\x04", b"PAR1"


def search_files(folder: Path, identifiers: Collection[str]) -> list[Path]:
    """The files under a folder that hold one of the identifiers, in their bytes or in what these mean; sorted."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return [path for path in files if _holds(path, identifiers)]


def decoded_texts(path: Path) -> Iterator[str]:
    """The texts of a file that is opened as what it is; of any other its bytes as text, unless they are none."""
    with path.open("rb") as file:
        head = file.read(16)
    if head.startswith(PARQUET_MAGIC):
        yield from _frame_texts(pl.read_parquet(path))
    elif head.startswith(ZIP_MAGIC):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield from _as_text(archive.read(name))
    elif head.startswith(SQLITE_MAGIC):
        yield from _sqlite_texts(path)
    elif path.suffix == ".duckdb":
        with closing(duckdb.connect(str(path), read_only=True)) as con:
            for (table,) in con.execute("select table_name from information_schema.tables").fetchall():
                for row in con.execute(f'select distinct t::varchar from "{table}" t').fetchall():
                    yield row[0]
    else:
        yield from _as_text(path.read_bytes())


def is_sqlite(path: Path) -> bool:
    """Whether the file is an SQLite database."""
    with path.open("rb") as file:
        return file.read(len(SQLITE_MAGIC)) == SQLITE_MAGIC


def sqlite_columns(con: sqlite3.Connection) -> list[tuple[str, str]]:
    """Table and column of everything in an SQLite database."""
    tables = con.execute(
        "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
    ).fetchall()
    return [
        (table, column[1])
        for (table,) in tables
        for column in con.execute(f'pragma table_info("{table}")').fetchall()
    ]


def _holds(path: Path, identifiers: Collection[str]) -> bool:
    content = path.read_bytes()
    long = sorted(word.encode() for word in identifiers if len(word.encode()) >= LEAST_BYTES)
    any_long = b"|".join(map(re.escape, long))
    if long and re.search(b"(?:" + any_long + b")(?![0-9A-Za-z_-])", content):
        return True
    any_whole = "|".join(re.escape(word) for word in sorted(identifiers))
    pattern = re.compile(f"(?<![0-9A-Za-z_-])(?:{any_whole})(?![0-9A-Za-z_-])")
    return any(pattern.search(text) for text in decoded_texts(path))


def _sqlite_texts(path: Path) -> Iterator[str]:
    with closing(sqlite3.connect(path)) as con:
        for table, column in sqlite_columns(con):
            for (value,) in con.execute(f'select "{column}" from "{table}"'):
                yield value.decode("utf-8", errors="ignore") if isinstance(value, bytes) else str(value)


def _as_text(content: bytes) -> Iterator[str]:
    if b"\0" not in content:
        yield content.decode("utf-8", errors="ignore")


def _frame_texts(frame: pl.DataFrame) -> Iterator[str]:
    for name, kind in frame.schema.items():
        if kind == pl.String:
            yield "\n".join(frame[name].drop_nulls().unique())
        elif kind.is_nested():
            yield "\n".join(str(value) for value in frame[name].drop_nulls())
