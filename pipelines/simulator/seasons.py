"""The year of the made-up city: how registrations and quarrels rise and fall week by week."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from lunar_python import Lunar
from numpy.typing import NDArray

from pipelines.city.profile import Profile
from pipelines.city.settings import Season
from pipelines.simulator.random_keys import Floats
from pipelines.simulator.settings import CityFigures

START = datetime(2023, 1, 2)
"""The first Monday of the made-up city."""
YEAR_DAYS = 365.25


@dataclass(frozen=True)
class Seasons:
    """Factors by week since the start; `registrations` has a column per category of `codes`."""

    codes: tuple[str, ...]
    registrations: Floats
    hazard: Floats


def plan_seasons(profile: Profile, figures: CityFigures, weeks: int) -> Seasons:
    """The factors of `weeks` weeks and the eight after them, around a mean of one."""
    days = (weeks + 8) * 7
    by_code = {season.code: season for season in profile.settings.seasons}
    festival = figures.festival
    feast = _days_in(by_code[festival.season], days)
    shut = by_code[festival.season].model_copy(
        update={"days_before": festival.shut_days.before, "days_after": festival.shut_days.after}
    )
    shut_days = _days_in(shut, days)
    rebound = _days_in(
        shut.model_copy(update={"days_after": festival.shut_days.after + festival.rebound_days}), days
    )
    office = np.where(shut_days, festival.shut_factor, np.where(rebound, festival.rebound_factor, 1.0))
    codes = tuple(figures.categories)
    peaks = np.ones((days, len(codes)))
    for column, code in enumerate(codes):
        peak = figures.categories[code].peak
        if peak is not None:
            in_peak = _days_in(by_code[peak.season], days)
            peaks[:, column] = np.where(in_peak, peak.factor, 1.0) / _year_mean(
                by_code[peak.season], peak.factor
            )
    month = np.array([d.month for d in _dates(days)])
    usual = figures.month_hazard["other"]
    by_month = np.array([figures.month_hazard.get(m, usual) for m in range(1, 13)])
    hazard = by_month[month - 1] * np.where(feast, festival.hazard_factor, 1.0)
    return Seasons(codes, _by_week(office[:, None] * peaks), _by_week(hazard))


def season_weeks(profile: Profile, code: str, weeks: int) -> NDArray[np.bool_]:
    """Which weeks since the start begin in that season of the profile."""
    season = next(season for season in profile.settings.seasons if season.code == code)
    return _days_in(season, weeks * 7)[::7]


def _year_mean(season: Season, factor: float) -> float:
    """The mean over a usual year of a factor that holds in some months."""
    return 1 + (factor - 1) * len(season.months) / 12


def _by_week(daily: Floats) -> Floats:
    return daily.reshape(-1, 7, *daily.shape[1:]).mean(axis=1)


def _dates(days: int) -> list[date]:
    return [START.date() + timedelta(days=n) for n in range(days)]


def _days_in(season: Season, days: int) -> NDArray[np.bool_]:
    """Which days since the start lie in the season."""
    inside = np.array([d.month in season.months for d in _dates(days)])
    if season.lunar is None:
        return inside
    month, day = (int(part) for part in season.lunar.split("-"))
    last = START.date() + timedelta(days=days)
    for year in range(START.year - 1, last.year + 1):
        solar = Lunar.fromYmd(year, month, day).getSolar()
        offset = (date(solar.getYear(), solar.getMonth(), solar.getDay()) - START.date()).days
        inside[max(0, offset - season.days_before) : max(0, offset + season.days_after + 1)] = True
    return inside
