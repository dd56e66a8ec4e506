"""The worked notebooks run from top to bottom over a small city; each checks its own claims as it goes."""

from pathlib import Path

import jupytext
import nbclient
import pytest

from dashboards.published.publication import current
from pipelines.home import REPO, Home
from tests.conftest import SmallCity, live, own_profile

NOTEBOOKS = ["1_first_look_at_the_data", "2_how_the_model_is_judged", "3_one_warning_by_hand"]
"""The fourth, of the trial, needs no city and has a test of its own."""


@pytest.fixture(scope="module")
def scored_city(tmp_path_factory: pytest.TempPathFactory) -> SmallCity:
    """The small city with what a checklist cannot know: quarrels over wages end badly twenty times as often.

    So a model learned from its two years beats the checklist and is used, as on a city of full size.
    """
    root = tmp_path_factory.mktemp("scored")
    city = SmallCity(root / "qujing", root / "landing", root / "home", root / "pair.key")
    own_profile(city.profile)
    _put(city.profile / "profile.yml", "capacity: 40", "capacity: 10")
    _put(city.profile / "simulator.yml", "relative_risk: 0.5", "relative_risk: 12.0")
    live(city)
    return city


def _put(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), encoding="utf-8")


def shown(name: str, city: SmallCity, scratch: Path, patch: pytest.MonkeyPatch) -> int:
    """Run a notebook over a city; how many of its cells show something."""
    patch.setenv("FENGQIAO_HOME", str(city.home))
    patch.setenv("FENGQIAO_PROFILE", str(city.profile))
    patch.setenv("IPYTHONDIR", str(scratch))
    notebook = jupytext.read(REPO / "notebooks" / f"{name}.py")
    nbclient.NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": REPO}}
    ).execute()
    return sum(1 for cell in notebook.cells if cell.cell_type == "code" and cell.outputs)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_it_runs_and_shows_something(
    name: str, small_city: SmallCity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shown(name, small_city, tmp_path, monkeypatch) >= 5


def test_a_scored_warning_is_rebuilt_to_the_same_chance_and_the_same_reasons(
    scored_city: SmallCity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third notebook holds the chance and the reasons it works out against those published."""
    published = current(Home(scored_city.home))
    assert published is not None
    assert published.scored, published.meta["model"]["reason_en"]
    assert published.warnings["probability"].null_count() == 0
    assert shown("3_one_warning_by_hand", scored_city, tmp_path, monkeypatch) >= 5
