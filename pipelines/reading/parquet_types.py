"""The types of a Parquet file as the few the intake knows: text, number, answer, local moment.

Nothing exact becomes inexact: a decimal number is the text of all its digits.
"""

from typing import Any

import polars as pl

from pipelines.city.clock import LOCAL_ZONE

DAYS_OF_DATES = (-719_162, 2_932_896)
"""From 0001-01-01 to 9999-12-31, in days since 1970."""
DAY_IN = {"ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
EXACT = 2**53
"""Below this every whole number has a floating one of its own."""


def plain_types(frame: pl.DataFrame) -> tuple[pl.DataFrame, frozenset[str]]:
    """Every column as text, number, answer or local moment, and the columns that are none of these, left empty.

    Raises:
        ValueError: a date lies outside the years 1 to 9999, on which the libraries behind this panic.
    """
    for name, dtype in frame.schema.items():
        if isinstance(dtype, pl.Date | pl.Datetime):
            a_day = 1 if isinstance(dtype, pl.Date) else DAY_IN[dtype.time_unit]
            days = frame[name].to_physical() // a_day
            if not days.drop_nulls().is_between(*DAYS_OF_DATES).all():
                raise ValueError(name)
    plain = frame.select(_plain(name, dtype) for name, dtype in frame.schema.items())
    lost = [n for n in frame.columns if plain[n].null_count() > frame[n].null_count()]
    unreadable = {name for name, dtype in frame.schema.items() if dtype == pl.Null or _unreadable(dtype)}
    whole = [_whole(plain[name]) for name, dtype in plain.schema.items() if dtype.is_float()]
    return plain.with_columns(whole), frozenset(unreadable | set(lost))


def _unreadable(dtype: Any) -> bool:
    return dtype.is_nested() or dtype == pl.Duration or dtype == pl.Object


def _whole(numbers: pl.Series) -> pl.Series:
    """Whole numbers as such: a column of codes with a gap in it comes as 530302001.0."""
    present = numbers.drop_nulls()
    whole = ((present == present.floor()) & (present.abs() < EXACT)).all()
    return numbers.cast(pl.Int64) if whole else numbers


def _plain(name: str, dtype: Any) -> pl.Expr:
    column = pl.col(name)
    if isinstance(dtype, pl.Datetime):
        local = column.dt.convert_time_zone(LOCAL_ZONE) if dtype.time_zone else column
        return local.dt.replace_time_zone(None).cast(pl.Datetime("us"))
    if isinstance(dtype, pl.Decimal):
        text = column.cast(pl.String)
        return text.str.strip_chars_end("0").str.strip_chars_end(".") if dtype.scale else text
    if isinstance(dtype, pl.Categorical | pl.Enum | pl.Time) or dtype == pl.Binary:
        return column.cast(pl.String, strict=False)
    kept = dtype.is_integer() or dtype.is_float() or dtype in (pl.String, pl.Boolean, pl.Date)
    return column if kept else pl.lit(None, dtype=pl.String).alias(name)
