"""Training of the demand model as of a day: the distribution of the city's disputes over cells, and the spread of counts around the forecast.

The city's total of a category is its usual times the drift; trees learn only which cells take more of it
than their usual share. So a city-wide season or shock, of which three years hold few, is not learned as
if it were a property of places.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from models.counts.demand.grains import GRAINS, shared_total, totals
from models.counts.demand.inputs import CODED, FIRST_WEEKS, Inputs
from models.counts.demand.panel import TARGETS, Panel
from models.counts.shared.intervals import Spread, fit_spread
from models.counts.shared.poisson_trees import fit_counts, log_factor
from models.counts.shared.trained_counts import TrainedCounts, read_fields
from models.protocol.time_splits import inner_windows, matured_by
from pipelines.city.profile import Profile

STRIDE = 3
"""Every third Monday is used for training, because the horizons of neighbouring Mondays overlap."""
LEAST_TOTAL = 0.5
SPREAD_WEEKS = 52
"""The spread is fitted on a whole year, so that it contains the errors of every season."""


@dataclass(frozen=True, kw_only=True)
class Demand(TrainedCounts):
    """A trained demand model.

    Attributes:
        boosters: LightGBM text by target.
        spreads: of new disputes, by grain.
    """

    boosters: dict[str, str]
    spreads: dict[str, Spread]

    @staticmethod
    def from_json(text: bytes) -> "Demand":
        """The model from its JSON file."""
        fields = read_fields(text)
        fields["spreads"] = {grain: Spread(**spread) for grain, spread in fields["spreads"].items()}
        return Demand(**fields)


def train_demand(panel: Panel, inputs: Inputs, profile: Profile, trained_as_of: date) -> Demand | None:
    """A model trained on every Monday that had matured by a day.

    The spread is learned on the last weeks by trees that had not seen them; then the trees are grown
    anew on all weeks.

    Args:
        panel: counts; later weeks are not looked at.
        inputs: `build_inputs` of the panel.
        profile: horizon, maturity, seed.
        trained_as_of: the day.

    Returns:
        None where too few weeks had matured.
    """
    settings = profile.settings
    mondays = matured_by(trained_as_of, panel.mondays[FIRST_WEEKS:], settings)
    if len(mondays) < settings.demand.history_weeks:
        return None
    windows = inner_windows(mondays, settings.horizon_days, SPREAD_WEEKS)
    early = _grown(panel, inputs, windows.grow, "disputes", settings.seed)
    expected = forecast(panel, inputs, early, windows.calibrate, "disputes")
    return Demand(
        boosters={t: _grown(panel, inputs, mondays, t, settings.seed) for t in TARGETS},
        spreads=spreads(panel, windows.calibrate, expected, profile),
        names=inputs.names,
        trained_as_of=trained_as_of,
        trained_until=mondays[-1],
    )


def forecast(panel: Panel, inputs: Inputs, booster: str, mondays: Sequence[date], target: str) -> np.ndarray:
    """Expected counts of the cells on these Mondays [rows]; they add up to the city's usual count times its drift."""
    rows = panel.rows_of(mondays)
    usual = inputs.usual[target][rows]
    leaning = usual * np.exp(log_factor(booster, inputs.values[rows]))
    wanted = _city_total(panel, usual * inputs.drift[target][rows])
    return leaning * wanted / _city_total(panel, leaning)


def spreads(
    panel: Panel, mondays: Sequence[date], expected: np.ndarray, profile: Profile
) -> dict[str, Spread]:
    """By grain, the spread of forecasts of new disputes; `expected` is [rows of these Mondays]."""
    actual = panel.actual_on(mondays, "disputes")
    at = panel.positions(mondays)
    apart = int(np.diff(at).min()) if len(at) > 1 else 1
    overlapping = -(-profile.settings.horizon_days // (7 * apart))
    by_grain = {}
    for grain in GRAINS:
        expected_of_grain, actual_of_grain = totals(panel, grain, expected), totals(panel, grain, actual)
        monday = np.repeat(np.arange(len(at)), len(expected_of_grain) // len(at))
        by_grain[grain] = fit_spread(
            expected_of_grain, actual_of_grain, monday, overlapping, profile.settings.seed
        )
    return by_grain


def _grown(panel: Panel, inputs: Inputs, mondays: Sequence[date], target: str, seed: int) -> str:
    """LightGBM text of trees that start from each cell's usual share of the city's count."""
    chosen = mondays[::-1][::STRIDE][::-1]
    rows = panel.rows_of(chosen)
    actual, usual = panel.actual_on(chosen, target), inputs.usual[target][rows]
    total = np.maximum(_city_total(panel, actual), LEAST_TOTAL)
    start = usual * total / _city_total(panel, usual)
    return fit_counts(inputs.values[rows], start, actual, inputs.names, CODED, seed)


def _city_total(panel: Panel, amount: np.ndarray) -> np.ndarray:
    """For each row, the sum over the city of its Monday and category; [rows]."""
    weeks = amount.reshape(-1, len(panel.cells))
    return shared_total(panel, "city_category", weeks.T).T.ravel()
