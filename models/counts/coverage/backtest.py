"""Backtest of coverage: the forecasts of every model at each fold's first Monday, and the counts that followed."""

from datetime import date

import numpy as np
import polars as pl

from features.small_cells import SMALLEST, hidden_cells, rounded, rounded_down, rounded_up
from models.counts.coverage.inputs import Inputs
from models.counts.coverage.ledger import Ledger
from models.counts.coverage.training import Coverage, forecast, judged_rows, train_coverage
from models.counts.shared.count_metrics import PREDICTIONS_SCHEMA, as_predictions, squared_change
from models.counts.shared.families_evidence import MODEL
from models.counts.shared.intervals import fit_spread
from models.protocol.time_splits import backtest_splits, matured_by
from pipelines.city.profile import Profile

GRAIN = "township_service"
SPREAD_WEEKS = 26


def backtest_coverage(ledger: Ledger, inputs: Inputs, profile: Profile, as_of: date) -> pl.DataFrame:
    """Predictions of visits overdue; `PREDICTIONS_SCHEMA`, empty where history is too short for a fold.

    Args:
        ledger: counts of every Monday.
        inputs: of the ledger.
        profile: folds, horizon, maturity, seed.
        as_of: the day the backtest is made; later Mondays are not looked at.
    """
    splits = backtest_splits(as_of, ledger.mondays, profile.settings)
    parts = [
        _fold(ledger, inputs, profile, coverage, split.trained_as_of)
        for split in splits
        if (coverage := train_coverage(ledger, inputs, profile, split.trained_as_of)) is not None
    ]
    return pl.concat(parts) if parts else pl.DataFrame(schema=PREDICTIONS_SCHEMA)


def shown_predictions(rows: pl.DataFrame, ledger: Ledger) -> pl.DataFrame:
    """The backtest's predictions as they may be written (boundary 2); metrics are computed before this.

    Hidden cells have no figures; counts under ten are left out, others rounded to five, intervals widened to fives, and the
    mean squared change, which would tell small changes, is left out.
    """
    parts = [
        pl.DataFrame(
            schema={"as_of": pl.Date, "area_code": pl.String, "category": pl.String, "hidden": pl.Boolean}
        )
    ]
    for monday in rows["as_of"].unique().sort():
        upto = ledger.caseload[:, : int(ledger.positions([monday])[0]) + 1]
        hidden = pl.Series("hidden", hidden_cells(ledger.cells, upto))
        parts.append(
            ledger.cells.select(pl.lit(monday).alias("as_of"), "area_code", category="service").with_columns(
                hidden
            )
        )
    keys = ["as_of", "area_code", "category"]
    flagged = rows.join(pl.concat(parts), on=keys, how="left", maintain_order="left")
    shown = ~pl.col("hidden").fill_null(value=True)
    counts = {
        name: pl.when(shown & (pl.col(name) >= SMALLEST)).then(rounded(pl.col(name)))
        for name in ("expected", "came")
    }
    return flagged.with_columns(
        **counts,
        low=pl.when(shown).then(rounded_down(pl.col("low"))),
        high=pl.when(shown).then(rounded_up(pl.col("high"))),
        scale=pl.lit(None, pl.Float64),
    ).drop("hidden")


def baselines(inputs: Inputs, rows: np.ndarray) -> dict[str, np.ndarray]:
    """Two baselines [rows]: the overdue visits of the last horizon, and the visits usually due times the last quarter's overdue share."""
    return {"persistence": inputs.recent[rows], "usual": inputs.due[rows] * inputs.share[rows]}


def _fold(ledger: Ledger, inputs: Inputs, profile: Profile, coverage: Coverage, monday: date) -> pl.DataFrame:
    settings = profile.settings
    known = matured_by(monday, ledger.mondays, settings)
    actual = ledger.actual_on(ledger.mondays, "overdue")
    past = judged_rows(ledger, inputs, known[-SPREAD_WEEKS:])
    spread = {
        name: fit_spread(
            expected, actual[past], past // len(ledger.cells), ledger.horizon_weeks, settings.seed
        )
        for name, expected in baselines(inputs, past).items()
    } | {MODEL: coverage.spread}
    rows = judged_rows(ledger, inputs, [monday])
    models = {MODEL: forecast(inputs, coverage.booster, rows)} | baselines(inputs, rows)
    history = ledger.actual["overdue"][:, ledger.positions(known)]
    cells = rows % len(ledger.cells)
    scale = squared_change(history, ledger.horizon_weeks)[cells]
    base = ledger.cells[cells.tolist()].select("area_code", "county_code", "urban", category="service")
    parts = []
    for name, expected in models.items():
        low, high = spread[name].interval(expected)
        columns = {"expected": expected, "low": low, "high": high, "came": actual[rows], "scale": scale}
        forecasts = base.with_columns(
            pl.lit(GRAIN).alias("grain"), *map(pl.Series, columns, columns.values())
        )
        parts.append(as_predictions(forecasts, monday, name, "overdue"))
    return pl.concat(parts)
