"""Other learners beside ours, on the same rows; the AutoML, which takes its time, runs in `tests/bench`."""

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from features.engine.matrix import Matrix
from models.benchmarks.learner_comparison import compare
from models.benchmarks.other_learners import LEARNERS
from models.escalation.history import History
from models.escalation.matured_history import whole_history
from pipelines.city.profile import Profile, load_profile
from pipelines.home import Home

World = tuple[Matrix, pl.DataFrame]


def test_every_learner_is_judged_on_the_same_rows(world: World, profile: Profile) -> None:
    quick = [name for name in LEARNERS if name != "flaml"]
    metrics, seconds = compare(History.of(*world), profile, date(2025, 12, 29), quick)
    pooled = metrics.filter(pl.col("as_of").is_null() & (pl.col("segment") == "all"))
    assert set(pooled["model"]) == {*quick, "category_rate"}
    assert pooled.filter(metric="n")["value"].n_unique() == 1
    assert set(seconds) == set(quick)
    auc = dict(pooled.filter(metric="roc_auc").select("model", "value").iter_rows())
    assert all(auc[name] > auc["category_rate"] for name in quick)
    skill = dict(pooled.filter(metric="log_loss_skill").select("model", "value").iter_rows())
    assert skill["lightgbm"] > skill["category_rate"] > 0
    assert skill["house_settings"] != skill["lightgbm"], "the profile's own settings are used by ours alone"


def test_what_is_compared_ends_with_the_records_that_are_complete(small_city: Any) -> None:
    """A source whose last weeks are still coming in is judged only until the profile's `complete_until`."""
    whole = load_profile(str(small_city.profile))
    settings = whole.settings.model_copy(update={"complete_until": date(2024, 9, 1)})
    history, as_of = whole_history(Home(small_city.home), replace(whole, settings=settings))
    assert as_of == date(2024, 9, 2)
    assert history.matrix.cohort["as_of"].max() < as_of  # pyright: ignore[reportOptionalOperand]
