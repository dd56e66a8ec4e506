"""Rows that broke a rule: kept with file, line and every reason, and without what the privacy gate removed.

A row is kept under its source's own headings, so that it can be sent back as XLSX, corrected and come
again; when it does, it is released. Of a care visit nothing is kept but line and reasons (boundary 2).
What may be kept of a value that was not understood says `pipelines/intake/kept_values.py`.
"""

import json

import duckdb
import polars as pl

from pipelines.city.profile import Profile
from pipelines.erasure.erase import hash_of
from pipelines.intake.kept_values import safe_to_keep
from pipelines.intake.parsing import RULES, headings_used
from pipelines.mapping.mapping import TableMapping
from pipelines.privacy.personal_numbers import MASK
from pipelines.reading.readers import LINE, RawFile
from pipelines.tables.contracts import PAIR_COLUMNS, key_columns
from pipelines.tables.normal_form import normal_forms

PRIVATE = (*PAIR_COLUMNS, "parties_key")


def quarantine_rows(
    con: duckdb.DuckDBPyConnection,
    raw: RawFile,
    mapping: TableMapping,
    known: str,
    bad: pl.DataFrame,
    profile: Profile,
) -> None:
    """File the bad rows (`file_line`, `__rules`) of one file and table; DuckDB finds `filed` by its name.

    A row that an earlier file of the same name already had held takes that one's place.
    """
    if not len(bad):
        return
    kept = _kept_headings(raw, mapping)
    lines = pl.col(LINE).is_in(bad[LINE].implode())
    shown = raw.frame.filter(lines).select(
        LINE, *(_without_persons(c, heading, raw, mapping, profile) for heading, c in kept.items())
    )
    rows = bad.sort(LINE).join(shown, on=LINE, how="left", maintain_order="left")
    told = [json.dumps(row, ensure_ascii=False) for row in rows.select(*kept).iter_rows(named=True)]
    filed = rows.select(LINE, RULES).with_columns(
        row_json=pl.Series(told or ["{}"] * len(rows), dtype=pl.String),
        record_key=_record_keys(rows, mapping, kept),
    )
    filed = _without_erased(con, filed, rows, kept)
    about = {"id": known, "name": raw.name, "table_name": mapping.table}
    con.execute(
        """
        delete from quarantine where file_name = $name and table_name = $table_name and file_id <> $id and row_json <> '{}'
            and (record_key in (select record_key from filed) or row_json in (select row_json from filed))
        """,
        about,
    )
    con.execute(
        f"""
        insert into quarantine (file_id, file_name, table_name, line, rules, row_json, record_key)
        select $id, $name, $table_name, {LINE}, {RULES}, row_json, record_key from filed order by {LINE}
        """,
        about,
    )


def _without_erased(
    con: duckdb.DuckDBPyConnection, filed: pl.DataFrame, rows: pl.DataFrame, kept: dict[str, str | None]
) -> pl.DataFrame:
    """Of a row that names a dispute that was erased, only line and reasons are held."""
    gone = [h for (h,) in con.execute("select dispute_hash from erased_dispute").fetchall()]
    heading = next((h for h, column in kept.items() if column == "dispute_id"), None)
    if not gone or heading is None:
        return filed
    erased = rows[heading].map_elements(hash_of, return_dtype=pl.String).is_in(gone).fill_null(value=False)
    return filed.with_columns(
        row_json=pl.when(erased).then(pl.lit("{}")).otherwise(pl.col("row_json")),
        record_key=pl.when(~erased).then(pl.col("record_key")),
    )


def _kept_headings(raw: RawFile, mapping: TableMapping) -> dict[str, str | None]:
    """Headings a held row keeps, and the column each stands for; none of a care visit."""
    return {} if mapping.table == "service_visits" else headings_used(raw, mapping)


def _without_persons(
    column: str | None, heading: str, raw: RawFile, mapping: TableMapping, profile: Profile
) -> pl.Expr:
    """A source column as text, without what the privacy gate removes."""
    if column in PRIVATE:
        return pl.lit(None, dtype=pl.String).alias(heading)
    keeps = safe_to_keep(mapping, column, profile, raw.frame[heading])
    return _as_text(heading).map_batches(
        lambda text: text.replace_strict(
            {word: word if keeps(word) else MASK for word in text.drop_nulls().unique()},
            return_dtype=pl.String,
        ),
        return_dtype=pl.String,
    )


def _as_text(heading: str) -> pl.Expr:
    return pl.col(heading).cast(pl.String).str.strip_chars().replace("", None)


def _record_keys(rows: pl.DataFrame, mapping: TableMapping, kept: dict[str, str | None]) -> pl.Series:
    """What names the record of each row, where its key is one column of the source and was not masked; else null."""
    heading = _key_heading(mapping, kept)
    if heading is None:
        return pl.Series("record_key", [None] * len(rows), dtype=pl.String)
    return normal_forms(rows[heading].replace(MASK, None)).alias("record_key")


def _key_heading(mapping: TableMapping, kept: dict[str, str | None]) -> str | None:
    """The source's column that names the record; None where no single one does."""
    key = key_columns(mapping.table)
    return next((h for h, column in kept.items() if [column] == key), None)
