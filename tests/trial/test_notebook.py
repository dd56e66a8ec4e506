from pathlib import Path

import jupytext
import nbclient
import polars as pl
import pytest

from models.trial.effects import SCHEMA
from models.trial.summary import as_json, summary
from pipelines.home import REPO


def test_the_notebook_on_acting_runs_checks_its_own_claims_and_shows_the_trial_of_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [("ranking", "all", "expected_more_than_checklist_per_year", 20, 4.9, 1.9, 7.9)]
    effects = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    folder = tmp_path / "trials" / "run"
    folder.mkdir(parents=True)
    effects.write_parquet(folder / "effects.parquet")
    (folder.parent / "effect.json").write_text(as_json(summary(effects, "run", {}, 40)), encoding="utf-8")
    monkeypatch.setenv("FENGQIAO_HOME", str(tmp_path))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    notebook = jupytext.read(REPO / "notebooks" / "4_what_acting_prevents.py")
    nbclient.NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": REPO}}
    ).execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len([cell for cell in code if cell.outputs]) >= 6
    seen = str([cell.outputs for cell in code])
    assert "expected_more_than_checklist_per_year" in seen
    assert "none has been played under this home" in seen, "the other tables are not there"
