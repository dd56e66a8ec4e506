"""The form of a column's record numbers, read off its values: proposed to a person, never applied by itself."""

import re
from collections import Counter
from collections.abc import Callable

import polars as pl

from pipelines.privacy.number_forms import admitted, personal_numbers
from pipelines.tables.normal_form import normal_forms

LEAST_ROWS = 5
"""A literal that fewer numbers have in common may be a name."""
LEAST_SHARE = 0.05
"""Share of the numbers a form must explain to be proposed."""
MOST_FORMS = 4
DIGITS = re.compile(r"(\d+)")
YEAR = re.compile(r"(?:19|20)\d{2}")
DATE = re.compile(r"20[1-9]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")


def inferred_forms(numbers: pl.Series) -> list[str]:
    """Forms that explain nearly all of the numbers, the commonest first; none where they need none or have none.

    Args:
        numbers: as received, in any spelling.
    """
    known = normal_forms(numbers.cast(pl.String).str.strip_chars()).drop_nulls()
    known = known.filter(known != "")
    if len(known) < LEAST_ROWS or bool((admitted(known) & ~personal_numbers(known)).all()):
        return []
    shapes: dict[str, list[list[str]]] = {}
    for number in known.unique(maintain_order=True):
        runs = DIGITS.split(number)
        shapes.setdefault("\0".join(runs[::2]), []).append(runs[1::2])
    common = Counter({shape: len(rows) for shape, rows in shapes.items()})
    enough = max(LEAST_ROWS, LEAST_SHARE * sum(common.values()))
    forms = [_form(shape, shapes[shape]) for shape, n in common.most_common(MOST_FORMS) if n >= enough]
    return [form for form in forms if form is not None]


def _form(shape: str, rows: list[list[str]]) -> str | None:
    """The form of numbers whose texts between the digits are alike; None where no digit varies."""
    literals = shape.split("\0")
    if len(literals) == 1:
        return None
    places = [_place([row[at] for row in rows]) for at in range(len(literals) - 1)]
    pieces = [literals[0]]
    for place, literal in zip(places, literals[1:], strict=True):
        pieces += [place, literal]
    return "".join(pieces)


def _place(runs: list[str]) -> str:
    """What the digits of one place are: a year, a date with a serial, or a serial of one width or of any."""
    widths = {len(run) for run in runs}
    if _all(YEAR.fullmatch, runs):
        return "{year}"
    if len(widths) == 1:
        (width,) = widths
        if width in (15, 18) and _all(lambda run: DATE.match(run, 6), runs):
            return f"{{area:6}}{{date}}{{n:{width - 14}}}"
        if width == 15:
            return "{area:6}{date:6}{n:3}"
        if width > 8 and _all(DATE.match, runs):
            return f"{{date}}{{n:{width - 8}}}"
        if width >= 3 and any(run.startswith("0") for run in runs):
            return f"{{n:{width}}}"
    return "{n}"


def _all(matches: Callable[[str], object], runs: list[str]) -> bool:
    return all(matches(run) for run in runs)
