"""What an engineer asks for by one command: the backtest of every family, and a search for better settings."""

import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from models.counts.shared.count_metrics import PREDICTIONS_SCHEMA


@pytest.fixture
def copy(small_city: Any, tmp_path: Path) -> tuple[Path, Path]:
    """The city's profile folder and home, to do things to."""
    shutil.copytree(small_city.profile, tmp_path / "qujing")
    shutil.copytree(small_city.home, tmp_path / "home", symlinks=True)
    return tmp_path / "qujing", tmp_path / "home"


def test_backtest_replays_all_three_families_and_registers_nothing(
    small_city: Any, copy: tuple[Path, Path]
) -> None:
    profile, home = copy
    shutil.rmtree(home / "backtests")
    shutil.rmtree(home / "mlflow")
    output = small_city.command("backtest", "--profile", profile, "--home", home)
    assert output.returncode == 0, output.stderr
    (folder,) = (home / "backtests").iterdir()
    assert str(folder) in output.stdout
    for family, target in (("demand", "disputes"), ("coverage", "overdue")):
        rows = pl.read_parquet(folder / f"{family}_predictions.parquet")
        assert dict(rows.schema) == PREDICTIONS_SCHEMA
        assert target in set(rows["target"])
    judged = pl.read_parquet(folder / "family_metrics.parquet")
    assert set(judged["family"]) == {"demand", "coverage"}
    assert {"predictions.parquet", "metrics.parquet", "calibration.parquet", "family_calibration.parquet"} < {
        path.name for path in folder.iterdir()
    }
    assert not (home / "mlflow").exists()


def test_retrain_with_tune_keeps_what_it_found_and_trains_with_it(
    small_city: Any, copy: tuple[Path, Path]
) -> None:
    profile, home = copy
    (profile / "model.yml").unlink(missing_ok=True)
    output = small_city.command("retrain", "--tune", "0.001", "--profile", profile, "--home", home)
    assert output.returncode == 0, output.stderr
    assert "registered as challenger" in output.stdout
    settings = yaml.safe_load((profile / "model.yml").read_text(encoding="utf-8"))
    assert settings["found_on"]["origin"] == "simulated"
    assert set(settings["parameters"]) >= {"num_leaves", "learning_rate"}
