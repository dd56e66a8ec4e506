"""How a source writes its moments: which strptime formats a column needs, and whether day and month can be told apart.

Formats only; values are parsed by `intake.value_parsers`, with the very formats proposed.
"""

from dataclasses import dataclass
from itertools import product

import polars as pl

from pipelines.intake.value_parsers import moments

READ_ENOUGH = 0.9
"""Share of a sample that must be read as moments for the column to hold moments."""
MOST_FORMATS = 3
YEARS = (1900, 2200)
CLOCKS = ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", "T%H:%M:%S", "T%H:%M")
DAY_FIRST = tuple(f"%d{sep}%m{sep}{y}" for sep, y in product("/-.", ("%Y", "%y")))
MONTH_FIRST = tuple(f"%m{sep}%d{sep}{y}" for sep, y in product("/-.", ("%Y", "%y")))
SPELLED = (
    "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d/%b/%Y", "%d %B %Y", "%b %d, %Y", "%b %d %Y", "%B %d, %Y", "%Y-%b-%d",
)  # fmt: skip
OFFSETS = tuple(
    f"%Y{sep}%m{sep}%d{gap}{clock}{offset}"
    for sep, gap, clock, offset in product(
        "-/", "T ", ("%H:%M:%S%.f", "%H:%M:%S", "%H:%M"), ("%z", "%:z", " %z")
    )
)


NUMERIC = r"^\d{1,2}[/\-.]\d{1,2}[/\-.]\d{2,4}\b"
"""Day and month in figures before the year. Tried first: 31/12/24 is no day of the year 31."""
MIXED = 0.5
DIGITS = r"\d.*\d"
SAMPLE = 300
"""Values that formats are chosen on."""


@dataclass(frozen=True)
class DateHabit:
    """Formats beyond those understood by themselves; `either` are the two readings nobody can tell apart."""

    formats: tuple[str, ...] = ()
    either: tuple[tuple[str, ...], ...] = ()


def date_habit(values: pl.Series) -> DateHabit | None:
    """The habit a sample is written in; None where it holds no moments.

    Args:
        values: of any type, without empty ones.

    >>> date_habit(pl.Series(["31/12/2024 09:00", "01/02/2025 10:30"])).formats
    ('%d/%m/%Y %H:%M',)
    >>> date_habit(pl.Series(["01/02/2025", "03/04/2025"])).either
    (('%d/%m/%Y',), ('%m/%d/%Y',))
    """
    if values.dtype.is_temporal():
        return DateHabit()
    text = values.cast(pl.String)
    if not len(text) or values.dtype.is_numeric() or values.dtype == pl.Boolean:
        return None
    numeric = text.str.contains(NUMERIC).mean()
    if numeric is None or float(numeric) < MIXED:  # pyright: ignore[reportArgumentType]
        if _enough(text, ()):
            return DateHabit()
        if not text.str.contains(DIGITS).any():
            return None
    day_first = _formats(text, _with_clocks(DAY_FIRST))
    month_first = _formats(text, _with_clocks(MONTH_FIRST))
    if day_first and month_first:
        return DateHabit(either=(day_first, month_first))
    chosen = day_first or month_first or _formats(text, (*OFFSETS, *_with_clocks(SPELLED)))
    return DateHabit(chosen) if chosen else None


def _formats(text: pl.Series, candidates: tuple[str, ...]) -> tuple[str, ...]:
    """The fewest of the candidates, best first, that read enough of a sample; none where they do not."""
    chosen: list[str] = []
    left = text.head(SAMPLE).alias("text").to_frame().select(_reads(form).alias(form) for form in candidates)
    while len(left) and len(chosen) < MOST_FORMATS:
        read = left.sum().row(0, named=True)
        best = max(candidates, key=lambda form: (read[form], -len(form)))
        if not read[best]:
            break
        chosen.append(best)
        left = left.filter(~pl.col(best))
    return tuple(chosen) if chosen and _enough(text, tuple(chosen)) else ()


def _reads(form: str) -> pl.Expr:
    """Whether a format reads a text, as a year that a register may hold (31/12/24 is none of the year 24)."""
    text = pl.col("text").str
    if "%H" not in form and "%I" not in form:
        year = text.to_date(form, strict=False).dt.year()
    elif "%z" in form or "%:z" in form:
        year = text.to_datetime(form, time_zone="UTC", strict=False).dt.year()
    else:
        year = text.to_datetime(form, strict=False).dt.year()
    return year.is_between(*YEARS).fill_null(value=False)


def _enough(text: pl.Series, formats: tuple[str, ...]) -> bool:
    read = moments(text, formats).dt.year().is_between(*YEARS).fill_null(value=False)
    return int(read.sum()) >= len(text) * READ_ENOUGH


def _with_clocks(days: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(day + clock for day in days for clock in CLOCKS)
