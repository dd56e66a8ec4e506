"""Demand and coverage beside escalation: trained and judged with it, kept in the same version, published with it.

One version of the registry holds all three, so that they are promoted and rolled back together. A family
whose source is missing is left out; one without a usable model falls back on what is usual, and says so.
"""

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
"""The grain each family is judged by."""


def make_families(
    con: duckdb.DuckDBPyConnection,
    profile: Profile,
    as_of: date,
    progress: Progress = silent,
    scope: Scope = WHOLE,
) -> Families:
    """Backtest both families on everything matured by a day, and train them where the scope says so.

    A model is kept only where its backtest beats the usual; it is reported either way.
    """
    settings = profile.settings
    models: dict[str, bytes] = {}
    predictions: dict[str, pl.DataFrame] = {}
    panel, ledger = read_panel(con, profile, as_of), read_ledger(con, profile, as_of)
    if panel is not None:
        progress("places: backtest and training", 0.95)
        inputs = demand_inputs(panel, profile)
        predictions["demand"] = demand_backtest.backtest_demand(panel, inputs, profile, as_of)
        demand = train_demand(panel, inputs, profile, as_of) if scope.training else None
        models |= {DEMAND_FILE: demand.to_json()} if demand else {}
    if ledger is not None:
        progress("services: backtest and training", 0.97)
        columns = coverage_inputs(ledger)
        predictions["coverage"] = coverage_backtest.backtest_coverage(ledger, columns, profile, as_of)
        coverage = train_coverage(ledger, columns, profile, as_of) if scope.training else None
        models |= {COVERAGE_FILE: coverage.to_json()} if coverage else {}
    bootstrap, seed = settings.backtest.bootstrap, settings.seed
    metrics, reliability = (
        pl.concat(
            [
                pl.DataFrame(schema=schema),
                *(judge(rows, name, FINEST[name], bootstrap, seed) for name, rows in predictions.items()),
            ]
        )
        for schema, judge in ((METRICS_SCHEMA, count_metrics), (RELIABILITY_SCHEMA, count_reliability))
    )
    kept = {name: text for name, text in models.items() if better_than_usual(metrics, name, FINEST)}
    return Families(kept, predictions, metrics, reliability)
