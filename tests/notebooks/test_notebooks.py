"""The worked notebooks run from top to bottom over a small city; each checks its own claims as it goes."""

from pathlib import Path

import jupytext
import nbclient
import pytest

from pipelines.home import REPO
from tests.conftest import SmallCity

NOTEBOOKS = [
    REPO / "notebooks" / f"{name}.py"
    for name in ("1_first_look_at_the_data", "2_how_the_model_is_judged", "3_one_warning_by_hand")
]
"""The fourth, of the trial, needs no city and has a test of its own."""


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_and_shows_something(
    path: Path, small_city: SmallCity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENGQIAO_HOME", str(small_city.home))
    monkeypatch.setenv("FENGQIAO_PROFILE", str(small_city.profile))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    notebook = jupytext.read(path)
    nbclient.NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": REPO}}
    ).execute()
    shown = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.outputs]
    assert len(shown) >= 5
