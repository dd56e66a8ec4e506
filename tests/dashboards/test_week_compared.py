"""Two weeks are compared only where they are alike; an old list says so."""

from dataclasses import dataclass, field
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any, cast

import polars as pl
import pytest

from dashboards.published.publication import Publication
from dashboards.published.warnings_queries import notices
from dashboards.texts.week_sentences import changes_line
from dashboards.wording.language import words_of

LEVEL = {1: "red", 2: "orange", 3: "yellow", 4: "blue", 5: "blue"}


@dataclass(eq=False)
class Published:
    """What the comparison asks of a publication."""

    warnings: pl.DataFrame
    scored: bool = True
    capacity: int = 3
    as_of: date = date(2026, 11, 30)
    synthetic: bool = False
    data_until: datetime = datetime(2026, 11, 29)
    facts: pl.DataFrame = field(init=False)

    def __post_init__(self) -> None:
        """Deadlines of nothing, and the metadata."""
        self.facts = self.warnings.select("dispute_id", due_at=pl.lit(None, pl.Datetime))
        reason: Any = SimpleNamespace(reason_zh="", reason_en="")
        self.meta = SimpleNamespace(capacity=self.capacity, model=reason, families={})


def published(order: str, **rest: Any) -> Publication:
    """A week whose disputes, one letter each, stand in this order; levels by place."""
    scored = rest.get("scored", True)
    rows = pl.DataFrame(
        [
            (letter, n, LEVEL[n] if scored else None, None, False, True, [{"text_zh": "", "text_en": ""}], "01", "A1")
            for n, letter in enumerate(order, start=1)
        ],
        schema={
            "dispute_id": pl.String, "rank": pl.Int32, "level": pl.String, "selection": pl.String, "is_domestic": pl.Boolean,
            "is_open": pl.Boolean, "reasons": pl.List(pl.Struct({"text_zh": pl.String, "text_en": pl.String})),
            "category": pl.String, "area_code": pl.String,
        },
        orient="row",
    )  # fmt: skip
    return cast("Publication", Published(rows, **rest))


@pytest.mark.parametrize(("scored", "scored_then"), [(True, False), (False, True)])
def test_a_week_without_scores_is_not_compared_with_one_that_has_them(
    scored: bool, scored_then: bool
) -> None:
    now, then = published("CADBE", scored=scored), published("ABCDE", scored=scored_then)
    assert "不作比较" in changes_line(words_of("zh"), now, "protection", then)


@pytest.mark.parametrize(
    ("today", "is_old"), [(date(2026, 12, 6), False), (date(2026, 12, 7), True), (date(2026, 12, 20), True)]
)
def test_a_list_is_old_from_the_monday_on_which_the_next_is_due(today: date, is_old: bool) -> None:
    assert ("old" in {notice.code for notice in notices(published("AB"), today)}) == is_old
    assert "old" not in {notice.code for notice in notices(published("AB", synthetic=True), today)}
