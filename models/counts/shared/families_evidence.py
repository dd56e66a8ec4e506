"""Results of training and backtesting demand and coverage, as the registry and the backtest folder keep them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from models.counts.shared.count_metrics import METRICS_SCHEMA
from models.counts.shared.reliability import RELIABILITY_SCHEMA

DEMAND_FILE, COVERAGE_FILE = "demand.json", "coverage.json"
MODEL, USUAL = "lightgbm", "usual"
METRICS_FILE, RELIABILITY_FILE = "family_metrics.parquet", "family_calibration.parquet"
JUDGED = {DEMAND_FILE: ("demand", "disputes"), COVERAGE_FILE: ("coverage", "overdue")}
"""By model file: its family, and the target it is judged by."""


@dataclass(frozen=True)
class Families:
    """Models of both families, and their backtest results.

    Attributes:
        models: file name to bytes; none for a family that has too little history or is no better than the usual.
        predictions: family to `measures.PREDICTIONS_SCHEMA`.
        metrics: of both, `measures.METRICS_SCHEMA`.
        reliability: of both, `reliability.RELIABILITY_SCHEMA`.
    """

    models: dict[str, bytes] = field(default_factory=dict)
    predictions: dict[str, pl.DataFrame] = field(default_factory=dict)
    metrics: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=METRICS_SCHEMA))
    reliability: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=RELIABILITY_SCHEMA))

    def files(self) -> dict[str, pl.DataFrame]:
        """File name to frame for HOME/backtests: predictions, and the metrics anyone can recompute from them."""
        named = {f"{family}_predictions.parquet": rows for family, rows in self.predictions.items()}
        return named | {METRICS_FILE: self.metrics, RELIABILITY_FILE: self.reliability}

    def headline(self) -> dict[str, float]:
        """Every measure at every whole grain, by a name that MLflow accepts."""
        whole = self.metrics.filter(~pl.col("segment").str.contains(" ") & pl.col("value").is_not_null())
        return {
            f"{row['family']}.{row['target']}.{row['segment'].removeprefix('grain=')}.{row['model']}.{row['metric']}": row[
                "value"
            ]
            for row in whole.iter_rows(named=True)
        }


def better_than_usual(metrics: pl.DataFrame, file_name: str, finest: Mapping[str, str]) -> bool:
    """Whether a model's backtest deviance at its family's finest grain is below that of the usual count."""
    family, target = JUDGED[file_name]
    rows = metrics.filter(
        (pl.col("family") == family)
        & (pl.col("target") == target)
        & (pl.col("segment") == f"grain={finest[family]}")
        & (pl.col("metric") == "poisson_deviance")
    )
    deviance_of = dict(zip(rows["model"], rows["value"], strict=True))
    return MODEL in deviance_of and deviance_of[MODEL] < deviance_of[USUAL]
