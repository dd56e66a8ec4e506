"""Other learners to compare with ours: each gets the same training set and returns log-odds before calibration.

`models.benchmarks.learner_comparison` judges them; FLAML is of the development environment.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from models.escalation.fitted_model import blended
from models.escalation.training import (
    TREES_SHARE,
    binned,
    fitted_weights,
    parameters_of,
    prepare_training,
    train_on,
)
from models.escalation.training_set import TrainingSet, monotone_constraints, training_rows
from pipelines.city.profile import Profile

AUTOML_SHARE = 10
"""Time given to the AutoML, as a multiple of our training's seconds."""

LogOdds = Callable[[np.ndarray], np.ndarray]
"""A function from rows of a design [n, p] to log-odds before calibration [n]."""


def _ours(data: TrainingSet, labels: pl.DataFrame, profile: Profile, seconds: dict[str, float]) -> LogOdds:
    return train_on(data, profile).log_odds


def _house_settings(
    data: TrainingSet, labels: pl.DataFrame, profile: Profile, seconds: dict[str, float]
) -> LogOdds:
    """Our learner with the default settings, without those tuned for this profile."""
    plain = profile.settings.model_copy(update={"model_parameters": {}})
    return train_on(data, replace(profile, settings=plain)).log_odds


def _by_severity(
    data: TrainingSet, labels: pl.DataFrame, profile: Profile, seconds: dict[str, float]
) -> LogOdds:
    """Our learner with each outcome weighted by its severity; the calibration is unchanged."""
    import lightgbm as lgb

    rows, weight = _growing(data, profile)
    severity = labels["severity"].fill_null(1).to_numpy()[rows]
    parameters = parameters_of(data, profile)
    grown = binned(data, data.windows.grow, profile, parameters)
    grown.weight = np.where(data.label[rows], weight * severity, weight)
    booster = lgb.train(parameters, grown, num_boost_round=prepare_training(data, profile).rounds)
    linear = fitted_weights(data, profile)
    return lambda taken: blended(linear, booster, TREES_SHARE, taken)


def _trees_alone(
    data: TrainingSet, labels: pl.DataFrame, profile: Profile, seconds: dict[str, float]
) -> LogOdds:
    """LightGBM with our settings, without the linear part."""
    booster = train_on(data, profile).booster
    return lambda taken: np.asarray(booster.predict(taken, raw_score=True))


def _weights_alone(
    data: TrainingSet, labels: pl.DataFrame, profile: Profile, seconds: dict[str, float]
) -> LogOdds:
    return fitted_weights(data, profile).log_odds


def _histogram_boosting(
    data: TrainingSet, labels: pl.DataFrame, profile: Profile, seconds: dict[str, float]
) -> LogOdds:
    """scikit-learn's histogram boosting; constant and empty columns are left out, because its binning refuses them."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    rows, weight = _growing(data, profile)
    taken = data.design.rows(rows)
    varied = np.flatnonzero(
        np.nanmax(taken, axis=0, initial=-np.inf) > np.nanmin(taken, axis=0, initial=np.inf)
    )
    options: dict[str, Any] = {
        "categorical_features": [at for at, column in enumerate(varied) if column >= data.design.n_numbers],
        "monotonic_cst": np.array(monotone_constraints(data.design))[varied],
        "early_stopping": False,
        "random_state": profile.settings.seed % 2**31,
    }
    model = HistGradientBoostingClassifier(**options)
    model.fit(taken[:, varied], data.label[rows], sample_weight=weight)
    return lambda others: model.decision_function(others[:, varied])


def _automl(data: TrainingSet, labels: pl.DataFrame, profile: Profile, seconds: dict[str, float]) -> LogOdds:
    """FLAML with its learners that accept missing values; it validates on the weeks that our trees stop on."""
    from flaml.automl.automl import AutoML

    settings = profile.settings
    fit, stop = (training_rows(data, weeks, profile) for weeks in (data.windows.fit, data.windows.stop))
    model = AutoML()
    options: dict[str, Any] = {
        "task": "classification",
        "metric": "log_loss",
        "time_budget": AUTOML_SHARE * seconds["lightgbm"],
        "estimator_list": ["lgbm", "xgboost", "rf", "extra_tree"],
        "sample_weight": fit[1],
        "X_val": data.design.rows(stop[0]),
        "y_val": data.label[stop[0]].astype(int),
        "sample_weight_val": stop[1],
        "seed": settings.seed % 2**31,
        "verbose": 0,
        "n_jobs": 2,
    }
    model.fit(data.design.rows(fit[0]), data.label[fit[0]].astype(int), **options)

    def log_odds(taken: np.ndarray) -> np.ndarray:
        chance = np.clip(np.asarray(model.predict_proba(taken))[:, 1], 1e-7, 1 - 1e-7)
        return np.log(chance / (1 - chance))

    return log_odds


LEARNERS = {
    "lightgbm": _ours,
    "house_settings": _house_settings,
    "trees_alone": _trees_alone,
    "weights_alone": _weights_alone,
    "lightgbm_by_severity": _by_severity,
    "hist_gradient_boosting": _histogram_boosting,
    "flaml": _automl,
}


def _growing(data: TrainingSet, profile: Profile) -> tuple[np.ndarray, np.ndarray]:
    return training_rows(data, data.windows.grow, profile)
