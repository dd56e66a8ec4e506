"""A trial from the command's own function: played, reported, and gone on with."""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import psutil
import pytest

from dagster_project.trial.plan import Plan, arms_of
from dagster_project.trial.report import pictured_of, report_again
from dagster_project.trial.runner import play_and_report
from dashboards.published.effect_queries import trial
from dashboards.texts.effect_words import ARMS
from pipelines.city.profile import load_profile
from pipelines.errors import RefusedInput
from pipelines.home import Home

PLAN = Plan(profile="qujing", scale=0.05, history_weeks=52, weeks=2)
PLAN_RUN = PLAN.run


def played(home: Home, arms: str, said: list[str], minutes: float | None = None) -> str:
    return play_and_report(
        home,
        load_profile("qujing"),
        PLAN,
        seeds=1,
        arms=arms_of(arms),
        workers=1,
        minutes=minutes,
        with_sweep=False,
        progress=lambda words, share: said.append(words),
    )


def test_a_trial_is_played_reported_and_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "key"))
    home, said = Home(tmp_path / "home"), []
    output = played(home, "nothing,oracle", said)
    assert "arms are missing" in output
    assert said[0] == "histories"
    assert [re.sub(r"\d+ s$", "_ s", words) for words in said[1:]] == [
        "seed 1, nothing, _ s",
        "seed 1, oracle, _ s",
    ]
    folder = home.root / "trials" / PLAN.run
    stamps = {path: path.stat().st_mtime_ns for path in (folder / "years").rglob("*.parquet")}

    again: list[str] = []
    played(home, "nothing,oracle", again)
    assert again == []
    assert {path: path.stat().st_mtime_ns for path in (folder / "years").rglob("*.parquet")} == stamps

    output = json.loads((home.root / "trials" / "effect.json").read_text(encoding="utf-8"))
    assert output["run"] == PLAN.run
    assert output["sentence_zh"] is None
    assert "assumption" in output["limits_en"]
    figures = {(row["arm"], row["metric"]): row["value"] for row in output["table"]}
    assert figures["oracle", "mediations_per_year"] == pytest.approx(2 * 52 / 0.05)
    assert figures["oracle", "expected_share_of_oracle"] == pytest.approx(1.0)
    assert figures["oracle", "expected_prevented_per_100"] > 0
    shown = trial(home)
    assert shown is not None
    assert shown.arms(ARMS) == ["oracle"]
    assert shown.figures["oracle", "expected_prevented_per_100"].value > 0
    effects = pl.read_parquet(folder / "effects.parquet")
    assert {"all", "category=D1", "urban=rural"} <= set(effects["segment"])
    assert list((home.mlflow / "artifacts").rglob("effects.parquet"))

    page = (folder / "trial.md").read_bytes()
    (folder / "trial.md").unlink()
    monkeypatch.setattr("dagster_project.trial.plan.code_digest", lambda module: f"later {module}")
    assert "arms are missing" in report_again(home, load_profile("qujing"), PLAN_RUN)
    assert (folder / "trial.md").read_bytes() == page
    for name in ("another", ""):
        with pytest.raises(RefusedInput, match=f"there is {PLAN_RUN}"):
            report_again(home, load_profile("qujing"), name)


def test_weeks_too_few_for_anything_to_mature_are_reported_without_feedback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "key"))
    home = Home(tmp_path / "home")
    assert "In a simulated year" in played(home, "nothing,checklist,ranking,oracle", [])
    page = (home.root / "trials" / PLAN.run / "trial.md").read_text(encoding="utf-8")
    assert "| `ranking` | 1 |" in page
    assert "What acting does to the list" not in page


def test_without_time_nothing_is_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.errors import FengqiaoError

    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "key"))
    with pytest.raises(FengqiaoError, match="holds no year"):
        played(Home(tmp_path / "home"), "nothing", [], minutes=0)


def test_what_is_pictured_is_never_nothing() -> None:
    assert pictured_of(["by_category", "ranking", "ranking+naive"]) == ["ranking", "ranking+naive"]
    assert pictured_of(["uplift"]) == ["uplift"]


ONE_WAITS = """
import os, time
from dagster_project.trial.runner import processes
with processes(1) as pool:
    print(pool.submit(os.getpid).result(), flush=True)
    pool.submit(time.sleep, 600).result()
"""


def test_a_killed_trial_leaves_nobody_who_writes_on() -> None:
    trial = subprocess.Popen([sys.executable, "-c", ONE_WAITS], stdout=subprocess.PIPE, text=True)
    assert trial.stdout is not None
    worker = psutil.Process(int(trial.stdout.readline()))
    trial.kill()
    trial.wait()
    waited = 0.0
    while not _ended(worker) and waited < 20:
        time.sleep(0.1)
        waited += 0.1
    assert _ended(worker)


def _ended(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
