"""The weights a score starts from: what a library finds, but never against a known sign, and exact in its parts."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from models.escalation.linear_model import PENALTY, Linear, fit_linear

N = 4000


@pytest.fixture(scope="module")
def sample() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of three numbers and a code of two levels, labels that the first two numbers and the code move, weights."""
    rng = np.random.default_rng(2)
    rows = rng.normal(size=(N, 4)).astype(np.float32)
    rows[:, 3] = rng.integers(0, 2, N)
    log_odds = -1.5 + 1.0 * rows[:, 0] - 0.8 * rows[:, 1] + 0.7 * rows[:, 3]
    label = rng.random(N) < 1 / (1 + np.exp(-log_odds))
    rows[rng.random(N) < 0.1, 0] = np.nan
    rows[:5, 3] = np.nan
    return rows, label, np.where(label, 1.0, 10.0)


def test_without_signs_it_is_the_librarys_regression(sample) -> None:
    rows, label, weight = sample
    linear = fit_linear(rows, label, weight, [2], [0, 0, 0, 0])
    filled = np.where(np.isnan(rows), np.append(linear.middle, np.nan), rows)[:, :3]
    scaled = (np.sign(filled) * np.log1p(np.abs(filled)) - linear.mean) / linear.spread
    taken = np.hstack([scaled, rows[:, [3]] == np.arange(2)])
    theirs = LogisticRegression(C=1 / PENALTY, tol=1e-10, max_iter=1000).fit(
        taken, label, sample_weight=weight
    )
    assert linear.log_odds(rows) == pytest.approx(theirs.decision_function(taken), abs=1e-3)


def test_a_weight_never_goes_against_its_sign_and_the_others_make_up_for_it(sample) -> None:
    rows, label, weight = sample
    free, bounded = (fit_linear(rows, label, weight, [2], signs) for signs in ([0, 0, 0, 0], [1, 1, 0, 0]))
    assert free.weights[1] < -0.1
    assert bounded.weights[1] == 0
    assert bounded.weights[0] > 0.1
    alone = fit_linear(rows[:, [0, 2, 3]], label, weight, [2], [1, 0, 0])
    assert bounded.weights[[0, 2]] == pytest.approx(alone.weights, abs=1e-4)


def test_base_and_parts_add_up_and_mean_nothing_on_average(sample) -> None:
    rows, label, weight = sample
    linear = fit_linear(rows, label, weight, [2], [0, 0, 0, 0])
    parts = linear.contributions(rows)
    assert linear.base + parts.sum(axis=1) == pytest.approx(linear.log_odds(rows), abs=1e-9)
    assert parts.mean(axis=0) == pytest.approx(np.zeros(4), abs=1e-3)


def test_it_survives_json(sample) -> None:
    rows, label, weight = sample
    linear = fit_linear(rows, label, weight, [2], [0, 0, 0, 0])
    again = Linear.from_numbers(linear.to_numbers())
    assert again.log_odds(rows).tolist() == linear.log_odds(rows).tolist()
