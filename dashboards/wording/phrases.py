"""Chances and lengths of time in words a meeting uses: so many of a hundred such disputes.

No percentages of a percentage, no decimals of a probability: a chance is told as a count out of 100, or
out of 1,000 where it is small.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dashboards.wording.language import Words

PER_HUNDRED, PER_THOUSAND = 100, 1000


@dataclass(frozen=True)
class Chance:
    """A probability with its interval and the usual probability of such disputes; all from 0 to 1."""

    value: float
    low: float
    high: float
    usual: float | None


def out_of(chance: float) -> int:
    """The round number of disputes used to express a probability: 100, or 1,000 where 100 would give 0.

    >>> out_of(0.07), out_of(0.003)
    (100, 1000)
    """
    return PER_HUNDRED if chance >= 0.005 else PER_THOUSAND


def of_many(words: Words, chance: float, many: int) -> str:
    """How many of so many, as text; "fewer than 1" rather than 0."""
    n = round(chance * many)
    return words("chance.under_one") if n < 1 else words.number(n)


def chance_sentence(words: Words, chance: Chance, outcome: str, horizon_days: int) -> str:
    """The probability, its interval and the usual one in a sentence.

    Args:
        words: the language.
        chance: the dispute's.
        outcome: what is to be prevented, completing a sentence (`outcome_zh` or `outcome_en`).
        horizon_days: within how many days.
    """
    many = out_of(chance.value)
    sentence = words(
        "chance.sentence",
        many=words.number(many),
        n=of_many(words, chance.value, many),
        low=of_many(words, chance.low, many),
        high=of_many(words, chance.high, many),
        outcome=outcome,
        within=span(words, horizon_days),
    )
    if chance.usual is None:
        return sentence
    return sentence + words("chance.usual", n=of_many(words, chance.usual, many), many=words.number(many))


def short_chance(words: Words, chance: float) -> str:
    """The chance for a table cell: `7 / 100`."""
    many = out_of(chance)
    return words("chance.short", n=of_many(words, chance, many), many=words.number(many))


def share(words: Words, row: Mapping[str, Any], name: str) -> str:
    """A share as so many of a hundred, with its interval on a second line; a dash where there is none."""
    return with_interval(
        words, row, name, lambda value: words("general.percent", n=words.number(value * 100))
    )


def with_interval(
    words: Words, row: Mapping[str, Any], name: str, shown: Callable[[float], str] | None = None
) -> str:
    """The value `name` of a row and, on a second line, `name_low` to `name_high`; a dash where it is null."""
    value, low, high = (row[name + end] for end in ("", "_low", "_high"))
    if value is None:
        return words("general.none")
    shown = shown or (lambda number: words.number(number, 1))
    if low is None or high is None:
        return shown(value)
    return words("general.range", value=shown(value), low=shown(low), high=shown(high))


def span(words: Words, days: int) -> str:
    """A length of time, in weeks where it is whole weeks."""
    return words.count("span.weeks", days // 7) if days % 7 == 0 else words.count("span.days", days)


def days_left(words: Words, days: int | None, is_open: bool) -> str:
    """Time to the deadline, overdue or left; a dash where there is no deadline."""
    if not is_open:
        return words("due.closed")
    if days is None:
        return words("due.none")
    if days < 0:
        return words.count("due.over", -days)
    return words("due.today") if days == 0 else words.count("due.left", days)
