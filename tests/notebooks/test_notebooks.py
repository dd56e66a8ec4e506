"""The worked notebooks run from top to bottom over a small city; each checks its own claims as it goes."""

from pathlib import Path

import jupytext
import nbclient
import pytest

from dashboards.published.publication import current
from pipelines.home import REPO, Home
from tests.worlds.small_city import SmallCity, scored_city

NOTEBOOKS = ["1_first_look_at_the_data", "2_how_the_model_is_judged", "3_one_warning_by_hand"]
"""The fourth, of the trial, needs no city and has a test of its own."""


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
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third notebook holds the chance and the reasons it works out against those published."""
    city = scored_city()
    published = current(Home(city.home))
    assert published is not None
    assert published.scored, published.meta.model.reason_en
    assert published.warnings["probability"].null_count() == 0
    assert shown("3_one_warning_by_hand", city, tmp_path, monkeypatch) >= 5
