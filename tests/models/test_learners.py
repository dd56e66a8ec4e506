"""Other learners beside ours, on the same rows; the AutoML, which takes its time, runs in `tests/bench`."""

from datetime import date

import polars as pl

from features.matrix import Matrix
from models.learners import compare
from models.other_learners import LEARNERS
from pipelines.profile import Profile

World = tuple[Matrix, pl.DataFrame]


def test_every_learner_is_judged_on_the_same_rows(world: World, profile: Profile) -> None:
    quick = [name for name in LEARNERS if name != "flaml"]
    metrics, seconds = compare(*world, profile, date(2025, 12, 29), quick)
    pooled = metrics.filter(pl.col("as_of").is_null() & (pl.col("segment") == "all"))
    assert set(pooled["model"]) == {*quick, "category_rate"}
    assert pooled.filter(metric="n")["value"].n_unique() == 1
    assert set(seconds) == set(quick)
    auc = dict(pooled.filter(metric="roc_auc").select("model", "value").iter_rows())
    assert all(auc[name] > auc["category_rate"] for name in quick)
    skill = dict(pooled.filter(metric="log_loss_skill").select("model", "value").iter_rows())
    assert skill["lightgbm"] > skill["category_rate"] > 0
    assert skill["house_settings"] != skill["lightgbm"], "the profile's own settings are used by ours alone"
