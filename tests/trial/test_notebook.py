from pathlib import Path

import jupytext
import nbclient
import pytest

from pipelines.home import REPO


def test_the_notebook_on_acting_runs_and_checks_its_own_claims(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENGQIAO_HOME", str(tmp_path))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    notebook = jupytext.read(REPO / "notebooks" / "4_what_acting_prevents.py")
    nbclient.NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": REPO}}
    ).execute()
    assert len([cell for cell in notebook.cells if cell.cell_type == "code" and cell.outputs]) >= 5
