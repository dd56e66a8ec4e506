from datetime import date

import numpy as np
import polars as pl
import pytest

from features.engine.matrix import Matrix
from models.escalation import baselines
from models.escalation.history import History
from models.escalation.training import fitted_weights
from models.escalation.training_set import TrainingSet, build_training_set
from models.measuring.metric_functions import roc_auc
from pipelines.city.profile import Profile
from pipelines.city.settings import ChecklistItem

TRAINED = date(2025, 8, 4)


@pytest.fixture(scope="module")
def given(world: tuple[Matrix, pl.DataFrame], profile: Profile) -> TrainingSet:
    return build_training_set(History.of(*world), profile, TRAINED)


@pytest.fixture(scope="module")
def later(given: TrainingSet) -> np.ndarray:
    matured = given.design.matrix.cohort["as_of"].is_between(TRAINED, date(2025, 10, 27))
    return np.flatnonzero(matured.to_numpy())


def test_points_add_up_and_what_is_missing_gives_none() -> None:
    items = (
        ChecklistItem(feature="threat", at_least=1, points=2),
        ChecklistItem(feature="reports", at_least=3, points=4),
        ChecklistItem(feature="not_there", at_least=1, points=9),
    )
    values = np.array([[1, 3], [1, 2], [np.nan, 5], [0, np.nan]], dtype=np.float32)
    assert baselines.checklist_points(values, ("threat", "reports"), items).tolist() == [6, 2, 4, 0]


def test_oldest_first_ranks_by_days_since_registration(given: TrainingSet, later: np.ndarray) -> None:
    scores = baselines.oldest_first(given, later)
    assert scores.score.tolist() == given.design.matrix.cohort["days_open"][later].to_list()


def test_probabilities_of_mere_ranks_rise_with_the_score_and_keep_the_base_rate(
    given: TrainingSet, later: np.ndarray, profile: Profile
) -> None:
    window = given.rows_of(given.windows.calibrate)
    for scores in (
        baselines.checklist(given, window, profile.settings.checklist),
        baselines.oldest_first(given, window),
    ):
        order = np.argsort(scores.score, kind="stable")
        assert (np.diff(scores.probability[order]) >= 0).all()
        assert scores.probability.mean() == pytest.approx(given.label[window].mean())


def test_category_rate_is_one_number_per_category(given: TrainingSet, later: np.ndarray) -> None:
    scores = baselines.category_rate(given, later)
    frame = pl.DataFrame({"category": given.design.matrix.cohort["category"][later], "p": scores.probability})
    by_category = dict(frame.group_by("category").agg(pl.col("p").unique().implode()).iter_rows())
    assert all(len(rates[0] if isinstance(rates[0], list) else rates) == 1 for rates in by_category.values())
    means = dict(frame.group_by("category").agg(pl.col("p").mean()).iter_rows())
    assert means["D1"] > means["D2"]


def test_logistic_finds_the_danger_too(
    given: TrainingSet, later: np.ndarray, profile: Profile, world
) -> None:
    label = world[1]["label"].to_numpy()[later]
    linear = fitted_weights(given, profile)
    scores = baselines.logistic(given, later, linear, profile.settings.seed)
    assert roc_auc(scores.score, label) > 0.6
    window = given.rows_of(given.windows.calibrate)
    calibrated = baselines.logistic(given, window, linear, profile.settings.seed).probability
    assert calibrated.mean() == pytest.approx(given.label[window].mean(), rel=0.02)
