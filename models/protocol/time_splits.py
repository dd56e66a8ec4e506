"""Splits by time: which Mondays train, which test, and which are left out between them.

The gap is computed from the label, never passed: a row of Monday t speaks about [t, t + horizon), and
what happened there counts as known `maturity` days later. Before that nobody could have trained on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.city.settings import Settings

STOP_SHARE = 4
"""One in this many of the fitting weeks is held out to choose the number of trees."""
MAX_STOP_WEEKS = 13
MIN_FIT_WEEKS = 26
"""With fewer fitting weeks none is held out, and the number of trees is the default."""


@dataclass(frozen=True, kw_only=True)
class Split:
    """One fold: a model trained as of the first test Monday, and the Mondays it is tested on."""

    number: int
    train: tuple[date, ...]
    test: tuple[date, ...]

    @property
    def trained_as_of(self) -> date:
        """The day the model could have been trained on: nothing known later was used."""
        return self.test[0]


@dataclass(frozen=True, kw_only=True)
class Windows:
    """The Mondays inside one training: fit the trees, choose their number, then calibrate; in this order."""

    fit: tuple[date, ...]
    stop: tuple[date, ...]
    grow: tuple[date, ...]
    """All Mondays before the calibration: what the trees learn from once their number is chosen."""
    calibrate: tuple[date, ...]


def gap_days(horizon_days: int, maturity_days: int) -> int:
    """Days from a training Monday until its label is settled."""
    return horizon_days + maturity_days


def matured(as_of_dates: Sequence[date], trained_as_of: date, gap: int) -> tuple[date, ...]:
    """The Mondays whose label was settled by `trained_as_of`, ascending."""
    return tuple(day for day in sorted(as_of_dates) if day + timedelta(days=gap) <= trained_as_of)


def matured_by(trained_as_of: date, mondays: Sequence[date], settings: Settings) -> tuple[date, ...]:
    """`matured` by the profile's own horizon and maturity."""
    return matured(mondays, trained_as_of, gap_days(settings.horizon_days, settings.label_maturity_days))


def backtest_splits(as_of: date, mondays: Sequence[date], settings: Settings) -> list[Split]:
    """The folds of the profile's backtest, made on the day `as_of`; later Mondays are not looked at."""
    return temporal_splits(
        matured_by(as_of, mondays, settings),
        settings.horizon_days,
        settings.label_maturity_days,
        settings.backtest.folds,
        settings.backtest.fold_weeks,
        settings.backtest.min_train_weeks,
    )


def temporal_splits(
    as_of_dates: Sequence[date],
    horizon_days: int,
    maturity_days: int,
    folds: int,
    fold_weeks: int,
    min_train_weeks: int,
) -> list[Split]:
    """Expanding windows: folds of `fold_weeks` Mondays each, the last one ending at the last Monday given.

    Args:
        as_of_dates: Mondays whose label is settled today, any order.
        horizon_days: length of the label window.
        maturity_days: days after it until what happened there counts as known.
        folds: how many folds are wanted; fewer come back where history is too short.
        fold_weeks: Mondays scored by one model.
        min_train_weeks: matured Mondays a fold's model must have.

    Returns:
        Folds in time order. For every fold each training Monday's label window and its maturing end on
        or before the first test Monday (tests/properties/test_models_splits.py).
    """
    mondays = sorted(set(as_of_dates))
    gap = gap_days(horizon_days, maturity_days)
    latest_first: list[Split] = []
    for back in range(folds):
        end = len(mondays) - back * fold_weeks
        if end < fold_weeks:
            break
        test = tuple(mondays[end - fold_weeks : end])
        train = matured(mondays, test[0], gap)
        if len(train) < min_train_weeks:
            break
        latest_first.append(Split(number=0, train=train, test=test))
    return [
        Split(number=number, train=split.train, test=split.test)
        for number, split in enumerate(reversed(latest_first), start=1)
    ]


def inner_windows(mondays: Sequence[date], horizon_days: int, calibration_weeks: int) -> Windows:
    """The fitting, stopping and calibration windows of a training; their label windows never overlap.

    Every label here is already settled, so that the embargo between the windows is the horizon alone.

    Args:
        mondays: the matured Mondays of one training, ascending.
        horizon_days: length of the label window.
        calibration_weeks: Mondays wanted for the calibration; at most a third of all is given to it.

    Returns:
        The windows; `stop` is empty where too few weeks are left to hold any back.
    """
    n_calibrate = max(1, min(calibration_weeks, len(mondays) // 3))
    calibrate = tuple(mondays[-n_calibrate:])
    grow = matured(mondays, calibrate[0], horizon_days)
    n_stop = min(MAX_STOP_WEEKS, len(grow) // STOP_SHARE)
    fit = matured(grow, grow[-n_stop], horizon_days) if n_stop else ()
    if len(fit) < MIN_FIT_WEEKS:
        return Windows(fit=grow, stop=(), grow=grow, calibrate=calibrate)
    return Windows(fit=fit, stop=grow[-n_stop:], grow=grow, calibrate=calibrate)
