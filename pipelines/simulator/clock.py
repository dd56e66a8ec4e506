"""Moments in whole minutes since the start, and the hours of offices and of quarrels."""

import numpy as np

from pipelines.simulator.parameters import DAY, NEVER
from pipelines.simulator.random_keys import Floats, Keys
from pipelines.simulator.seasons import START

EVENING_SHARE = 0.232
"""Share of violence between 22:00 and 01:00 [S, domain 4.6]."""


def minute_between(day: Keys, first_hour: Keys | int, last_hour: Keys | int, u: Floats) -> Keys:
    """A minute of that day between two full hours."""
    return day * DAY + (60 * (first_hour + u * (np.asarray(last_hour) - first_hour))).astype(np.int64)


def closing_minute(opened: Keys, days: Floats, u: Floats) -> Keys:
    """Office hours of the day so many days after opening, at least twenty minutes after it; NEVER for inf."""
    finite = np.where(np.isfinite(days), days, 0.0)
    day = opened // DAY + finite.astype(np.int64)
    moment = np.maximum(minute_between(day, 9, 17, u), opened + 20 + (u * 160).astype(np.int64))
    return np.where(np.isfinite(days), moment, NEVER)


def at_night(earliest: Keys, latest: Keys, u: Floats, clock: Floats) -> Keys:
    """A moment in [earliest, latest), oftener in the late evening, as quarrels are."""
    moment = earliest + (u * (latest - earliest)).astype(np.int64)
    late = (moment - 2 * 60) // DAY * DAY + (60 * (22 + 3 * clock / EVENING_SHARE)).astype(np.int64)
    fits = (clock < EVENING_SHARE) & (late >= earliest) & (late < latest)
    return np.where(fits, late, moment)


def in_office(earliest: Keys, latest: Keys, u: Floats) -> Keys:
    """A moment in [earliest, latest), at office hours of its day where these fit."""
    moment = earliest + (u * (latest - earliest)).astype(np.int64)
    fraction = (moment % DAY) / DAY
    office = minute_between(moment // DAY, 9, 17, fraction)
    return np.where((office >= earliest) & (office < latest), office, moment)


def end_of_month(moment: Keys) -> Keys:
    """17:00 of the last day of the month, or the moment itself when that is past."""
    day = np.datetime64(START.date()) + (moment // DAY).astype("timedelta64[D]")
    last = (day.astype("datetime64[M]") + 1).astype("datetime64[D]") - 1
    offset = (last - np.datetime64(START.date())).astype(np.int64)
    return np.maximum(offset * DAY + 17 * 60, moment)


def whole_days(minutes: Keys) -> Keys:
    """Whole days in so many minutes, none below zero."""
    return (minutes // DAY).clip(0)
