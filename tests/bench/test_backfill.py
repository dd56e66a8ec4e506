"""A year published week by week, and the same year in one backfill: the same bytes, in which time? `make bench`.

The whole files lie there from the start; each week sees what was known before its Monday.
"""

import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from dagster_project.command.main_job import run_week
from dagster_project.operations.city import City
from pipelines.city.profile import load_profile
from pipelines.home import Home
from pipelines.simulator.city import simulate
from tests.worlds.tiny_city import published

FIRST = date(2023, 10, 9)
WEEKS = 52


@pytest.mark.bench
def test_a_backfill_of_a_year_equals_the_runs_it_replaces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "pair.key"))
    profile = load_profile("qujing")
    simulate(tmp_path / "landing", profile, weeks=40 + WEEKS, scale=0.01, seed=1)
    weekly = City(profile, Home(tmp_path / "weekly"), tmp_path / "landing")
    backfill = replace(weekly, home=Home(tmp_path / "backfill"))
    began = time.monotonic()
    for week in range(WEEKS):
        run_week(weekly, FIRST + timedelta(weeks=week))
    between = time.monotonic()
    run_week(backfill, FIRST + timedelta(weeks=WEEKS - 1), since=FIRST)
    ended = time.monotonic()
    print(  # noqa: T201
        f"\n{WEEKS} weeks one by one {between - began:.0f} s, in one backfill {ended - between:.0f} s"
    )
    assert len(list(backfill.home.published.glob("????-??-??"))) == WEEKS
    assert published(backfill.home) == published(weekly.home)
