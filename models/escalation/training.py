"""Training the escalation model as of a day: trees and weights, then their calibration, from what had matured by then.

Pure and seeded: the same rows give the same bytes. A row is a dispute on a Monday, and neighbouring
Mondays of a dispute are near copies, so every window is later than the one before it and never shares
a label window with it.
"""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from models.escalation.calibration import Calibration, fit_calibration
from models.escalation.design_matrix import CODED
from models.escalation.fitted_model import Trained, blended
from models.escalation.history import History
from models.escalation.linear_model import Linear, fit_linear
from models.escalation.training_set import (
    TooLittleToLearn,
    TrainingSet,
    build_training_set,
    monotone_constraints,
    training_rows,
)
from models.protocol.booster_text import booster_text
from pipelines.city.profile import Profile
from pipelines.cores import usable_cores

if TYPE_CHECKING:
    import lightgbm

MAX_ROUNDS = 900
DEFAULT_ROUNDS = 200
PATIENCE_ROUNDS = 60
TREES_SHARE = 0.5
"""Weight of the trees in the blended log-odds; the rest is the linear part's (docs/decisions/blend.md)."""
PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.03,
    "num_leaves": 6,
    "min_data_in_leaf": 200,
    "lambda_l2": 10.0,
    "feature_fraction": 0.15,
    "max_bin": 63,
    "cat_smooth": 50.0,
    "min_data_per_group": 200,
    "max_cat_to_onehot": 4,
    "deterministic": True,
    "force_col_wise": True,
    "verbosity": -1,
}
"""LightGBM's default settings; the profile's `model_parameters` override them."""


@dataclass(frozen=True)
class TrainingSetup:
    """Choices made before the trees are grown, which later trainings of a backtest may reuse (docs/decisions).

    Attributes:
        data: the training set it was prepared on; its numbering of codes goes with the bins.
        bins: the rows the trees grow from, binned; later rows are put into the same bins.
        rounds: number of trees.
    """

    data: TrainingSet
    bins: "lightgbm.Dataset"
    rounds: int


def train(history: History, profile: Profile, trained_as_of: date) -> Trained:
    """Train and calibrate on everything that had matured by a day.

    Args:
        history: rows by dispute and Monday, with labels; Mondays on or after `trained_as_of` are not looked at.
        profile: horizon, maturity, share of negatives, seed and LightGBM settings.
        trained_as_of: the day; only outcomes known before it count.

    Raises:
        TooLittleToLearn: no matured week, or no outcome, in one of the windows.
    """
    return train_on(build_training_set(history, profile, trained_as_of), profile)


def train_on(
    data: TrainingSet, profile: Profile, setup: TrainingSetup | None = None, threads: int | None = None
) -> Trained:
    """`train`, with a training set that is shared with the baselines.

    Args:
        data: rows, labels and windows.
        profile: share of negatives, seed and LightGBM settings.
        setup: of an earlier day that `data` is `like`; None lays one on `data` itself.
        threads: cores to use, all that this process may use where None; the trees are the same whatever their number.
    """
    import lightgbm as lgb

    settings = profile.settings
    parameters = parameters_of(data, profile, threads)
    setup = setup or prepare_training(data, profile, threads)
    grown = (
        setup.bins
        if setup.data is data
        else binned(data, data.windows.grow, profile, parameters, reference=setup.bins)
    )
    booster = lgb.train(parameters, grown, num_boost_round=setup.rounds)
    linear = fitted_weights(data, profile)
    z = data.design.in_blocks(
        data.calibration_rows(),
        lambda rows: blended(linear, booster, TREES_SHARE, rows, threads),
    )
    return Trained(
        booster_text=booster_text(booster),
        linear=linear,
        trees_share=TREES_SHARE,
        calibration=calibrated(data, z, settings.backtest.bootstrap, settings.seed),
        levels=data.levels,
        names=data.design.names,
        rounds=setup.rounds,
        trained_as_of=data.trained_as_of,
        trained_until=data.windows.calibrate[-1],
        base_rates=_base_rates(data),
        parameters={name: value for name, value in parameters.items() if name != "num_threads"},
    )


def prepare_training(data: TrainingSet, profile: Profile, threads: int | None = None) -> TrainingSetup:
    """The setup: the number of trees that is best on the held-out weeks, and the binned training rows.

    Raises:
        TooLittleToLearn: no outcome in one of the windows.
    """
    parameters = parameters_of(data, profile, threads)
    rounds = _chosen_rounds(data, profile, parameters)
    return TrainingSetup(data, binned(data, data.windows.grow, profile, parameters).construct(), rounds)


def parameters_of(data: TrainingSet, profile: Profile, threads: int | None = None) -> dict[str, Any]:
    """LightGBM's settings for this training set: the defaults, overridden by the profile, with the catalogue's signs."""
    settings = profile.settings
    return (
        PARAMETERS
        | {"seed": settings.seed % 2**31, "num_threads": threads or usable_cores()}
        | settings.model_parameters
        | {"monotone_constraints": monotone_constraints(data.design)}
    )


def fitted_weights(data: TrainingSet, profile: Profile) -> Linear:
    """The linear model that is blended with the trees, fitted on the same rows.

    Raises:
        TooLittleToLearn: no outcome among them.
    """
    rows, weight = training_rows(data, data.windows.grow, profile)
    signs = monotone_constraints(data.design)
    return fit_linear(data.design.rows(rows), data.label[rows], weight, data.design.n_levels, signs)


def calibrated(data: TrainingSet, z: np.ndarray, draws: int, seed: int) -> Calibration:
    """The calibration of log-odds `z`, fitted on all rows of the calibration window.

    Raises:
        TooLittleToLearn: the window holds no outcome.
    """
    rows = data.calibration_rows()
    if not data.label[rows].any():
        raise TooLittleToLearn(f"no outcome in the {len(data.windows.calibrate)} weeks of calibration")
    category = data.design.matrix.cohort["category"][rows]
    dispute = np.unique(data.hashes[rows], return_inverse=True)[1]
    return fit_calibration(z, data.label[rows], category, dispute, draws, seed)


def _chosen_rounds(data: TrainingSet, profile: Profile, parameters: dict[str, Any]) -> int:
    """The number of trees that is best on the later held-out weeks; the default where no week is held out."""
    import lightgbm as lgb

    if not data.windows.stop:
        return DEFAULT_ROUNDS
    fit = binned(data, data.windows.fit, profile, parameters)
    stop = binned(data, data.windows.stop, profile, parameters, reference=fit)
    booster = lgb.train(
        parameters,
        fit,
        num_boost_round=MAX_ROUNDS,
        valid_sets=[stop],
        callbacks=[lgb.early_stopping(PATIENCE_ROUNDS, verbose=False)],
    )
    return max(1, booster.best_iteration)


def binned(
    data: TrainingSet,
    mondays: tuple[date, ...],
    profile: Profile,
    parameters: dict[str, Any],
    reference: "lightgbm.Dataset | None" = None,
) -> "lightgbm.Dataset":
    """The sampled rows of these Mondays as a LightGBM dataset, in new bins or those of `reference`.

    Raises:
        TooLittleToLearn: no outcome among them.
    """
    import lightgbm as lgb

    rows, weight = training_rows(data, mondays, profile)
    return lgb.Dataset(
        data.design.rows(rows),
        label=data.label[rows].astype(np.float32),
        weight=weight,
        reference=reference,
        feature_name=list(data.design.names),
        categorical_feature=list(CODED),
        params=parameters,
        free_raw_data=True,
    )


def _base_rates(data: TrainingSet) -> dict[str, float]:
    """By category, the share of the calibration window's rows that were followed by an outcome."""
    rows = data.calibration_rows()
    frame = pl.DataFrame({"category": data.design.matrix.cohort["category"][rows], "label": data.label[rows]})
    rates = frame.group_by("category").agg(pl.col("label").mean()).sort("category")
    return dict(zip(rates["category"].to_list(), rates["label"].to_list(), strict=True))
