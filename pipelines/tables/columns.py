"""What every column of an input table says of itself, beside its type: heading, meaning in Chinese, and code list.

`description` of the column is its meaning in English. For codes, the list is one of `data/reference/codes.csv`,
or `categories` or `services` for the profile's own risk categories, `areas` for its area codes, `units` for its units.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import dataframely as dy

ColumnType = TypeVar("ColumnType", bound=dy.Column)

EARLIEST = datetime(1990, 1, 1)
"""Before this nothing was recorded anywhere; an earlier moment is a slip, such as Excel's day nought."""
MOST_PEOPLE, MOST_YUAN = 1_000_000, 10_000_000_000
"""More is no number of people and no amount, but an identity or phone number gone astray."""
EARLIEST_ON = EARLIEST.date()
LONGEST_NUMBER = 64
"""Characters of a record's number; what is longer is free text, and free text stops at the door."""


def about(heading: str, meaning_zh: str, codes: str | None = None) -> dict[str, Any]:
    """Metadata of a column."""
    return {"zh": heading, "meaning_zh": meaning_zh, "codes": codes, "key": False}


def about_key(heading: str, meaning_zh: str, codes: str | None = None) -> dict[str, Any]:
    """Metadata of a column that names the record; several versions of one record may come in one file."""
    return about(heading, meaning_zh, codes) | {"key": True}


def output(
    kind: Callable[..., ColumnType],
    meaning_en: str,
    meaning_zh: str,
    *,
    codes: str | None = None,
    unit: str | None = None,
    caveat: str | None = None,
    reader: str | None = None,
    key: bool = False,
    **rules: Any,
) -> ColumnType:
    """A column of a published table.

    Args:
        kind: the class of column.
        meaning_en: what it is.
        meaning_zh: the same in Chinese.
        codes: the list its codes are from, as for an input column.
        unit: what its numbers count.
        caveat: what may not be concluded from it, or is left out of it.
        reader: `analysts` where no screen, paper or monitoring reads it.
        key: no two rows have the same values in all columns so marked.
        rules: of the class: `nullable`, `min`, `max`.
    """
    said = {
        "meaning_zh": meaning_zh,
        "codes": codes,
        "unit": unit,
        "caveat": caveat,
        "for": reader,
        "key": key,
    }
    return kind(metadata=said, description=meaning_en, **rules)


HAPPENED = {"over_after": 0}
"""Of the column that says when what a record tells had happened: the moment itself."""
HAPPENED_DAY_OVER = {"over_after": 86_400}
"""Of a day that has happened when it is over."""
HAPPENED_WEEK_OVER = {"over_after": 7 * 86_400 - 1}
"""Of a week's Monday; the week has happened when it is over."""
TELLS_LATER = {"later": True}
"""Of a moment that may lie after the record was made: a version that has it tells of something later."""
PLACED = {"placed": ("township_code", "county_code")}
"""Of the area: the core table also holds what it rolls up to."""
PLACED_FINELY = {"placed": ("township_code", "county_code", "village_code", "grid_code")}


STORED_SMALL = {"stored": "integer"}
"""Of a number the warehouse keeps in four bytes."""


def hangs_on(column: str) -> dict[str, Any]:
    """Of a column that is told together with another one, which tells of something later."""
    return {"hangs_on": column}
