"""The definition of a feature: one declared column of the matrix, checked when it is built. No SQL, no dates and no computation here."""

import re
from dataclasses import dataclass, field
from typing import Literal, get_args

from features.catalogue.own_steps import OWN_STEPS
from features.catalogue.said import UNITS, Pair, Said

Windowed = Literal[
    "count", "sum", "mean", "share", "trend", "count_distinct", "max", "last_value", "days_since_last",
    "days_since_first",
]  # fmt: skip
Aggregation = Literal["attribute", "days_since", "days_until", "calendar"] | Windowed
Entity = Literal[
    "none", "dispute", "pair", "unit", "grid", "village", "township", "county", "township_category",
    "township_service",
]  # fmt: skip
WINDOWED = frozenset(get_args(Windowed))

_OF_DISPUTE: set[str] = {
    "dispute",
    "pair",
    "unit",
    "grid",
    "village",
    "township",
    "county",
    "township_category",
}
_PLACES = {"grid", "village", "township", "county"}

SOURCES: dict[str, tuple[set[str], set[str]]] = {
    "handling": (_OF_DISPUTE, {"event_type", "result", "tier"}),
    "closings": (_OF_DISPUTE - {"dispute", "pair"}, {"result"}),
    "registrations": (
        _OF_DISPUTE - {"dispute", "unit"},
        {"channel", "relation", "threat", "violence", "weapon", "category"},
    ),
    "outcomes": (_OF_DISPUTE - {"unit"}, set()),
    "open_disputes": (_OF_DISPUTE - {"dispute", "unit"}, set()),
    "overdue_disputes": (_OF_DISPUTE - {"dispute", "unit"}, set()),
    "grid_reports": (_PLACES, {"report_type", "channel"}),
    "grid_responses": (_PLACES, set()),
    "grid_closings": (_PLACES, {"resolved"}),
    "coverage": ({"township", "township_service"}, {"service"}),
    "outreach": ({"village", "township", "county"}, {"kind"}),
    "volunteers": ({"township", "county"}, set()),
    "dispute": ({"none"}, set()),
    "area": ({"township"}, set()),
    "calendar": ({"none"}, set()),
}
"""By source name: the entities its records can be grouped by, and the columns that `where` may use. None of them is a person."""

WITHHELD = {"coverage"}
"""Sources whose values are never shown in a reason, because one township's value could reveal a small cell of the care services (boundary 2)."""

STOCKS = {"open_disputes", "overdue_disputes"}
"""Sources whose records end by themselves; counted without a window they give the number that exists now."""

WINDOWS = {1: "7d", 4: "28d", 13: "13w", 52: "52w", None: "all"}
"""Windows in whole weeks and the suffix of the column's name; None is the whole history of the same dispute."""


class WrongFeature(ValueError):
    """Raised by a declaration that the catalogue does not allow."""


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
        among: column and accepted values, joined by AND: the records looked at, all where empty.
        where: of these, the ones counted; only a `share` needs both.
        measure: column summed (whole numbers), compared, counted by its distinct values, or taken last.
        scale: the result is divided by this (minutes to hours).
        weeks: window in whole weeks before the as-of date; None is all.
        weeks_ago: the window ends so many weeks before the as-of date.
        unit: key of `UNITS`.
        when_none: the value where there is no record; NaN is missing.
        direction: +1 or -1 where more is known never to lower, or raise, the danger; else 0.
        group: reasons are added up within it.
        said: its sentence by value; by default the label and the number. Words are no part of the catalogue's hash.
        own_steps: key of `OWN_STEPS` where its sentence tells the dispute's own records instead of the value.
        is_reason: False where it may weigh but is no reason by itself, such as the month or a share without its whole.
    """

    name: str
    label_zh: str
    label_en: str
    source: str
    entity: Entity
    aggregation: Aggregation
    among: tuple[tuple[str, tuple[str, ...]], ...] = ()
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    measure: str | None = None
    scale: float = 1.0
    weeks: int | None = None
    weeks_ago: int = 0
    unit: str
    when_none: float
    direction: int = 0
    group: str
    said: Said | None = field(default=None, repr=False)
    own_steps: str | None = field(default=None, repr=False)
    is_reason: bool = field(default=True, repr=False)

    def __post_init__(self) -> None:
        """Raise `WrongFeature` for a declaration that is not allowed."""
        for wrong, message in self._objections():
            if wrong:
                raise WrongFeature(f"{self.name}: {message}")

    def _objections(self) -> list[tuple[bool, str]]:
        entities, columns = SOURCES.get(self.source, (set(), set()))
        unknown = sorted({column for column, _ in (*self.where, *self.among)} - columns)
        needs = self.aggregation not in (
            "count",
            "share",
            "trend",
            "calendar",
            "days_since_last",
            "days_since_first",
        )
        return [
            (not re.fullmatch(r"[a-z][a-z0-9_]*", self.name), "a name is lower case letters, digits and underscores"),
            (self.source not in SOURCES, f"no source {self.source!r}; use one of {', '.join(SOURCES)}"),
            (self.entity not in entities, f"{self.source} cannot be asked by {self.entity!r}; use {', '.join(sorted(entities))}"),
            (bool(unknown), f"{self.source} has no column {', '.join(unknown)!r} to filter by"),
            (self.weeks not in WINDOWS, f"windows are {list(WINDOWS)} weeks"),
            (self.entity == "pair" and self.weeks is None, "a pair's history ends at 52 weeks (boundary 13)"),
            (
                self.weeks is None and self.entity not in ("none", "dispute") and self.source not in (*STOCKS, "area"),
                "only a dispute's own history is asked without a window: a week's cost must not grow with the years",
            ),
            (self.weeks_ago < 0 or (self.weeks or 0) + self.weeks_ago > 52, "a window reaches back 52 weeks at most"),
            (self.aggregation == "trend" and self.weeks not in (1, 4, 13), "a trend compares 1, 4 or 13 weeks with 52"),
            (bool(self.among) and self.aggregation != "share", "only a share is taken among some of the records"),
            (needs and self.measure is None, f"a {self.aggregation} needs a measure"),
            (self.unit not in UNITS, f"no unit {self.unit!r}; use one of {', '.join(UNITS)}"),
            (self.direction not in (-1, 0, 1), "direction is -1, 0 or 1"),
            (not (self.label_zh and self.label_en), "both labels are needed"),
            (self.own_steps is not None and self.own_steps not in OWN_STEPS, f"no steps {self.own_steps!r}; use one of {', '.join(OWN_STEPS)}"),
        ]  # fmt: skip

    @property
    def is_withheld(self) -> bool:
        """Whether the model may use the value but no reason may show it (boundary 2)."""
        return self.source in WITHHELD

    @property
    def patterns(self) -> Said:
        """The patterns of its sentence in both languages."""
        if self.is_withheld:
            withheld = f"{self.label_zh}（数字不公布）", f"{self.label_en} (figure not shown)"
            return Said(withheld, missing=withheld)
        return self.said or Said((f"{self.label_zh}{{n}}", f"{self.label_en}: {{n}}"))

    @property
    def title(self) -> Pair:
        """What the column counts, without a value."""
        if self.own_steps is not None:
            return OWN_STEPS[self.own_steps].title
        return self.label_zh, self.label_en

    def sentence(self, value: float) -> Pair:
        """The sentence of a value in Chinese and English; it states what was recorded, never a property of a person."""
        return self.patterns.of(value, self.unit)
