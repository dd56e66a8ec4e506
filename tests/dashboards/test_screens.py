"""What each screen shows and keeps to itself, run without a browser over a small published week."""

import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.decisions.eligible_units import offered, with_room_nearby
from dashboards.decisions.store import DecisionStore
from dashboards.published.publication import Publication, current
from dashboards.wording.code_names import names_of
from dashboards.wording.language import words_of
from pipelines.home import Home
from pipelines.tables.publication_meta import META
from tests.dashboards.conftest import AS_OF, PROFILE, Screens
from tests.worlds.edited_week import newest, republish, shown


def text_of(app: AppTest) -> str:
    """Everything the page says, without its style sheet."""
    said = [part.value for part in (*app.title, *app.header, *app.markdown, *app.caption)]
    said += [re.sub(r"<[^>]+>", " ", part.value) for part in app.html if not part.value.startswith("<style>")]
    return "\n".join(said)


def rows_of(app: AppTest) -> list[dict[str, Any]]:
    """The rows of the week's list."""
    (shown,) = app.get("bidi_component")
    return json.loads(shown.proto.json)["rows"]


def week_of(home: Home) -> Publication:
    published = current(home)
    assert published is not None
    return published


def warnings_of(home: Home) -> pl.DataFrame:
    return week_of(home).warnings


def test_the_list_is_as_long_as_the_capacity_and_in_rank_order(three_weeks: Home, screens: Screens) -> None:
    listed = warnings_of(three_weeks).filter("listed")
    rows = rows_of(screens(three_weeks, role="protection"))
    assert [row["id"] for row in rows] == listed["dispute_id"].to_list()
    assert len(rows) == week_of(three_weeks).meta.capacity


def test_a_smaller_capacity_shortens_the_list_but_keeps_those_drawn_at_random(
    three_weeks: Home, screens: Screens
) -> None:
    drawn = warnings_of(three_weeks).filter(pl.col("selection") == "random")["dispute_id"]
    rows = rows_of(screens(three_weeks, role="protection", n="5"))
    assert len(rows) == 5
    assert set(drawn) <= {row["id"] for row in rows}
    assert len(drawn) > 0


def test_the_capacity_slider_changes_the_list_and_the_address(three_weeks: Home, screens: Screens) -> None:
    app = screens(three_weeks, role="protection")
    app.slider[0].set_value(7).run()
    assert len(rows_of(app)) == 7
    assert app.query_params["n"] == "7"


def test_filters_of_the_address_narrow_the_list(three_weeks: Home, screens: Screens) -> None:
    yellow = warnings_of(three_weeks).filter(~pl.col("is_domestic"), level="yellow")
    category = yellow["category"].mode().min()
    rows = rows_of(screens(three_weeks, show="queue", category=str(category), level="yellow"))
    assert [row["id"] for row in rows] == yellow.filter(category=category)["dispute_id"].to_list()
    name = names_of(PROFILE, words_of("zh")).category(category)
    assert {(row["what"], row["level"]) for row in rows} == {(name, "黄")}


def test_every_level_is_told_by_a_word_and_a_colour(three_weeks: Home, screens: Screens) -> None:
    rows = rows_of(screens(three_weeks, show="queue"))
    assert {row["level"]: row["kind"] for row in rows} == {
        "红": "red",
        "橙": "orange",
        "黄": "yellow",
        "蓝": "blue",
    }


def test_an_analyst_is_told_how_many_disputes_with_domestic_violence_there_are_and_sees_none(
    three_weeks: Home, screens: Screens
) -> None:
    listed = warnings_of(three_weeks).filter("listed")
    hidden = listed.filter("is_domestic")["dispute_id"]
    app = screens(three_weeks)
    assert len(hidden) > 0
    assert not set(hidden) & {row["id"] for row in rows_of(app)}
    assert (
        f"全市排在最前的{week_of(three_weeks).meta.capacity}件中，有{len(hidden)}件有家庭暴力迹象"
        in text_of(app)
    )


def test_an_analysts_list_is_as_long_as_the_capacity_without_those_the_protection_role_answers(
    three_weeks: Home, screens: Screens
) -> None:
    capacity = week_of(three_weeks).meta.capacity
    seen = warnings_of(three_weeks).filter(~pl.col("is_domestic"))
    drawn = seen.filter(pl.col("selection") == "random")
    ranked = seen.filter(pl.col("selection").ne_missing("random")).head(capacity - len(drawn))
    rows = rows_of(screens(three_weeks))
    assert [row["id"] for row in rows] == pl.concat([ranked, drawn]).sort("rank")["dispute_id"].to_list()
    assert len(rows) == capacity


def test_the_capacity_line_says_how_many_mediators_can_take_and_where_there_is_room(
    three_weeks: Home, screens: Screens
) -> None:
    capacity = week_of(three_weeks).meta.capacity
    assert f"您的调解力量本周可处置{capacity}件，名单现按7件列出。" in text_of(screens(three_weeks, n="7"))
    assert f"Your mediators can take {capacity} this week; the list is made for {capacity}." in text_of(
        screens(three_weeks, lang="en")
    )
    line = re.search(r"其中(\d+)件本乡镇就有调解组织接得下，(\d+)件要请县", text_of(screens(three_weeks)))
    assert line is not None
    assert sum(map(int, line.groups())) == capacity


def test_room_nearby_is_a_unit_of_the_township_for_the_category_with_time_left() -> None:
    unit = PROFILE.units.filter(pl.col("tier") == "township", pl.col("kind") == "people").row(0, named=True)
    known = unit["specialities"].split("|")[0]
    township = {"township_code": unit["area_code"], "is_domestic": False}
    rows = pl.DataFrame(
        [
            {"dispute_id": "A1", "category": known, **township},
            {"dispute_id": "B2", "category": "D9", **township},
            {"dispute_id": "C3", "category": known, **township, "is_domestic": True},
            {"dispute_id": "D4", "category": known, **township, "township_code": None},
        ]
    )
    assert with_room_nearby(PROFILE, rows, {unit["unit_id"]: 1}) == 1
    assert with_room_nearby(PROFILE, rows, {unit["unit_id"]: 0}) == 0


def test_a_dispute_with_domestic_violence_opens_for_the_protection_role_alone(
    three_weeks: Home, screens: Screens
) -> None:
    number = warnings_of(three_weeks).filter("is_domestic")["dispute_id"][0]
    assert number not in text_of(screens(three_weeks, "dispute", id=number))
    seen = text_of(screens(three_weeks, "dispute", role="protection", id=number))
    assert number in seen
    assert "不安排双方共同调解" in seen


def test_one_dispute_says_its_chance_in_words_its_reasons_and_what_is_not_known(
    three_weeks: Home, screens: Screens
) -> None:
    row = warnings_of(three_weeks).filter(~pl.col("is_domestic")).row(0, named=True)
    seen = text_of(screens(three_weeks, "dispute", id=row["dispute_id"]))
    assert re.search(r"100件这样的纠纷中，约\d+件会在4周内发生肢体暴力（九成把握在\d+件到\d+件之间）", seen)
    assert all(reason["text_zh"] in seen for reason in row["reasons"])
    assert "没有登记的事情，系统看不到。" in seen


def test_how_right_shows_the_model_beside_today_s_practice(three_weeks: Home, screens: Screens) -> None:
    metrics = week_of(three_weeks).metrics.filter(pl.col("as_of").is_null(), model="lightgbm", segment="all")
    (precision,) = metrics.filter(metric="precision_at_capacity")["value"]
    seen = text_of(screens(three_weeks, "how-right"))
    assert f"{precision * 100:.1f}" in seen
    assert "按登记先后" in seen
    assert "没有到过调解组织的矛盾，名单看不到" in seen


def test_what_the_watch_found_is_told_in_the_reader_s_language(tmp_path: Path, screens: Screens) -> None:
    said = {
        "signal": "delay",
        "segment": "outcomes",
        "value": 12.0,
        "usual": 3.0,
        "strength": 0.8,
        "limit": 0.65,
    }
    row = said | {"reason_zh": "伤害后果晚报了12天", "reason_en": "Harms came 12 days late"}
    home = shown(tmp_path)
    republish(home, meta={"watch": {"watched": 90, "crossed": 1, "signals": {}, "rows": [row]}})
    assert "看了90项，1项超出平常" in text_of(screens(home, "how-right"))
    assert "Harms came 12 days late" in text_of(screens(home, "how-right", lang="en"))


def test_models_used_are_told_by_spells_and_a_county_served_less_is_named(
    tmp_path: Path, screens: Screens
) -> None:
    home, county = shown(tmp_path), "530302"
    audited = {"model": "lightgbm", "segment": f"audit=county group={county}", "metric": "recall_at_capacity"}
    served = pl.DataFrame(audited | {"value": 0.02, "low": 0.01, "high": 0.05})
    republish(home, model_metrics=lambda rows: pl.concat([rows, served], how="diagonal"))
    seen = text_of(screens(home, "how-right"))
    assert f"{AS_OF:%Y}年{AS_OF.month}月{AS_OF.day}日" in seen[seen.index("用过的模型") :]
    assert "第1版" in seen
    assert f"县（市、区）：{names_of(PROFILE, words_of('zh')).area(county)}" in seen


@pytest.mark.parametrize("page", ["", "dispute", "how-right"])
def test_every_screen_says_that_the_data_are_made_up_and_that_it_is_no_evidence(
    three_weeks: Home, screens: Screens, page: str
) -> None:
    seen = text_of(screens(three_weeks, page))
    assert "现在显示的是模拟数据" in seen
    assert "不是证据" in seen


def test_real_data_carry_no_such_banner_but_are_called_old_after_a_week(
    tmp_path: Path, screens: Screens
) -> None:
    home = shown(tmp_path)
    republish(home, meta={"synthetic": False, "origin": "real"})
    seen = text_of(screens(home))
    assert "模拟数据" not in seen
    assert "请先录入最近一周的数据并重新发布" in seen


def test_nothing_published_says_what_to_do(tmp_path: Path, screens: Screens) -> None:
    seen = text_of(screens(Home(tmp_path)))
    assert "还没有发布过预警。" in seen
    assert "请运维岗录入数据并运行一次每周任务" in seen


def test_a_torn_publication_is_not_shown_in_part(tmp_path: Path, screens: Screens) -> None:
    home = shown(tmp_path)
    (newest(home) / "dispute_warnings.parquet").write_bytes(b"torn")
    app = screens(home)
    assert "已发布的数据读不出来。" in text_of(app)
    assert not app.exception


def test_without_a_usable_model_the_list_stands_without_scores_and_says_why(
    tmp_path: Path, screens: Screens
) -> None:
    home = shown(tmp_path, scored=False)
    app = screens(home)
    assert week_of(home).meta.model.reason_zh in text_of(app)
    assert {row["chance"]["text"] for row in rows_of(app)} == {"未评分"}
    republish(home, without=("model_metrics", "calibration"))
    assert "还没有回溯检验的结果" in text_of(screens(home, "how-right"))


def test_the_language_of_the_address_is_spoken(three_weeks: Home, screens: Screens) -> None:
    assert "This week: 30 December 2024 to 5 January" in text_of(screens(three_weeks, lang="en"))


def test_a_decision_taken_on_the_page_is_kept_and_can_be_taken_back(tmp_path: Path, screens: Screens) -> None:
    home = shown(tmp_path)
    warning = warnings_of(home).filter(~pl.col("is_domestic")).row(0, named=True)
    number = warning["dispute_id"]
    app = screens(home, "dispute", id=number)
    app.selectbox(key=f"one_{number}_unit").set_value(offered(PROFILE, [warning])[0])
    app.text_input(key="office").input("麒麟区综治中心值班岗")
    app.button(key=f"one_{number}_save").click().run()
    standing = DecisionStore.of(home).standing([number])[number]
    assert standing.decision.action == "accept"
    app.button(key=f"undo_{standing.seq}").click().run()
    assert number not in DecisionStore.of(home).standing([number])


@pytest.mark.parametrize("fault", ["{", '{"schema_version": 99}', '{"schema_version": 1}'])
def test_an_earlier_week_of_another_release_is_said_on_the_screen(
    tmp_path: Path, screens: Screens, fault: str
) -> None:
    home = shown(tmp_path)
    (min(home.published.glob("????-??-??")) / META).write_text(fault, encoding="utf-8")
    app = screens(home, "how-right")
    assert not app.exception
    assert "已发布的数据读不出来。" in text_of(app)
