"""Ours beside a kept library's default and an AutoML given ten times our training's seconds: `make bench`."""

from datetime import date

import polars as pl
import pytest

from models.benchmarks.ceilings import read_city
from models.benchmarks.learner_comparison import compare
from models.benchmarks.other_learners import AUTOML_SHARE
from pipelines.city.profile import load_profile
from pipelines.home import Home


@pytest.mark.bench
def test_other_learners_on_a_small_city(small_city) -> None:
    profile = load_profile(str(small_city.profile))
    city, as_of = read_city(Home(small_city.home), profile)
    metrics, seconds = compare(city, profile, as_of)
    pooled = metrics.filter(pl.col("as_of").is_null() & (pl.col("segment") == "all"))
    print(pooled.pivot("metric", index="model", values="value"))  # noqa: T201
    assert isinstance(as_of, date)
    assert seconds["flaml"] > 0.5 * AUTOML_SHARE * seconds["lightgbm"]
