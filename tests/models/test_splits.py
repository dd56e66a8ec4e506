from datetime import date, timedelta

from models.protocol.time_splits import inner_windows, temporal_splits

THREE_YEARS = [date(2023, 1, 2) + timedelta(weeks=week) for week in range(148)]


def test_twelve_monthly_folds_of_four_weeks_fit_into_three_years() -> None:
    splits = temporal_splits(
        THREE_YEARS, horizon_days=28, maturity_days=30, folds=12, fold_weeks=4, min_train_weeks=26
    )
    assert len(splits) == 12
    assert all(len(split.test) == 4 for split in splits)
    assert splits[-1].test[-1] == THREE_YEARS[-1]
    assert splits[-1].train[-1] == splits[-1].test[0] - timedelta(days=63)  # 58 days, on a Monday


def test_a_year_of_history_gives_as_many_folds_as_it_holds() -> None:
    splits = temporal_splits(
        THREE_YEARS[:44], horizon_days=28, maturity_days=30, folds=12, fold_weeks=4, min_train_weeks=26
    )
    assert [len(split.train) for split in splits] == [28, 32]


def test_half_a_year_gives_none() -> None:
    assert temporal_splits(THREE_YEARS[:26], 28, 30, 12, 4, 26) == []


def test_inner_windows_hold_back_a_quarter_of_the_weeks_for_stopping() -> None:
    windows = inner_windows(THREE_YEARS, horizon_days=28, calibration_weeks=26)
    assert (len(windows.fit), len(windows.stop), len(windows.grow), len(windows.calibrate)) == (
        103,
        13,
        119,
        26,
    )


def test_inner_windows_of_a_short_history_hold_nothing_back() -> None:
    windows = inner_windows(THREE_YEARS[:30], horizon_days=28, calibration_weeks=26)
    assert windows.stop == ()
    assert windows.fit == windows.grow
    assert (len(windows.grow), len(windows.calibrate)) == (17, 10)
