"""An 80 % interval holds 80 % of what it had not seen, whatever the true spread is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.counts.shared.count_metrics import deviance, interval_score, squared_change
from models.counts.shared.intervals import fit_spread
from tests.deep import examples


def drawn(rng: np.random.Generator, mean: np.ndarray, size: float) -> np.ndarray:
    return rng.negative_binomial(size, size / (size + mean)).astype(float)


@pytest.mark.parametrize("size", [1.0, 5.0, 1e6])
@pytest.mark.parametrize("off", [0.8, 1.0, 1.3])
def test_eight_in_ten_later_counts_fall_inside_even_where_the_forecast_is_off(
    size: float, off: float
) -> None:
    rng = np.random.default_rng(3)
    mean = rng.gamma(2.0, 20.0, 8000)
    counts = drawn(rng, mean, size)
    spread = fit_spread(mean[:4000] * off, counts[:4000], np.arange(4000), overlapping=1, seed=1)
    low, high = spread.interval(mean[4000:] * off)
    inside = ((low <= counts[4000:]) & (counts[4000:] <= high)).mean()
    assert 0.78 <= inside <= 0.88


@given(st.lists(st.tuples(st.floats(0, 60), st.integers(0, 90)), min_size=5, max_size=40))
@settings(max_examples=examples(40), deadline=None)
def test_an_interval_is_whole_and_around_its_mean(pairs: list[tuple[float, int]]) -> None:
    expected, counts = (np.array(column, dtype=float) for column in zip(*pairs, strict=True))
    monday = np.arange(len(counts)) // 3
    low, high = fit_spread(expected, counts, monday, overlapping=2, seed=1).interval(expected)
    assert (low <= expected + 1e-3).all()
    assert (expected <= high).all()
    assert (low >= 0).all()
    assert (low == np.round(low)).all()
    assert (high == np.round(high)).all()


def test_counts_that_miss_together_are_held_as_often_as_promised() -> None:
    """Nine places on 48 Mondays, four of which share a horizon and one miss: twelve misses to learn from, not 432."""
    rng = np.random.default_rng(5)
    covered, held_if_taken_for_many = [], []
    for _ in range(60):
        off = np.exp(0.25 * rng.standard_normal(32)).repeat(4).repeat(9)
        mean = np.full(len(off), 60.0)
        counts = rng.poisson(mean * off).astype(float)
        monday = np.arange(len(off)) // 9
        seen = monday < 48
        for kept, spread in (
            (covered, fit_spread(mean[seen], counts[seen], monday[seen], overlapping=4, seed=1)),
            (held_if_taken_for_many, fit_spread(mean[seen], counts[seen], np.arange(432), 1, seed=1)),
        ):
            low, high = spread.interval(mean[~seen])
            kept.append(((low <= counts[~seen]) & (counts[~seen] <= high)).mean())
    assert np.mean(held_if_taken_for_many) < 0.77
    assert 0.79 <= np.mean(covered) <= 0.9


def test_deviance_is_zero_for_the_count_itself_and_grows_with_the_miss() -> None:
    counts = np.array([0.0, 3.0, 3.0, 3.0])
    score = deviance(np.array([0.0, 3.0, 4.0, 6.0]), counts)
    assert score[1] == pytest.approx(0)
    assert score[0] < 0.1 < score[2] < score[3]


def test_interval_score_is_width_and_ten_times_what_lies_outside() -> None:
    low, high, middle = np.array([2.0]), np.array([6.0]), np.array([4.0])
    assert interval_score(middle, low, high, np.array([4.0])) == pytest.approx(0.1 * 4 / 1.5)
    assert interval_score(middle, low, high, np.array([9.0])) == pytest.approx(
        (0.5 * 5 + 0.1 * (4 + 10 * 3)) / 1.5
    )


def test_change_is_from_horizon_to_horizon_and_leaves_out_what_is_missing() -> None:
    history = np.array([[1.0, 5.0, 3.0, 5.0], [2.0, np.nan, 4.0, np.nan]])
    assert squared_change(history, 2).tolist() == [2.0, 4.0]
