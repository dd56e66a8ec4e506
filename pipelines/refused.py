"""What the boundary refuses by name (rules 4 and 5): words in headings and in code values."""

import csv
import unicodedata
from functools import cache

import opencc

from pipelines.errors import RefusedInput
from pipelines.profile import REFERENCE


def plain(text: str) -> str:
    """A word as it is compared: width and case folded, simplified characters, no spaces or marks."""
    folded = _simplified(unicodedata.normalize("NFKC", text).casefold())
    return "".join(c for c in folded if c.isalnum())


def refuse_headings(file_name: str, headings: list[str]) -> None:
    """Refuse a file for a heading the boundary bans.

    Raises:
        RefusedInput: names the file, the heading, the rule and why.
    """
    for heading in headings:
        _refuse(file_name, f"column {heading!r}", heading, {"header", "both"})


def refuse_values(file_name: str, column: str, values: list[str]) -> None:
    """Refuse a file for a code value the boundary bans, in a column of codes.

    Raises:
        RefusedInput: names the file, the column, the value, the rule and why.
    """
    for value in values:
        _refuse(file_name, f"column {column!r}, value {value!r}", value, {"value", "both"})


def _refuse(file_name: str, where: str, text: str, kinds: set[str]) -> None:
    compared = plain(text)
    for row in _table():
        if row["kind"] in kinds and row["plain"] in compared:
            raise RefusedInput(
                f"{file_name}, {where}: refused by boundary rule {row['rule']} ({row['reason_en']}; {row['reason_zh']}). "
                "Take it out of the file at its source and send the file again."
            )


@cache
def _table() -> tuple[dict[str, str], ...]:
    with (REFERENCE / "refused_fields.csv").open(encoding="utf-8", newline="") as file:
        return tuple(row | {"plain": plain(row["word"])} for row in csv.DictReader(file))


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _simplified(text: str) -> str:
    return text if text.isascii() else _converter().convert(text)
