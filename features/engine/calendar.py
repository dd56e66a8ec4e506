"""Calendar features of a Monday, from the lunar calendar and the seasons of the profile."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache

import numpy as np

from pipelines.city.settings import Season


def calendar_values(name: str, mondays: list[date], seasons: Sequence[Season]) -> np.ndarray:
    """One calendar feature for each Monday; float64 [mondays]."""
    if name == "month":
        return np.array([day.month for day in mondays], dtype=np.float64)
    if name == "weeks_to_spring_festival":
        return np.array([_weeks_to_spring_festival(day) for day in mondays])
    return np.array([sum(_in(season, day) for season in seasons) for day in mondays], dtype=np.float64)


def _in(season: Season, day: date) -> bool:
    if season.months:
        return day.month in season.months
    centre = [lunar_day(year, str(season.lunar)) for year in (day.year - 1, day.year, day.year + 1)]
    return any(-season.days_before <= (day - at).days <= season.days_after for at in centre)


def _weeks_to_spring_festival(day: date) -> float:
    """Weeks to the nearest Spring Festival; negative after it."""
    gaps = [(lunar_day(year, "01-01") - day).days for year in (day.year, day.year + 1, day.year - 1)]
    return min(gaps, key=abs) / 7


@cache
def lunar_day(lunar_year: int, month_day: str) -> date:
    """The solar date of a day of the lunar calendar.

    >>> lunar_day(2025, "01-01")
    datetime.date(2025, 1, 29)
    """
    month, day = (int(part) for part in month_day.split("-"))
    return _first_days(lunar_year)[month] + timedelta(days=day - 1)


@cache
def _first_days(lunar_year: int) -> dict[int, date]:
    """Solar date of the first day of each lunar month of a year; cached, because it is the slow part."""
    from lunar_python import LunarYear, Solar

    begins = {
        month.getMonth(): Solar.fromJulianDay(month.getFirstJulianDay())
        for month in LunarYear.fromYear(lunar_year).getMonthsInYear()
    }
    return {month: date(day.getYear(), day.getMonth(), day.getDay()) for month, day in begins.items()}
