"""Forecasts without our model: the usual count, the same weeks of earlier years, and the standard methods of statsforecast.

Croston's and the exponential smoothing see each series as the counts of whole horizons, one after the
other, the last one ending at the Monday. The smoothing runs on townships and is split by each
category's share of the last year: seven times as many series would take a minute.
"""

import numpy as np

from models.counts.demand.grains import shared_total
from models.counts.demand.inputs import YEAR_WEEKS, Inputs
from models.counts.demand.panel import Panel
from models.counts.shared.weekly_counts import window_sum

SEASON = 13
"""Number of four-week horizons in a year."""


def baseline_forecasts(
    panel: Panel, inputs: Inputs, at: int, horizon_weeks: int, target: str, *, smoothing: bool
) -> dict[str, np.ndarray]:
    """Each baseline's expected count of every cell on the Monday at that position; [cells].

    Args:
        panel: counts of every Monday.
        inputs: of the panel.
        at: position of the Monday.
        horizon_weeks: of the horizon.
        target: `disputes` or `outcomes`.
        smoothing: whether the exponential smoothing, the slow one, is run too.
    """
    n = len(panel.cells)
    rows = slice(at * n, (at + 1) * n)
    forecasts = {
        "usual": inputs.usual[target][rows] * inputs.drift[target][rows],
        "last_year": _last_year(panel, at, target),
    }
    blocks = history_blocks(panel.known[target], at, horizon_weeks)
    forecasts |= {"seasonal_naive": _seasonal_naive(blocks), "croston_sba": _croston(blocks)}
    if smoothing:
        forecasts["auto_ets"] = _auto_ets(panel, blocks, at)
    return forecasts


def history_blocks(known: np.ndarray, at: int, weeks: int) -> np.ndarray:
    """Counts of whole horizons before a Monday, the last one ending there; [cells, horizons]."""
    n = (at + 1) // weeks
    past = known[:, at + 1 - n * weeks : at + 1]
    return past.reshape(len(past), n, weeks).sum(axis=2)


def _last_year(panel: Panel, at: int, target: str) -> np.ndarray:
    """Mean count of the same weeks in all earlier years; in a first year the last known horizon."""
    years = [at - back * YEAR_WEEKS for back in range(1, at // YEAR_WEEKS + 1)]
    if not years:
        return window_sum(panel.known[target], np.array([at]), 4)[:, 0]
    return panel.actual[target][:, years].mean(axis=1)


def _seasonal_naive(blocks: np.ndarray) -> np.ndarray:
    from statsforecast.models import SeasonalNaive

    model = SeasonalNaive(season_length=SEASON)
    season = (
        blocks if blocks.shape[1] >= SEASON else np.repeat(blocks.mean(axis=1, keepdims=True), SEASON, axis=1)
    )
    return np.array([model.forecast(y=series, h=1)["mean"][0] for series in season])


def _croston(blocks: np.ndarray) -> np.ndarray:
    from statsforecast.models import CrostonSBA

    model = CrostonSBA()
    return np.array([model.forecast(y=series, h=1)["mean"][0] for series in blocks])


def _auto_ets(panel: Panel, blocks: np.ndarray, at: int) -> np.ndarray:
    """Exponential smoothing of township totals, split by each category's share of the township's last year."""
    from statsforecast.models import AutoETS

    model = AutoETS(season_length=1)
    n = panel.n_categories
    towns = blocks.reshape(-1, n, blocks.shape[1]).sum(axis=1)
    total = np.array([max(0.0, model.forecast(y=series, h=1)["mean"][0]) for series in towns])
    year = window_sum(panel.known["disputes"], np.array([at]), YEAR_WEEKS)
    share = (year + 1 / n) / shared_total(panel, "township", year + 1 / n)
    return np.repeat(total, n) * share[:, 0]
