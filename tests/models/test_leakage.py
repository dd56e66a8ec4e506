"""Nothing known on or after a Monday can reach what is published for it: the whole path, bytes compared.

Two homes hold the same small city; in one, every record known on or after the Monday is turned into
nonsense. Backtest, model, scores, list, reasons and everything published as of that Monday are the same.
"""

import json
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from features.engine.matrix import build_matrix
from models import weekly
from models.escalation.matured_history import matured_mondays
from models.registry import registry
from pipelines.city.profile import Profile, load_profile
from pipelines.home import Home
from pipelines.tables.core import CORE_TABLES
from pipelines.warehouse.warehouse import open_warehouse

NONSENSE = {
    "core_dispute": "category = 'D9', threat = true, violence = true, county_code = '000000', relation = 'spouse',"
    " registered_at = timestamp '1999-01-01', minor_involved = true, withdrawn_at = timestamp '1999-01-01'",
    "core_dispute_event": "event_type = 'violence_reported', event_at = timestamp '1999-01-01', tier = 'city'",
    "core_outcome": "occurred_at = $t - interval 40 day, severity = 3",
    "core_grid_report": "reported_at = timestamp '1999-01-01', report_type = 'nonsense', resolved = false",
    "core_service_coverage": "week = date '1999-01-04', due = 100000, overdue = 100000",
    "core_outreach": "event_on = date '1999-01-04', attendance = 100000",
    "core_decision": "action = 'decline', as_of = date '1999-01-04', found_after_warning = true",
    "core_volunteer": "as_of_on = date '1999-01-04', count = 100000",
}


@pytest.fixture(scope="module")
def quick(small_city) -> Profile:
    profile = load_profile(str(small_city.profile))
    backtest = profile.settings.backtest.model_copy(update={"folds": 1})
    return replace(profile, settings=profile.settings.model_copy(update={"backtest": backtest}))


@pytest.fixture(scope="module")
def monday(small_city) -> date:
    """Eight weeks before the city's newest records."""
    current = json.loads((small_city.home / "published" / "current.json").read_text(encoding="utf-8"))
    return date.fromisoformat(current["as_of"]) - timedelta(weeks=8)


@pytest.fixture(scope="module")
def homes(small_city, quick: Profile, monday: date, tmp_path_factory: pytest.TempPathFactory):
    """The city as it is, and with nonsense for what became known from that Monday on; both published."""
    found = []
    for name in ("true", "nonsense"):
        home = Home(tmp_path_factory.mktemp(name))
        shutil.copy(small_city.home / "home.json", home.marker)
        shutil.copy(small_city.home / "warehouse.duckdb", home.warehouse)
        if name == "nonsense":
            assert distort(home.warehouse, monday) > 500
        weekly.train_champion_if_none(home, quick, monday)
        registry.set_champion(home, quick, 1)
        weekly.score_and_publish(home, quick, monday)
        found.append(home)
    return tuple(found)


def distort(path: Path, monday: date) -> int:
    """Delete, distort or double every record known on or after a day; how many there were."""
    touched = 0
    with open_warehouse(path) as con:
        for table in CORE_TABLES.values():
            at = {"t": monday}
            late = f"from {table} where known_at >= $t"
            touched += con.execute(f"select count(*) {late}", at).fetchall()[0][0]
            con.execute(f"insert into {table} select * {late} and hash(known_at) % 3 = 0", at)
            con.execute(f"delete {late} and hash(known_at) % 3 = 1", at)
            used = {"t": monday} if "$t" in NONSENSE[table] else {}
            con.execute(f"update {table} set {NONSENSE[table]} where known_at >= $t", used | at)
            con.execute(
                f"update {table} set superseded_at = superseded_at + interval 400 day where superseded_at >= $t",
                at,
            )
    return touched


def files_under(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_features_of_every_monday_until_then_are_the_same_bytes(homes, quick: Profile, monday: date) -> None:
    taken = []
    for home in homes:
        with open_warehouse(home.warehouse, read_only=True) as con:
            taken.append(build_matrix(con, quick, [*matured_mondays(con, quick, monday), monday]))
    true, nonsense = taken
    assert len(true.cohort) > 1000
    assert nonsense.cohort.equals(true.cohort)
    assert nonsense.values.tobytes() == true.values.tobytes()


def test_backtest_and_model_are_the_same_bytes(homes, quick: Profile) -> None:
    champions = [registry.champion(home, quick) for home in homes]
    assert all(champion is not None for champion in champions)
    true, nonsense = (files_under(champion.folder) for champion in champions if champion)
    assert "model/booster.txt" in true
    assert nonsense == true
    true, nonsense = (files_under(home.backtests) for home in homes)
    told = {Path(name).name for name in true}
    assert {"predictions.parquet", "demand_predictions.parquet", "coverage_predictions.parquet"} <= told
    assert nonsense == true


def test_everything_published_is_the_same_bytes(homes, monday: date) -> None:
    """But for what meta.json counts of the records taken in, which says nothing of a dispute."""
    true, nonsense = (files_under((home.published / monday.isoformat()).resolve()) for home in homes)
    assert {f"{of}_warnings.parquet" for of in ("dispute", "place", "service")} <= true.keys()
    assert nonsense.keys() == true.keys()
    told, told_too = (json.loads(files.pop("meta.json")) for files in (true, nonsense))
    assert [name for name in true if nonsense[name] != true[name]] == []
    for each in (told, told_too):
        for counted in ("rows", "data_from", "data_until"):
            each.pop(counted)
    assert told_too == told


def test_the_nonsense_would_have_been_seen(homes, quick: Profile, monday: date) -> None:
    """The same Monday nine weeks on differs, so that the comparison above compares something."""
    later = monday + timedelta(weeks=9)
    true, nonsense = homes
    taken = []
    for home in (true, nonsense):
        with open_warehouse(home.warehouse, read_only=True) as con:
            taken.append(build_matrix(con, quick, [later]))
    assert taken[0].cohort.height != taken[1].cohort.height
