"""What may be kept of a value in a row that is held back: whatever cannot be a person's name, number or story.

A value that was understood is no secret: a known word, a date, a number. What was not is kept where it is needed
to see what is wrong and cannot name anybody: figures and marks, numbers that hold a digit, and in a column of codes a
word that many rows have, for a code comes again and a name does not. The rest is masked; file, line and rule say where to look.
"""

import unicodedata
from collections.abc import Callable
from functools import cache

import polars as pl

from pipelines.city.code_lists import fold, known_words, list_of
from pipelines.city.profile import Profile
from pipelines.intake.admission import unadmitted
from pipelines.mapping.mapping import TableMapping
from pipelines.mapping.validation import FALSE, TRUE
from pipelines.privacy.number_forms import admitted_pieces
from pipelines.privacy.personal_numbers import masked
from pipelines.tables.contracts import TABLES, number_columns
from pipelines.tables.normal_form import normal_forms

RECURS = 5
"""Rows of one file that must have a word before it counts as a code that no list knows yet."""
SIGNS = frozenset("年月日时分秒点号上下午千万亿元人件户次名")
"""Beside figures and marks, what dates and amounts are written with."""


def safe_to_keep(
    mapping: TableMapping, column: str | None, profile: Profile, values: pl.Series
) -> Callable[[str], bool]:
    """Says of each text of a source column whether the quarantine may keep it as it is.

    Args:
        mapping: the table.
        column: which column of it the source's becomes; None where it only composes or chooses.
        profile: whose words are known.
        values: the source's whole column.
    """
    codes = column and list_of(mapping.table, column)
    if column is not None and codes is not None:
        return _coded({*known_words(codes, profile, mapping.codes.get(column, {}))}, values)
    if column is None or TABLES[mapping.table].columns()[column].dtype == pl.String:
        text = values.cast(pl.String).str.strip_chars()
        doubtful = {*text.filter(_may_name(normal_forms(text), column, mapping, profile))}
        doubtful -= {*mapping.where.get(values.name, ())}
        return lambda text: _names_nobody(text) and text not in doubtful
    return lambda text: _names_nobody(text) and (_figures(text) or fold(text) in TRUE | FALSE)


def _may_name(numbers: pl.Series, column: str | None, mapping: TableMapping, profile: Profile) -> pl.Series:
    """Which texts of a column that is a record's number, or composes or chooses, are of no admitted form."""
    if column in number_columns(mapping.table):
        return unadmitted(numbers, str(column), mapping, profile)
    return ~admitted_pieces(numbers, lettered=False)


def _coded(known: set[str], values: pl.Series) -> Callable[[str], bool]:
    longest = max(map(len, known), default=0)

    @cache
    def recurring() -> set[str]:
        counted = values.cast(pl.String).str.strip_chars().drop_nulls().value_counts(name="n")
        return set(counted.filter(pl.col("n") >= RECURS)[counted.columns[0]])

    def keeps(word: str) -> bool:
        if fold(word) in known or not _names_nobody(word):
            return fold(word) in known
        return _figures(word) or (len(word) <= longest and word in recurring())

    return keeps


def _names_nobody(text: str) -> bool:
    return masked(text) == text


def _figures(text: str) -> bool:
    """Whether there is no letter in it, or beside figures only those that dates and amounts are written with."""
    letters = {c for c in unicodedata.normalize("NFKC", text) if c.isalpha()}
    return not letters or (letters <= SIGNS and any(c.isdigit() for c in text))
