import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from models.measuring import metric_functions
from tests.deep import examples

ROWS = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=60).filter(
    lambda rows: 0 < sum(label for _, label in rows) < len(rows)
)


@settings(max_examples=examples(60), deadline=None)
@given(ROWS)
def test_areas_agree_with_scikit_learn_ties_included(rows: list[tuple[int, bool]]) -> None:
    score, label = np.array([s for s, _ in rows], dtype=float), np.array([y for _, y in rows])
    assert metric_functions.roc_auc(score, label) == pytest.approx(roc_auc_score(label, score))
    assert metric_functions.pr_auc(score, label) == pytest.approx(average_precision_score(label, score))


def test_at_capacity_counts_the_listed_of_every_monday() -> None:
    rank = np.array([1, 2, 3, 1, 2, 3])
    label = np.array([True, False, True, False, False, True])
    assert metric_functions.precision_at(rank, label, 2) == pytest.approx(1 / 4)
    assert metric_functions.recall_at(rank, label, 2) == pytest.approx(1 / 3)


def test_brier_skill_is_nought_for_the_reference_and_one_for_certainty() -> None:
    label = np.array([1.0, 0.0, 0.0, 1.0])
    rate = np.full(4, 0.5)
    assert metric_functions.brier_skill(rate, label, rate) == 0
    assert metric_functions.brier_skill(label, label, rate) == 1


def test_ece_is_the_gap_between_promise_and_outcome() -> None:
    probability = np.r_[np.full(50, 0.1), np.full(50, 0.5)]
    label = np.r_[np.zeros(50), np.ones(50)]
    assert metric_functions.ece(probability, label) == pytest.approx((0.1 + 0.5) / 2)


def test_what_cannot_be_measured_is_not_a_number() -> None:
    nothing = np.zeros(3, dtype=bool)
    assert np.isnan(metric_functions.roc_auc(np.arange(3.0), nothing))
    assert np.isnan(metric_functions.pr_auc(np.arange(3.0), nothing))
    assert np.isnan(metric_functions.recall_at(np.arange(1, 4), nothing, 2))
    assert np.isnan(metric_functions.ece(np.array([0.1, np.nan]), np.array([True, False])))
    assert np.isnan(metric_functions.roc_auc(np.zeros(0), np.zeros(0, dtype=bool)))
