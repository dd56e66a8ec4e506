"""How somebody declares the form of a source's record numbers: `（{year}）麒调字第{n}号`, `JF{n:8}`. Not which are admitted."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from pipelines.tables.normal_form import normal_form

PLACES = {
    "n": r"\d{1,12}",
    "year": r"(?:19|20)\d{2}",
    "month": r"(?:0?[1-9]|1[0-2])",
    "day": r"(?:0?[1-9]|[12]\d|3[01])",
    "date": r"20[1-9]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])",
    "area": r"(?:\d{6}|\d{9}|\d{12})",
    "letters": r"[A-Z]{1,6}",
    "hex": r"[0-9A-Fa-f]{1,32}",
}
"""What may stand in braces: a serial, parts of a date (a whole one from 2010 on: no grown-up's birthday), a place's code."""
SIZED = {"n": r"\d", "area": r"\d", "letters": "[A-Z]", "hex": "[0-9A-Fa-f]", "year": r"\d"}
"""What may have a number of characters after a colon: `{n:8}`."""
MOST_SIZED = 32
BRACES = re.compile(r"\{([^{}]*)\}")


class UnknownForm(ValueError):
    """A form that cannot be read; the message says what in it."""


def check_form(form: str) -> None:
    """Read a declared form.

    Raises:
        UnknownForm: it names no place of digits or letters, or one that there is not.
    """
    _pattern(form)


def form_pattern(forms: Sequence[str]) -> str:
    """The pattern of the numbers, in normal form, that one of the forms describes."""
    return "^(?:" + "|".join(_pattern(form) for form in forms) + ")$"


@cache
def is_anchored(form: str) -> bool:
    """Whether more than a run of digits is told: a literal, a year, a date or a place's code."""
    kinds = {piece.partition(":")[0] for piece in BRACES.split(form)[1::2]}
    return bool(BRACES.sub("", form).strip() or kinds & {"year", "date", "area"})


@cache
def _pattern(form: str) -> str:
    pieces = BRACES.split(form)
    if len(pieces) == 1 or any("{" in literal or "}" in literal for literal in pieces[::2]):
        raise UnknownForm(f"{form!r} needs a place in braces, such as {{n}} for a serial")
    return "".join(_place(piece, form) if at % 2 else _literal(piece) for at, piece in enumerate(pieces))


def _literal(text: str) -> str:
    """What stands between the braces, as a normal form has it."""
    return re.escape(normal_form(f"一{text}一")[1:-1])


def _place(name: str, form: str) -> str:
    kind, _, size = name.partition(":")
    if "|" in name:
        return "(?:" + "|".join(_literal(word) for word in name.split("|")) + ")"
    if kind in PLACES and not size:
        return PLACES[kind]
    if kind == "date" and size == "6":
        return r"\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    if kind in SIZED and size.isdigit() and 0 < int(size) <= MOST_SIZED:
        return f"{SIZED[kind]}{{{int(size)}}}"
    raise UnknownForm(
        f"{form!r}: no place {{{name}}}; use {', '.join(f'{{{p}}}' for p in PLACES)}, {{n:8}} or {{one|other}}"
    )


def _as_forms(value: Any) -> Any:
    """One form alone, one by column or several by column as several by column; alone it is of the dispute's number."""
    if isinstance(value, str | list | tuple):
        value = {DISPUTE_NUMBER: value}
    if not isinstance(value, dict):
        return value
    return {column: (forms,) if isinstance(forms, str) else forms for column, forms in value.items()}


def _readable(forms: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    for form in (form for of_column in forms.values() for form in of_column):
        check_form(form)
    return forms


DISPUTE_NUMBER = "dispute_id"
NumberForms = Annotated[dict[str, tuple[str, ...]], BeforeValidator(_as_forms), AfterValidator(_readable)]
"""Forms by column of record numbers; where a text or list stands alone it is the dispute's number's."""
