"""Weeks: a backfill equals the runs it replaces, late records touch only their weeks, a blocked week stays unpublished."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest

from dagster_project.command.main_job import run_week
from dagster_project.definitions import defs
from dagster_project.defs.main_job import run_config, touched_weeks
from dagster_project.operations.city import City
from dagster_project.operations.instance import instance_of
from dashboards.published.publication import current
from dashboards.published.warnings_queries import run_notice
from models import weekly
from models.weekly import score_and_publish
from pipelines.city.profile import load_profile
from pipelines.errors import FengqiaoError, RefusedInput
from pipelines.home import Home
from pipelines.run_state import last_run
from pipelines.tables.publication_meta import META
from pipelines.warehouse.warehouse import open_warehouse
from tests.deep import some
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


def notices(city: City) -> set[str]:
    """The lines of all runs of the main job, as Dagster keeps them."""
    with instance_of(city.home) as instance:
        runs = instance.get_runs(dg.RunsFilter(job_name="main_job"))
        events = [event for run in runs for event in instance.all_logs(run.run_id)]
    return {
        event.user_message.replace(str(city.home.published), "")
        for event in events
        if "published" in event.user_message and not event.is_dagster_event
    }


@pytest.mark.parametrize("since", some([None, FIRST_MONDAY], 1))
def test_the_command_and_dagster_run_one_job_late_records_known_to_both(
    copy: City, lived: City, tmp_path: Path, since: date | None
) -> None:
    """The same home twice: by the command, and by the job as the repository of Dagster's screen has it."""
    (copy.landing / "disputes_late.csv").write_text(LATE, encoding="utf-8")
    other = replace(copy, home=Home(copy_of(lived.home.root, tmp_path / "other")))
    run_week(copy, THIRD_MONDAY, since)
    job = defs.get_repository_def().get_job("main_job")
    with instance_of(other.home) as instance:
        asked = run_config(THIRD_MONDAY, since)
        assert job.execute_in_process(asked, instance=instance, resources={"city": other}).success
    assert published(other.home) == published(copy.home)
    assert notices(other) == notices(copy)
    late = f"late records touch 1 weeks published before: `--since {NEXT_MONDAY}` publishes them again"
    assert (late in notices(other)) == (since is None)


@pytest.mark.parametrize(
    ("asked", "remedy"),
    [("2025-12-30", "is a Tuesday; as-of dates are Mondays"), ("soon", "is no date such as")],
)
def test_a_day_that_is_no_monday_is_refused_from_the_screen_too(copy: City, asked: str, remedy: str) -> None:
    job = defs.get_repository_def().get_job("main_job")
    config = {"ops": {"publish_weeks": {"config": {"since": asked}}}}
    with instance_of(copy.home) as instance, pytest.raises(RefusedInput, match=remedy):
        job.execute_in_process(config, instance=instance, resources={"city": copy})


def test_a_week_whose_metadata_cannot_be_read_is_published_again(copy: City) -> None:
    before = published(copy.home)
    path = copy.home.published / str(NEXT_MONDAY) / META
    path.write_text("{}", encoding="utf-8")
    assert touched_weeks(copy.home, FIRST_MONDAY, THIRD_MONDAY) == [NEXT_MONDAY]
    run_week(copy, THIRD_MONDAY, since=FIRST_MONDAY)
    assert published(copy.home) == before


def test_a_published_file_that_breaks_its_class_stops_the_papers_and_the_screen_says_why(
    copy: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    def corrupting(*arguments: Any, **settings: Any) -> Path:
        folder = score_and_publish(*arguments, **settings)
        frame = pl.read_parquet(folder / "places.parquet")
        pl.concat([frame, frame.head(1)]).write_parquet(folder / "places.parquet")
        return folder

    monkeypatch.setattr(weekly, "score_and_publish", corrupting)
    monday = THIRD_MONDAY + timedelta(weeks=1)
    with pytest.raises(FengqiaoError, match="its papers are not: places: 2 rows share a key"):
        run_week(copy, monday)
    assert not (copy.home.briefs / str(monday)).exists()
    run = last_run(copy.home)
    assert run is not None
    assert (run.state, run.step) == ("blocked", "publish")
    with instance_of(copy.home) as instance:
        key = dg.AssetCheckKey(dg.AssetKey("places"), "contract")
        summary = instance.event_log_storage.get_latest_asset_check_execution_by_key([key])[key]
    assert summary.status.value == "FAILED"


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
