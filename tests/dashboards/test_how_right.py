"""Model health: past chances, fairness by group, what the watch looked at, and whether the lists were used."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
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
from tests.dashboards.conftest import AS_OF, PROFILE, Screens
from tests.dashboards.test_screens import text_of
from tests.worlds.edited_week import republish, shown

WORDS = words_of("zh")
NAMES = names_of(PROFILE, WORDS)
AT = datetime.combine(AS_OF, time(9))


@pytest.fixture(scope="module")
def published(three_weeks: Home) -> Publication:
    publication = current(three_weeks)
    assert publication is not None
    return publication


def decision(number: str, as_of: date = AS_OF, **changes: object) -> Decision:
    given = {"action": "decline", "reason": "in_hand"} | changes
    return Decision(dispute_id=number, office="市综治中心", as_of=as_of, publication="0", **given)  # type: ignore[arg-type]


def test_a_chance_within_the_picture_is_told_by_past_chances_like_it(published: Publication) -> None:
    seen = published.calibration.filter(model="lightgbm", segment="all")["predicted"].sort()
    inside = pl.col("probability").is_between(seen[1], seen[-2])
    row = published.warnings.filter(inside, ~pl.col("is_domestic"))
    dispute = one_dispute(published, "analyst", row["dispute_id"][0])
    assert dispute is not None
    assert dispute.record is not None
    assert dispute.record["of"] == "alike"
    assert abs(dispute.record["predicted"] - row["probability"][0]) < 0.015


def test_a_chance_above_the_picture_is_told_by_the_list(published: Publication) -> None:
    """The picture's highest bin says a few of 100: no answer for a dispute of which 90 are stated."""
    higher = published.warnings.with_columns(probability=pl.lit(0.9), probability_high=pl.lit(0.95))
    number = higher.filter(~pl.col("is_domestic"))["dispute_id"][0]
    dispute = one_dispute(replace(published, warnings=higher), "analyst", number)
    assert dispute is not None
    assert dispute.record is not None
    assert dispute.record["of"] == "list"
    whole = published.metrics.filter(pl.col("as_of").is_null(), model="lightgbm", segment="all")
    (precision,) = whole.filter(metric="precision_at_capacity")["value"]
    assert dispute.record["observed"] == precision
    assert f"以往排上全市名单的纠纷，每100件里实际有{precision * 100:.0f}件" in "".join(
        chance_lines(WORDS, dispute, "发生", 28)
    )


def test_a_group_below_the_whole_is_named_and_one_with_too_few_harms_has_its_count_alone(
    tmp_path: Path,
) -> None:
    """The small city has too few harms to compare any two groups, so one county's figures are put in."""
    home, county = shown(tmp_path), "530302"
    ends = {
        "recall_at_capacity": (0.02, 0.01, 0.05),
        "false_alarm_rate": (0.004, 0.003, 0.005),
        "calibration_ratio": (1.1, 0.9, 1.3),
    }
    figures = pl.DataFrame(
        [
            {"model": "lightgbm", "segment": f"audit=county group={county}", "metric": metric}
            | dict(zip(("value", "low", "high"), values, strict=True))
            for metric, values in ends.items()
        ]
    )
    republish(home, model_metrics=lambda rows: pl.concat([rows, figures], how="diagonal"))
    week = current(home)
    assert week is not None
    assert under_served(week) == [("county", county)]
    counted = dict(
        week.metrics.filter(pl.col("as_of").is_null(), model="lightgbm", metric="n_harmed")
        .select(pl.col("segment").str.strip_prefix("audit=channel group="), pl.col("value").cast(pl.Int64))
        .iter_rows()
    )
    _, rows = audit_table(NAMES, audit(week), "channel")
    assert sorted(int(row[1]) for row in rows) == sorted(
        counted[code] for code in audit(week).filter(axis="channel")["group"]
    )
    assert {tuple(row[2:]) for row in rows} == {(WORDS("general.none"),) * 3}
    _, counties = audit_table(NAMES, audit(week), "county")
    assert [row[0] for row in counties if WORDS("general.none") not in row[2:]] == [NAMES.area(county)]


def test_every_axis_of_the_audit_is_on_the_page(three_weeks: Home, screens: Screens) -> None:
    seen = text_of(screens(three_weeks, "how-right"))
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
    watch = published.described["watch"]
    _, rows = watch_table(WORDS, watched(published))
    assert [row[0] for row in rows] == [
        WORDS(f"signal.{name}") for name in watch["signal"].unique(maintain_order=True)
    ]
    of_delay = watch.filter(signal="delay")
    nearest = (of_delay["strength"].abs() / of_delay["limit"]).max()
    (row,) = [row for row in rows if row[0] == WORDS("signal.delay")]
    assert row[1:] == [str(len(of_delay)), str(of_delay["crossed"].sum()), f"{nearest * 100:.0f}%"]


def test_a_signal_beyond_its_limit_is_counted(tmp_path: Path) -> None:
    home = shown(tmp_path)
    far = pl.when(pl.int_range(pl.len()) == 0)
    republish(
        home,
        watch=lambda rows: rows.filter(signal="delay").with_columns(
            strength=far.then(0.8).otherwise(0.1), limit=pl.lit(0.65), crossed=far.then(True).otherwise(False)
        ),
    )
    week = current(home)
    assert week is not None
    n = len(week.described["watch"])
    assert watch_table(WORDS, watched(week))[1] == [[WORDS("signal.delay"), str(n), "1", "123%"]]


def test_the_use_of_the_lists_counts_what_stands_and_only_what_was_listed(tmp_path: Path) -> None:
    home = shown(tmp_path)
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
    newest, before, _ = acted_on(home, store.everything())
    assert (newest.as_of, before.as_of) == (AS_OF, AS_OF - timedelta(weeks=1))
    assert newest.listed == len(on_any_list(week.warnings, week.meta.capacity)) >= week.meta.capacity
    assert newest.decided == {"accept": 0, "decline": 3, "correct": 0, "visit": 1}
    assert newest.share == 3 / newest.listed
    assert before.share == 0
