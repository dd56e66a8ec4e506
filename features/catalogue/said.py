"""How values are said in a reason: sentence patterns in both languages, numbers as people write them, whole days."""

import math
from collections.abc import Callable
from dataclasses import dataclass

Pair = tuple[str, str]
"""The same words in Chinese and in English."""

TIERS: tuple[Pair, ...] = (
    ("网格", "grid"), ("村（社区）", "village"), ("乡镇（街道）", "township"), ("县（市、区）", "county"), ("市", "city"),
)  # fmt: skip
_NUMERALS = "一二三四五六七八九十"
_TIMES = (
    "once",
    "twice",
    *(f"{n} times" for n in ("three", "four", "five", "six", "seven", "eight", "nine", "ten")),
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_TEN_THOUSAND, _HUNDRED_MILLION = 10_000, 100_000_000
_LEAST = 0.05
"""A value under it would be written as 0.0."""
_DAY_HOURS = 24
_LONG_HOURS = 48


@dataclass(frozen=True)
class Said:
    """Patterns of one feature's sentence; `{n}` is the number with its unit, `{weeks}` it in weeks, `{nth}` as an ordinal.

    Attributes:
        some: for any other value.
        zero: for 0, where `some` does not fit it.
        one: for 1.
        below: for a value under 0; `{n}` is then its size.
        missing: where nothing is recorded.
    """

    some: Pair
    zero: Pair | None = None
    one: Pair | None = None
    below: Pair | None = None
    missing: Pair | None = None

    def of(self, value: float, unit: str) -> Pair:
        """The sentence of a value in both languages; a value of no record falls back on `missing`, else on words of its own."""
        if math.isnan(value):
            zh, en = self.missing or _not_recorded(self.some)
            return zh, en[:1].upper() + en[1:]
        number, weeks = number_said(abs(value), unit), number_said(abs(value), "weeks")
        nth = nth_said(round(abs(value)))
        zh, en = self._pattern(value)
        zh, en = (
            zh.format(n=number[0], weeks=weeks[0], nth=nth[0]),
            en.format(n=number[1], weeks=weeks[1], nth=nth[1]),
        )
        return zh, en[:1].upper() + en[1:]

    def _pattern(self, value: float) -> Pair:
        if value < 0:
            return self.below or self.some
        chosen = {0: self.zero, 1: self.one}.get(value)  # type: ignore[call-overload]
        return chosen or self.some


def number_said(value: float, unit: str) -> Pair:
    """A number of 0 or more with its unit: whole days, long hours as days, ten thousands in Chinese as 万."""
    if unit == "hours" and value >= _LONG_HOURS:
        return number_said(value / _DAY_HOURS, "days")
    return _UNITS[unit](value)


def days_ago(days: int) -> Pair:
    """今天, 昨天 or n天前."""
    near = (("今天", "today"), ("昨天", "yesterday"))
    return near[days] if days < len(near) else (f"{days}天前", f"{days} days ago")


def times_said(n: int) -> Pair:
    """一次, 两次, … 十次, then in digits; once, twice, three times."""
    if not 1 <= n <= len(_NUMERALS):
        return f"{n}次", f"{n:,} times"
    return f"{'两' if n == len('一二') else _NUMERALS[n - 1]}次", _TIMES[n - 1]


def nth_said(n: int) -> Pair:
    """The ordinal of a number, without 第 and 次."""
    if not 1 <= n <= len(_NUMERALS):
        return str(n), f"number {n}"
    return _NUMERALS[n - 1], _ORDINALS[n - 1]


def _not_recorded(some: Pair) -> Pair:
    zh, en = (pattern.split("{")[0].rstrip(": ") for pattern in some)
    return f"{zh}：没有记录", f"{en}: not recorded"


def _written(value: float) -> Pair:
    """A number as people write it; with one decimal only under 10 and where it is no whole number."""
    if 0 < value < _LEAST:
        return f"不到{2 * _LEAST}", f"under {2 * _LEAST}"
    digits = 0 if value >= 10 or float(value).is_integer() else 1
    western = f"{value:,.{digits}f}".removesuffix(".0")
    for size, word in ((_HUNDRED_MILLION, "亿"), (_TEN_THOUSAND, "万")):
        if round(value) >= size:
            return f"{value / size:.1f}".removesuffix(".0") + word, western
    return western.replace(",", ""), western


def _counted(zh: str, en: str = "", en_one: str = "") -> Callable[[float], Pair]:
    def said(value: float) -> Pair:
        number = _written(value)
        return number[0] + zh, number[1] + (en_one if number[1] == "1" else en)

    return said


def _whole(zh: str, en: str) -> Callable[[float], Pair]:
    """Of a length of time: whole units, and under one of them in words."""

    def said(value: float) -> Pair:
        whole = round(value)
        if value and not whole:
            return f"不到1{zh}", f"under one {en}"
        return f"{_written(whole)[0]}{zh}", f"{whole:,} {en}{'' if whole == 1 else 's'}"

    return said


def _tier(value: float) -> Pair:
    return TIERS[round(value) - 1] if 1 <= round(value) <= len(TIERS) else ("未知", "unknown")


def _percent(value: float) -> Pair:
    return f"{value:.0%}", f"{value:.0%}"


_UNITS: dict[str, Callable[[float], Pair]] = {
    "times": _counted("次"), "disputes": _counted("件"), "reports": _counted("件"), "days": _whole("天", "day"),
    "weeks": _whole("周", "week"), "yuan": _counted("元", " yuan", " yuan"), "people": _counted("人", " people", " person"),
    "hours": _whole("小时", "hour"), "share": _percent, "ratio": _counted("倍", " times", " times"), "visits": _counted("次"),
    "flag": _counted(""), "kinds": _counted("种"), "units": _counted("个"), "villages": _counted("个"), "points": _counted("分"),
    "grade": _tier, "month": _counted("月"), "items": _counted("项"), "households": _counted("户"),
}  # fmt: skip
UNITS = frozenset(_UNITS)
"""What a number may count."""
