"""Training, backtest and the weekly scoring beside plain `lightgbm.train` on the same matrix.

`make bench`, or `FENGQIAO_BENCH_HOME=HOME pytest -s -m bench tests/bench/test_training_speed.py` for a home of a whole
city, after `fengqiao run`; it is copied, not changed.
"""

import json
import os
import shutil
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import polars as pl
import pytest

from models.backtesting.backtest import run_backtest
from models.escalation.history import History
from models.escalation.matured_history import whole_history
from models.escalation.training import train
from models.escalation.training_set import build_training_set
from models.scope import LIST_ONLY
from models.weekly import score_and_publish
from pipelines.city.profile import load_profile
from pipelines.cores import usable_cores
from pipelines.home import Home


def timed(what: Callable[[], Any]) -> tuple[Any, float, float]:
    """The result, wall seconds and processor seconds."""
    wall, spent = time.monotonic(), time.process_time()
    result = what()
    return result, time.monotonic() - wall, time.process_time() - spent


@pytest.mark.bench
def test_training_and_scoring_beside_plain_lightgbm(small_city: Any, tmp_path: Path) -> None:
    given = os.environ.get("FENGQIAO_BENCH_HOME")
    profile = load_profile("qujing" if given else str(small_city.profile))
    shutil.copytree(given or small_city.home, tmp_path / "home", symlinks=True)
    home = Home(tmp_path / "home")
    (history, as_of), *built = timed(lambda: whole_history(home, profile))
    matrix, labels = history.matrix, history.labels
    seen = build_training_set(History.of(matrix, labels), profile, as_of)
    rows, label = matrix.values[seen.usable], seen.label[seen.usable].astype(np.float32)
    plain = {"objective": "binary", "num_threads": usable_cores(), "verbosity": -1}
    _, *alone = timed(lambda: lgb.train(plain, lgb.Dataset(rows, label)))
    trained, *training = timed(lambda: train(History.of(matrix, labels), profile, as_of))
    backtest, *replayed = timed(lambda: run_backtest(history, profile, as_of))
    current = json.loads((home.published / "current.json").read_text(encoding="utf-8"))
    monday = date.fromisoformat(current["as_of"])
    _, *listed = timed(lambda: score_and_publish(home, profile, monday, scope=LIST_ONLY))
    week, *published = timed(lambda: score_and_publish(home, profile, monday))
    figures = {
        f"features and labels, {len(rows):,} dispute-weeks of {rows.shape[1]} columns": built,
        "plain lightgbm.train on all of them, its own settings": alone,
        f"one training: {trained.rounds} trees, weights, calibration": training,
        f"backtest of {len(backtest.splits) if backtest else 0} folds with baselines, metrics, audit": replayed,
        "a week's list with reasons, features on file": listed,
        "a week's whole publication": published,
    }
    lines = (
        f"{what:78} {wall:7.1f} s {spent:7.1f} CPU-s {wall / alone[0]:6.2f} times plain"
        for what, (wall, spent) in figures.items()
    )
    print("", *lines, sep="\n")  # noqa: T201
    assert backtest is not None
    assert pl.read_parquet(week / "dispute_warnings.parquet")["listed"].any()
