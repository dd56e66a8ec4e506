"""Two Mondays of an arm in which a model ranks: it is trained on the years before, and once more in the year."""

from pathlib import Path

import polars as pl
import pytest

from dagster_project.trial import one_year
from dagster_project.trial.plan import Plan, arm_of
from models import weekly
from models.registry import registry
from pipelines.home import Home
from tests.worlds.store import copy_of
from tests.worlds.trial_years import history, profile_of

PLAN = Plan(profile="qujing", scale=0.1, weeks=2)
SEED = 3
FIRST = 1
"""The model trained before the trial. This world is too small to show it better than the checklist beyond chance, so the
test promotes in the gate's place; the gate's own tests are in `tests/models`."""


def test_the_published_order_is_followed_and_a_retrained_model_takes_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = copy_of(history(PLAN, SEED), tmp_path / "before")
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(before / "key"))
    monkeypatch.setattr(one_year, "RETRAIN_EVERY_WEEKS", 1)
    monkeypatch.setattr(weekly, "unmet_conditions", lambda _inputs, _profile: [])
    profile = profile_of(PLAN)
    registry.set_champion(Home(before / "history" / "home"), profile, FIRST)
    one_year.live_year(profile, PLAN, SEED, arm_of("ranking+naive"), before / "history", tmp_path / "out")

    weeks = pl.read_parquet(tmp_path / "out" / "weeks.parquet")
    assert "checklist" not in weeks["model_version"]
    assert weeks["model_version"].n_unique() == 2
    assert weeks["model_reason"].str.contains("is in use").all()
    at_risk = pl.read_parquet(tmp_path / "out" / "at_risk.parquet")
    assert at_risk["probability"].is_between(0, 1).all()
    assert at_risk["hazard"].is_between(0, 1).all()
    attended = pl.read_parquet(tmp_path / "out" / "attended.parquet")
    assert attended["dispute_id"].is_unique().all()
    for week in range(PLAN.weeks):
        before = attended.filter(pl.col("week") < week)["dispute_id"]
        left = at_risk.filter(pl.col("week") == week, ~pl.col("dispute_id").is_in(before.implode()))
        of_week = attended.filter(pl.col("week") == week)
        assert len(of_week) == profile.settings.capacity.city
        assert of_week["probability"].min() >= left["probability"].top_k(len(of_week)).min()
