"""Other learners beside ours, on the same rows; the AutoML, which takes its time, runs in `tests/bench`."""

from datetime import date

import polars as pl
import pytest

from features.matrix import Matrix
from models import learners
from pipelines.profile import Profile

World = tuple[Matrix, pl.DataFrame]


def test_every_learner_is_judged_on_the_same_rows(
    world: World, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = {name: learner for name, learner in learners.LEARNERS.items() if name != "flaml"}
    monkeypatch.setattr(learners, "LEARNERS", quick)
    metrics, seconds = learners.compare(*world, profile, date(2025, 12, 29))
    pooled = metrics.filter(pl.col("as_of").is_null() & (pl.col("segment") == "all"))
    assert set(pooled["model"]) == {*quick, "category_rate"}
    assert pooled.filter(metric="n")["value"].n_unique() == 1
    assert set(seconds) == set(quick)
    auc = dict(pooled.filter(metric="roc_auc").select("model", "value").iter_rows())
    assert all(auc[name] > auc["category_rate"] for name in quick)
