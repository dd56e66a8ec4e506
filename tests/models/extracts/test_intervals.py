import numpy as np
import polars as pl
import pytest
from scipy import stats

from models.publishing.descriptions.share_intervals import LEVEL, middle_days, middle_days_by, wilson


@pytest.mark.parametrize(("part", "whole"), [(0, 5), (3, 10), (97, 100), (5, 5)])
def test_wilson_is_scipy_s(part: int, whole: int) -> None:
    row = pl.DataFrame({"k": [part], "n": [whole]}).select(wilson("k", "n", "share")).row(0)
    wanted = stats.binomtest(part, whole).proportion_ci(LEVEL, method="wilson")
    assert row == pytest.approx((part / whole, wanted.low, wanted.high))


def test_the_share_of_nothing_is_unknown() -> None:
    row = pl.DataFrame({"k": [0], "n": [0]}).select(wilson("k", "n", "share")).row(0)
    assert row == (None, None, None)


def test_without_open_cases_half_have_ended_at_the_median() -> None:
    median = middle_days(np.array([1.0, 2, 3, 4, 5]), np.ones(5, dtype=bool))
    assert median["days"] == 3
    assert median["days_low"] is not None
    assert median["days_low"] <= 3


def test_cases_still_open_make_it_longer_than_the_ended_ones_alone_would_say() -> None:
    days = np.array([1.0, 2, 3, 40, 50, 60])
    ended = np.array([True, True, True, False, False, False])
    assert np.median(days[ended]) == 2
    assert middle_days(days, ended)["days"] == 3


def test_where_fewer_than_half_have_ended_nobody_can_say() -> None:
    median = middle_days(np.array([1.0, 40, 50, 60]), np.array([True, False, False, False]))
    assert median["days"] is None


def test_groups_keep_their_keys_and_an_empty_frame_its_columns() -> None:
    frame = pl.DataFrame(
        {"unit": ["b", "a", "a", "a"], "days": [9.0, 1, 2, 3], "ended": [False, True, True, True]}
    )
    medians = middle_days_by(frame, ["unit"])
    assert medians["unit"].to_list() == ["a", "b"]
    assert medians["days"].to_list() == [2, None]
    assert middle_days_by(frame.clear(), ["unit"]).columns == medians.columns
