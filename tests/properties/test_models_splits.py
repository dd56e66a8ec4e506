"""No training label window, nor its recording, touches a test Monday."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from models.protocol.time_splits import inner_windows, matured, temporal_splits
from tests.deep import examples

MONDAYS = st.builds(
    lambda first, kept: [
        date(2021, 1, 4) + timedelta(weeks=first + at) for at, keep in enumerate(kept) if keep
    ],
    st.integers(0, 50),
    st.lists(st.integers(0, 9).map(bool), min_size=1, max_size=170).filter(any),
)


@settings(max_examples=examples(60), deadline=None)
@given(MONDAYS, st.integers(1, 120), st.integers(0, 60), st.integers(1, 14), st.integers(1, 6))
def test_training_is_settled_before_the_first_test_monday(
    mondays: list[date], horizon: int, maturity: int, folds: int, fold_weeks: int
) -> None:
    splits = temporal_splits(mondays, horizon, maturity, folds, fold_weeks, min_train_weeks=5)
    for split in splits:
        settled = [day + timedelta(days=horizon + maturity) for day in split.train]
        assert max(settled) <= split.trained_as_of == min(split.test)
        assert set(split.train) | set(split.test) <= set(mondays)
        assert len(split.test) == fold_weeks


@settings(max_examples=examples(60), deadline=None)
@given(MONDAYS, st.integers(1, 120), st.integers(0, 60), st.integers(1, 14), st.integers(1, 6))
def test_folds_follow_each_other_and_end_at_the_last_monday(
    mondays: list[date], horizon: int, maturity: int, folds: int, fold_weeks: int
) -> None:
    splits = temporal_splits(mondays, horizon, maturity, folds, fold_weeks, min_train_weeks=5)
    tested = [day for split in splits for day in split.test]
    assert tested == sorted(set(tested))
    assert [split.number for split in splits] == list(range(1, len(splits) + 1))
    if splits:
        assert tested == sorted(mondays)[-len(tested) :]
        assert all(
            set(earlier.train) <= set(later.train) for earlier, later in zip(splits, splits[1:], strict=False)
        )


@settings(max_examples=examples(80), deadline=None)
@given(MONDAYS, st.integers(1, 120), st.integers(4, 40))
def test_label_windows_of_fitting_stopping_and_calibration_never_overlap(
    mondays: list[date], horizon: int, calibration_weeks: int
) -> None:
    windows = inner_windows(mondays, horizon, calibration_weeks)
    ahead = timedelta(days=horizon)
    assert windows.calibrate[-1] == mondays[-1]
    assert all(day + ahead <= windows.calibrate[0] for day in windows.grow)
    assert set(windows.fit) | set(windows.stop) <= set(windows.grow)
    if windows.stop:
        assert all(day + ahead <= windows.stop[0] for day in windows.fit)


@settings(max_examples=examples(40), deadline=None)
@given(MONDAYS, st.integers(0, 90), st.integers(0, 60))
def test_a_monday_counts_as_matured_exactly_when_its_gap_has_passed(
    mondays: list[date], gap: int, later: int
) -> None:
    as_of = mondays[-1] + timedelta(days=later)
    assert set(matured(mondays, as_of, gap)) == {day for day in mondays if (as_of - day).days >= gap}
