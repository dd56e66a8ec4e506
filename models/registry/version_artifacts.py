"""Evidence of a registered version and its files: tables and pictures beside the model's own files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from models.backtesting.backtest import Backtest
from models.backtesting.fairness_limits import gaps
from models.counts.shared.families_evidence import METRICS_FILE, RELIABILITY_FILE, Families
from models.escalation.fitted_model import Trained
from models.registry.evidence_pictures import family_pictures, pictures
from pipelines.city.profile import Profile
from pipelines.deterministic_write import write_csv, write_parquet

MODEL = "model"
EVIDENCE = "evidence"


@dataclass(frozen=True, kw_only=True)
class VersionArtifacts:
    """The evidence of a version; it contains no row about a dispute.

    Attributes:
        backtest: its predictions stay in HOME/backtests, its tables and pictures go into the registry.
        folder: name of the folder of the predictions.
        reasons: `frequent_reasons.SCHEMA`.
        families: models and metrics of demand and coverage.
        pictures: whether its tables are drawn as well.
    """

    backtest: Backtest
    folder: str
    reasons: pl.DataFrame
    families: Families
    pictures: bool = True


def write_files(folder: Path, trained: Trained, artifacts: VersionArtifacts) -> None:
    """Write the model's files, the evidence tables and the pictures."""
    trained.save(folder / MODEL)
    shown, backtest = folder / EVIDENCE, artifacts.backtest
    shown.mkdir()
    write_parquet(backtest.metrics, shown / "metrics.parquet")
    write_parquet(backtest.calibration, shown / "calibration.parquet")
    write_parquet(artifacts.reasons, shown / "reasons.parquet")
    families = artifacts.families
    write_parquet(families.metrics, shown / METRICS_FILE)
    write_parquet(families.reliability, shown / RELIABILITY_FILE)
    write_csv(families.metrics, (shown / METRICS_FILE).with_suffix(".csv"))
    for name, text in families.models.items():
        (folder / MODEL / name).write_bytes(text)
    write_csv(backtest.metrics.filter(pl.col("as_of").is_null()), shown / "metrics.csv")
    if artifacts.pictures:
        drawn = pictures(backtest.metrics, backtest.calibration) | family_pictures(families)
        for name, picture in drawn.items():
            (shown / name).write_bytes(picture)
    folds = pl.DataFrame(
        [
            (split.number, split.train[0], split.train[-1], len(split.train), split.test[0], split.test[-1])
            for split in backtest.splits
        ],
        schema=["fold", "train_from", "train_until", "train_weeks", "test_from", "test_until"],
        orient="row",
    )
    write_csv(folds, shown / "folds.csv")


def parameters(trained: Trained, profile: Profile) -> dict[str, Any]:
    """The parameters that MLflow shows for a version."""
    settings = profile.settings
    kept = {name: value for name, value in trained.parameters.items() if name != "monotone_constraints"}
    return kept | {
        "rounds": trained.rounds,
        "trained_until": trained.trained_until,
        "horizon_days": settings.horizon_days,
        "label_maturity_days": settings.label_maturity_days,
        "capacity": settings.capacity.city,
    }


def headline(metrics: pl.DataFrame) -> dict[str, float]:
    """Pooled metrics of every model, by `model.metric`, and the audit's gaps, by `audit.axis.metric`."""
    pooled = metrics.filter(
        pl.col("as_of").is_null() & (pl.col("segment") == "all") & pl.col("value").is_not_null()
    )
    figures = {
        f"{model}.{name}": value
        for model, name, value in pooled.select("model", "metric", "value").iter_rows()
    }
    audited = gaps(metrics).select("axis", "metric", "value")
    return figures | {f"audit.{axis}.{name}": value for axis, name, value in audited.iter_rows()}
