"""Disputes leave every byte under the home, decoded or not; the record of decisions stays verifiable."""

import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from dagster_project.operations.city import City
from dagster_project.operations.erase_everywhere import age_out, erase_dispute
from dashboards.decisions.decision import Decision
from dashboards.decisions.store import DecisionStore
from dashboards.papers.weekly_brief import write_brief
from pipelines.city.profile import load_profile
from pipelines.erasure.scrub import traces
from pipelines.home import Home
from pipelines.intake.intake import load_folder

GONE, LONGER, KEPT = "CASE-1", "CASE-12", "CASE-TO-KEEP-0002"
HEAD = "dispute_id,registered_at,category,area_code,found_after_warning\n"
EVENT_HEAD = "event_id,dispute_id,event_at,event_type\n"


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> City:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "key"))
    landing = tmp_path / "landing"
    landing.mkdir()
    rows = "".join(f"{one},2025-03-04,D2,530302001,\n" for one in (GONE, LONGER, KEPT))
    (landing / "disputes.csv").write_text(HEAD + rows + f"{GONE},2025-03-05,D2,nowhere,\n")
    home = Home(tmp_path / "home")
    loaded = City(load_profile("qujing"), home, landing)
    load_folder(landing, loaded.profile, home)
    return loaded


def test_a_number_leaves_the_warehouse_and_the_others_stay_even_one_that_begins_like_it(city: City) -> None:
    assert traces(city.home.root, [GONE]) == [city.home.warehouse]
    certificate = erase_dispute(city, GONE, "asked by a party")
    assert "no byte under the home" in certificate
    assert GONE not in certificate
    assert traces(city.home.root, [GONE]) == []
    with duckdb.connect(str(city.home.warehouse), read_only=True) as con:
        assert con.execute("select dispute_id from core_dispute order by 1").fetchall() == [
            (LONGER,),
            (KEPT,),
        ]


@pytest.mark.parametrize("name", ["disputes_2.csv", "dispute_events.csv"])
def test_an_erased_dispute_does_not_come_back_with_next_weeks_files(city: City, name: str) -> None:
    erase_dispute(city, GONE, "asked by a party")
    assert city.data is not None
    rows = {
        "disputes_2.csv": HEAD + f"{GONE},2025-03-06,D1,530302001,\n{GONE},2025-03-07,D1,nowhere,\n",
        "dispute_events.csv": EVENT_HEAD
        + f"E1,{GONE},2025-03-06,mediation\nE2,{GONE},2025-03-07,no such step\n",
    }
    (city.data / name).write_text(rows[name])
    reports = load_folder(city.data, city.profile, city.home)
    assert traces(city.home.root, [GONE]) == []
    assert all(r.read == r.loaded + r.quarantined + r.duplicates + r.unchanged for r in reports)


def test_after_a_whole_run_no_file_holds_the_number_and_the_rest_still_works(
    small_city: Any, tmp_path: Path
) -> None:
    shutil.copytree(small_city.home, tmp_path / "home", symlinks=True)
    home = Home(tmp_path / "home")
    city = City(load_profile(str(small_city.profile)), home)
    first, second = pl.read_parquet(published(home))["dispute_id"][:2]
    store = DecisionStore.of(home)
    noted = Decision(
        dispute_id=first,
        action="decline",
        office="duty desk",
        as_of=date(2024, 12, 30),
        publication="x",
        reason="other",
    )
    store.record([noted], datetime(2025, 1, 2))
    write_brief(home, city.profile)
    (home.root / "logs").mkdir(exist_ok=True)
    (home.root / "logs" / "dashboard.log").write_text(f"GET /dispute?id={first}\n")
    (home.root / "trials" / "r1").mkdir(parents=True)
    pl.DataFrame({"dispute_id": [first, second]}).write_parquet(home.root / "trials" / "r1" / "year.parquet")
    holders = {path.relative_to(home.root).parts[0] for path in traces(home.root, [first])}
    assert {
        "warehouse.duckdb",
        "published",
        "features",
        "briefs",
        "logs",
        "decisions.db",
        "trials",
    } <= holders
    certificate = erase_dispute(city, first, "asked by a party")
    assert traces(home.root, [first]) == []
    assert traces(home.root, [second]) != []
    assert first not in certificate
    assert DecisionStore.of(home).verify().erased == 1
    write_brief(home, city.profile)


def test_disputes_closed_longer_ago_than_the_profile_keeps_age_out(city: City) -> None:
    assert city.data is not None
    (city.data / "dispute_events.csv").write_text(
        EVENT_HEAD
        + f"E1,{GONE},2025-03-06,closed\nE2,{LONGER},2025-03-06,closed\nE3,{LONGER},2025-03-07,reopened\n"
    )
    load_folder(city.data, city.profile, city.home)
    years = city.profile.settings.retention.closed_weeks
    assert age_out(city, datetime(2025, 4, 1)).startswith("0 disputes")
    assert age_out(city, datetime(2025 + years // 52 + 1, 4, 1)).startswith("1 disputes")
    assert traces(city.home.root, [GONE]) == []
    assert traces(city.home.root, [LONGER]) != []


def published(home: Home) -> Path:
    return next((home.published / ".versions").glob("*")) / "dispute_warnings.parquet"
