"""The share of two ceilings: the pooled learner is `train` itself on more rows, and shares are what they say."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features.engine.matrix import Matrix
from models.benchmarks.ceilings import RECORDS, judged, pooled, shares, table
from models.escalation.history import History
from models.escalation.training import train
from pipelines.city.profile import Profile

World = tuple[Matrix, pl.DataFrame]
AS_OF = date(2025, 12, 29)


@pytest.fixture(scope="module")
def one_fold(profile: Profile) -> Profile:
    backtest = profile.settings.backtest.model_copy(update={"folds": 1})
    return replace(profile, settings=profile.settings.model_copy(update={"backtest": backtest}))


def test_one_city_pooled_is_trained_as_it_is_alone(world: World, one_fold: Profile) -> None:
    matrix, labels = world
    named = pl.format("0:{}", "dispute_id").alias("dispute_id")
    renamed = Matrix(matrix.cohort.with_columns(named), matrix.values, matrix.names)
    alone = train(History.of(renamed, labels.with_columns(named)), one_fold, AS_OF)
    assert pooled([History.of(matrix, labels)], one_fold, AS_OF).to_json() == alone.to_json()


def test_the_pooled_model_scores_the_rows_of_the_backtest(
    world: World, one_fold: Profile, tmp_path: Path
) -> None:
    matrix, labels = world
    sealed = tmp_path / "true_hazards.parquet"
    matrix.cohort.select("as_of", "dispute_id", hazard=pl.lit(0.02)).write_parquet(sealed)
    city = History.of(matrix, labels, sealed)
    models = {"of_1_cities": pooled([city], one_fold, AS_OF), RECORDS: pooled([city, city], one_fold, AS_OF)}
    metrics = judged(city, models, one_fold, AS_OF)
    rows = metrics.filter(
        pl.col("as_of").is_null() & (pl.col("segment") == "all") & (pl.col("metric") == "n")
    )
    assert set(rows["model"]) >= {"lightgbm", "oracle", *models}
    assert rows["value"].n_unique() == 1


def metrics_of_city(ours: float, records: float, oracle: float) -> pl.DataFrame:
    scores = {"lightgbm": ours, RECORDS: records, "oracle": oracle}
    return pl.DataFrame(
        [
            {"model": model, "as_of": None, "segment": "all", "metric": metric, "value": value}
            for model, value in scores.items()
            for metric in ("recall_at_capacity", "brier_skill")
        ],
        schema_overrides={"as_of": pl.Date},
    )


def test_a_share_is_the_mean_over_cities_over_the_mean_over_cities() -> None:
    cities = [metrics_of_city(0.06, 0.08, 0.10), metrics_of_city(0.12, 0.12, 0.20)]
    recall = shares(cities, seed=1).filter(pl.col("metric") == "recall_at_capacity")
    assert recall["ceiling"].to_list() == [RECORDS, "oracle"]
    assert recall["share"].to_list() == pytest.approx([0.18 / 0.20, 0.18 / 0.30])
    assert (recall["low"] <= recall["share"]).all()
    assert (recall["share"] <= recall["high"]).all()
    assert table(cities).filter(model="lightgbm", metric="brier_skill")["mean"].to_list() == pytest.approx(
        [0.09]
    )
