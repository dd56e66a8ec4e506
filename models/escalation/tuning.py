"""Tuning of LightGBM's settings within a time budget: Optuna over temporal folds inside one training's own weeks.

What was found is data of the profile (`model.yml`), so that every later training, and everybody who reads
the profile, uses the same. The search itself ends by the clock; what it found is kept, not searched again.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml

from features.catalogue.catalogue import catalogue_hash
from models.escalation.matured_history import matured_history
from models.escalation.training import MAX_ROUNDS, PATIENCE_ROUNDS, binned, parameters_of
from models.escalation.training_set import TooLittleToLearn, TrainingSet, build_training_set
from models.progress import Progress, silent
from models.protocol.time_splits import matured
from pipelines.city.profile import MODEL_FILE, Profile, load_profile
from pipelines.cores import usable_cores
from pipelines.home import Home, origin_of
from pipelines.warehouse.warehouse import open_warehouse

if TYPE_CHECKING:
    import lightgbm
    import optuna

HEAD = "# Written by `fengqiao retrain --tune MINUTES`; model_parameters of profile.yml go before these.\n"
SEARCHED = ("learning_rate", "num_leaves", "feature_fraction", "min_data_in_leaf", "lambda_l2")
FOLDS = 3
MIN_FIT_WEEKS = 13


@dataclass(frozen=True)
class Tuned:
    """The best settings, their loss and the number of trials; losses are mean log-losses on the inner folds."""

    parameters: dict[str, float | int]
    loss: float
    loss_before: float
    trials: int


def tune(data: TrainingSet, profile: Profile, minutes: float, progress: Progress = silent) -> Tuned:
    """The best settings found on the later part of the training weeks; never worse there than the present ones.

    The present settings are the first trial, so that the result is never worse on the inner folds.
    The weeks of the calibration are not looked at.

    Args:
        data: training set of the day the model is trained as of.
        profile: present settings, share of negatives, seed.
        minutes: when to stop; the trial under way is finished.
        progress: told after each trial.

    Raises:
        TooLittleToLearn: the weeks do not hold one inner fold with outcomes on both sides.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    parameters = parameters_of(data, profile, threads=1) | {"feature_pre_filter": False}
    folds = [
        (fit, binned(data, later, profile, parameters, reference=fit))
        for earlier, later in inner_folds(data.windows.grow, profile.settings.horizon_days)
        for fit in (binned(data, earlier, profile, parameters),)
    ]
    if not folds:
        raise TooLittleToLearn(f"{len(data.windows.grow)} weeks hold no inner fold to tune on")
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=profile.settings.seed % 2**31))
    study.enqueue_trial({name: parameters[name] for name in SEARCHED})

    def tell(study: "optuna.Study", trial: "optuna.trial.FrozenTrial") -> None:
        progress(f"trial {trial.number + 1}, best loss {study.best_value:.6f}", 0.5)

    with ThreadPoolExecutor(usable_cores()) as pool:

        def objective(trial: "optuna.Trial") -> float:
            tried = parameters | suggested(trial)
            return float(np.mean(list(pool.map(lambda fold: _loss(tried, *fold), folds))))

        study.optimize(objective, timeout=60 * minutes, callbacks=[tell])
    return Tuned(
        {name: _short(value) for name, value in study.best_params.items()},
        study.best_value,
        float(study.trials[0].value or np.nan),
        len(study.trials),
    )


def tune_and_keep(
    home: Home, profile: Profile, as_of: date, minutes: float, progress: Progress = silent
) -> Profile:
    """Tune on everything matured by a day and write the settings into the profile's `model.yml`.

    Returns:
        The profile, read again with it.

    Raises:
        TooLittleToLearn: history is too short to tune on.
    """
    with open_warehouse(home.warehouse, read_only=True) as con:
        history = matured_history(con, profile, as_of, home.root, progress)
    tuned = tune(build_training_set(history, profile, as_of), profile, minutes, progress)
    content = {
        "parameters": tuned.parameters,
        "found_on": {
            "origin": origin_of(home),
            "as_of": as_of.isoformat(),
            "catalogue": catalogue_hash(),
            "trials": tuned.trials,
            "log_loss": round(tuned.loss, 7),
            "log_loss_before": round(tuned.loss_before, 7),
        },
    }
    text = HEAD + yaml.safe_dump(content, sort_keys=False)
    (profile.folder / MODEL_FILE).write_text(text, encoding="utf-8")
    return load_profile(str(profile.folder))


def suggested(trial: "optuna.Trial") -> dict[str, float | int]:
    """Settings of one trial: trees from stumps to 31 leaves, learning rate and regularisation over wide ranges."""
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.1, log=True),
        "num_leaves": trial.suggest_int("num_leaves", 2, 31, log=True),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.05, 1.0, log=True),
        "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 20, 2000, log=True),
        "lambda_l2": trial.suggest_float("lambda_l2", 0.1, 200.0, log=True),
    }


def inner_folds(
    mondays: tuple[date, ...], horizon_days: int
) -> Iterator[tuple[tuple[date, ...], tuple[date, ...]]]:
    """Expanding windows over these Mondays: (weeks to fit, later weeks to judge), label windows never overlapping."""
    length = max(1, len(mondays) // (2 * FOLDS))
    for back in range(FOLDS, 0, -1):
        end = len(mondays) - (back - 1) * length
        later = mondays[end - length : end]
        earlier = matured(mondays, later[0], horizon_days)
        if len(earlier) >= MIN_FIT_WEEKS:
            yield earlier, later


def _loss(parameters: dict[str, Any], fit: "lightgbm.Dataset", later: "lightgbm.Dataset") -> float:
    import lightgbm as lgb

    booster = lgb.train(
        parameters,
        fit,
        num_boost_round=MAX_ROUNDS,
        valid_sets=[later],
        callbacks=[lgb.early_stopping(PATIENCE_ROUNDS, verbose=False)],
    )
    return booster.best_score["valid_0"]["binary_logloss"]


def _short(value: float) -> float | int:
    """The number rounded to three significant digits, which is as precise as the search."""
    return value if isinstance(value, int) else float(f"{value:.3g}")
