"""What is wrong in a mapping beyond its shape: tables, columns, codes and headings that do not exist or must not be.

Each problem says where it stands, so that the error names file and line.
"""

import codecs
import difflib
import string
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import polars as pl

from pipelines.city.checked_yaml import Problem
from pipelines.city.code_lists import code_list, fold, list_of
from pipelines.city.profile import Profile
from pipelines.mapping.mapping import FileMapping, TableMapping, headings_of
from pipelines.privacy.refused_words import why_never_mapped, why_no_name
from pipelines.tables.contracts import PAIR_COLUMNS, TABLES, key_columns, number_columns, required_columns

BY_COLUMN = ("columns", "templates", "constants", "codes", "dates", "empty")
TRUE = frozenset(("是", "有", "对", "true", "1", "y", "yes", "t", "√", "✓", "✔", "☑", "是的"))
FALSE = frozenset(("否", "无", "没有", "不是", "false", "0", "n", "no", "f", "×", "✗", "✘", "没"))
"""The words of a yes and of a no."""
PLACES = ("areas", "units")
"""Lists of places and offices, whose names in a source may hold a word that no category may."""
ANY, EMPTY = "*", ""
"""The two entries of a translation that are no words of the source."""


def problems(mapping: FileMapping, profile: Profile) -> Iterator[Problem]:
    """Everything that is wrong in a mapping, in its order."""
    if mapping.encoding is not None:
        try:
            codecs.lookup(mapping.encoding)
        except LookupError:
            yield (
                ("encoding",),
                f"no encoding {mapping.encoding!r}; use utf-8, gb18030 or another of Python's",
            )
    for at, table in enumerate(mapping.tables):
        if table.table not in TABLES:
            yield ("tables", at, "table"), f"no table {table.table!r}; {_use(table.table, TABLES)}"
            continue
        for loc, message in _of_table(table, profile):
            yield ("tables", at, *loc), message


def _of_table(table: TableMapping, profile: Profile) -> Iterator[Problem]:
    known = headings_of(table.table)
    for field in BY_COLUMN:
        for name in getattr(table, field):
            if name not in known:
                yield (field, name), f"{table.table} has no column {name!r}; {_use(name, known)}"
    sources = [name for field in BY_COLUMN[:3] for name in getattr(table, field)]
    for field in BY_COLUMN[1:3]:
        for name in getattr(table, field):
            if sources.count(name) > 1:
                yield (field, name), "is given twice: by columns, templates or constants, not by two of them"
    for name in table.number_form:
        if name not in number_columns(table.table):
            use = _use(name, number_columns(table.table))
            yield ("number_form", name), f"{name!r} is no column of record numbers; {use}"
    for at, name in enumerate(table.lettered):
        if name not in number_columns(table.table):
            yield (
                ("lettered", at),
                f"{name!r} is no column of record numbers; {_use(name, number_columns(table.table))}",
            )
    if table.columns:
        missing = [
            n
            for n in required_columns(table.table)
            if n not in sources and EMPTY not in table.codes.get(n, {})
        ]
        if missing:
            yield (
                ("columns",),
                f"{table.table} needs {missing[0]!r}: name its heading, a template or a constant",
            )
    for loc, heading in _headings_used(table):
        if why := why_never_mapped(heading):
            yield loc, why
    yield from _of_values(table, profile, known)


def _headings_used(table: TableMapping) -> Iterator[tuple[tuple[str, ...], str]]:
    """Where a mapping reads a heading of the source, and which; those of the pair are hashed and may be names."""
    for name, heading in table.columns.items():
        if name not in PAIR_COLUMNS:
            yield ("columns", name), heading
    for name, template in table.templates.items():
        for heading in template.replace("}", "{").split("{")[1::2] if name not in PAIR_COLUMNS else ():
            yield ("templates", name), heading
    for heading in table.where:
        yield ("where", heading), heading
    if table.present:
        yield ("present",), table.present


def _of_values(table: TableMapping, profile: Profile, known: dict[str, tuple[str, ...]]) -> Iterator[Problem]:
    for name, template in table.templates.items():
        try:
            list(string.Formatter().parse(template))
        except ValueError:
            yield ("templates", name), f"braces do not match in {template!r}"
    for name, formats in table.dates.items():
        if not all("%" in form for form in formats):
            yield ("dates", name), "needs strptime formats such as %m/%d/%Y %H:%M"
    coded = {n for n in known if n not in PAIR_COLUMNS and list_of(table.table, n)}
    yield from _of_codes(table, ("codes",), table.codes, profile, coded)
    for at, later in enumerate(table.since):
        yield from _of_codes(table, ("since", at, "codes"), later.codes, profile, coded)
    for at, name in enumerate(table.without):
        if name not in known or name in required_columns(table.table):
            yield ("without", at), f"{name!r} is no column that a file of {table.table} may lack"
    if table.key_within and not key_columns(table.table)[0].endswith("_id"):
        yield ("key_within",), f"{table.table} has no record numbers"
    for name, word in table.constants.items():
        if name in coded and fold(word) not in code_list(str(list_of(table.table, name)), profile):
            yield ("constants", name), f"no code {word!r}; {_use(word, _codes(table.table, name, profile))}"


def _of_codes(
    table: TableMapping,
    loc: tuple[int | str, ...],
    codes: Mapping[str, Mapping[str, str]],
    profile: Profile,
    coded: set[str],
) -> Iterator[Problem]:
    """What is wrong in translations: of codes to what is none, of answers to no answer, of days to no day, of other columns."""
    for name, words in codes.items():
        column = TABLES[table.table].columns().get(name)
        for word, code in words.items():
            if name in coded and list_of(table.table, name) not in PLACES and (why := why_no_name(word)):
                yield (*loc, name, word), why
            if name in coded:
                if code not in _codes(table.table, name, profile):
                    yield (
                        (*loc, name, word),
                        f"no code {code!r}; {_use(code, _codes(table.table, name, profile))}",
                    )
            elif column is None or column.dtype not in (pl.Boolean, pl.Date, pl.Datetime("us")):
                yield (*loc, name), "is no column of codes, answers or days"
            elif code and column.dtype == pl.Boolean and fold(code) not in TRUE | FALSE:
                yield (*loc, name, word), f'{code!r} is no answer; use 是, 否 or "" for not asked'
            elif code and column.dtype != pl.Boolean and not _is_day(code):
                yield (*loc, name, word), f'{code!r} is no day; use one such as 2025-03-11, or "" for none'


def _is_day(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _codes(table: str, column: str, profile: Profile) -> set[str]:
    return set(code_list(str(list_of(table, column)), profile).values())


def _use(word: str, known: Iterable[str]) -> str:
    """The likeliest of the known words first, then some of the others."""
    words = sorted(known)
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    shown = [*near, *(w for w in words if w not in near)][:8]
    return f"use {', '.join(shown)}{' ...' if len(words) > len(shown) else ''}"
