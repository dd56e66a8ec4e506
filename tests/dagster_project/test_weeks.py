"""Weeks: a backfill equals the runs it replaces, late records touch only their weeks, a blocked week stays unpublished."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from dagster_project.command.main_job import run_week, touched_weeks
from dagster_project.operations.city import City
from dashboards.published.publication import current
from dashboards.published.warnings_queries import run_notice
from pipelines.city.profile import load_profile
from pipelines.errors import FengqiaoError
from pipelines.home import Home
from pipelines.run_state import last_run
from pipelines.warehouse.warehouse import open_warehouse
from tests.worlds.store import copy_of
from tests.worlds.tiny_city import FIRST_MONDAY, HEAD, NEXT_MONDAY, THIRD_MONDAY, published, three_weeks

LATE = HEAD + "N3,2023-10-12 10:00:00,D2,530302001,grid,neighbour\n"
"""Registered in the week before the second run, and brought only after the third."""


@pytest.fixture
def lived(monkeypatch: pytest.MonkeyPatch) -> City:
    """Three weeks, each run when its file had come."""
    tiny = three_weeks()
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tiny.key))
    return City(load_profile("qujing"), tiny.home, tiny.landing)


@pytest.fixture
def copy(lived: City, tmp_path: Path) -> City:
    """The same city elsewhere, to do things to."""
    home = Home(copy_of(lived.home.root, tmp_path / "home"))
    return replace(lived, home=home, data=copy_of(lived.landing, tmp_path / "landing"))


def test_a_backfill_of_all_weeks_equals_the_runs_it_replaces_to_the_byte(lived: City, tmp_path: Path) -> None:
    backfilled = replace(lived, home=Home(tmp_path / "home"))
    run_week(backfilled, THIRD_MONDAY, since=FIRST_MONDAY)
    assert published(backfilled.home) == published(lived.home)


def test_late_records_run_again_only_the_weeks_they_touch(copy: City) -> None:
    (copy.landing / "disputes_late.csv").write_text(LATE, encoding="utf-8")
    before = published(copy.home)
    run_week(copy, THIRD_MONDAY)
    assert touched_weeks(copy.home, FIRST_MONDAY, THIRD_MONDAY) == [NEXT_MONDAY]
    run_week(copy, THIRD_MONDAY, since=FIRST_MONDAY)
    after = published(copy.home)
    assert {week: after[week] != before[week] for week in map(str, (FIRST_MONDAY, NEXT_MONDAY, THIRD_MONDAY))} == {
        str(FIRST_MONDAY): False, str(NEXT_MONDAY): True, str(THIRD_MONDAY): True
    }  # fmt: skip
    assert touched_weeks(copy.home, FIRST_MONDAY, THIRD_MONDAY) == []


def test_a_week_stopped_by_a_check_stays_unpublished_and_the_screen_says_why(copy: City) -> None:
    with open_warehouse(copy.home.warehouse) as con:
        con.execute("insert into core_dispute select * from core_dispute where superseded_at is null limit 1")
    before = published(copy.home)
    with pytest.raises(
        FengqiaoError, match="stopped by a check, last week's publication stays in force: core_dispute"
    ):
        run_week(copy, THIRD_MONDAY + timedelta(weeks=1))
    assert published(copy.home) == before
    seen = current(copy.home)
    assert seen is not None
    assert seen.as_of == THIRD_MONDAY
    notices = run_notice(last_run(copy.home))
    assert [(one.code, one.grave) for one in notices] == [("run_blocked", True)]
    assert "core_dispute" in notices[0].facts["reason_zh"]


def test_a_run_that_ends_well_leaves_no_notice_and_nothing_of_a_wall_clock_in_what_it_published(
    lived: City,
) -> None:
    assert run_notice(last_run(lived.home)) == []
    metadata = (lived.home.published / str(THIRD_MONDAY) / "meta.json").read_text(encoding="utf-8")
    assert f"{date.today():%Y-%m-}" not in metadata
