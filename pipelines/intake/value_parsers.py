"""One column of text as typed values: dates, numbers and answers in the habits cities write them in.

Series in, series out; null where the text says nothing that can be relied on. The common habit is
tried on the whole column, the rest only on what it left over.
"""

import unicodedata
from collections.abc import Callable, Sequence

import polars as pl

from pipelines.city.clock import LOCAL_ZONE
from pipelines.mapping.validation import FALSE, TRUE

UNASKED = frozenset(
    ("不详", "未知", "未询问", "未问", "没问", "不清楚", "不清", "不明", "不知道", "待查", "待核实", "未填", "未填写", "未登记", "na", "n/a", "unknown", "not asked", "?")
)  # fmt: skip
"""In a tick they say that nobody asked, not that the answer is no."""
MARKS_OF_NOTHING = r"^[\s/／\\\-－—–_]+$"
FAST = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")
HALF_DAYS = "凌晨|清晨|早上|上午|中午|下午|傍晚|晚上"
WRITTEN = (
    r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    rf"(?:[T ]*({HALF_DAYS}|AM|PM)?\s*(\d{{1,2}})[:时点](\d{{1,2}})?分?(?::?(\d{{1,2}})秒?)?(?:\.\d+)?)?"
    r"(?: *(AM|PM))?(?: *(Z|[+-]\d{2}:?\d{2}))?$"
)
CELLS_OF_DAY_AND_HOUR = r"^(\d{4}-\d{2}-\d{2})(?: 00:00:00(?:\.0+)?)? +(?:1899-12-3[01] +)?(\S.*)$"
"""Composed of a workbook's cell of a day and its cell of an hour, each of which says the other's nought as well."""
COMPACT = r"^(\d{4})(\d{2})(\d{2})()(?:(\d{2})(\d{2})(\d{2})?)?()()$"
WITH_FRACTION = r"^(\d{4}-\d{2}-\d{2}) (0\.\d+)$"
"""A day, and the hour as a share of the day."""
SERIAL = r"^\d{5}(?:\.\d+)?$"
FIRST_SERIAL, LAST_SERIAL = 20_000, 80_000
"""Excel's day numbers from 1954 to 2119; other five-digit numbers are no dates."""
GROUPED = r"\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?"
"""Commas and blanks part thousands and nothing else: 12,50 and 8000，6000 are no numbers that can be relied on."""
NUMBER = rf"^[¥￥]? ?([+-]?(?:{GROUPED}|\d+(?:\.\d+)?|\.\d+)) ?(千|万|亿)?(?:元|人|件|户|次|名)?$"
SCALES = {"千": 1e3, "万": 1e4, "亿": 1e8}


def moments(text: pl.Series, formats: Sequence[str] = ()) -> pl.Series:
    """Moments of a text column; a day alone is its first minute.

    Args:
        text: such as 2025-03-11 08:05, 2025/3/11, 2025年3月11日8时5分, 20250311, or Excel's 45727.34.
        formats: the mapping's own strptime formats, tried first.
    """
    parsed = pl.Series(text.name, [None] * len(text), dtype=pl.Datetime("us"))
    for form in (*formats, *FAST):
        parsed = _filled(parsed, text, lambda left, form=form: _strptime(left, form))
    return _filled(parsed, text, _written_moments)


def numbers(text: pl.Series, dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
    """Numbers of a text column: plain, with thousands commas, full-width digits, 千 万 亿 and a unit."""
    plain = text.cast(pl.Float64, strict=False)
    parsed = _filled(plain.set(~plain.is_finite(), None), text, _written_numbers)
    return as_number(parsed, dtype)


def without_marks(text: pl.Series, *, tick: bool = False) -> pl.Series:
    """A column in which a stroke stands for an empty cell, or in a tick a word that nobody asked, with such cells empty."""
    nothing = text.str.contains(MARKS_OF_NOTHING)
    if tick:
        nothing |= text.str.normalize("NFKC").str.strip_chars().str.to_lowercase().is_in(list(UNASKED))
    return text.set(nothing.fill_null(value=False), None)


def as_number(values: pl.Series, dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
    """Numbers in the contract's type; null where a whole number is asked for and it is none."""
    if dtype == pl.Int64 and values.dtype.is_float():
        values = values.set(~(values.is_finite() & (values == values.floor())), None)
    return values.cast(dtype, strict=False)


def answers(text: pl.Series) -> pl.Series:
    """Yes and no in any of their words."""
    known = {
        word: True if _folded(word) in TRUE else False if _folded(word) in FALSE else None
        for word in text.drop_nulls().unique().to_list()
    }
    return text.replace_strict(known, default=None, return_dtype=pl.Boolean)


def _filled(parsed: pl.Series, text: pl.Series, parse: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """`found`, with what `parse` makes of the texts it has nothing for."""
    left = parsed.is_null() & text.is_not_null()
    if not left.any():
        return parsed
    more = parse(text.filter(left))
    if more.null_count() == len(more):
        return parsed
    where = left.arg_true()
    return parsed.scatter(where, more)


def _strptime(text: pl.Series, form: str) -> pl.Series:
    if "%z" in form:
        moment = text.str.to_datetime(form, strict=False, time_unit="us", time_zone="UTC")
        return moment.dt.convert_time_zone(LOCAL_ZONE).dt.replace_time_zone(None)
    if any(sign in form for sign in ("%H", "%I", "%M", "%T")):
        return text.str.to_datetime(form, strict=False, time_unit="us")
    return text.str.to_date(form, strict=False).cast(pl.Datetime("us"))


def _written_moments(text: pl.Series) -> pl.Series:
    plain = text.str.normalize("NFKC").str.strip_chars().str.replace(CELLS_OF_DAY_AND_HOUR, "$1 $2")
    frame = pl.DataFrame({"text": plain}).with_columns(
        parts=pl.coalesce(_parts(WRITTEN), _parts(COMPACT)),
        serial=pl.when(pl.col("text").str.contains(SERIAL)).then(
            pl.col("text").cast(pl.Float64, strict=False)
        ),
    )
    part = [pl.col("parts").list.get(at, null_on_oob=True) for at in range(9)]
    hour = _hour_of_day(part[4].cast(pl.Int64, strict=False).fill_null(0), pl.coalesce(part[3], part[7]))
    minutes = [p.fill_null("0").replace("", "0").str.zfill(2) for p in part[5:7]]
    midnight = (hour == 24) & (pl.concat_str(minutes) == "0000")
    spelled = pl.concat_str(
        part[0], part[1].str.zfill(2), part[2].str.zfill(2),
        pl.when(midnight).then(0).otherwise(hour).cast(pl.String).str.zfill(2), *minutes,
    ).str.to_datetime("%Y%m%d%H%M%S", strict=False, time_unit="us") + pl.duration(days=midnight.cast(pl.Int64))  # fmt: skip
    day = pl.col("text").str.extract(WITH_FRACTION, 1).str.to_date(strict=False).cast(pl.Datetime("us"))
    share = pl.col("text").str.extract(WITH_FRACTION, 2).cast(pl.Float64, strict=False)
    seconds = (pl.col("serial") * 86_400).round().cast(pl.Int64)
    from_serial = pl.when(pl.col("serial").is_between(FIRST_SERIAL, LAST_SERIAL)).then(
        pl.datetime(1899, 12, 30, time_unit="us") + pl.duration(seconds=seconds)
    )
    parsed = pl.coalesce(
        _local(spelled, part[8]),
        from_serial,
        day + pl.duration(seconds=(share * 86_400).round().cast(pl.Int64)),
    )
    return frame.select(parsed).to_series()


def _hour_of_day(hour: pl.Expr, half: pl.Expr) -> pl.Expr:
    """The hour from 0 to 24 of a clock's hour and the half of the day it is said to be in; null where the two contradict.

    上午12:05 and 凌晨12:05 are five past midnight, 中午12:05 and 下午12:05 five past noon. 晚上12 is either midnight: null.
    """
    noon, night = half.is_in(["下午", "傍晚", "PM"]), half == "晚上"
    morning = half.is_in(["凌晨", "清晨", "早上", "上午", "AM"])
    return (
        pl.when(half.is_null() | (half == "")).then(hour)
        .when(morning & (hour == 12)).then(0)
        .when(morning & (hour < 12)).then(hour)
        .when((half == "中午") & (hour >= 11) & (hour <= 14)).then(hour)
        .when((half == "中午") & (hour <= 2)).then(hour + 12)
        .when((noon | night) & (hour > 0) & (hour < 12)).then(hour + 12)
        .when(noon & (hour == 12)).then(hour)
        .when((noon | night) & (hour > 12) & (hour < 24)).then(hour)
    )  # fmt: skip


def _local(moment: pl.Expr, offset: pl.Expr) -> pl.Expr:
    """Local time of a moment that says how far its clock is from that of Greenwich; as it is where it says nothing."""
    bare = offset.str.replace_all(":", "").str.replace("Z", "+0000")
    minutes = bare.str.slice(1, 2).cast(pl.Int64, strict=False) * 60 + bare.str.slice(3, 2).cast(
        pl.Int64, strict=False
    )
    east = pl.when(bare.str.starts_with("-")).then(-minutes).otherwise(minutes)
    utc = (moment - pl.duration(minutes=east)).dt.replace_time_zone("UTC")
    local = utc.dt.convert_time_zone(LOCAL_ZONE).dt.replace_time_zone(None)
    return pl.when(offset.is_null() | (offset == "")).then(moment).otherwise(local)


def _parts(pattern: str) -> pl.Expr:
    """The groups of a pattern as a list; null where it does not match."""
    groups = pl.col("text").str.extract_groups(pattern)
    listed = pl.concat_list(groups.struct.field(str(at)).cast(pl.String) for at in range(1, 10))
    return pl.when(pl.col("text").str.contains(pattern)).then(listed)


def _written_numbers(text: pl.Series) -> pl.Series:
    plain = text.str.normalize("NFKC").str.strip_chars()
    frame = pl.DataFrame({"text": plain})
    figure = pl.col("text").str.extract(NUMBER, 1).str.replace_all("[, ]", "").cast(pl.Float64, strict=False)
    scale = pl.col("text").str.extract(NUMBER, 2).replace_strict(SCALES, default=1.0, return_dtype=pl.Float64)
    return frame.select(figure * scale).to_series()


def _folded(word: str) -> str:
    return unicodedata.normalize("NFKC", word).strip().casefold()
