"""What the screens ask about effect: before and after the warnings began, and what the simulated trial found.

What comes before is always the same season a year (or years) earlier, as many periods of four weeks as lie
after. Where nothing matured lies after yet, the last two years without warnings are set beside each other:
so much changes without them.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl
from scipy import stats

from dashboards.published.model_queries import Measured
from dashboards.published.publication import Publication
from pipelines.home import Home

MEASURES = ("harms", "serious", "deaths", "days", "settled")
YEAR_PERIODS = 13
LEVEL = 0.90
_YEAR = timedelta(weeks=4 * YEAR_PERIODS)
_Z = float(stats.norm.ppf((1 + LEVEL) / 2))


@dataclass(frozen=True)
class Compared:
    """One measure before and after.

    Attributes:
        measure: one of `MEASURES`.
        before, after: counts; for `days` days, for `settled` a share.
        change: after over before for counts, after less before otherwise; None where before is nothing.
    """

    measure: str
    before: Measured
    after: Measured
    change: Measured | None

    @property
    def verdict(self) -> str:
        """`fewer`, `more`, `chance` (alone may explain it) or `no_ratio` (too few to compare)."""
        same = 1.0 if self.measure in _COUNTS else 0.0
        if self.change is None or self.change.low is None:
            return "no_ratio"
        if self.change.high is not None and self.change.high < same:
            return "fewer"
        return "more" if self.change.low > same else "chance"


@dataclass(frozen=True, eq=False)
class Effect:
    """Before and after, over as many periods of four weeks each.

    Attributes:
        periods: the matured periods, oldest first.
        before_on, before_until, after_on, after_until: the first day of each side, and the day after its last.
        n_periods: how many periods each side has.
        begun_on: the day of the first decision; None while nobody has decided on anything.
        is_used: whether all of after lies behind it; else both sides lie before it.
        comparable_on: from which day on there is a matured period behind it; None while it is not begun.
        measures: what is compared, in the order of `MEASURES`.
    """

    periods: pl.DataFrame
    before_on: date
    before_until: date
    after_on: date
    after_until: date
    n_periods: int
    begun_on: date | None
    is_used: bool
    comparable_on: date | None
    measures: list[Compared]


def effect(publication: Publication, begun_on: date | None) -> Effect | None:
    """The newest matured periods with warnings, at most a year, beside the same season without; None without two such sides."""
    described = publication.described.get("effect")
    if described is None:
        return None
    periods = described.filter("matured").sort("from_on")
    used = periods.filter(pl.col("from_on") >= (begun_on or date.max))
    after = (used if len(used) else periods).tail(YEAR_PERIODS)
    years = max(1, math.ceil(len(used) / YEAR_PERIODS))
    before = periods.filter((pl.col("from_on") + years * _YEAR).is_in(after["from_on"].implode()))
    if after.is_empty() or len(before) != len(after) or (not len(used) and len(after) < YEAR_PERIODS):
        return None
    return Effect(
        periods=periods,
        before_on=before["from_on"][0],
        before_until=before["until_on"][-1],
        after_on=after["from_on"][0],
        after_until=after["until_on"][-1],
        n_periods=len(after),
        begun_on=begun_on,
        is_used=bool(len(used)),
        comparable_on=begun_on + (publication.as_of - periods["from_on"][-1]) if begun_on else None,
        measures=[_compared(measure, before, after) for measure in MEASURES],
    )


def by_period(compared: Effect, measure: str) -> pl.DataFrame:
    """from_on, value, low, high of one measure in each matured period."""
    rows = [(row["from_on"][0], _measured(measure, row)) for row in compared.periods.iter_slices(1)]
    return pl.DataFrame(
        [(from_on, measured.value, measured.low, measured.high) for from_on, measured in rows],
        schema=["from_on", "value", "low", "high"],
        orient="row",
    )


@dataclass(frozen=True)
class Trial:
    """Results of the newest simulated trial.

    Attributes:
        sentence: `sentence_zh` and `sentence_en`; null while an arm is missing.
        figures: by arm and figure, `value`, `low` and `high`.
        run: its name.
    """

    run: str
    sentence: dict[str, str | None]
    figures: dict[tuple[str, str], Measured]

    def arms(self, known: Sequence[str]) -> list[str]:
        """Those of the known arms that were played, in their order."""
        played = {arm for arm, _ in self.figures}
        return [arm for arm in known if arm in played]


def trial(home: Home) -> Trial | None:
    """The trial of this home (HOME/trials/effect.json, written by `fengqiao trial`), or None."""
    path = home.root / "trials" / "effect.json"
    if not path.exists():
        return None
    stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Trial(
        run=stored["run"],
        sentence={name: stored[name] for name in ("sentence_zh", "sentence_en")},
        figures={
            (row["arm"], row["metric"]): Measured(row["value"], row["low"], row["high"])
            for row in stored["table"]
            if row["value"] is not None
        },
    )


_COUNTS = ("harms", "serious", "deaths")


def _compared(measure: str, before: pl.DataFrame, after: pl.DataFrame) -> Compared:
    sides = _measured(measure, before), _measured(measure, after)
    change = _ratio(*sides) if measure in _COUNTS else _difference(*sides)
    return Compared(measure, *sides, change)


def _measured(measure: str, periods: pl.DataFrame) -> Measured:
    """One measure over several periods: an exact count, the mean of median days, or a share (Wilson)."""
    if measure in _COUNTS:
        n = int(periods[measure].sum())
        low = float(stats.chi2.ppf((1 - LEVEL) / 2, 2 * n) / 2) if n else 0.0
        return Measured(n, low, float(stats.chi2.ppf((1 + LEVEL) / 2, 2 * (n + 1)) / 2))
    if measure == "days":
        known = periods.drop_nulls(["days", "days_low", "days_high"])
        if known.is_empty():
            return Measured(math.nan, None, None)
        half = math.hypot(*(known["days_high"] - known["days_low"])) / 2 / len(known)
        middle = float(known["days"].mean())  # pyright: ignore[reportArgumentType]
        return Measured(middle, middle - half, middle + half)
    with_results = periods.drop_nulls("settled")
    settled = int(with_results["settled"].sum())
    ended = int((with_results["registered"] - with_results["open"]).sum())
    if not ended:
        return Measured(math.nan, None, None)
    ends = stats.binomtest(settled, ended).proportion_ci(LEVEL, method="wilson")
    return Measured(settled / ended, float(ends.low), float(ends.high))


def _ratio(before: Measured, after: Measured) -> Measured | None:
    """The ratio of two counts over equal time, with the exact interval of a share of their sum."""
    if not before.value:
        return None
    whole = int(before.value + after.value)
    share = stats.binomtest(int(after.value), whole).proportion_ci(LEVEL)
    high = share.high / (1 - share.high) if share.high < 1 else None
    return Measured(after.value / before.value, share.low / (1 - share.low), high)


def _difference(before: Measured, after: Measured) -> Measured | None:
    """After minus before, with an interval from the two intervals (Newcombe)."""
    if before.low is None or before.high is None or after.low is None or after.high is None:
        return None
    change = after.value - before.value
    down = math.hypot(after.value - after.low, before.high - before.value)
    up = math.hypot(after.high - after.value, before.value - before.low)
    return Measured(change, change - down, change + up)
