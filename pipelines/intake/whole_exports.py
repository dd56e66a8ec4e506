"""Exports that hold every record each time (`whole: true`): what no longer comes is withdrawn, what comes otherwise is so now.

Of two whole files of one source the one with the newer record is the newer; of two alike, the one that came later.
What it changes is known from its newest record on, or just after what was known before. An older one that comes late
withdraws nothing; what it alone holds was gone by the time of the newer one.
"""

from dataclasses import dataclass
from datetime import datetime

import duckdb
import polars as pl

from pipelines.errors import RefusedInput
from pipelines.intake.row_choice import earlier_files, source_name
from pipelines.mapping.mapping import FileMapping, TableMapping
from pipelines.reading.readers import LINE
from pipelines.tables.contracts import key_columns
from pipelines.tables.core import CORE_TABLES
from pipelines.warehouse.as_known import table_as_it_stands
from pipelines.warehouse.warehouse import read_frame, read_row

LEAST_SHARE = 0.5
"""A whole export that lacks more of the last one's records than this looks cut off."""
LEAST_RECORDS = 10
MAY_BE_WHOLE = ("disputes", "grid_reports")
LACKS_AT_MOST = 0.1
"""A file that lacks no more than this share of what earlier ones brought seems to hold everything each time."""
FLOW = ("first_known_at", "known_at", "superseded_at", "file_id")


@dataclass(frozen=True)
class Settled:
    """Core rows of a file as they are to be loaded; `gone` are the keys that newer exports, of the time `since`, lack."""

    rows: pl.DataFrame
    gone: pl.Series
    since: datetime | None = None


def is_whole(source: FileMapping, mapping: TableMapping) -> bool:
    """Whether each file of a source holds every record of a table; only records with a number can be missed."""
    key = key_columns(mapping.table)
    return (source.whole or mapping.whole) and mapping.table in CORE_TABLES and len(key) == 1


def settle_whole(
    con: duckdb.DuckDBPyConnection,
    name: str,
    source: FileMapping,
    mapping: TableMapping,
    rows: pl.DataFrame,
    coming: pl.Series,
    file_id: str,
) -> Settled:
    """Withdraw what a whole export no longer holds; its rows, those that differ from what is in force known from now.

    Args:
        con: the warehouse, in its transaction.
        name: of the file, for errors.
        source: the file's mapping.
        mapping: the table's.
        rows: core rows of the file.
        coming: every key the file names, those of held rows too.
        file_id: its hash.

    Raises:
        RefusedInput: it lacks most of what the last one held.
    """
    nothing = pl.Series(dtype=pl.String)
    if not is_whole(source, mapping) or not len(rows):
        return Settled(rows, nothing)
    (key,) = key_columns(mapping.table)
    moment = rows.select(pl.col("known_at").max()).item()
    last = read_row(
        con,
        "select max(moment) from whole_export where source = $1 and table_name = $2",
        [source_name(source, name), mapping.table],
    )[0]
    con.execute(
        "insert into whole_export values ($1, $2, $3, $4)",
        [file_id, source_name(source, name), mapping.table, moment],
    )
    earlier = earlier_files(con, source, mapping.table, file_id)
    if last is None or not earlier:
        return Settled(rows, nothing)
    if moment < last:
        return Settled(rows, _unknown_keys(con, mapping.table, rows[key]), last)
    _withdraw(con, name, mapping, coming, moment, earlier, file_id)
    return Settled(_known_from_now(con, mapping, rows, moment, key), nothing)


def records_that_stopped(
    con: duckdb.DuckDBPyConnection,
    source: FileMapping,
    mapping: TableMapping,
    coming: pl.Series,
    file_id: str,
) -> tuple[str, ...]:
    """Say how many records a file lacks that holds nearly all that earlier files of its source brought, and may be whole each time."""
    earlier = earlier_files(con, source, mapping.table, file_id) if mapping.table in MAY_BE_WHOLE else []
    if not earlier or is_whole(source, mapping):
        return ()
    (key,) = key_columns(mapping.table)
    con.register("coming", pl.DataFrame({key: coming.drop_nulls().unique()}))
    n_known, n_gone = read_row(
        con,
        f"""
        select count(*), count(*) filter ({key} not in (select {key} from coming))
        from {table_as_it_stands(CORE_TABLES[mapping.table])} where list_contains($files, file_id)
        """,
        {"files": earlier},
    )
    con.unregister("coming")
    if not n_gone or n_gone > LACKS_AT_MOST * n_known:
        return ()
    return (
        f"{n_gone:,} of {n_known:,} records of earlier files are not in this one, which holds all others: they stand as they were; "
        "if the source strikes records out, say `whole: true` in the mapping",
    )


def end_gone(con: duckdb.DuckDBPyConnection, table: str, settled: Settled, file_id: str) -> None:
    """End the records of a file just loaded that newer exports of its source lack."""
    if settled.since is None or not len(settled.gone):
        return
    core, (key,) = CORE_TABLES[table], key_columns(table)
    con.register("lacking", pl.DataFrame({key: settled.gone}))
    con.execute(
        f"create or replace temp table gone as select rowid as row, * from {core} semi join lacking using ({key}) where superseded_at is null"
    )
    con.unregister("lacking")
    _end(con, core, settled.since, file_id)


def _withdraw(
    con: duckdb.DuckDBPyConnection,
    name: str,
    mapping: TableMapping,
    coming: pl.Series,
    moment: datetime,
    earlier: list[str],
    file_id: str,
) -> None:
    """End the records in force that earlier files of the source brought and this one does not: a dispute is taken back."""
    table, (key,) = CORE_TABLES[mapping.table], key_columns(mapping.table)
    con.register("coming", pl.DataFrame({key: coming.drop_nulls().unique()}))
    standing = f"superseded_at is null and list_contains($files, file_id) {'and withdrawn_at is null' if mapping.table == 'disputes' else ''}"
    con.execute(
        f"create or replace temp table gone as select rowid as row, * from {table} anti join coming using ({key}) where {standing}",
        {"files": earlier},
    )
    n_gone, n_all = read_row(
        con, f"select (select count(*) from gone), count(*) from {table} where {standing}", {"files": earlier}
    )
    con.unregister("coming")
    if n_gone >= LEAST_RECORDS and n_gone > LEAST_SHARE * n_all:
        raise RefusedInput(
            f"{name}: a whole export, says the mapping, but it lacks {n_gone:,} of {n_all:,} records of {mapping.table} that the "
            "last one held: it looks cut off. Export it again, or take `whole` out of the mapping."
        )
    _end(con, table, moment, file_id)


def _end(con: duckdb.DuckDBPyConnection, table: str, moment: datetime, file_id: str) -> None:
    """End the records of the table `gone` from a moment on: a dispute is taken back, a step or a report is not in force."""
    at = "greatest($moment, known_at + interval 1 second)"
    if table == CORE_TABLES["disputes"]:
        columns = [
            c
            for c in read_frame(con, f"select * from {table} limit 0").columns
            if c not in (*FLOW, "withdrawn_at")
        ]
        con.execute(
            f"""
            insert into {table} ({", ".join(columns)}, withdrawn_at, first_known_at, known_at, file_id)
            select {", ".join(columns)}, {at}, first_known_at, {at}, $id from gone order by dispute_id
            """,
            {"moment": moment, "id": file_id},
        )
    con.execute(
        f"update {table} set superseded_at = {at} where rowid in (select row from gone)", {"moment": moment}
    )
    con.execute("drop table gone")


def _unknown_keys(con: duckdb.DuckDBPyConnection, table: str, keys: pl.Series) -> pl.Series:
    """Which numbers no record of the table bears, loaded or held back."""
    (key,) = key_columns(table)
    con.register("arriving_keys", keys.unique().to_frame())
    unknown = read_frame(
        con,
        f"""
        select {key} from arriving_keys anti join {CORE_TABLES[table]} using ({key})
        where {key} not in (select record_key from quarantine where table_name = $table and record_key is not null) order by 1
        """,
        {"table": table},
    )
    con.unregister("arriving_keys")
    return unknown[key]


def _known_from_now(
    con: duckdb.DuckDBPyConnection, mapping: TableMapping, rows: pl.DataFrame, moment: datetime, key: str
) -> pl.DataFrame:
    """The rows; one that is the only row of its key and says other than what is in force is known from this file on."""
    table = CORE_TABLES[mapping.table]
    content = [c for c in rows.columns if c not in (*FLOW, LINE)]
    con.register("arriving_keys", rows.select(key).filter(pl.col(key).is_unique()))
    newest = read_frame(
        con,
        f"""
        select {", ".join(content)}, known_at as __known, superseded_at as __until from {table} semi join arriving_keys using ({key})
        qualify row_number() over (partition by {key} order by known_at desc) = 1
        """,
    )
    con.unregister("arriving_keys")
    newest = newest.cast({c: rows.schema[c] for c in content})
    standing = newest.filter(pl.col("__until").is_null()).select(*content, __same=pl.lit(value=True))
    joined = rows.join(standing, on=content, how="left", nulls_equal=True, maintain_order="left").join(
        newest.select(key, "__known", "__until"), on=key, how="left", maintain_order="left"
    )
    after = pl.max_horizontal(pl.lit(moment), "__until", pl.col("__known") + pl.duration(seconds=1))
    late = (
        pl.col("__known").is_not_null()
        & pl.col("__same").is_null()
        & (pl.col("known_at") <= pl.max_horizontal("__known", "__until"))
    )
    same = pl.col("__same").is_not_null()
    known = pl.when(same).then("__known").when(late).then(after).otherwise("known_at")
    return joined.with_columns(known_at=known).drop("__same", "__known", "__until")
