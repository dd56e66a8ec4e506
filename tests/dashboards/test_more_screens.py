"""Places, services, supervision, funnel, units and data: what they say, and say where they cannot."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

import polars as pl
import pytest

from dashboards.decisions.decision import Decision
from dashboards.decisions.store import DecisionStore
from dashboards.published.data_health_queries import lateness, missing, refusals
from dashboards.published.handling_queries import clocks, units
from dashboards.published.place_queries import places
from dashboards.published.publication import DESCRIBED, Publication, current
from dashboards.published.service_queries import services
from pipelines.home import Home
from tests.dashboards.conftest import AS_OF, PROFILE, Screens
from tests.dashboards.test_screens import text_of
from tests.worlds.edited_week import republish, shown
from tests.worlds.small_city import SmallCity

PAGES = ("", "places", "services", "supervision", "funnel", "units", "effect", "how-right", "data")
FIRST_TOWNSHIP = "530302001"


def in_force(home: Home) -> Publication:
    """What is published, which here is always something."""
    publication = current(home)
    assert publication is not None
    return publication


def far_and_thin(rows: pl.DataFrame) -> pl.DataFrame:
    """The first township is busy, far from its last session and thin of volunteers; all others are quiet and near."""
    first = pl.when(area_code=FIRST_TOWNSHIP)
    days = first.then(200).otherwise(30)
    return rows.with_columns(
        disputes=first.then(60).otherwise(20),
        disputes_usual=pl.lit(20.0),
        last_outreach_on=pl.lit(AS_OF) - pl.duration(days=days),
        volunteers=first.then(3).otherwise(1000),
        population=pl.lit(50_000),
    )


def few_of_one(rows: pl.DataFrame) -> pl.DataFrame:
    """Only the first township records little."""
    return rows.with_columns(few_records=pl.col("area_code") == FIRST_TOWNSHIP)


@pytest.fixture(scope="session")
def published(three_weeks: Home) -> Publication:
    return in_force(three_weeks)


def only(rows: pl.DataFrame, **values: object) -> dict[str, object]:
    """The one row with these values."""
    (row,) = rows.filter(*(pl.col(name) == value for name, value in values.items())).to_dicts()
    return row


def test_a_silent_place_is_marked_and_so_is_one_far_from_help(tmp_path: Path) -> None:
    home = shown(tmp_path)
    republish(home, places=far_and_thin, place_warnings=few_of_one)
    ranked = places(in_force(home), PROFILE)
    assert ranked is not None
    assert ranked.is_forecast
    first = only(ranked.rows, area_code=FIRST_TOWNSHIP)
    assert (first["few_records"], first["thin"], first["outreach_days"]) == (True, True, 200)
    assert int(ranked.rows["few_records"].sum()) == 1
    rising = ranked.rows.filter("outreach_due")
    assert set(rising["area_code"]) <= {FIRST_TOWNSHIP}


def test_what_the_product_published_marks_the_places_its_columns_mark(published: Publication) -> None:
    ranked = places(published, PROFILE)
    assert ranked is not None
    marked = published.described["place_warnings"].filter("few_records", category="all")["area_code"]
    assert set(ranked.rows.filter("few_records")["area_code"]) == set(marked) != set()
    late = published.described["places"].filter(pl.col("last_outreach_on") < AS_OF - timedelta(days=90))
    due = ranked.rows.filter("outreach_due")
    assert set(due["area_code"]) == set(late["area_code"]) & set(ranked.rows.filter("rising")["area_code"])


def test_places_stand_in_the_order_of_the_forecast(published: Publication) -> None:
    ranked = places(published, PROFILE, "D2")
    assert ranked is not None
    ranks = published.described["place_warnings"].filter(category="D2").sort("rank")["area_code"]
    assert ranked.rows["area_code"].to_list() == ranks.to_list()
    assert len(ranks) == len(PROFILE.areas.filter(tier="township"))


def test_without_a_forecast_places_show_what_was_counted(tmp_path: Path, screens: Screens) -> None:
    home = shown(tmp_path)
    why = {"published": False, "reason_zh": "此版本尚未实现该类预警。", "reason_en": "Not made yet."}
    families = {name: entry.model_dump() for name, entry in in_force(home).meta.families.items()}
    republish(
        home, without=("place_warnings",), meta={"families": families | {"demand": why}}, places=far_and_thin
    )
    ranked = places(in_force(home), PROFILE)
    assert ranked is not None
    assert not ranked.is_forecast
    first = only(ranked.rows, area_code=FIRST_TOWNSHIP)
    assert (first["expected"], first["usual"], first["outreach_due"]) == (60.0, 20.0, True)
    seen = text_of(screens(home, "places"))
    assert "还没有地区预测" in seen
    assert "地区预警未发布：此版本尚未实现该类预警。请补报所缺资料，或请运维岗查看。" in seen


def test_a_suppressed_cell_gives_nothing_away(
    published: Publication, three_weeks: Home, screens: Screens
) -> None:
    rows = services(published, PROFILE, "S1")
    assert rows is not None
    hidden = rows.filter("suppressed")
    assert len(hidden)
    for name in ("caseload", "overdue", "expected", "low", "high", "level"):
        assert hidden[name].null_count() == len(hidden)
    seen = text_of(screens(three_weeks, "services"))
    assert f"另有{len(hidden)}个人数太少" in seen
    assert "合计" not in seen


def test_a_clock_runs_out_only_while_nothing_was_done(published: Publication) -> None:
    waiting = clocks(published, "protection")
    assert waiting.hidden == 0
    assert waiting.late("no_response")["response_hours"].null_count() == len(waiting.late("no_response"))
    assert (waiting.late("overdue")["overdue_days"] > 0).all()
    assert waiting.rows["overdue_days"].drop_nulls().is_sorted(descending=True)
    assert clocks(published, "analyst").hidden == len(
        published.warnings.filter(pl.col("is_open") & pl.col("is_domestic"))
    )


def test_an_accepted_warning_is_supervised_until_it_is_taken_back(tmp_path: Path, screens: Screens) -> None:
    home = shown(tmp_path)
    publication = current(home)
    assert publication is not None
    row = publication.warnings.filter(~pl.col("is_domestic")).row(0, named=True)
    decision = Decision(
        dispute_id=row["dispute_id"],
        action="accept",
        office="市综治中心",
        as_of=AS_OF,
        publication=publication.digest,
        unit_id="U5303-P",
        due_on=date.today() - timedelta(days=3000),
    )
    store = DecisionStore.of(home)
    (number,) = store.record([decision], datetime.combine(AS_OF, time(9)))
    accepted = next(part.value for part in screens(home, "supervision").html if "<table" in part.value)
    assert row["dispute_id"] in accepted
    assert "曲靖市人民调解委员会" in accepted
    undo = {
        "dispute_id": row["dispute_id"],
        "office": "市综治中心",
        "as_of": AS_OF,
        "publication": publication.digest,
    }
    store.record([Decision(action="undo", undoes=number, **undo)], datetime.combine(AS_OF, time(10)))
    assert "还没有采纳过预警" in text_of(screens(home, "supervision"))


def test_units_stand_by_place_and_few_cases_are_not_compared(published: Publication) -> None:
    rows = units(published)
    assert rows is not None
    assert rows["area_code"].is_sorted()
    assert set(rows.filter(pl.col("due") < 20)["stands"]) == {None}
    assert set(rows["stands"].drop_nulls()) <= {"above", "below", "like"}


def test_what_was_refused_is_told_with_its_reason_most_first(
    published: Publication, three_weeks: Home, screens: Screens
) -> None:
    counted = [
        (table, rule, n) for table, rules in published.meta.quarantine.items() for rule, n in rules.items()
    ]
    rows = refusals(published)
    assert sorted(row["n"] for row in rows) == sorted(n for *_, n in counted)
    assert [row["n"] for row in rows] == sorted((row["n"] for row in rows), reverse=True)
    assert ("area_code", "not in the list areas") in [(row["column"], row["rule"]) for row in rows]
    assert (None, "recorded not before event") in [(row["column"], row["rule"]) for row in rows]
    seen = text_of(screens(three_weeks, "data"))
    assert "所属区域编码：不在代码表里" in seen
    assert "录入时间早于发生时间" in seen


def test_a_source_that_fell_silent_or_never_came_is_named(tmp_path: Path, screens: Screens) -> None:
    """Outcomes bring a quarter of the usual in the last week, all others as many as before; volunteers never came."""
    home, last = shown(tmp_path), AS_OF - timedelta(weeks=1)
    rows = in_force(home).meta.rows
    quiet = pl.when(pl.col("input_table") == "outcomes", pl.col("week") == last).then(10).otherwise(40)
    republish(
        home,
        meta={"rows": rows | {"volunteers": 0}},
        arrivals=lambda weeks: (
            weeks.select("input_table")
            .unique()
            .join(pl.DataFrame({"week": [last - timedelta(weeks=n) for n in range(26)]}), how="cross")
            .with_columns(
                records=quiet, late_days=pl.lit(1.0), late_days_90=pl.lit(6.5), late_share=pl.lit(0.08)
            )
            .sort("input_table", "week")
        ),
    )
    week = current(home)
    assert week is not None
    assert [row["table"] for row in lateness(week) if row["few"]] == ["outcomes"]
    assert missing(week) == ["volunteers"]
    assert "从来没有收到过：志愿者" in text_of(screens(home, "data"))


@pytest.mark.parametrize("page", PAGES)
def test_a_week_that_describes_nothing_says_so_on_each_page(
    tmp_path: Path, screens: Screens, page: str
) -> None:
    home = shown(tmp_path)
    republish(home, without=DESCRIBED)
    app = screens(home, page)
    assert not app.exception
    if page in ("places", "services", "funnel", "units"):
        assert "本次发布没有" in text_of(app)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_stands_over_a_city_that_went_the_whole_way(
    small_city: SmallCity, screens: Screens, page: str, lang: str
) -> None:
    app = screens(Home(small_city.home), page, profile=str(small_city.profile), lang=lang)
    assert not app.exception
    assert len(app.title) == 1
