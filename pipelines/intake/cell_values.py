"""One column of a file as the contract's type: what the source writes for nothing, its own codes, days and answers.

Series in, series out. What the text of a value may look like says `value_parsers.py`.
"""

import re
from dataclasses import dataclass
from typing import Any

import dataframely as dy
import polars as pl

from pipelines.city.code_lists import fold, known_words, list_of
from pipelines.city.profile import Profile
from pipelines.errors import RefusedInput
from pipelines.intake.value_parsers import answers, as_number, moments, numbers, without_marks
from pipelines.mapping.mapping import TableMapping, headings_of
from pipelines.privacy.personal_numbers import personal
from pipelines.privacy.refused_words import refuse_values
from pipelines.tables.contracts import TABLES, key_columns, number_columns
from pipelines.tables.core import happened_column
from pipelines.tables.normal_form import normal_form, normal_forms

UNITS = "units"
"""What is no unit of the profile's is left empty, for it may be a mediator's name; the row stands, for units come and go."""
NAMES_OF_PLACES = ("areas", UNITS)
"""Lists of places and offices, whose names may hold a word that no heading or category may."""
HAPPENED_IN = {table: happened_column(table) for table in TABLES} | {"service_visits": "visit_due_on"}
"""The column that says when a record of each table happened; of a care visit, which may never be made, when it was due."""
UNIT_OF_HEADING = re.compile(r"(?:[(/:_]|单位:?)(千|万|亿)(?:元|人|人次)?\)?$|(千|万|亿)元$")
BARE_NUMBER = r"[0-9０-９]$"
LAST_MINUTE = pl.duration(hours=23, minutes=59, seconds=59)


@dataclass(frozen=True)
class Reading:
    """What the cells of one file are read by; `day` is when each row happened, of a mapping whose codes change on a day."""

    mapping: TableMapping
    profile: Profile
    file_name: str
    day: pl.Series


def happened_on(frame: pl.DataFrame, mapping: TableMapping) -> pl.Series:
    """The day each row happened; null where the mapping's codes hold for ever, or the row does not tell."""
    name = HAPPENED_IN[mapping.table]
    if not mapping.since or name not in frame.columns:
        return pl.Series("day", [None] * len(frame), dtype=pl.Date)
    column = TABLES[mapping.table].columns()[name]
    cells = filled_cells(frame[name], name, column, mapping)
    return _moment(cells, mapping.dates.get(name, ())).cast(pl.Date)


def filled_cells(source: pl.Series, name: str, column: Any, mapping: TableMapping) -> pl.Series:
    """A source column without what stands for an empty cell, its answers and days translated by the mapping.

    Nothing is what `empty` of the mapping names, and in an optional answer, day or number a stroke or a word for "not asked".
    """
    blanks = mapping.empty.get(name, ())
    if blanks:
        source = source.set(_is_one_of(source, blanks), None)
    if list_of(mapping.table, name) is not None or column.dtype == pl.String or source.dtype != pl.String:
        return _translated_cells(source, mapping.codes.get(name, {}), column)
    if column.nullable:
        source = without_marks(
            source, tick=column.dtype == pl.Boolean and "" not in mapping.codes.get(name, {})
        )
    return _translated_cells(source, mapping.codes.get(name, {}), column)


def unit_of_heading(heading: str) -> str | None:
    """千, 万 or 亿 where a heading says that its numbers count in them."""
    unit = UNIT_OF_HEADING.search(normal_form(heading))
    return (unit[1] or unit[2]) if unit else None


def in_unit_of_heading(heading: str, column: Any) -> pl.Expr:
    """A source column; its bare numbers in the unit that the heading names, where that is thousands or more.

    Under 涉及金额（万元） 1.5 is 15,000; a cell that names its own unit says what it says.
    """
    unit = unit_of_heading(heading)
    if column is None or unit is None or column.dtype not in (pl.Int64, pl.Float64):
        return pl.col(heading)
    text = pl.col(heading).cast(pl.String).str.strip_chars()
    bare = text.str.contains(BARE_NUMBER)
    return pl.when(bare).then(text + unit).otherwise(text).alias(heading)


def within_place_or_year(
    chosen: dict[str, pl.Expr], rows: pl.DataFrame, mapping: TableMapping
) -> dict[str, pl.Expr]:
    """The chosen columns; numbers of disputes that are unique only within a place or a year with it in front: `2025-001@530302001`.

    `year` is that of registration, `area_code` the source's place; of a table without them, as of any other word, the heading.
    """
    if not mapping.key_within:
        return chosen
    numbers = [name for name in ("dispute_id", key_columns(mapping.table)[0]) if name in chosen]
    parts = [_part_of_key(name, chosen, rows, mapping) for name in mapping.key_within]
    return chosen | {
        name: pl.concat_str(chosen[name].cast(pl.String).str.strip_chars(), *parts, separator="@")
        for name in dict.fromkeys(numbers)
    }


def _part_of_key(name: str, chosen: dict[str, pl.Expr], rows: pl.DataFrame, mapping: TableMapping) -> pl.Expr:
    if name == "year" and "registered_at" in chosen:
        formats = mapping.dates.get("registered_at", ())
        return chosen["registered_at"].map_batches(
            lambda column: _moment(column, formats).dt.year().cast(pl.String), return_dtype=pl.String
        )
    if name in chosen:
        column = chosen[name]
    else:
        headings = (name, *headings_of("disputes").get(name, ()))
        heading_found = next((h for h in headings if h in rows.columns), None)
        if heading_found is None:
            raise RefusedInput(
                f"no column {name!r}, which `key_within` of the mapping of {mapping.table} names"
            )
        column = pl.col(heading_found)
    return column.cast(pl.String).map_batches(normal_forms, return_dtype=pl.String)


def end_of_day_where_bare(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """Moments that are a day without an hour, of the very day on which the record began, as the end of that day.

    The contract says that they do not lie before its beginning, and a day alone would be its first minute.
    """
    began = HAPPENED_IN[table]
    if frame.schema[began] != pl.Datetime("us"):
        return frame
    later = [
        name
        for name in TABLES[table].columns()
        if name not in (began, "due_at") and frame.schema[name] == pl.Datetime("us")
    ]
    return frame.with_columns(
        pl.when((pl.col(name) < pl.col(began)) & (pl.col(name) == pl.col(began).dt.truncate("1d")))
        .then(pl.col(name) + LAST_MINUTE)
        .otherwise(pl.col(name))
        .alias(name)
        for name in later
    )


def looks_personal(source: pl.Series, value: pl.Series) -> pl.Series:
    """Which values look like a person's number; what was understood as a date, number or answer is none."""
    if value.dtype == pl.String:
        return personal(value)
    asked = value.is_null() & source.is_not_null()
    if not asked.any() or source.dtype != pl.String:
        return asked & False
    return asked.scatter(asked.arg_true(), personal(source.filter(asked)))


def typed(source: pl.Series, name: str, column: Any, reading: Reading) -> pl.Series:
    """A column in the contract's type; null where its text is not understood.

    Raises:
        RefusedInput: a code column holds a value the boundary refuses.
    """
    mapping = reading.mapping
    if (codes := list_of(mapping.table, name)) is not None:
        return _coded(source.cast(pl.String), name, codes, reading)
    own = source.dtype
    if column.dtype == pl.String:
        text = source.cast(pl.String)
        return normal_forms(text) if name in number_columns(mapping.table) else text
    if column.dtype == pl.Boolean:
        return source if own == pl.Boolean else answers(source.cast(pl.String))
    if column.dtype in (pl.Int64, pl.Float64):
        return (
            as_number(source, column.dtype)
            if own.is_numeric()
            else numbers(source.cast(pl.String), column.dtype)
        )
    moment = _moment(source, mapping.dates.get(name, ()))
    return moment if isinstance(column, dy.Datetime) else moment.cast(pl.Date)


def _coded(source: pl.Series, name: str, codes: str, reading: Reading) -> pl.Series:
    """Codes of a column of words, by the mapping's own translation before the reference list, each from its day on."""
    words = source.drop_nulls().unique(maintain_order=True).to_list()
    if codes not in NAMES_OF_PLACES:
        refuse_values(reading.file_name, name, words)
    mapping = reading.mapping
    own = mapping.codes.get(name, {})
    coded = _translated(source, words, known_words(codes, reading.profile, own))
    for later in sorted(mapping.since, key=lambda one: one.from_):
        if name in later.codes:
            own = own | later.codes[name]
            coded_later = _translated(source, words, known_words(codes, reading.profile, own))
            coded = coded_later.zip_with((reading.day >= later.from_).fill_null(value=False), coded)
    return coded


def _translated(source: pl.Series, words: list[str], known: dict[str, str]) -> pl.Series:
    translated = {word: known.get(fold(word), known.get("*")) for word in words}
    coded = source.replace_strict(translated, default=None, return_dtype=pl.String)
    return coded.set(source.is_null(), known[""]) if "" in known else coded


def _translated_cells(source: pl.Series, own: dict[str, str], column: Any) -> pl.Series:
    """Answers and days by the mapping's own translation; other columns as they are."""
    if not own or column.dtype not in (pl.Boolean, pl.Date, pl.Datetime("us")):
        return source
    text = source.cast(pl.String)
    known = {fold(word): code for word, code in own.items()}
    words = {
        word: known.get(fold(word), known.get("*", word)) for word in text.drop_nulls().unique().to_list()
    }
    translated = text.replace_strict(words, default=None, return_dtype=pl.String)
    translated = translated.set(text.is_null(), known[""]) if "" in known else translated
    return translated.replace("", None)


def _is_one_of(source: pl.Series, blanks: tuple[str, ...]) -> pl.Series:
    """Which cells hold one of the mapping's words for nothing, or the day that one of them is."""
    text = normal_forms(source.cast(pl.String))
    is_blank = text.is_in([normal_form(word) for word in blanks])
    days = moments(pl.Series(list(blanks), dtype=pl.String)).dt.date().drop_nulls()
    if len(days):
        is_blank |= _moment(source, ()).dt.date().is_in(days.implode())
    return is_blank.fill_null(value=False)


def _moment(source: pl.Series, formats: tuple[str, ...]) -> pl.Series:
    own = source.dtype.is_temporal()
    return source.cast(pl.Datetime("us")) if own else moments(source.cast(pl.String), formats)
