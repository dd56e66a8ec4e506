"""Which rows of a file count for a table where that hangs on other rows: a key's first row, a file that is whole each time."""

import re
from fnmatch import fnmatch

import duckdb
import polars as pl

from pipelines.errors import RefusedInput
from pipelines.intake.cell_values import HAPPENED_IN
from pipelines.intake.value_parsers import moments
from pipelines.mapping.mapping import FileMapping, TableMapping
from pipelines.reading.readers import LINE
from pipelines.tables.contracts import key_columns
from pipelines.tables.core import CORE_TABLES
from pipelines.tables.normal_form import normal_forms
from pipelines.warehouse.warehouse import read_frame

BY_LINE = "{line}"


def first_rows(con: duckdb.DuckDBPyConnection, named: pl.DataFrame, mapping: TableMapping) -> pl.DataFrame:
    """Of a log with one row per step the rows that begin a record: the earliest of each key, and of no key known earlier.

    Args:
        con: the warehouse, which may know the record from an earlier file.
        named: named columns as received, with `file_line`.
        mapping: where it does not say `first`, all rows count.
    """
    if not mapping.first:
        return named
    (key,), began = key_columns(mapping.table)[:1], HAPPENED_IN[mapping.table]
    formats = mapping.dates.get(began, ())
    own = named[began]
    at = own.cast(pl.Datetime("us")) if own.dtype.is_temporal() else moments(own.cast(pl.String), formats)
    rows = named.with_columns(__key=normal_forms(named[key].cast(pl.String)), __at=at)
    known = read_frame(
        con, f"select {key} as __key, min({began}) as __known from {CORE_TABLES[mapping.table]} group by all"
    )
    first = (
        rows.sort("__at", LINE, nulls_last=True)
        .unique("__key", keep="first", maintain_order=True)
        .join(known, on="__key", how="left", maintain_order="left")
        .filter((pl.col("__at") <= pl.col("__known")).fill_null(value=True))
    )
    return rows.filter(pl.col("__key").is_null() | pl.col(LINE).is_in(first[LINE].implode())).drop(
        "__key", "__at"
    )


def drop_later_openings(con: duckdb.DuckDBPyConnection, mapping: TableMapping, rows: pl.DataFrame) -> None:
    """Take out the records of a log that a later step opened, because the file with the earlier one came after it."""
    if not mapping.first or not len(rows):
        return
    (key,), began, core = (
        key_columns(mapping.table)[:1],
        HAPPENED_IN[mapping.table],
        CORE_TABLES[mapping.table],
    )
    con.register("opening", rows.select(key, pl.col(began).alias("opened")))
    con.execute(
        f"delete from {core} where exists (select 1 from opening o where o.{key} = {core}.{key} and {core}.{began} > o.opened)"
    )
    con.unregister("opening")


def replace_rows_named_by_line(
    con: duckdb.DuckDBPyConnection,
    name: str,
    source: FileMapping,
    mapping: TableMapping,
    rows: pl.DataFrame,
    file_id: str,
) -> None:
    """Take out the earlier files' rows of a table whose key holds the line, which moves from one export to the next.

    Raises:
        RefusedInput: this file does not hold all that the earlier ones did, so that lines name other rows than before.
    """
    key = key_columns(mapping.table)[0]
    if BY_LINE not in mapping.templates.get(key, ""):
        return
    table, files = CORE_TABLES[mapping.table], earlier_files(con, source, mapping.table, file_id)
    if not files:
        return
    content = [c for c in rows.columns if c not in (key, LINE)]
    earlier = read_frame(
        con,
        f"select {', '.join(content)} from {table} where list_contains($files, file_id)",
        {"files": files},
    )
    missing = earlier.join(
        rows.select(content).cast(earlier.schema), on=content, how="anti", nulls_equal=True
    )
    if len(missing) and not mapping.whole:
        raise RefusedInput(
            f"{name}: the mapping names records of {mapping.table} by the file's line, and {len(missing):,} rows of an earlier "
            f"file are not in this one, so that lines name other rows than before. Compose {key} of columns of the source instead."
        )
    con.execute(f"delete from {table} where list_contains($files, file_id)", {"files": files})


def earlier_files(con: duckdb.DuckDBPyConnection, source: FileMapping, table: str, file_id: str) -> list[str]:
    """The files of the same source that were taken in before, by their hashes."""
    known = con.execute(
        "select file_id, file_name from intake_file where table_name = $1 and file_id <> $2 order by all",
        [table, file_id],
    ).fetchall()
    return [
        one for one, file_name in known if source_name(source, file_name) == source_name(source, source.files)
    ]


def source_name(source: FileMapping, file_name: str) -> str:
    """What the files of one source have in common: the mapping's pattern, or the name without figures."""
    if any(sign in source.files for sign in "*?[") and fnmatch(file_name, source.files):
        return source.files
    return re.sub(r"[\d年月日周_.\-]+", "*", file_name)
