import numpy as np
import pytest
from scipy import stats

from models.trial.intervals import Estimate, mean, ratio, share


def test_a_mean_has_students_interval() -> None:
    values = np.array([3.0, 5.0, 4.0, 8.0])
    interval = mean(values)
    reach = stats.t.ppf(0.95, 3) * values.std(ddof=1) / 2
    assert interval.value == pytest.approx(5)
    assert (interval.low, interval.high) == pytest.approx((5 - reach, 5 + reach))


def test_a_ratio_is_of_the_sums_and_its_interval_covers_about_as_often_as_it_says() -> None:
    assert ratio(np.array([1.0, 9.0]), np.array([10.0, 10.0])).value == pytest.approx(0.5)
    rng = np.random.default_rng(2)
    inside = 0
    for _ in range(400):
        below = rng.gamma(20, 1, 12)
        interval = ratio(0.3 * below + rng.normal(0, 0.8, 12), below)
        inside += interval.low < 0.3 < interval.high  # type: ignore[operator]
    assert inside / 400 == pytest.approx(0.90, abs=0.04)


def test_one_world_gives_no_interval_and_none_no_figure() -> None:
    assert ratio(np.array([2.0]), np.array([4.0])) == (0.5, None, None)
    assert ratio(np.zeros(0), np.zeros(0)) == (None, None, None)


def test_where_every_world_counts_nought_the_interval_is_not_known() -> None:
    assert ratio(np.zeros(5), np.full(5, 10.0)) == (0.0, None, None)


def test_a_share_ends_at_nought_and_one() -> None:
    part, whole = np.array([0.0, 52.0, 52.0]), np.array([52.0, 52.0, 52.0])
    unbounded = ratio(part, whole).high
    assert unbounded is not None
    assert unbounded > 1
    assert share(part, whole) == Estimate(pytest.approx(2 / 3), 0.0, 1.0)
    assert share(part[:1], whole[:1]) == Estimate(0.0, None, None)
