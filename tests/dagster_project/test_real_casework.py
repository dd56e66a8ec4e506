"""The main job on a part of two real registers, each under its own profile: warnings of a model, or why there is none."""

import json
import re
import shutil
from pathlib import Path

import polars as pl
import pytest

from pipelines.home import REPO
from tests.worlds.command import fengqiao
from tests.worlds.shared_data import needs_shared, shared_data

QUICK = {
    "backtest": "{folds: 2, fold_weeks: 4, calibration_weeks: 8, bootstrap: 50, negative_share: 0.1}",
    "capacity": "10",
}
"""Entries of a profile that suit a part of its casework."""
PARTS = [("hospital_billing", "case_id", 8), ("nyc_casework", "unique_key", 40)]
"""Folder and profile, the column that names a case, and of how many cases one is taken."""


def part_of(source: Path, target: Path, case: str, one_in: int) -> None:
    """Every file with one case in so many, in the source's own columns."""
    target.mkdir()
    for path in sorted(source.glob("*.csv")):
        rows = pl.read_csv(path, infer_schema=False)
        rows.filter(pl.col(case).fill_null("").hash(seed=0) % one_in == 0).write_csv(target / path.name)


def quickened(name: str, folder: Path) -> Path:
    """A copy of the profile with `QUICK` in it."""
    shutil.copytree(REPO / "data" / "profiles" / name, folder)
    path = folder / "profile.yml"
    text = path.read_text(encoding="utf-8")
    for entry, value in QUICK.items():
        text = re.sub(rf"^{entry}: .*$", f"{entry}: {value}", text, flags=re.MULTILINE)
    path.write_text(text, encoding="utf-8")
    return folder


@needs_shared()
@pytest.mark.parametrize(("name", "case", "one_in"), PARTS)
def test_the_main_job_ranks_real_casework_or_says_why_no_model_does(
    name: str, case: str, one_in: int, tmp_path: Path
) -> None:
    part_of(shared_data() / name, tmp_path / "data", case, one_in)
    profile, home = quickened(name, tmp_path / name), tmp_path / "home"
    done = fengqiao(
        *("run", "--data", tmp_path / "data", "--profile", profile, "--home", home),
        FENGQIAO_KEY_FILE=tmp_path / "key",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (folder,) = (home / "published").glob("2*")
    warnings = pl.read_parquet(folder / "dispute_warnings.parquet")
    model = json.loads((folder / "meta.json").read_text(encoding="utf-8"))["model"]
    assert warnings["rank"].sort().to_list() == list(range(1, len(warnings) + 1))
    assert len(warnings) > 20
    if model["usable"]:
        assert warnings["probability"].null_count() == 0
        assert "lightgbm" in pl.read_parquet(next((home / "backtests").glob("*/metrics.parquet")))["model"]
    else:
        assert warnings["probability"].null_count() == len(warnings)
        assert re.search(r"was not promoted|no model was trained", model["reason_en"])
