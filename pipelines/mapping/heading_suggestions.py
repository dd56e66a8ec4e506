"""What an unknown heading might be, by likeness to the headings a table knows. Said, never applied by itself."""

import csv
import difflib
from dataclasses import dataclass
from functools import cache, lru_cache

from pipelines.city.code_lists import fold
from pipelines.city.profile import REFERENCE
from pipelines.mapping.heading_roles import may_become
from pipelines.mapping.mapping import headings_of
from pipelines.privacy.refused_words import why_never_mapped
from pipelines.tables.contracts import PAIR_COLUMNS, TABLES

LIKE_ENOUGH = 0.6


@dataclass(frozen=True)
class Suggestion:
    """A heading, the column it might be, the known heading it is like, and how like (1: the same)."""

    heading: str
    column: str
    like: str
    likeness: float


def suggest(headings: list[str], table: str, taken: frozenset[str] = frozenset()) -> list[Suggestion]:
    """The likeliest column of a table for each heading, every column once, the likeliest pairs first.

    Args:
        headings: of the source; those the boundary keeps outside are never suggested.
        table: the input table.
        taken: columns that have their heading already.
    """
    pairs = [s for heading in headings for s in _columns_like(heading, table) if s.column not in taken]
    chosen: list[Suggestion] = []
    for pair in sorted(pairs, key=lambda p: (-p.likeness, headings.index(p.heading), p.column)):
        if all(pair.heading != c.heading and pair.column != c.column for c in chosen):
            chosen.append(pair)
    return chosen


def likely_table(headings: list[str]) -> str:
    """The table whose columns the headings are likest, `disputes` where none stands out."""
    return max(TABLES, key=lambda table: (round(_fit(headings, table), 6), table == "disputes"))


def likeness_of(headings: list[str]) -> float:
    """How like a row of words is to the headings of some table: the sum over the columns it might name."""
    return max(_fit(headings, table) for table in TABLES)


def _fit(headings: list[str], table: str) -> float:
    return sum(s.likeness for s in suggest(headings, table))


def likely_code(word: str, known: dict[str, str]) -> str | None:
    """The code whose word in a list is likest to a word that is in none."""
    near = difflib.get_close_matches(fold(word), list(known), n=1, cutoff=0.4)
    inside = [k for k in known if len(k) > 1 and (k in fold(word) or fold(word) in k)]
    words = inside or near
    return known[max(words, key=len)] if words else None


@lru_cache(maxsize=4096)
def _columns_like(heading: str, table: str) -> tuple[Suggestion, ...]:
    """Every column of a table that one heading may become and is like enough, by the word it is likest."""
    return tuple(
        Suggestion(heading, column, word, likeness)
        for column, words in _words(table).items()
        if (column in PAIR_COLUMNS or not why_never_mapped(heading)) and may_become(heading, table, column)
        for word, likeness in [_likest(heading, words)]
        if likeness >= LIKE_ENOUGH
    )


def _likest(heading: str, words: tuple[str, ...]) -> tuple[str, float]:
    return max(((word, _likeness(heading, word)) for word in words), key=lambda pair: pair[1])


@lru_cache(maxsize=65536)
def _likeness(one: str, other: str) -> float:
    """The share of letters two texts have in common in one order; 0 where it is sure to be less than enough."""
    bare = _bare(one), _bare(other)
    if 2 * min(map(len, bare)) < LIKE_ENOUGH * sum(map(len, bare)):
        return 0.0
    likeness = difflib.SequenceMatcher(None, *bare, autojunk=False)
    return likeness.ratio() if likeness.quick_ratio() >= LIKE_ENOUGH else 0.0


@lru_cache(maxsize=4096)
def _bare(text: str) -> str:
    return "".join(c for c in fold(text) if c.isalnum())


@cache
def _words(table: str) -> dict[str, tuple[str, ...]]:
    with (REFERENCE / "heading_words.csv").open(encoding="utf-8", newline="") as file:
        more = {(row["table"], row["column"]): row["words"].split("|") for row in csv.DictReader(file)}
    return {c: (*headings, *more.get((table, c), ())) for c, headings in headings_of(table).items()}
