"""The week in force: chosen by one rule on a Monday at five, switched back by hand with a reason."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from dagster_project.command.main_job import run_week
from dagster_project.operations.city import City
from dagster_project.operations.status import newest_meta, status_lines
from dagster_project.operations.switch_by_hand import switch_by_hand
from dashboards.published.publication import current
from pipelines.city import clock
from pipelines.city.profile import load_profile
from pipelines.errors import FengqiaoError
from pipelines.home import Home
from pipelines.publication_in_force import SWITCHES, newest_switch
from tests.worlds.command import fengqiao
from tests.worlds.store import copy_of
from tests.worlds.tiny_city import FIRST_MONDAY, HEAD, NEXT_MONDAY, published, three_weeks, tiny_city


def in_force(home: Home) -> date:
    week = current(home)
    assert week is not None
    return week.as_of


def test_on_monday_at_five_a_record_of_forty_past_midnight_waits_for_its_week(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny = tiny_city()
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tiny.key))
    landing = copy_of(tiny.landing, tmp_path / "landing")
    (landing / "disputes_week.csv").write_text(
        f"{HEAD}N1,2023-10-09 00:40:00,D2,530302001,grid,neighbour\n"
        "N2,2052-10-09 00:40:00,D2,530302001,grid,neighbour\n",
        encoding="utf-8",
    )
    city = City(load_profile("qujing"), tiny.new_home(tmp_path / "home"), landing)
    before = published(city.home)
    monkeypatch.setattr(clock, "local_now", lambda: datetime(2023, 10, 9, 5))
    for _ in range(2):
        run_week(city, None)
        assert in_force(city.home) == FIRST_MONDAY
        assert set(published(city.home)) >= set(before)
        assert [link.name for link in city.home.published.glob("????-??-??")] == [str(FIRST_MONDAY)]
    monkeypatch.setattr(clock, "local_now", lambda: datetime(2023, 10, 16, 5))
    run_week(city, None)
    assert in_force(city.home) == NEXT_MONDAY


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> City:
    """Three weeks, each run when its file had come."""
    lived = three_weeks()
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(lived.key))
    return City(load_profile("qujing"), lived.new_home(tmp_path / "home"), lived.landing)


def test_a_week_put_back_by_hand_stays_until_something_new_is_published(
    city: City, capsys: pytest.CaptureFixture[str]
) -> None:
    third = NEXT_MONDAY + timedelta(weeks=1)
    result = fengqiao(
        "publish", "--as-of", NEXT_MONDAY.isoformat(), "--current", "--reason", "三号村的数据有误", "--home", city.home.root
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert in_force(city.home) == NEXT_MONDAY
    meta = newest_meta(city.home)
    assert meta is not None
    assert meta.as_of == NEXT_MONDAY
    assert any(
        "put in force by hand" in line and "三号村的数据有误" in line for line in status_lines(city, third)
    )
    run_week(city, third)
    assert in_force(city.home) == NEXT_MONDAY, "the same files again are what was switched away from"
    switch_by_hand(city, third, "mended")
    assert in_force(city.home) == third
    recorded = (city.home.published / SWITCHES).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["reason"] for line in recorded] == ["三号村的数据有误", "mended"]


def test_an_earlier_week_published_again_says_what_stays_in_force_and_how_to_switch(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = fengqiao(
        "run", "--data", city.landing, "--as-of", NEXT_MONDAY.isoformat(), "--home", city.home.root
    )
    assert result.returncode == 0, result.stderr
    assert f"fengqiao publish --as-of {NEXT_MONDAY} --current --reason" in result.stdout
    assert in_force(city.home) == NEXT_MONDAY + timedelta(weeks=1)


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("--as-of", "2023-10-16", "--current"), "needs a reason"),
        (("--as-of", "2023-10-16", "--reason", "x"), "say --current"),
        (("--as-of", "2023-10-17", "--current", "--reason", "x"), "is a Tuesday"),
        (("--as-of", "2023-11-06", "--current", "--reason", "x"), "was never published"),
        (("--as-of", "2023-10-16", "--current", "--reason", "问13987654321"), "no identity or phone number"),
    ],
)
def test_a_switch_that_cannot_be_made_is_refused_with_its_remedy(
    city: City, words: tuple[str, ...], remedy: str
) -> None:
    before = published(city.home)
    result = fengqiao("publish", *words, "--home", city.home.root)
    assert result.returncode == 2
    assert remedy in result.stderr
    assert published(city.home) == before


def test_a_week_whose_files_are_damaged_is_not_put_in_force(city: City) -> None:
    (city.home.published / str(NEXT_MONDAY) / "dispute_warnings.parquet").write_bytes(b"")
    with pytest.raises(FengqiaoError, match="are damaged"):
        switch_by_hand(city, NEXT_MONDAY, "x")
    assert newest_switch(city.home) is None


def test_records_that_all_lie_ahead_of_the_clock_name_the_first_monday(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "local_now", lambda: datetime(2020, 1, 1))
    with pytest.raises(FengqiaoError, match="set the machine's clock, or give --as-of"):
        run_week(city, None)
