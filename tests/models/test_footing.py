"""Folds that stand on an earlier fold's footing: numbering of codes, bins and number of trees."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from features.engine.matrix import Matrix
from models.backtesting.backtest import SETUP_GROWTH, splits_with_setup
from models.escalation.history import History
from models.escalation.training import prepare_training, train_on
from models.escalation.training_set import build_training_set
from models.protocol.time_splits import Split
from pipelines.city.profile import Profile

World = tuple[Matrix, pl.DataFrame]
EARLIER, LATER = date(2025, 5, 5), date(2025, 8, 4)


def fold(number: int, n_train: int) -> Split:
    days = tuple(date(2024, 1, 1) + timedelta(weeks=week) for week in range(n_train + 4))
    return Split(number=number, train=days[:n_train], test=days[n_train:])


def test_a_footing_is_laid_anew_when_the_weeks_have_grown_by_a_third() -> None:
    splits = [fold(number, weeks) for number, weeks in enumerate((30, 34, 38, 42, 46, 54, 58), start=1)]
    assert [split.number for split in splits_with_setup(splits)] == [1, 1, 1, 4, 4, 4, 7]
    assert SETUP_GROWTH * 30 == 40


def test_a_footing_is_never_of_a_later_fold() -> None:
    splits = [fold(number, 26 + 4 * number) for number in range(1, 13)]
    assert all(
        laid.trained_as_of <= split.trained_as_of
        for laid, split in zip(splits_with_setup(splits), splits, strict=True)
    )


def test_what_came_after_a_footing_changes_no_byte_of_it(world: World, profile: Profile) -> None:
    matrix, labels = world
    late = (matrix.cohort["as_of"] > EARLIER - timedelta(days=58)).to_numpy()
    nonsense = Matrix(
        matrix.cohort.with_columns(
            category=pl.when(pl.Series(late)).then(pl.lit("D9")).otherwise("category")
        ),
        np.where(late[:, None], np.float32(1e6), matrix.values),
        matrix.names,
    )
    laid, again = (
        prepare_training(build_training_set(History.of(each, labels), profile, EARLIER), profile)
        for each in (matrix, nonsense)
    )
    assert again.rounds == laid.rounds
    assert again.data.levels == laid.data.levels
    assert bins_of(again.bins) == bins_of(laid.bins)


def test_on_its_own_footing_a_training_is_the_same_and_one_core_gives_the_trees_of_two(
    world: World, profile: Profile
) -> None:
    given = build_training_set(History.of(*world), profile, LATER)
    alone = train_on(given, profile)
    lent = train_on(replace(given), profile, prepare_training(given, profile), threads=1)
    assert trees(lent.booster_text) == trees(alone.booster_text)
    assert lent.calibration.coefficients.tolist() == alone.calibration.coefficients.tolist()


def test_a_code_that_came_up_after_the_footing_counts_as_missing(world: World, profile: Profile) -> None:
    matrix, labels = world
    new = (matrix.cohort["as_of"] > EARLIER - timedelta(days=58)) & (matrix.cohort["dispute_id"] < "Q01500")
    later = Matrix(
        matrix.cohort.with_columns(category=pl.when(new).then(pl.lit("A0")).otherwise("category")),
        matrix.values,
        matrix.names,
    )
    early = build_training_set(History.of(later, labels), profile, EARLIER)
    given = build_training_set(History.of(later, labels), profile, LATER, like=early)
    column = given.design.names.index("category")
    assert given.levels == early.levels
    assert np.isnan(given.design.rows(np.flatnonzero(new.to_numpy()))[:, column]).all()


def bins_of(dataset) -> str:
    """What a model says of the bins its rows were put into."""
    import lightgbm as lgb

    text = lgb.train({"verbosity": -1}, dataset, num_boost_round=1).model_to_string()
    return next(line for line in text.splitlines() if line.startswith("feature_infos"))


def trees(booster_text: str) -> str:
    return booster_text.split("\nparameters:")[0]
