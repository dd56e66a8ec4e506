"""When things run by themselves: a folder that has settled, a champion that is due, retries that can help."""

import errno
import json
import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._core.definitions.sensor_definition import SensorExecutionData

from dagster_project.definitions import defs
from dagster_project.defs.automation import (
    SETTLE_SECONDS,
    TIMEZONE,
    due_for_retraining,
    every_monday,
    landing_folder,
    retrain_proposal,
    settled,
)
from dagster_project.defs.main_job import run_config
from dagster_project.defs.retries import may_pass
from dagster_project.operations.city import City
from pipelines.city.profile import load_profile
from pipelines.errors import RefusedInput
from pipelines.home import Home
from pipelines.run_state import last_run
from pipelines.tables.publication_meta import META, PublicationMeta, read_meta

REPOSITORY = defs.get_repository_def()
NOW = datetime(2025, 3, 3, 5, 0)


def file(folder: Path, name: str, seconds_ago: float) -> Path:
    path = folder / name
    path.write_text("x")
    os.utime(path, (NOW.timestamp() - seconds_ago, NOW.timestamp() - seconds_ago))
    return path


def test_a_folder_whose_files_are_still_has_a_state_that_changes_with_them(tmp_path: Path) -> None:
    file(tmp_path, "disputes.csv", SETTLE_SECONDS + 1)
    first = settled(tmp_path, NOW)
    assert first is not None
    assert settled(tmp_path, NOW) == first
    file(tmp_path, "outcomes.csv", SETTLE_SECONDS + 1)
    assert settled(tmp_path, NOW) not in (None, first)


def with_model(city: Any, **changes: object) -> PublicationMeta:
    """What the small city published, as of 2025-03-03 and by another model."""
    said = read_meta(city.home / "published" / "2024-12-30").model_dump()
    return PublicationMeta.model_validate(said | {"as_of": "2025-03-03", "model": said["model"] | changes})


def test_a_half_copied_file_and_an_empty_folder_are_waited_for(tmp_path: Path) -> None:
    assert settled(tmp_path, NOW) is None
    file(tmp_path, "disputes.csv", SETTLE_SECONDS + 1)
    file(tmp_path, "outcomes.csv", 10)
    assert settled(tmp_path, NOW) is None


@pytest.mark.parametrize(
    ("champion", "usable", "registered", "due"),
    [
        (None, False, None, False),
        ("v1", True, "2025-02-03", False),
        ("v1", True, "2024-11-25", True),
        ("v1", False, "2025-02-03", True),
    ],
)
def test_a_champion_is_due_when_old_or_no_longer_usable(
    small_city: Any, champion: str | None, usable: bool, registered: str | None, due: bool
) -> None:
    published = with_model(small_city, champion=champion, usable=usable, registered_as_of=registered)
    assert (due_for_retraining(published) is not None) == due


@pytest.mark.parametrize(
    ("problem", "again"),
    [
        (OSError(errno.ESTALE, "stale file handle"), True),
        (RuntimeError("(sqlite3.OperationalError) database is locked"), True),
        (OSError(errno.ENOSPC, "no space left on device"), False),
        (FileNotFoundError("no such file"), False),
        (RefusedInput("a column is missing"), False),
    ],
)
def test_only_what_may_pass_is_tried_again(problem: Exception, again: bool) -> None:
    assert may_pass(problem) is again


def test_the_mondays_schedule_leaves_the_monday_to_the_one_rule_of_the_command() -> None:
    assert every_monday.job_name == "main_job"
    for day in (3, 4):
        at = datetime(2025, 3, day, 5, tzinfo=ZoneInfo(TIMEZONE))
        asked = every_monday.evaluate_tick(
            dg.build_schedule_context(scheduled_execution_time=at, repository_def=REPOSITORY)
        ).run_requests
        assert [one.run_config for one in asked or []] == [run_config(None)]


def test_the_folder_sensor_asks_once_for_each_settled_state_of_the_folder(tmp_path: Path) -> None:
    still = (datetime.now() - timedelta(seconds=SETTLE_SECONDS + 60)).timestamp()
    city = City(load_profile("qujing"), Home(tmp_path / "home"), tmp_path / "landing")
    city.landing.mkdir()

    def ticks(name: str, at: float, cursor: str | None) -> SensorExecutionData:
        (city.landing / name).write_text("x")
        os.utime(city.landing / name, (at, at))
        return landing_folder.evaluate_tick(dg.build_sensor_context(cursor=cursor, resources={"city": city}))

    first = ticks("disputes.csv", still, None)
    assert [one.run_key for one in first.run_requests or []] == [first.cursor]
    again = ticks("disputes.csv", still, first.cursor)
    assert not again.run_requests
    copying = ticks("outcomes.csv", datetime.now().timestamp(), first.cursor)
    assert not copying.run_requests
    arrived = ticks("outcomes.csv", still, first.cursor)
    assert len(arrived.run_requests or []) == 1
    assert arrived.cursor != first.cursor


def test_a_run_of_the_folder_sensor_is_told_as_done(
    small_city: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing follows the intake there: a run left `running` would be called broken off on every page."""
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(small_city.key))
    home = Home(tmp_path / "home")
    home.root.mkdir()
    for name in ("home.json", "warehouse.duckdb"):
        shutil.copy(small_city.home / name, home.root / name)
    city = City(load_profile(str(small_city.profile)), home, small_city.data)
    assert REPOSITORY.get_job("intake_job").execute_in_process(resources={"city": city}).success
    run = last_run(home)
    assert run is not None
    assert (run.state, run.step) == ("done", "intake")


def test_a_challenger_is_proposed_once_for_a_monday_on_which_one_is_due(
    small_city: Any, tmp_path: Path
) -> None:
    city = City(load_profile("qujing"), Home(tmp_path))
    week = city.home.published / "2025-03-03"
    week.mkdir(parents=True)
    said = with_model(small_city, champion="v1", usable=True, registered_as_of="2024-11-25")
    (week / META).write_bytes(said.as_bytes())
    (city.home.published / "current.json").write_text(
        json.dumps({"as_of": "2025-03-03", "folder": "2025-03-03", "digest": "0"})
    )
    asked = retrain_proposal.evaluate_tick(
        dg.build_sensor_context(resources={"city": city}, repository_def=REPOSITORY)
    )
    assert [one.partition_key for one in asked.run_requests or []] == ["2025-03-03"]
    again = retrain_proposal.evaluate_tick(
        dg.build_sensor_context(resources={"city": city}, cursor=asked.cursor, repository_def=REPOSITORY)
    )
    assert not again.run_requests
