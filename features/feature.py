"""What a feature is: one declared column, checked when it is built. No SQL, no dates, no code."""

import math
import re
from dataclasses import dataclass
from typing import Literal

Aggregation = Literal[
    "attribute",
    "calendar",
    "count",
    "sum",
    "mean",
    "share",
    "trend",
    "days_since_last",
    "days_since_first",
    "last_value",
]
Entity = Literal["dispute", "pair", "village", "township", "county", "township_category", "none"]

SOURCES: dict[str, tuple[set[str], set[str]]] = {
    "handling": (
        {"dispute", "pair", "village", "township", "county", "township_category"},
        {"event_type", "result"},
    ),
    "closings": ({"township", "county", "township_category"}, set()),
    "registrations": ({"pair", "village", "township", "county", "township_category"}, {"channel"}),
    "outcomes": ({"dispute", "pair", "village", "township", "county", "township_category"}, set()),
    "grid_reports": ({"village", "township", "county"}, {"report_type", "channel"}),
    "grid_closings": ({"township", "county"}, {"resolved"}),
    "coverage": ({"township"}, {"service"}),
    "outreach": ({"township", "county"}, {"kind"}),
    "volunteers": ({"township"}, set()),
    "dispute": ({"none"}, set()),
    "calendar": ({"none"}, set()),
}
"""Source name to the entities it can be asked by and the columns `where` may name. None of them is a person."""

WINDOWS = {1: "7d", 4: "28d", 13: "13w", 52: "52w", None: "all"}
"""Windows in whole weeks, and how a column's name ends; None is all history of the same dispute or place."""

UNITS = {
    "times": ("次", " times"), "disputes": ("件", " disputes"), "reports": ("件", " reports"), "days": ("天", " days"),
    "weeks": ("周", " weeks"), "yuan": ("元", " yuan"), "people": ("人", " people"), "hours": ("小时", " hours"),
    "share": ("%", "%"), "ratio": ("倍", "x"), "visits": ("次", " visits"), "flag": ("", ""),
}  # fmt: skip


class WrongFeature(ValueError):
    """A declaration that says something the catalogue does not allow."""


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One column of the matrix.

    Attributes:
        name: column name.
        label_zh: what it says, as a sentence starts; the value and unit follow.
        label_en: the same in English.
        source: where the records come from, a key of `SOURCES`.
        entity: whose records are aggregated.
        aggregation: from the closed list.
        where: column and accepted values, joined by AND.
        measure: integer column summed, or the column of a `last_value` or attribute.
        scale: the result is divided by this (fen to yuan, minutes to hours).
        weeks: window in whole weeks before the as-of date; None is all.
        unit: key of `UNITS`.
        when_none: the value where there is no record; NaN is missing.
        direction: +1 or -1 where more is known never to lower, or raise, the danger; else 0.
        group: reasons are added up within it.
    """

    name: str
    label_zh: str
    label_en: str
    source: str
    entity: Entity
    aggregation: Aggregation
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    measure: str | None = None
    scale: float = 1.0
    weeks: int | None = None
    unit: str
    when_none: float
    direction: int = 0
    group: str

    def __post_init__(self) -> None:
        """Refuse what may not be declared."""
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.name):
            raise WrongFeature(f"{self.name!r}: a name is lower case letters, digits and underscores")
        if self.source not in SOURCES:
            raise WrongFeature(f"{self.name}: no source {self.source!r}; use one of {', '.join(SOURCES)}")
        entities, columns = SOURCES[self.source]
        if self.entity not in entities:
            raise WrongFeature(
                f"{self.name}: {self.source} cannot be asked by {self.entity!r}; use {', '.join(sorted(entities))}"
            )
        unknown = {column for column, _ in self.where} - columns
        if unknown:
            raise WrongFeature(
                f"{self.name}: {self.source} has no column {sorted(unknown)[0]!r} to filter by"
            )
        if self.weeks not in WINDOWS:
            raise WrongFeature(f"{self.name}: windows are {list(WINDOWS)} weeks")
        if self.entity == "pair" and self.weeks is None:
            raise WrongFeature(f"{self.name}: a pair's history ends at 52 weeks (boundary 13)")
        if self.unit not in UNITS:
            raise WrongFeature(f"{self.name}: no unit {self.unit!r}")
        if self.direction not in (-1, 0, 1):
            raise WrongFeature(f"{self.name}: direction is -1, 0 or 1")

    def sentence(self, value: float, lang: str) -> str:
        """The feature and its value as a reason says it; what was recorded, never what somebody is like."""
        zh = lang == "zh"
        label = self.label_zh if zh else self.label_en
        if math.isnan(value):
            return f"{label}：未记录" if zh else f"{label}: not recorded"
        if self.unit == "flag":
            return label if value else f"{label}：否" if zh else f"{label}: no"
        shown = value * 100 if self.unit == "share" else value
        number = f"{shown:,.0f}" if abs(shown) >= 10 or float(shown).is_integer() else f"{shown:,.1f}"
        return f"{label}{number}{UNITS[self.unit][0]}" if zh else f"{label}: {number}{UNITS[self.unit][1]}"
