"""What a source's steps may be among the contract's: guesses by the words in them (`data/reference/step_words.csv`)."""

import csv
import re
from functools import cache

from pipelines.city.code_lists import fold
from pipelines.city.profile import REFERENCE, reference_codes
from pipelines.privacy.personal_numbers import masked

OTHER = "follow_up"
"""What a step is taken for that no word tells of."""
LEAST_ROWS = 2
"""A word of fewer rows is not written down, for it may be a name."""
SHORT_WORD = 3
NOT_DONE = re.compile(r"未|不予|不能|无法|没有|尚待|待办|拟")
NOT_DONE_LATIN = frozenset(("not", "no", "never", "cannot", "without", "pending", "awaiting"))
"""Signs that a word says what has not happened: 未办结 and not closed are no closings."""


def step_codes(words: dict[str, int]) -> dict[str, str]:
    """The translation of a log's words into kinds of step, of those words that are no names.

    Args:
        words: the different words and their rows.

    >>> step_codes({"NEW": 9, "FIN": 8, "REOPEN": 3, "CODE OK": 5, "Smith": 1})
    {'NEW': 'accepted', 'FIN': 'closed', 'REOPEN': 'reopened', 'CODE OK': 'follow_up'}
    >>> step_codes({"未办结": 9, "Not closed": 8, "Unresolved": 3, "Logged": 5})
    {'未办结': 'follow_up', 'Not closed': 'follow_up', 'Unresolved': 'follow_up', 'Logged': 'accepted'}
    """
    codes = {w: step_code(w) for w in words if masked(w) == w}
    return {w: code or OTHER for w, code in codes.items() if code or words[w] >= LEAST_ROWS}


def step_code(word: str) -> str | None:
    """The kind of step a word is likeliest to be; None where no known word is in it."""
    plain = fold(word)
    latin = re.findall(r"[a-z]+", plain)
    if NOT_DONE.search(plain) or NOT_DONE_LATIN & {*latin}:
        return None
    guesses = (code for code, stem in _stems() if _has_stem(stem, plain, latin))
    return _exact().get(plain) or next(guesses, None)


def _has_stem(stem: str, plain: str, latin: list[str]) -> bool:
    if not stem.isascii():
        return stem in plain
    if len(stem) <= SHORT_WORD:
        return stem in latin
    return f" {stem}" in f" {' '.join(latin)}"


@cache
def _exact() -> dict[str, str]:
    rows = reference_codes().iter_rows(named=True)
    return {
        fold(row[name]): row["code"]
        for row in rows
        if row["list"] == "event_type"
        for name in ("code", "name_zh", "name_en")
    }


@cache
def _stems() -> tuple[tuple[str, str], ...]:
    with (REFERENCE / "step_words.csv").open(encoding="utf-8", newline="") as file:
        return tuple((row["code"], word) for row in csv.DictReader(file) for word in row["words"].split("|"))
