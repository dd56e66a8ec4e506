"""`service_warnings.parquet`: townships and services where care visits are expected to be missed; never a person."""

from datetime import date

import numpy as np
import polars as pl

from features.small_cells import SMALLEST, hidden_cells, shown_counts
from models.counts.coverage.inputs import Inputs
from models.counts.coverage.ledger import Ledger
from models.counts.coverage.training import Coverage, forecast
from pipelines.city.profile import Profile
from pipelines.tables.published import shaped
from pipelines.tables.published_places import ServiceWarnings

PERSISTENCE = "persistence"
"""Version name where no model is in use: the forecast is the last horizon's overdue visits, without an interval."""


def service_warnings(
    ledger: Ledger,
    inputs: Inputs,
    profile: Profile,
    as_of: date,
    coverage: Coverage | None,
    version: str,
    synthetic: bool,
) -> pl.DataFrame:
    """Every township and service with ledger lines, by rank; suppressed rows last.

    Args:
        ledger: everything known before the Monday, which is its last one.
        inputs: of the ledger.
        profile: level thresholds and capacity.
        as_of: the Monday.
        coverage: the model in use, if any.
        version: of the model, or `PERSISTENCE`.
        synthetic: whether the data are made up.

    Returns:
        `ServiceWarnings`; a suppressed row holds no figure and no level, and its rank follows its code alone.
    """
    rows = ledger.rows_of([as_of])
    expected = forecast(inputs, coverage.booster, rows) if coverage else inputs.recent[rows]
    low, high = coverage.spread.interval(np.nan_to_num(expected)) if coverage else (None, None)
    due = pl.Series("due", inputs.due[rows]).fill_nan(None)
    cells = ledger.cells.with_columns(
        due,
        caseload=pl.Series(ledger.caseload[:, -1]).fill_nan(None),
        suppressed=pl.Series(hidden_cells(ledger.cells, ledger.caseload)),
        overdue=pl.Series(inputs.recent[rows]),
        expected_overdue=pl.Series(expected).fill_nan(None),
        low=pl.Series(low, dtype=pl.Float64) if low is not None else pl.lit(None, pl.Float64),
        high=pl.Series(high, dtype=pl.Float64) if high is not None else pl.lit(None, pl.Float64),
    ).filter(pl.col("caseload").is_not_null())
    ranked = ranked_cells(cells, profile)
    if coverage is None:
        few = pl.col("expected_overdue") < SMALLEST
        ranked = ranked.with_columns(expected_overdue=pl.when(~few).then("expected_overdue"))
    shown = shown_counts(ranked).with_columns(
        as_of=pl.lit(as_of), model_version=pl.lit(version), synthetic=pl.lit(synthetic)
    )
    return shaped(shown, ServiceWarnings)


def ranked_cells(cells: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Add level and rank, by the share of due visits expected to be overdue; both are null for suppressed rows."""
    settings = profile.settings
    limits = settings.coverage.overdue_share
    share = pl.when(~pl.col("suppressed") & (pl.col("due") > 0)).then(
        pl.col("expected_overdue") / pl.col("due")
    )
    level = (
        pl.when(pl.col("share").is_null())
        .then(None)
        .when((pl.col("share") >= limits["red"]) & (pl.col("rank") <= settings.capacity.city))
        .then(pl.lit("red"))
        .when(pl.col("share") >= limits["orange"])
        .then(pl.lit("orange"))
        .when(pl.col("share") >= limits["yellow"])
        .then(pl.lit("yellow"))
        .otherwise(pl.lit("blue"))
    )
    return (
        cells.with_columns(share=share)
        .sort("share", "area_code", "service", descending=[True, False, False], nulls_last=True)
        .with_columns(rank=pl.int_range(1, pl.len() + 1))
        .with_columns(level=level)
    )
