"""Training of the coverage model as of a day: the share of visits overdue, and the spread of counts around the forecast."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from models.counts.coverage.inputs import CODED, Inputs
from models.counts.coverage.ledger import Ledger
from models.counts.shared.intervals import Spread, fit_spread
from models.counts.shared.poisson_trees import fit_counts, log_factor
from models.counts.shared.trained_counts import TrainedCounts, read_fields
from models.protocol.time_splits import inner_windows, matured_by
from pipelines.city.profile import Profile

FIRST_WEEKS = 13
"""Number of first Mondays without enough ledger to compute a share; they are not used."""
STRIDE = 2
"""Every second Monday is used for training, because the horizons of neighbouring Mondays overlap."""
LEAST_DUE = 0.5


@dataclass(frozen=True, kw_only=True)
class Coverage(TrainedCounts):
    """A trained coverage model.

    Attributes:
        booster: LightGBM text.
        spread: of overdue visits.
    """

    booster: str
    spread: Spread

    @staticmethod
    def from_json(text: bytes) -> "Coverage":
        """The model from its JSON file."""
        fields = read_fields(text)
        fields["spread"] = Spread(**fields["spread"])
        return Coverage(**fields)


def train_coverage(ledger: Ledger, inputs: Inputs, profile: Profile, trained_as_of: date) -> Coverage | None:
    """A model trained on every Monday that had matured by a day.

    Args:
        ledger: counts; later weeks are not looked at.
        inputs: `build_inputs` of the ledger.
        profile: horizon, maturity, seed.
        trained_as_of: the day.

    Returns:
        None where too few weeks had matured, or no visit fell due in them.
    """
    settings = profile.settings
    mondays = matured_by(trained_as_of, ledger.mondays[FIRST_WEEKS:], settings)
    if len(mondays) < settings.coverage.history_weeks:
        return None
    windows = inner_windows(mondays, settings.horizon_days, settings.backtest.calibration_weeks)
    judged = judged_rows(ledger, inputs, windows.calibrate)
    if not len(judged) or not len(judged_rows(ledger, inputs, windows.grow)):
        return None
    early = _grown(ledger, inputs, windows.grow, settings.seed)
    actual = ledger.actual_on(ledger.mondays, "overdue")
    return Coverage(
        booster=_grown(ledger, inputs, mondays, settings.seed),
        spread=fit_spread(
            forecast(inputs, early, judged),
            actual[judged],
            judged // len(ledger.cells),
            ledger.horizon_weeks,
            settings.seed,
        ),
        names=inputs.names,
        trained_as_of=trained_as_of,
        trained_until=mondays[-1],
    )


def forecast(inputs: Inputs, booster: str, rows: np.ndarray) -> np.ndarray:
    """Expected overdue visits: the visits usually due times the expected share; [rows]."""
    share = np.minimum(inputs.share[rows] * np.exp(log_factor(booster, inputs.values[rows])), 1.0)
    return inputs.due[rows] * share


def judged_rows(ledger: Ledger, inputs: Inputs, mondays: Sequence[date]) -> np.ndarray:
    """The rows of these Mondays whose later count is known and whose cell had records before; int64."""
    rows = ledger.rows_of(mondays)
    there = ~np.isnan(ledger.actual_on(mondays, "overdue")) & ~np.isnan(inputs.due[rows])
    return rows[there]


def _grown(ledger: Ledger, inputs: Inputs, mondays: Sequence[date], seed: int) -> str:
    """LightGBM text of trees on the overdue share; each row starts from the visits that fell due times the usual share."""
    rows = judged_rows(ledger, inputs, mondays[::-1][::STRIDE][::-1])
    due, overdue = (ledger.actual_on(ledger.mondays, name)[rows] for name in ("due", "overdue"))
    start = np.maximum(due, LEAST_DUE) * inputs.share[rows]
    return fit_counts(inputs.values[rows], start, overdue, inputs.names, CODED, seed)
