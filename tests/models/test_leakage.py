"""Nothing known on or after a Monday can reach what is published for it: the whole path, bytes compared.

Two homes hold the same small city; in one, every record known on or after the Monday is turned into
nonsense. Backtest, model, scores, list, reasons and everything published as of that Monday are the same.
"""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from features.engine.matrix import build_matrix
from models.escalation.matured_history import matured_mondays
from models.registry import registry
from pipelines.city.profile import Profile
from pipelines.home import Home
from pipelines.warehouse.warehouse import open_warehouse
from tests.worlds.nonsense_future import one_fold, that_monday, true_and_nonsense


@pytest.fixture(scope="module")
def quick() -> Profile:
    return one_fold()


@pytest.fixture(scope="module")
def monday() -> date:
    return that_monday()


@pytest.fixture(scope="module")
def homes() -> tuple[Home, Home]:
    return true_and_nonsense()


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
    names = {Path(name).name for name in true}
    assert {"predictions.parquet", "demand_predictions.parquet", "coverage_predictions.parquet"} <= names
    assert nonsense == true


def test_everything_published_is_the_same_bytes(homes, monday: date) -> None:
    """But for what meta.json counts of the records taken in, which says nothing of a dispute."""
    true, nonsense = (files_under((home.published / monday.isoformat()).resolve()) for home in homes)
    assert {f"{of}_warnings.parquet" for of in ("dispute", "place", "service")} <= true.keys()
    assert nonsense.keys() == true.keys()
    meta, meta_too = (json.loads(files.pop("meta.json")) for files in (true, nonsense))
    assert [name for name in true if nonsense[name] != true[name]] == []
    for each in (meta, meta_too):
        for counted in ("rows", "data_from", "data_until"):
            each.pop(counted)
    assert meta_too == meta


def test_the_nonsense_would_have_been_seen(homes, quick: Profile, monday: date) -> None:
    """The same Monday nine weeks on differs, so that the comparison above compares something."""
    later = monday + timedelta(weeks=9)
    true, nonsense = homes
    taken = []
    for home in (true, nonsense):
        with open_warehouse(home.warehouse, read_only=True) as con:
            taken.append(build_matrix(con, quick, [later]))
    assert taken[0].cohort.height != taken[1].cohort.height
