"""What every column of an input table says of itself, beside its type: heading, meaning in Chinese, and code list.

`description` of the column is its meaning in English. For codes, the list is one of `data/reference/codes.csv`,
or `categories` or `services` for the profile's own risk categories, `areas` for its area codes, `units` for its units.
"""

from datetime import datetime
from typing import Any

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
