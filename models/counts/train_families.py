"""Training and backtest of demand and coverage, kept in the same registry version as the escalation model.

One version of the registry holds all three, so that they are promoted and rolled back together. A family
whose source is missing is left out; one without a usable model falls back on what is usual, and says so.
"""

import logging
from datetime import date

import duckdb
import polars as pl

from models.counts.coverage import backtest as coverage_backtest
from models.counts.coverage.inputs import build_inputs as coverage_inputs
from models.counts.coverage.ledger import read_ledger
from models.counts.coverage.training import train_coverage
from models.counts.demand import backtest as demand_backtest
from models.counts.demand.inputs import build_inputs as demand_inputs
from models.counts.demand.panel import read_panel
from models.counts.demand.training import train_demand
from models.counts.shared.count_metrics import METRICS_SCHEMA, count_metrics
from models.counts.shared.families_evidence import COVERAGE_FILE, DEMAND_FILE, Families, better_than_usual
from models.counts.shared.reliability import RELIABILITY_SCHEMA, count_reliability
from models.progress import Progress, silent
from models.scope import WHOLE, Scope
from pipelines.city.profile import Profile

FINEST = {"demand": "township_category", "coverage": coverage_backtest.GRAIN}
"""By family, the grain it is judged by."""
logger = logging.getLogger(__name__)


def make_families(
    con: duckdb.DuckDBPyConnection,
    profile: Profile,
    as_of: date,
    progress: Progress = silent,
    scope: Scope = WHOLE,
) -> Families:
    """Backtest both families on everything matured by a day, and train them where the scope says so.

    A model is kept only where its backtest beats the usual; it is reported either way. A family that fails is left out
    and logged.
    """
    models: dict[str, bytes] = {}
    predictions: dict[str, pl.DataFrame] = {}
    metrics, reliability = [pl.DataFrame(schema=METRICS_SCHEMA)], [pl.DataFrame(schema=RELIABILITY_SCHEMA)]
    for family, file_name, work in (("demand", DEMAND_FILE, _demand), ("coverage", COVERAGE_FILE, _coverage)):
        progress(f"{family}: backtest and training", 0.95)
        try:
            result = work(con, profile, as_of, scope)
            if result is None:
                continue
            rows, shown, model = result
            judged = _judged(rows, family, profile)
        except Exception:  # a family that fails takes nothing else with it
            logger.exception("%s could not be trained as of %s", family, as_of)
            continue
        predictions[family] = shown
        metrics.append(judged[0])
        reliability.append(judged[1])
        if model is not None and better_than_usual(judged[0], file_name, FINEST):
            models[file_name] = model
    return Families(models, predictions, pl.concat(metrics), pl.concat(reliability))


def _demand(
    con: duckdb.DuckDBPyConnection, profile: Profile, as_of: date, scope: Scope
) -> tuple[pl.DataFrame, pl.DataFrame, bytes | None] | None:
    """Predictions of the backtest, the part of them that may be written, and the model; None without townships."""
    panel = read_panel(con, profile, as_of)
    if panel is None:
        return None
    inputs = demand_inputs(panel, profile)
    rows = demand_backtest.backtest_demand(panel, inputs, profile, as_of)
    model = train_demand(panel, inputs, profile, as_of) if scope.training else None
    return rows, rows, model.to_json() if model else None


def _coverage(
    con: duckdb.DuckDBPyConnection, profile: Profile, as_of: date, scope: Scope
) -> tuple[pl.DataFrame, pl.DataFrame, bytes | None] | None:
    """Predictions of the backtest, the part of them that may be written, and the model; None without a ledger of care services."""
    ledger = read_ledger(con, profile, as_of)
    if ledger is None:
        return None
    inputs = coverage_inputs(ledger)
    rows = coverage_backtest.backtest_coverage(ledger, inputs, profile, as_of)
    model = train_coverage(ledger, inputs, profile, as_of) if scope.training else None
    return rows, coverage_backtest.shown_predictions(rows, ledger), model.to_json() if model else None


def _judged(rows: pl.DataFrame, family: str, profile: Profile) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Metrics and reliability of one family's predictions."""
    how = (FINEST[family], profile.settings.backtest.bootstrap, profile.settings.seed)
    return count_metrics(rows, family, *how), count_reliability(rows, family, *how)
