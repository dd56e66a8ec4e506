"""Release from quarantine: a held row goes once its corrected record has come in."""

import json

import duckdb
import polars as pl

from pipelines.intake.quarantine import PRIVATE, _as_text, _kept_headings, _key_heading
from pipelines.mapping.mapping import TableMapping
from pipelines.reading.readers import LINE, RawFile
from pipelines.tables.normal_form import normal_forms
from pipelines.warehouse.warehouse import read_frame

ENOUGH = 3
"""Filled columns that must agree before a row without its key counts as the one that was held."""
AT = "__at"
"""A column of positions beside a source's own."""


def release_rows(
    con: duckdb.DuckDBPyConnection,
    raw: RawFile,
    mapping: TableMapping,
    known: str,
    accepted: pl.Series,
    new: pl.Series,
) -> int:
    """Let go of the rows of earlier files that have now come corrected.

    A held row is the one that came if they agree in every column that was not at fault, or if a new
    version of the record that it names has been loaded.

    Args:
        con: the warehouse, in its transaction.
        raw: the file that came.
        mapping: its table.
        known: its hash; its own held rows stay.
        accepted: lines that are loaded, or are in the warehouse already.
        new: of those, the lines loaded now.

    Returns:
        How many rows were released.
    """
    held_rows = read_frame(
        con,
        """
        select file_id, line, rules, row_json, record_key from quarantine
        where table_name = $table_name and file_id <> $id and row_json <> '{}' order by file_id, line
        """,
        {"table_name": mapping.table, "id": known},
    )
    if not len(held_rows) or not len(accepted):
        return 0
    kept = _kept_headings(raw, mapping)
    arriving_rows = raw.frame.filter(pl.col(LINE).is_in(accepted.implode()))
    con.register(
        "free",
        pl.concat(
            [
                _named_by(held_rows, arriving_rows, new, mapping, kept),
                *_agreeing(held_rows, arriving_rows, kept),
            ]
        ),
    )
    freed = con.execute(
        """
        delete from quarantine q where table_name = $table_name
            and exists (select 1 from free f where f.file_id = q.file_id and f.line = q.line)
        """,
        {"table_name": mapping.table},
    ).fetchall()[0][0]
    con.unregister("free")
    return freed


def _named_by(
    held_rows: pl.DataFrame,
    arriving_rows: pl.DataFrame,
    new: pl.Series,
    mapping: TableMapping,
    kept: dict[str, str | None],
) -> pl.DataFrame:
    """File and line of the held rows that name a record of which one of the `new` lines is a version."""
    heading = _key_heading(mapping, kept)
    if heading is None:
        return held_rows.select("file_id", "line").clear()
    versions = arriving_rows.filter(pl.col(LINE).is_in(new.implode())).select(_as_text(heading)).to_series()
    return held_rows.filter(pl.col("record_key").is_in(normal_forms(versions).implode())).select(
        "file_id", "line"
    )


def _agreeing(
    held_rows: pl.DataFrame, arriving_rows: pl.DataFrame, kept: dict[str, str | None]
) -> list[pl.DataFrame]:
    """File and line of the held rows that agree with one that came in all columns that were not at fault."""
    contents = [json.loads(text) for text in held_rows["row_json"]]
    faults = [frozenset(rule.split(":")[0] for rule in rules) for rules in held_rows["rules"]]
    matches = []
    for fault in sorted(set(faults), key=sorted):
        sound = [h for h, column in kept.items() if column not in fault and column not in PRIVATE]
        positions = [
            at for at, other in enumerate(faults) if other == fault and set(sound) <= set(contents[at])
        ]
        positions = [at for at in positions if sum(contents[at][h] is not None for h in sound) >= ENOUGH]
        if not positions or not sound:
            continue
        texts = {h: pl.Series(h, [contents[at][h] for at in positions], dtype=pl.String) for h in sound}
        likely = _likely(texts, arriving_rows)
        if likely.is_empty():
            continue
        rows = pl.DataFrame(texts).with_row_index(AT)
        agreeing = rows.join(likely, on=sound, how="semi", nulls_equal=True, maintain_order="left")
        matches.append(held_rows[positions][agreeing[AT]].select("file_id", "line"))
    return matches


def _likely(texts: dict[str, pl.Series], arriving_rows: pl.DataFrame) -> pl.DataFrame:
    """Of the rows that came, as text, those alike in the column that tells most: few, where all would be millions."""
    telling = max(texts, key=lambda heading: texts[heading].n_unique())
    alike = arriving_rows.filter(_as_text(telling).is_in(texts[telling].implode(), nulls_equal=True))
    return alike.select(_as_text(heading) for heading in texts) if len(alike) else alike
