"""Model health: past chances, fairness by group, what the watch looked at, and whether the lists were used."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from dashboards.decisions.decision import Decision
from dashboards.decisions.store import DecisionStore
from dashboards.published.model_queries import audit, under_served, watched
from dashboards.published.publication import Publication, current
from dashboards.published.role_list import on_any_list, role_list
from dashboards.published.usage_queries import acted_on
from dashboards.published.warnings_queries import one_dispute
from dashboards.texts.dispute_words import chance_lines
from dashboards.texts.evidence_words import audit_table, watch_table
from dashboards.wording.code_names import names_of
from dashboards.wording.language import words_of
from pipelines.home import Home
from tests.dashboards.conftest import Screens
from tests.dashboards.publication import AS_OF, CAPACITY, PROFILE, publish
from tests.dashboards.test_screens import text_of

WORDS = words_of("zh")
NAMES = names_of(PROFILE, WORDS)
AT = datetime(2025, 12, 29, 9)


@pytest.fixture(scope="module")
def published(two_weeks: Home) -> Publication:
    publication = current(two_weeks)
    assert publication is not None
    return publication


def decision(number: str, as_of: date = AS_OF, **changes: object) -> Decision:
    given = {"action": "decline", "reason": "in_hand"} | changes
    return Decision(dispute_id=number, office="市综治中心", as_of=as_of, publication="0", **given)  # type: ignore[arg-type]


def test_a_chance_within_the_picture_is_told_by_past_chances_like_it(published: Publication) -> None:
    row = published.warnings.filter(pl.col("probability").is_between(0.01, 0.05), ~pl.col("is_domestic"))
    dispute = one_dispute(published, "analyst", row["dispute_id"][0])
    assert dispute is not None
    assert dispute.record is not None
    assert dispute.record["of"] == "alike"
    assert abs(dispute.record["predicted"] - row["probability"][0]) < 0.015


def test_a_chance_above_the_picture_is_told_by_the_list(published: Publication) -> None:
    """The picture's highest bin says 16 of 100: no answer for a dispute of which 40 are stated."""
    higher = published.warnings.with_columns(probability=pl.lit(0.4), probability_high=pl.lit(0.6))
    number = higher.filter(~pl.col("is_domestic"))["dispute_id"][0]
    dispute = one_dispute(replace(published, warnings=higher), "analyst", number)
    assert dispute is not None
    assert dispute.record is not None
    assert dispute.record["of"] == "list"
    assert dispute.record["observed"] == 0.131
    assert "以往排上全市名单的纠纷，每100件里实际有13件" in "".join(chance_lines(WORDS, dispute, "发生", 28))


def test_a_group_below_the_whole_is_named_and_one_with_too_few_harms_has_its_count_alone(
    published: Publication,
) -> None:
    county = PROFILE.areas.filter(tier="county")["area_code"][0]
    assert under_served(published) == [("county", county)]
    _, rows = audit_table(NAMES, audit(published), "channel")
    assert [WORDS("general.none")] * 3 in [row[2:] for row in rows if row[1] == "3"]
    assert "12" in {row[1] for row in rows}


def test_every_axis_of_the_audit_is_on_the_page(two_weeks: Home, screens: Screens) -> None:
    seen = text_of(screens(two_weeks, "how-right"))
    assert all(
        WORDS(f"audit.{name}") in seen
        for name in (
            "county",
            "urban",
            "channel",
            "category",
            "reporting",
            "urban_true",
            "reporting_few_records",
        )
    )


def test_the_watch_is_told_by_kind_with_the_nearest_to_its_limit(published: Publication) -> None:
    _, rows = watch_table(WORDS, watched(published))
    assert rows == [[WORDS("signal.delay"), "2", "1", "123%"], [WORDS("signal.drift"), "1", "0", "50%"]]


def test_the_use_of_the_lists_counts_what_stands_and_only_what_was_listed(tmp_path: Path) -> None:
    home = Home(tmp_path)
    publish(home, as_of=AS_OF - timedelta(weeks=1), seed=2)
    publish(home)
    week = current(home)
    assert week is not None
    first, second, third = role_list(week, "analyst")["dispute_id"][:3]
    domestic = week.warnings.filter("listed", "is_domestic")["dispute_id"][0]
    below = week.warnings["dispute_id"][-1]
    store = DecisionStore.of(home)
    store.record([decision(number) for number in (first, second, third, domestic, below)], AT)
    store.record([decision(second, action="undo", reason=None, undoes=2)], AT)
    store.record([decision(third, reason="judged_low")], AT)
    visit = {"action": "visit", "reason": "calmer", "visited_on": AS_OF}
    store.record([decision(first, **visit)], AT)
    newest, before = acted_on(home, store.everything())
    assert (newest.as_of, before.as_of) == (AS_OF, AS_OF - timedelta(weeks=1))
    assert newest.listed == len(on_any_list(week.warnings, CAPACITY)) >= CAPACITY
    assert newest.decided == {"accept": 0, "decline": 3, "correct": 0, "visit": 1}
    assert newest.share == 3 / newest.listed
    assert before.share == 0
