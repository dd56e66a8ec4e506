"""Which record numbers are admitted (boundary 6): those of a form somebody declared, or of the plain form of numbers.

A number is never let in because it does not look suspicious. All texts here are in normal form.
"""

from collections.abc import Sequence

import polars as pl

from pipelines.privacy.personal_numbers import CODE, personal
from pipelines.tables.number_form import form_pattern, is_anchored

PLAIN_FORM = r"^[0-9A-Za-z](?:[0-9A-Za-z_/-]{0,30}[0-9A-Za-z])?$"
WORDS_OF_RECORDS = (
    r"(?i)(?:case|event|report|dispute|outcome|record|row|step|item|file|task|ticket|closed|close|opened|open|reopened"
    r"|assigned|accepted|done|start|end|line|seq|rec|evt|num|no|id)"
)
"""Words that numbers are built with beside their serial; no other word of small letters may stand in one."""
NAME_LIKE = r"[A-Z]{7,}|[A-Z][a-z]|[a-z]{4,}"
HEXADECIMAL = r"^[0-9a-f/_-]+$"
MOMENT = r"^\d{4}-\d{1,2}-\d{1,2}(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$"
"""A piece of a composed number that is a day or a moment."""


def admitted(
    numbers: pl.Series, forms: Sequence[str] = (), *, only_forms: bool = False, lettered: bool = False
) -> pl.Series:
    """Which record numbers are admitted; an empty one is, for it names nobody.

    Args:
        numbers: in normal form.
        forms: declared ones, such as `（{year}）麒调字第{n}号`.
        only_forms: whether nothing but these is admitted.
        lettered: whether the source has numbers of a few capital letters alone.
    """
    declared = (
        _of_forms(numbers, forms)
        if forms
        else pl.Series(numbers.name, [False]).new_from_index(0, len(numbers))
    )
    if forms and only_forms:
        return declared.fill_null(value=True)
    rest = numbers.str.replace_all(WORDS_OF_RECORDS, "")
    plain = numbers.str.contains(PLAIN_FORM) & numbers.str.contains(r"\d")
    plain = plain & (~rest.str.contains(NAME_LIKE) | numbers.str.contains(HEXADECIMAL))
    if lettered:
        plain = plain | numbers.str.contains(CODE)
    return (plain | declared).fill_null(value=True)


def personal_numbers(numbers: pl.Series, forms: Sequence[str] = ()) -> pl.Series:
    """Which record numbers look like an identity or phone number; one of a declared form with an anchor is none."""
    anchored = [form for form in forms if is_anchored(form)]
    bare = numbers.str.replace_all("[-_/]", "")
    doubtful = personal(numbers) | personal(bare)
    return doubtful & ~_of_forms(numbers, anchored).fill_null(value=False) if anchored else doubtful


def admitted_pieces(pieces: pl.Series, *, lettered: bool) -> pl.Series:
    """Which texts may be part of a composed number: an admitted number, a day or a moment."""
    return admitted(pieces, lettered=lettered) | pieces.str.contains(MOMENT).fill_null(value=True)


def _of_forms(numbers: pl.Series, forms: Sequence[str]) -> pl.Series:
    return numbers.str.contains(form_pattern(forms))
