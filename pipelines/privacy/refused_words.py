"""What the boundary refuses by name (rules 4 to 6 and 8): words in headings and in code values.

Words are compared without width, case, spaces and marks, in simplified characters. A word in Latin
letters counts where it starts a word of the text, or anywhere once the text is run together if it is
long enough not to stand in another by chance: `X i n Fang` is found, `surface` is no `face`.
"""

import csv
import re
import unicodedata
from functools import cache, lru_cache

import opencc

from pipelines.city.profile import REFERENCE
from pipelines.errors import RefusedInput

TELLING = 6
"""Letters that a Latin word needs to be looked for inside other words."""
SHORT_TAIL = 2
"""How much longer a word of the text may be than a short Latin word that starts it: `faces`, `faceid`."""


def refuse_headings(file_name: str, headings: list[str]) -> None:
    """Refuse a file for a heading, or for its own name, that the boundary bans.

    Raises:
        RefusedInput: names the file, the heading, the rule and why.
    """
    if row := _refused(file_name.rsplit(".", 1)[0], ("header", "both")):
        raise RefusedInput(f"{file_name}: {_why(row)}. Such a file is not read; take it out of the folder.")
    for heading in headings:
        if row := _refused(heading, ("header", "both")):
            raise RefusedInput(f"{file_name}, column {heading[:40]!r}: {_why(row)}. {REMEDY}")


def refuse_values(file_name: str, column: str, values: list[str]) -> None:
    """Refuse a file for a code value the boundary bans, in a column of codes.

    Raises:
        RefusedInput: names the file, the column, the word (never the whole value), the rule and why.
    """
    for value in values:
        if row := _refused(value, ("value", "both")):
            raise RefusedInput(
                f"{file_name}, column {column!r}, a value with {row['word']!r}: {_why(row)}. {REMEDY}"
            )


def why_never_mapped(heading: str) -> str | None:
    """Why a mapping may not take a column from this heading; None where it may."""
    row = _refused(heading, ("header", "both", "mapped"))
    return f"{heading!r} may not be mapped: {_why(row)}" if row else None


REMEDY = "Take it out of the file at its source and send the file again."


def _why(row: dict[str, str]) -> str:
    return f"refused by boundary rule {row['rule']} ({row['reason_en']}; {row['reason_zh']})"


@lru_cache(maxsize=4096)  # the same headings and codes come every week
def _refused(text: str, kinds: tuple[str, ...]) -> dict[str, str] | None:
    folded = _simplified(unicodedata.normalize("NFKC", text))
    words = [w.casefold() for w in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])", folded)]
    together = "".join(c for c in folded.casefold() if c.isalnum())
    latin = "".join(c for c in together if c.isascii())
    for row in _table():
        if row["kind"] in kinds and _holds(row["plain"], together, latin, words):
            return row
    return None


def _holds(word: str, together: str, latin: str, words: list[str]) -> bool:
    if not word.isascii():
        return word in together
    if len(word) >= TELLING:
        return word in latin
    return latin == word or any(w.startswith(word) and len(w) <= len(word) + SHORT_TAIL for w in words)


@cache
def _table() -> tuple[dict[str, str], ...]:
    with (REFERENCE / "refused_fields.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(row | {"plain": _plain(row["word"])} for row in rows)


def _plain(word: str) -> str:
    folded = _simplified(unicodedata.normalize("NFKC", word).casefold())
    return "".join(c for c in folded if c.isalnum())


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _simplified(text: str) -> str:
    return text if text.isascii() else _converter().convert(text)
