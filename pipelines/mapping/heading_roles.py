"""Roles of a source's headings by their words: closing, deadline, last change, recording, person and others.

Likeness of letters alone takes `closed_date` for `due date` and 更新时间 for 录入时间; a role says what a heading may
not become, whatever it is like. The words are data: `data/reference/heading_roles.csv`.
"""

import csv
import re
from functools import cache, lru_cache

from pipelines.city.code_lists import fold
from pipelines.city.profile import REFERENCE
from pipelines.tables.contracts import PAIR_COLUMNS, TABLES, number_columns

CLOSING, DEADLINE, LAST_CHANGE = "closing", "deadline", "last_change"
RECORDING, WITHDRAWAL, RUNNING_NUMBER = "recording", "withdrawal", "running_number"
PARTY, PERSON = "party", "person"
OF_COLUMN = {
    "closed_at": CLOSING,
    "due_at": DEADLINE,
    "visit_due_on": DEADLINE,
    "recorded_at": RECORDING,
    "withdrawn_at": WITHDRAWAL,
}
"""The moments that only a heading of their own role may become."""
TELLS_LATER = frozenset((CLOSING, DEADLINE, LAST_CHANGE, WITHDRAWAL))
"""Roles of moments that come after a record was made, or are no moment of it at all."""
LONG_WORD = 6
"""Letters a Latin word needs to be looked for inside words run together: `closedate`."""
PLACE_OR_KIND = frozenset(
    [
        "area",
        "district",
        "street",
        "town",
        "township",
        "village",
        "county",
        "city",
        "borough",
        "unit",
        "office",
        "department",
        "team",
        "category",
        "type",
        "case",
        "complaint",
        "file",
    ]
)
"""Words beside which `name` names no person: `district_name`."""
ENDS_LIKE_A_PERSON = re.compile(r"[人员者]$")


def may_become(heading: str, table: str, column: str) -> bool:
    """Whether the roles of a heading allow it to be proposed for a column.

    >>> may_become("更新时间", "disputes", "recorded_at"), may_become("录入时间", "disputes", "recorded_at")
    (False, True)
    >>> may_become("结案日期", "disputes", "due_at"), may_become("closed_date", "grid_reports", "closed_at")
    (False, True)
    """
    roles = roles_of(heading)
    if column in PAIR_COLUMNS:
        return PARTY in roles or PERSON not in roles
    if roles & {PERSON, PARTY}:
        return False
    if column in number_columns(table) and RUNNING_NUMBER in roles:
        return False
    if column not in _moments(table):
        return True
    needed = OF_COLUMN.get(column)
    if needed is not None:
        return needed in roles and roles & TELLS_LATER <= {needed}
    return not roles & TELLS_LATER


@lru_cache(maxsize=4096)
def roles_of(heading: str) -> frozenset[str]:
    """The roles of a heading; a deadline is none of the moments it is the deadline of (办结期限)."""
    words, together = _latin_words(heading), "".join(c for c in fold(heading) if c.isalnum())
    roles = {role for role, known in _roles().items() if any(_holds(w, words, together) for w in known)}
    if RUNNING_NUMBER in roles and together not in _whole(RUNNING_NUMBER):
        roles.discard(RUNNING_NUMBER)
    if "name" in words and PLACE_OR_KIND & set(words):
        roles.discard(PERSON)
    if ENDS_LIKE_A_PERSON.search(_unbracketed(heading)):
        roles.add(PERSON)
    if DEADLINE in roles:
        roles -= {CLOSING}
    return frozenset(roles)


@cache
def _moments(table: str) -> frozenset[str]:
    """The columns of a table that hold a day or a moment."""
    return frozenset(name for name, column in TABLES[table].columns().items() if column.dtype.is_temporal())


def _holds(word: str, words: list[str], together: str) -> bool:
    if not word.isascii():
        return word in together
    parts = word.split()
    runs = [words[at : at + len(parts)] for at in range(len(words) - len(parts) + 1)]
    return parts in runs or (len(word) >= LONG_WORD and len(parts) == 1 and word in together)


def _latin_words(heading: str) -> list[str]:
    return [w.casefold() for w in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", heading)]


def _unbracketed(heading: str) -> str:
    """A heading without what stands in brackets, and without what is no letter."""
    plain = re.sub(r"[(（\[【].*?[)）\]】]", "", heading)
    return "".join(c for c in fold(plain) if c.isalnum())


@cache
def _whole(role: str) -> frozenset[str]:
    return frozenset(word.replace(" ", "") for word in _roles()[role])


@cache
def _roles() -> dict[str, tuple[str, ...]]:
    with (REFERENCE / "heading_roles.csv").open(encoding="utf-8", newline="") as file:
        return {row["role"]: tuple(row["words"].split("|")) for row in csv.DictReader(file)}
