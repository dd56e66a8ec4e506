"""Other learners on the same rows, beside ours: is a kept library's default, or an AutoML, any better?

One training as of the first fold's first Monday, judged on all Mondays of the backtest; the same rows, weights and
calibration for each. `python -m models.learners --home HOME`; FLAML is of the development environment.
"""

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import polars as pl
import typer

from features.matrix import Matrix
from models import baselines
from models.baselines import Scores
from models.draws import days_since_1970, dispute_bits, ranks_within
from models.evaluation import metrics_of
from models.history import matured_history
from models.material import Material, material, monotone_constraints, sampled
from models.splits import gap_days, matured, temporal_splits
from models.trained import blended
from models.training import (
    TREES_SHARE,
    binned,
    calibrated,
    fitted_weights,
    lay_footing,
    parameters_of,
    train_on,
)
from pipelines.errors import FengqiaoError
from pipelines.home import Home
from pipelines.profile import Profile, load_profile
from pipelines.warehouse import data_until, first_monday_after, open_warehouse

AUTOML_SHARE = 10
"""How many times our training's seconds the AutoML is given."""


def compare(
    matrix: Matrix, labels: pl.DataFrame, profile: Profile, as_of: date
) -> tuple[pl.DataFrame, dict[str, float]]:
    """Metrics of every learner over the backtest's Mondays, and the seconds each took to train.

    Returns:
        `evaluation.METRICS_SCHEMA`, and seconds by learner.

    Raises:
        FengqiaoError: history holds no fold.
    """
    settings = profile.settings
    gap = gap_days(settings.horizon_days, settings.label_maturity_days)
    splits = temporal_splits(
        matured(matrix.cohort["as_of"].unique().to_list(), as_of, gap),
        settings.horizon_days,
        settings.label_maturity_days,
        settings.backtest.folds,
        settings.backtest.fold_weeks,
    )
    if not splits:
        raise FengqiaoError(f"history holds no fold by {as_of}")
    given = material(matrix, labels, profile, splits[0].trained_as_of)
    later = (matrix.cohort["as_of"] >= splits[0].trained_as_of) & ~matrix.cohort["found_after_warning"]
    rows = np.flatnonzero(later.to_numpy())
    seconds: dict[str, float] = {}
    found = {"category_rate": baselines.category_rate(given, rows)}
    for name, learner in LEARNERS.items():
        started = time.perf_counter()
        log_odds = learner(given, labels, profile, seconds)
        seconds[name] = time.perf_counter() - started
        found[name] = _calibrated(given, log_odds, rows, profile)
    shared = matrix.cohort[rows].select("as_of", "dispute_id", "category", "county_code", "channel")
    days, bits = days_since_1970(shared["as_of"]), dispute_bits(shared["dispute_id"])
    predictions = pl.concat(
        shared.with_columns(
            model=pl.lit(name),
            probability=pl.Series(scores.probability),
            score=pl.Series(scores.score),
            rank=pl.Series(ranks_within(days, scores.score, bits)),
            label=labels["label"].to_numpy()[rows],
            urban=pl.lit(None, pl.Boolean),
        )
        for name, scores in found.items()
    )
    grave = (labels["severity"].fill_null(0) >= 2).to_numpy()[rows]
    metrics = metrics_of(predictions, settings.capacity, settings.backtest.bootstrap, settings.seed)
    return pl.concat([metrics, _recall_of_grave(predictions, grave, settings.capacity)]), seconds


LogOdds = Callable[[np.ndarray], np.ndarray]
"""Rows of a design, [n, p], to log-odds before calibration, [n]."""


def _ours(given: Material, labels: pl.DataFrame, profile: Profile, seconds: dict[str, float]) -> LogOdds:
    return train_on(given, profile).log_odds


def _by_severity(
    given: Material, labels: pl.DataFrame, profile: Profile, seconds: dict[str, float]
) -> LogOdds:
    """Ours, with an outcome weighing as much as it was severe; the calibration stays that of the chance."""
    import lightgbm as lgb

    rows, weight = _growing(given, profile)
    severity = labels["severity"].fill_null(1).to_numpy()[rows]
    parameters = parameters_of(given, profile)
    grown = binned(given, given.windows.grow, profile, parameters)
    grown.weight = np.where(given.label[rows], weight * severity, weight)
    booster = lgb.train(parameters, grown, num_boost_round=lay_footing(given, profile).rounds)
    linear = fitted_weights(given, profile)
    return lambda taken: blended(linear, booster, TREES_SHARE, taken)


def _trees_alone(
    given: Material, labels: pl.DataFrame, profile: Profile, seconds: dict[str, float]
) -> LogOdds:
    """LightGBM with our settings and no weights beside it."""
    booster = train_on(given, profile).booster
    return lambda taken: np.asarray(booster.predict(taken, raw_score=True))


def _weights_alone(
    given: Material, labels: pl.DataFrame, profile: Profile, seconds: dict[str, float]
) -> LogOdds:
    return fitted_weights(given, profile).log_odds


def _histogram_boosting(
    given: Material, labels: pl.DataFrame, profile: Profile, seconds: dict[str, float]
) -> LogOdds:
    """Columns that hold one value or none are left out: its binning does not take them."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    rows, weight = _growing(given, profile)
    taken = given.design.rows(rows)
    varied = np.flatnonzero(
        np.nanmax(taken, axis=0, initial=-np.inf) > np.nanmin(taken, axis=0, initial=np.inf)
    )
    options: dict[str, Any] = {
        "categorical_features": [at for at, column in enumerate(varied) if column >= given.design.n_numbers],
        "monotonic_cst": np.array(monotone_constraints(given.design))[varied],
        "early_stopping": False,
        "random_state": profile.settings.seed % 2**31,
    }
    model = HistGradientBoostingClassifier(**options)
    model.fit(taken[:, varied], given.label[rows], sample_weight=weight)
    return lambda others: model.decision_function(others[:, varied])


def _automl(given: Material, labels: pl.DataFrame, profile: Profile, seconds: dict[str, float]) -> LogOdds:
    """FLAML over those of its learners that take missing values, told to validate on the weeks our trees stop on."""
    from flaml.automl.automl import AutoML

    settings = profile.settings
    fit, stop = (
        sampled(given, given.rows_of(weeks), settings.backtest.negative_share, settings.seed)
        for weeks in (given.windows.fit, given.windows.stop)
    )
    model = AutoML()
    options: dict[str, Any] = {
        "task": "classification",
        "metric": "log_loss",
        "time_budget": AUTOML_SHARE * seconds["lightgbm"],
        "estimator_list": ["lgbm", "xgboost", "rf", "extra_tree"],
        "sample_weight": fit[1],
        "X_val": given.design.rows(stop[0]),
        "y_val": given.label[stop[0]].astype(int),
        "sample_weight_val": stop[1],
        "seed": settings.seed % 2**31,
        "verbose": 0,
        "n_jobs": 2,
    }
    model.fit(given.design.rows(fit[0]), given.label[fit[0]].astype(int), **options)

    def log_odds(taken: np.ndarray) -> np.ndarray:
        chance = np.clip(np.asarray(model.predict_proba(taken))[:, 1], 1e-7, 1 - 1e-7)
        return np.log(chance / (1 - chance))

    return log_odds


LEARNERS = {
    "lightgbm": _ours,
    "trees_alone": _trees_alone,
    "weights_alone": _weights_alone,
    "lightgbm_by_severity": _by_severity,
    "hist_gradient_boosting": _histogram_boosting,
    "flaml": _automl,
}


def _growing(given: Material, profile: Profile) -> tuple[np.ndarray, np.ndarray]:
    settings = profile.settings
    return sampled(given, given.rows_of(given.windows.grow), settings.backtest.negative_share, settings.seed)


def _calibrated(given: Material, log_odds: LogOdds, rows: np.ndarray, profile: Profile) -> Scores:
    settings = profile.settings
    z = given.design.in_blocks(given.rows_of(given.windows.calibrate), log_odds)
    fitted = calibrated(given, z, draws=1, seed=settings.seed)
    category = given.design.matrix.cohort["category"][rows]
    probability = fitted.probability(given.design.in_blocks(rows, log_odds), category)
    return Scores(probability, probability)


def _recall_of_grave(predictions: pl.DataFrame, grave: np.ndarray, k: int) -> pl.DataFrame:
    """Share of the rows with an outcome of severity 2 or more that were listed."""
    found = (
        predictions.with_columns(grave=np.tile(grave, predictions["model"].n_unique()))
        .filter("grave")
        .group_by("model")
        .agg((pl.col("rank") <= k).mean().alias("value"))
    )
    nothing = pl.lit(None)
    return found.select(
        "model",
        nothing.cast(pl.Date).alias("as_of"),
        pl.lit("all").alias("segment"),
        pl.lit("recall_of_grave_at_capacity").alias("metric"),
        pl.lit(k, pl.Int64).alias("k"),
        "value",
        nothing.cast(pl.Float64).alias("low"),
        nothing.cast(pl.Float64).alias("high"),
    )


def main(
    home: Annotated[Path, typer.Option(help="A home with a year and a half of records or more.")],
    profile: Annotated[str, typer.Option()] = "qujing",
) -> None:
    """Print every learner's metrics and the seconds it took."""
    loaded = load_profile(profile)
    with open_warehouse(Home(home).warehouse, read_only=True) as con:
        until = data_until(con)
        if until is None:
            raise FengqiaoError(f"{home} holds no records: run `fengqiao run --data FOLDER` first")
        as_of = first_monday_after(until)
        known = matured_history(con, loaded, as_of)
    metrics, seconds = compare(known.matrix, known.labels, loaded, as_of)
    pooled = metrics.filter(pl.col("as_of").is_null() & (pl.col("segment") == "all")).drop_nulls("value")
    shown = pooled.select(
        "model",
        "metric",
        pl.format("{} ({}, {})", *(pl.col(c).round(4) for c in ("value", "low", "high"))).alias("value"),
    )
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_hide_dataframe_shape=True, fmt_str_lengths=40):
        typer.echo(shown.pivot("model", index="metric", values="value"))
    typer.echo("  ".join(f"{name} {spent:.1f} s" for name, spent in seconds.items()))


if __name__ == "__main__":
    typer.run(main)
