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

TELLING = 6
"""Bytes a word needs to be looked for in bytes that are no text, where a shorter one stands by chance."""
SQLITE_MAGIC, ZIP_MAGIC, PARQUET_MAGIC = b"SQLite format 3\0", b"PK\x03\x04", b"PAR1"


def traces(folder: Path, words: Collection[str]) -> list[Path]:
    """The files under a folder that hold one of the words, in their bytes or in what these mean; sorted."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return [path for path in files if _holds(path, words)]


def scrub_text(path: Path, words: Collection[str], instead: str = "[erased]") -> int:
    """Write a text file anew without the words; how many places there were."""
    content, found = _whole(words).subn(instead, path.read_bytes().decode("utf-8", errors="surrogateescape"))
    if found:
        partial = path.with_name(f"{path.name}.partial")
        partial.write_bytes(content.encode("utf-8", errors="surrogateescape"))
        partial.replace(path)
    return found


def scrub_sqlite(path: Path, words: Collection[str], instead: str = "[erased]") -> int:
    """Replace the words in every text of an SQLite file and give back the freed pages; how many rows changed."""
    changed, pattern = 0, _whole(words)
    with closing(sqlite3.connect(path)) as con:
        con.execute("pragma secure_delete = on")
        con.create_function("names_one", 1, lambda text: bool(pattern.search(str(text))))
        con.create_function("without", 1, lambda text: pattern.sub(instead, str(text)))
        for table, column in _sqlite_columns(con):
            changed += con.execute(
                f'update "{table}" set "{column}" = without("{column}") where names_one("{column}")'
            ).rowcount
        con.commit()
        if changed:
            con.execute("vacuum")
    return changed


def is_sqlite(path: Path) -> bool:
    """Whether the file is an SQLite database."""
    with path.open("rb") as file:
        return file.read(len(SQLITE_MAGIC)) == SQLITE_MAGIC


def _whole(words: Collection[str]) -> re.Pattern[str]:
    """The words where they stand for themselves: A1 is not in A12."""
    one_of = "|".join(re.escape(word) for word in sorted(words))
    return re.compile(f"(?<![0-9A-Za-z_-])(?:{one_of})(?![0-9A-Za-z_-])")


def _holds(path: Path, words: Collection[str]) -> bool:
    content = path.read_bytes()
    telling = sorted(word.encode() for word in words if len(word.encode()) >= TELLING)
    one_of = b"|".join(map(re.escape, telling))
    if telling and re.search(b"(?:" + one_of + b")(?![0-9A-Za-z_-])", content):
        return True
    pattern = _whole(words)
    return any(pattern.search(text) for text in _decoded(path, content))


def _decoded(path: Path, content: bytes) -> Iterator[str]:
    """The texts of a file that is opened as what it is; of any other its bytes as text, unless they are none."""
    head = content[:16]
    if head.startswith(PARQUET_MAGIC):
        yield from _texts(pl.read_parquet(path))
    elif head.startswith(ZIP_MAGIC):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield from _as_text(archive.read(name))
    elif head.startswith(SQLITE_MAGIC):
        with closing(sqlite3.connect(path)) as con:
            for table, column in _sqlite_columns(con):
                for (value,) in con.execute(f'select "{column}" from "{table}"'):
                    yield value.decode("utf-8", errors="ignore") if isinstance(value, bytes) else str(value)
    elif path.suffix == ".duckdb":
        with closing(duckdb.connect(str(path), read_only=True)) as con:
            for (table,) in con.execute("select table_name from information_schema.tables").fetchall():
                for row in con.execute(f'select distinct t::varchar from "{table}" t').fetchall():
                    yield row[0]
    else:
        yield from _as_text(content)


def _as_text(content: bytes) -> Iterator[str]:
    if b"\0" not in content:
        yield content.decode("utf-8", errors="ignore")


def _texts(frame: pl.DataFrame) -> Iterator[str]:
    for name, kind in frame.schema.items():
        if kind == pl.String:
            yield "\n".join(frame[name].drop_nulls().unique())
        elif kind.is_nested():
            yield "\n".join(str(value) for value in frame[name].drop_nulls())


def _sqlite_columns(con: sqlite3.Connection) -> list[tuple[str, str]]:
    tables = con.execute(
        "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
    ).fetchall()
    return [
        (table, column[1])
        for (table,) in tables
        for column in con.execute(f'pragma table_info("{table}")').fetchall()
    ]
