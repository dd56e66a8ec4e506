"""What a forecast may use: each cell's level, the season ahead, how the city drifts, and recent weeks beside them.

Everything said of a Monday comes from the panel's weeks before it, by when they became known, and from
horizons that had matured by it.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from features.engine.calendar import calendar_values
from models.counts.demand.grains import shared_total
from models.counts.demand.panel import Panel
from models.counts.shared.weekly_counts import as_rows, running_total, window_sum
from models.protocol.time_splits import gap_days
from pipelines.city.profile import Profile

YEAR_WEEKS = 52
PRIOR_WEEKS = {"disputes": 12.0, "outcomes": 208.0}
"""Weeks of a cell's own record that weigh as much as what is known of its township and category."""
LEAST_WEEKLY = 1e-4
FEAST_WEEKS = 7
"""Within so many weeks of a moving feast, earlier years' same weeks are counted from the feast."""
SEASON_PRIOR = 30.0
"""Counts by which a season's index is drawn to 1."""
DRIFT_WEEKS = 26
DRIFT_PRIOR = 400.0
"""Counts by which the city's drift is drawn to 1; horizons overlap, so that four of them are one record."""
FIRST_WEEKS = 13
"""Mondays before so many weeks of history have no level worth learning from."""
CODED = ("category",)


@dataclass(frozen=True)
class Inputs:
    """Rows of the design, cell within Monday: [mondays x cells], all Mondays of the panel.

    Attributes:
        values: float32 [rows, names].
        names: of the columns.
        usual: what the cell has in a horizon at this season, above 0; by target [rows].
        drift: what lately came of the whole city's usual, by target [rows].
    """

    values: np.ndarray
    names: tuple[str, ...]
    usual: dict[str, np.ndarray]
    drift: dict[str, np.ndarray]


def build_inputs(panel: Panel, profile: Profile) -> Inputs:
    """The inputs of every Monday of the panel."""
    at = np.arange(len(panel.mondays))
    settings = profile.settings
    weekly = {name: weekly_level(panel, name, at) for name in panel.known}
    usual = {
        name: level * settings.horizon_days / 7 * season_index(panel, profile, name, at)
        for name, level in weekly.items()
    }
    ahead = -(-gap_days(settings.horizon_days, settings.label_maturity_days) // 7)
    columns = {"level": np.log(weekly["disputes"])}
    for grain, spans in (("cell", (4, 13, 104)), ("township", (2, 4, 13))):
        columns |= _over_usual(panel, "disputes", weekly, at, grain, spans)
    for grain in ("cell", "township", "county"):
        columns |= _over_usual(panel, "outcomes", weekly, at, grain, (13, 52))
    columns |= _kind_of_place(panel)
    return Inputs(
        values=np.stack([as_rows(column) for column in columns.values()], axis=1).astype(np.float32),
        names=tuple(columns),
        usual={name: as_rows(amount) for name, amount in usual.items()},
        drift={name: as_rows(drift(panel.actual[name], usual[name], ahead)) for name in usual},
    )


def weekly_level(panel: Panel, name: str, at: np.ndarray) -> np.ndarray:
    """A cell's usual count per week: its last year, drawn to its township's count times the county's category mix; [cells, mondays].

    Outcomes are drawn to the city's outcomes per dispute of the category times the cell's disputes.

    Returns:
        float64 [cells, mondays], above 0.
    """
    weeks = np.minimum(at + 1, YEAR_WEEKS).astype(np.float64)
    own = window_sum(panel.known[name], at, YEAR_WEEKS)
    if name == "outcomes":
        disputes = shared_total(panel, "city_category", window_sum(panel.known["disputes"], at, YEAR_WEEKS))
        prior = shared_total(panel, "city_category", own) / np.maximum(disputes, 1)
        prior = prior * weekly_level(panel, "disputes", at)
    else:
        mix = shared_total(panel, "county_category", own) / np.maximum(shared_total(panel, "county", own), 1)
        prior = mix * shared_total(panel, "township", own) / weeks
    heavy = PRIOR_WEEKS[name]
    return np.maximum((own + heavy * prior) / (weeks + heavy), LEAST_WEEKLY)


def season_index(panel: Panel, profile: Profile, name: str, at: np.ndarray) -> np.ndarray:
    """Count in the same weeks of earlier years over that of the year around them, by category in the whole city; 1 where there is no earlier year."""
    actual = shared_total(panel, "city_category", panel.actual[name])
    ahead = -(-gap_days(profile.settings.horizon_days, profile.settings.label_maturity_days) // 7)
    total, usual = np.zeros((len(actual), len(at))), np.zeros((len(actual), len(at)))
    for back in range(1, len(panel.mondays) // YEAR_WEEKS + 1):
        then = at - back * YEAR_WEEKS + _moved(panel, profile, at, back)
        matured = at - ahead
        there = (then >= 0) & (then <= matured) & (matured >= YEAR_WEEKS)
        first = np.clip(then - YEAR_WEEKS // 2, 0, np.maximum(matured - YEAR_WEEKS, 0))
        total += np.where(there, actual[:, np.clip(then, 0, None)], 0.0)
        usual += np.where(there, _mean_of_year(actual, first), 0.0)
    return (total + SEASON_PRIOR) / (usual + SEASON_PRIOR)


def drift(actual: np.ndarray, usual: np.ndarray, ahead: int) -> np.ndarray:
    """Actual counts over usual counts in the last matured half year, over all cells; [cells, mondays].

    Args:
        actual: NaN where not matured [cells, mondays].
        usual: what was usual, the same shape.
        ahead: weeks until a Monday has matured.
    """
    n = actual.shape[1]
    start = min(FIRST_WEEKS, n)
    end = np.maximum(np.arange(n) - ahead + 1, start)
    first = np.maximum(end - DRIFT_WEEKS, start)
    total, expected = (running_total(np.nan_to_num(amount).sum(axis=0)) for amount in (actual, usual))
    factor = (total[end] - total[first] + DRIFT_PRIOR) / (expected[end] - expected[first] + DRIFT_PRIOR)
    return np.broadcast_to(factor, actual.shape)


def _over_usual(
    panel: Panel,
    name: str,
    weekly: dict[str, np.ndarray],
    at: np.ndarray,
    grain: str,
    spans: tuple[int, ...],
) -> dict[str, np.ndarray]:
    """Count of the recent weeks over the expected count, at the grain around each cell; one is added to both."""
    level = shared_total(panel, grain, weekly[name])
    return {
        f"{grain}_{name}_{weeks}w": (shared_total(panel, grain, window_sum(panel.known[name], at, weeks)) + 1)
        / (level * np.minimum(at + 1, weeks) + 1)
        for weeks in spans
    }


def _kind_of_place(panel: Panel) -> dict[str, np.ndarray]:
    """Attributes of a cell that do not change with the week, broadcast to [cells, mondays]."""
    shape = (len(panel.cells), len(panel.mondays))
    urban, population = (
        panel.cells[name].cast(float).fill_null(float("nan")).to_numpy() for name in ("urban", "population")
    )
    category = np.arange(shape[0]) % panel.n_categories
    columns = {"urban": urban, "population": population, "category": category}
    return {name: np.broadcast_to(column[:, None], shape) for name, column in columns.items()}


def _moved(panel: Panel, profile: Profile, at: np.ndarray, back: int) -> np.ndarray:
    """Number of weeks by which the same point of the year is later than `back` whole years ago, because Spring Festival moves."""
    if not any(season.lunar == "01-01" for season in profile.settings.seasons):
        return np.zeros(len(at), dtype=np.int64)
    days = [panel.mondays[0] + timedelta(weeks=int(week)) for week in at]
    years_ago = [day - timedelta(weeks=back * YEAR_WEEKS) for day in days]
    now, then = (
        calendar_values("weeks_to_spring_festival", rows, profile.settings.seasons)
        for rows in (days, years_ago)
    )
    near = (np.abs(now) <= FEAST_WEEKS) & (np.abs(then) <= 2 * FEAST_WEEKS)
    return np.where(near, np.round(then - now), 0).astype(np.int64)


def _mean_of_year(actual: np.ndarray, first: np.ndarray) -> np.ndarray:
    upto = running_total(np.nan_to_num(actual))
    end = np.minimum(first + YEAR_WEEKS, actual.shape[1])
    return (upto[:, end] - upto[:, first]) / np.maximum(end - first, 1)
