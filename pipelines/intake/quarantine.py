"""Rows that broke a rule: kept with file, line and every reason, and without what the privacy gate removed.

A row is kept under its source's own headings, so that it can be sent back as XLSX, corrected and come
again; when it does, it is released. Of a care visit nothing is kept but line and reasons (boundary 2).
What may be kept of a value that was not understood says `pipelines/intake/kept_values.py`.
"""

import json

import duckdb
import polars as pl

from pipelines.city.profile import Profile
from pipelines.erasure.erase import are_erased, erased_marks
from pipelines.intake.kept_values import safe_to_keep
from pipelines.intake.parsing import RULES, headings_used
from pipelines.intake.quarantined_numbers import number_of_row
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
    key: bytes | None,
) -> None:
    """File the bad rows (`file_line`, `__rules`) of one file and table; DuckDB finds `filed` by its name.

    A row that an earlier file of the same name already had held takes that one's place. The key knows erased disputes
    again; None for a ledger of care visits, of which no number is kept.
    """
    if not len(bad):
        return
    kept = _kept_headings(raw, mapping)
    lines = pl.col(LINE).is_in(bad[LINE].implode())
    shown = raw.frame.filter(lines).select(
        LINE, *(_without_persons(c, heading, raw, mapping, profile) for heading, c in kept.items())
    )
    rows = bad.sort(LINE).join(shown, on=LINE, how="left", maintain_order="left")
    row_texts = [json.dumps(row, ensure_ascii=False) for row in rows.select(*kept).iter_rows(named=True)]
    filed = rows.select(LINE, RULES).with_columns(
        row_json=pl.Series(row_texts or ["{}"] * len(rows), dtype=pl.String),
        record_key=_record_keys(rows, mapping, kept),
    )
    filed = _without_erased(con, filed, rows, mapping, key)
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
    con: duckdb.DuckDBPyConnection,
    filed: pl.DataFrame,
    rows: pl.DataFrame,
    mapping: TableMapping,
    key: bytes | None,
) -> pl.DataFrame:
    """Of a row that names a dispute that was erased, only line and reasons are held."""
    marks = erased_marks(con, key) if key else frozenset()
    if not marks or key is None:
        return filed
    numbers = pl.Series([number_of_row(mapping, row) for row in rows.iter_rows(named=True)], dtype=pl.String)
    erased = are_erased(numbers, marks, key)
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
    if mapping.key_within:
        return None
    return next((h for h, column in kept.items() if [column] == key), None)
