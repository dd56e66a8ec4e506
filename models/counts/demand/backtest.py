"""Backtest of demand: the forecasts of every model at each fold's first Monday, and the counts that followed.

One Monday per fold: the horizons of the Mondays between overlap it, and would count the same disputes
up to four times.
"""

from datetime import date

import numpy as np
import polars as pl

from models.counts.demand.baselines import baseline_forecasts
from models.counts.demand.grains import GRAINS, labels_of, totals
from models.counts.demand.inputs import Inputs
from models.counts.demand.panel import TARGETS, Panel
from models.counts.demand.training import Demand, forecast, spreads, train_demand
from models.counts.shared.count_metrics import PREDICTIONS_SCHEMA, as_predictions, squared_change
from models.counts.shared.families_evidence import MODEL
from models.counts.shared.intervals import Spread
from models.protocol.time_splits import backtest_splits, matured_by
from pipelines.city.profile import Profile

SPREAD_WEEKS = 26
SPREAD_STEP = 8
"""A baseline's spread is fitted on every eighth matured Monday of the last half year."""


def backtest_demand(panel: Panel, inputs: Inputs, profile: Profile, as_of: date) -> pl.DataFrame:
    """Predictions at every grain; `PREDICTIONS_SCHEMA`, empty where history is too short for a fold.

    Args:
        panel: counts of every Monday.
        inputs: of the panel.
        profile: folds, horizon, maturity, seed.
        as_of: the day the backtest is made; later Mondays are not looked at.
    """
    splits = backtest_splits(as_of, panel.mondays, profile.settings)
    parts: list[pl.DataFrame] = []
    for split in splits:
        demand = train_demand(panel, inputs, profile, split.trained_as_of)
        if demand is not None:
            parts += _fold(panel, inputs, profile, demand, split.trained_as_of)
    return pl.concat(parts) if parts else pl.DataFrame(schema=PREDICTIONS_SCHEMA)


def _fold(panel: Panel, inputs: Inputs, profile: Profile, demand: Demand, monday: date) -> list[pl.DataFrame]:
    weeks = max(1, profile.settings.horizon_days // 7)
    at = int(panel.positions([monday])[0])
    parts = []
    for target in TARGETS:
        models = {MODEL: forecast(panel, inputs, demand.boosters[target], [monday], target)}
        models |= baseline_forecasts(panel, inputs, at, weeks, target, smoothing=target == "disputes")
        spread = _spreads(panel, inputs, profile, demand, monday, weeks) if target == "disputes" else {}
        actual = panel.actual_on([monday], target)
        for grain in GRAINS:
            scale = _scale(panel, grain, target, monday, profile)
            for name, expected in models.items():
                rows = _rows(panel, grain, expected, actual, spread.get(name, {}).get(grain), scale)
                parts.append(as_predictions(rows, monday, name, target))
    return parts


def _spreads(
    panel: Panel, inputs: Inputs, profile: Profile, demand: Demand, monday: date, weeks: int
) -> dict[str, dict[str, Spread]]:
    """By model and grain, its spread: the model's own, and each baseline's from its errors on the last matured Mondays."""
    chosen = matured_by(monday, panel.mondays, profile.settings)[-SPREAD_WEEKS::SPREAD_STEP]
    by_model: dict[str, list[np.ndarray]] = {}
    for at in panel.positions(chosen):
        forecasts = baseline_forecasts(panel, inputs, int(at), weeks, "disputes", smoothing=False)
        for name, expected in forecasts.items():
            by_model.setdefault(name, []).append(expected)
    spread_of = {
        name: spreads(panel, chosen, np.concatenate(expected), profile) for name, expected in by_model.items()
    }
    return spread_of | {MODEL: demand.spreads}


def _scale(panel: Panel, grain: str, target: str, monday: date, profile: Profile) -> np.ndarray:
    """Mean squared change of each series of the grain, over all horizons matured by the Monday; [series]."""
    settings = profile.settings
    known = matured_by(monday, panel.mondays, settings)
    history = totals(panel, grain, panel.actual_on(known, target)).reshape(len(known), -1).T
    return squared_change(history, -(-settings.horizon_days // 7))


def _rows(
    panel: Panel,
    grain: str,
    expected: np.ndarray,
    actual: np.ndarray,
    spread: Spread | None,
    scale: np.ndarray,
) -> pl.DataFrame:
    summed = totals(panel, grain, expected)
    low, high = spread.interval(summed) if spread else (None, None)
    rows = labels_of(panel, grain).with_columns(
        expected=pl.Series(summed),
        low=pl.Series(low, dtype=pl.Float64) if low is not None else pl.lit(None, pl.Float64),
        high=pl.Series(high, dtype=pl.Float64) if high is not None else pl.lit(None, pl.Float64),
        came=pl.Series(totals(panel, grain, actual)),
        scale=pl.Series(scale),
    )
    return rows.drop_nulls("area_code")
