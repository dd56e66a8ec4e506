"""Sentences and tables about effect: each measure before and after, and the simulated trial."""

import math
from collections.abc import Callable

import polars as pl

from dashboards.markup.markup import Table
from dashboards.published.effect_queries import Compared, Effect, Trial
from dashboards.published.model_queries import Measured
from dashboards.wording.language import Words

ARMS = ("random", "oldest", "checklist", "ranking", "by_category", "uplift", "oracle")
_FIGURES = (
    "expected_prevented_per_year",
    "expected_prevented_per_100",
    "expected_share_of_oracle",
    "peaceful_after",
)
_CHANGES: dict[str, tuple[str, Callable[[float], str]]] = {
    "settled": ("effect.points", lambda value: f"{value * 100:+.1f}"),
    "days": ("effect.days_change", lambda value: f"{value:+.1f}"),
}
_SHARES = ("settled", "expected_share_of_oracle", "peaceful_after")


def effect_lines(words: Words, compared: Effect) -> list[str]:
    """The periods that are compared, and whether warnings began between them."""
    sentence = words(
        "effect.compared",
        n=words.number(compared.n_periods),
        before=words.day(compared.before_on),
        before_until=words.day(compared.before_until),
        after=words.day(compared.after_on),
        after_until=words.day(compared.after_until),
    )
    if compared.begun_on is None or compared.comparable_on is None:
        return [words("effect.not_begun"), sentence + words("effect.plain_not_yet")]
    begun = words.day(compared.begun_on)
    if compared.is_used:
        return [words("effect.begun", day=begun) + sentence, words("effect.plain")]
    not_yet = words("effect.not_yet", day=begun, first=words.day(compared.comparable_on))
    return [not_yet, sentence + words("effect.plain_not_yet")]


def effect_table(words: Words, compared: Effect) -> Table:
    """Each measure before and after, its change, and whether chance alone may explain the change."""
    head = [words(f"effect.{name}") for name in ("measure", "before", "after", "change", "reading")]
    return head, [
        [
            words(f"effect.{measure.measure}"),
            _shown(words, measure.measure, measure.before),
            _shown(words, measure.measure, measure.after),
            _change(words, measure),
            words(f"effect.{measure.verdict}"),
        ]
        for measure in compared.measures
    ]


def trial_table(words: Words, trial: Trial) -> Table:
    """Each policy and its results in the simulated year."""
    head = [words("effect.arm"), *(words(f"effect.{name}") for name in _FIGURES)]
    return head, [
        [
            words(f"arm.{arm}"),
            *(
                words("general.none") if (figure := trial.figures.get((arm, name))) is None else _shown(words, name, figure)
                for name in _FIGURES
            ),
        ]
        for arm in trial.arms(ARMS)
    ]  # fmt: skip


def trial_arms(words: Words, trial: Trial) -> pl.DataFrame:
    """Rows for the picture: name, value, low and high of each policy."""
    rows = [
        (words(f"arm.{arm}"), prevented.value, prevented.low, prevented.high)
        for arm in trial.arms(ARMS)
        if (prevented := trial.figures.get((arm, _FIGURES[0]))) is not None
    ]
    return pl.DataFrame(rows, schema=["name", "value", "low", "high"], orient="row")


def _shown(words: Words, name: str, measured: Measured) -> str:
    return _ranged(words, measured, lambda value: _value(words, name, value))


def _change(words: Words, compared: Compared) -> str:
    """The change with its unit, and its interval without a unit."""
    if compared.change is None:
        return words("general.none")
    key, signed = _CHANGES.get(compared.measure, ("effect.times", lambda value: f"{value:.2f}"))
    change, low, high = compared.change.value, compared.change.low, compared.change.high
    shown = words(key, n=signed(change))
    if low is None or high is None:
        return shown
    return words("effect.change_range", value=shown, low=signed(low), high=signed(high))


def _ranged(words: Words, measured: Measured, shown: Callable[[float], str]) -> str:
    """The value and, on a second line, its interval."""
    if math.isnan(measured.value):
        return words("general.none")
    if measured.low is None or measured.high is None:
        return shown(measured.value)
    return words(
        "general.range", value=shown(measured.value), low=shown(measured.low), high=shown(measured.high)
    )


def _value(words: Words, name: str, value: float) -> str:
    if name in _SHARES:
        return words("general.percent", n=words.number(value * 100, 1 if name == "settled" else 0))
    return words.number(value, 1 if name in ("days", "expected_prevented_per_100") else 0)
