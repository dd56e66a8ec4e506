"""One column of text as typed values: dates, numbers and answers in the habits cities write them in.

Series in, series out; null where the text says nothing that can be relied on. The common habit is
tried on the whole column, the rest only on what it left over.
"""

import unicodedata
from collections.abc import Callable, Sequence

import polars as pl

TRUE = frozenset(("是", "有", "对", "true", "1", "y", "yes", "t", "√"))
FALSE = frozenset(("否", "无", "没有", "不是", "false", "0", "n", "no", "f", "×"))
FAST = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")
WRITTEN = (
    r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[T ]*(上午|下午)?\s*(\d{1,2})[:时点](\d{1,2})?分?(?::?(\d{1,2})秒?)?(?:\.\d+)?)?(?:\+08:?00)?$"
)
COMPACT = r"^(\d{4})(\d{2})(\d{2})()(?:(\d{2})(\d{2})(\d{2})?)?$"
SERIAL = r"^\d{5}(?:\.\d+)?$"
FIRST_SERIAL, LAST_SERIAL = 20_000, 80_000
"""Excel's day numbers from 1954 to 2119; other five-digit numbers are no dates."""
NUMBER = r"^[¥￥]?([+-]?\d[\d,]*(?:\.\d+)?|[+-]?\.\d+)(千|万|亿)?(?:元|人|件|户|次|名)?$"
SCALES = {"千": 1e3, "万": 1e4, "亿": 1e8}


def moments(text: pl.Series, formats: Sequence[str] = ()) -> pl.Series:
    """Moments of a text column; a day alone is its first minute.

    Args:
        text: such as 2025-03-11 08:05, 2025/3/11, 2025年3月11日8时5分, 20250311, or Excel's 45727.34.
        formats: the mapping's own strptime formats, tried first.
    """
    found = pl.Series(text.name, [None] * len(text), dtype=pl.Datetime("us"))
    for form in (*formats, *FAST):
        found = _filled(found, text, lambda left, form=form: _strptime(left, form))
    return _filled(found, text, _written_moments)


def numbers(text: pl.Series, dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
    """Numbers of a text column: plain, with thousands commas, full-width digits, 千 万 亿 and a unit."""
    plain = text.cast(pl.Float64, strict=False)
    found = _filled(plain.set(~plain.is_finite(), None), text, _written_numbers)
    return as_number(found, dtype)


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


def _filled(found: pl.Series, text: pl.Series, parse: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """`found`, with what `parse` makes of the texts it has nothing for."""
    left = found.is_null() & text.is_not_null()
    if not left.any():
        return found
    more = parse(text.filter(left))
    if more.null_count() == len(more):
        return found
    where = left.arg_true()
    return found.scatter(where, more)


def _strptime(text: pl.Series, form: str) -> pl.Series:
    if any(sign in form for sign in ("%H", "%I", "%M", "%T")):
        return text.str.to_datetime(form, strict=False, time_unit="us")
    return text.str.to_date(form, strict=False).cast(pl.Datetime("us"))


def _written_moments(text: pl.Series) -> pl.Series:
    plain = text.str.normalize("NFKC").str.strip_chars()
    frame = pl.DataFrame({"text": plain}).with_columns(
        parts=pl.coalesce(_parts(WRITTEN), _parts(COMPACT)),
        serial=pl.when(pl.col("text").str.contains(SERIAL)).then(
            pl.col("text").cast(pl.Float64, strict=False)
        ),
    )
    part = [pl.col("parts").list.get(at, null_on_oob=True) for at in range(7)]
    hour = part[4].cast(pl.Int64, strict=False).fill_null(0)
    hour = pl.when((part[3] == "下午") & (hour < 12)).then(hour + 12).otherwise(hour)
    spelled = pl.concat_str(
        part[0], part[1].str.zfill(2), part[2].str.zfill(2), hour.cast(pl.String).str.zfill(2),
        *(p.fill_null("0").replace("", "0").str.zfill(2) for p in part[5:7]),
    ).str.to_datetime("%Y%m%d%H%M%S", strict=False, time_unit="us")  # fmt: skip
    seconds = (pl.col("serial") * 86_400).round().cast(pl.Int64)
    from_serial = pl.when(pl.col("serial").is_between(FIRST_SERIAL, LAST_SERIAL)).then(
        pl.datetime(1899, 12, 30, time_unit="us") + pl.duration(seconds=seconds)
    )
    return frame.select(pl.coalesce(spelled, from_serial)).to_series()


def _parts(pattern: str) -> pl.Expr:
    """The groups of a pattern as a list; null where it does not match."""
    groups = pl.col("text").str.extract_groups(pattern)
    listed = pl.concat_list(groups.struct.field(str(at)).cast(pl.String) for at in range(1, 8))
    return pl.when(pl.col("text").str.contains(pattern)).then(listed)


def _written_numbers(text: pl.Series) -> pl.Series:
    plain = text.str.normalize("NFKC").str.replace_all(r"\s", "")
    frame = pl.DataFrame({"text": plain})
    figure = pl.col("text").str.extract(NUMBER, 1).str.replace_all(",", "").cast(pl.Float64, strict=False)
    scale = pl.col("text").str.extract(NUMBER, 2).replace_strict(SCALES, default=1.0, return_dtype=pl.Float64)
    return frame.select(figure * scale).to_series()


def _folded(word: str) -> str:
    return unicodedata.normalize("NFKC", word).strip().casefold()
