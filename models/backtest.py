"""Scoring the past as of the past: every fold's models know only what was known on its first Monday.

Each fold trains anew, scores its Mondays, and sees their labels only when the scores stand.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from features.matrix import Matrix
from models import baselines
from models.baselines import Scores
from models.draws import days_since_1970, dispute_bits, ranks_within
from models.evaluation import metrics_of
from models.history import matured_history
from models.oracle import oracle
from models.progress import Progress, silent
from models.reliability import calibration_table
from models.saving import write_folder
from models.splits import Split, gap_days, matured, temporal_splits
from models.training import Material, TooLittleToLearn, material, train_on
from pipelines.errors import FengqiaoError
from pipelines.home import Home
from pipelines.profile import Profile
from pipelines.warehouse import open_warehouse

PREDICTION_COLUMNS = (
    "as_of",
    "dispute_id",
    "model",
    "probability",
    "label",
    "category",
    "county_code",
    "township_code",
    "channel",
    "urban",
    "score",
    "rank",
)


@dataclass(frozen=True)
class Backtest:
    """What came of replaying the past.

    Attributes:
        predictions: one row per model, Monday and dispute; `PREDICTION_COLUMNS`, sorted by model, as_of, dispute_id.
        metrics: `evaluation.METRICS_SCHEMA`.
        calibration: `reliability.CALIBRATION_SCHEMA`.
        splits: the folds, in time order.
    """

    predictions: pl.DataFrame
    metrics: pl.DataFrame
    calibration: pl.DataFrame
    splits: tuple[Split, ...]


def run_backtest(
    matrix: Matrix,
    labels: pl.DataFrame,
    profile: Profile,
    as_of: date,
    sealed: Path | None = None,
    progress: Progress = silent,
) -> Backtest | None:
    """Replay the folds of the profile, the last one ending at the last Monday matured by `as_of`.

    Args:
        matrix: features by dispute and Monday, all Mondays since the first.
        labels: `label_cohort` of the same rows, as known by `as_of`.
        profile: folds, capacity, horizon, maturity, seed.
        as_of: the day the backtest is made; later Mondays are not looked at.
        sealed: the simulator's true hazards, to judge against.
        progress: told how far it is.

    Returns:
        None where no fold has weeks and outcomes enough to learn from; a single such fold is left out.
    """
    settings = profile.settings
    gap = gap_days(settings.horizon_days, settings.label_maturity_days)
    splits = temporal_splits(
        matured(matrix.cohort["as_of"].unique().to_list(), as_of, gap),
        settings.horizon_days,
        settings.label_maturity_days,
        settings.backtest.folds,
        settings.backtest.fold_weeks,
    )
    bits = dispute_bits(matrix.cohort["dispute_id"])
    parts: list[pl.DataFrame] = []
    done: list[Split] = []
    for split in splits:
        progress(
            f"backtest fold {split.number} of {len(splits)}", 0.1 + 0.85 * (split.number - 1) / len(splits)
        )
        try:
            parts.append(_fold(matrix, labels, profile, split, bits, sealed))
        except TooLittleToLearn:
            continue
        done.append(split)
    if not parts:
        return None
    predictions = pl.concat(parts).sort("model", "as_of", "dispute_id")
    metrics = metrics_of(predictions, settings.capacity, settings.backtest.bootstrap, settings.seed)
    return Backtest(predictions, metrics, calibration_table(predictions), tuple(done))


def save_backtest(home: Home, backtest: Backtest, as_of: date) -> Path:
    """Write HOME/backtests/<as_of>-<digest12>: predictions, metrics and calibration; the same for the same data."""
    files = {
        "predictions.parquet": backtest.predictions,
        "metrics.parquet": backtest.metrics,
        "calibration.parquet": backtest.calibration,
    }
    return write_folder(home.backtests, as_of.isoformat(), files)


def backtest_and_save(home: Home, profile: Profile, as_of: date, progress: Progress = silent) -> Path:
    """Backtest everything matured by a day from the warehouse, and write it under HOME/backtests.

    Raises:
        FengqiaoError: history is too short for a single fold.
    """
    with open_warehouse(home.warehouse, read_only=True) as con:
        known = matured_history(con, profile, as_of, progress)
    backtest = run_backtest(known.matrix, known.labels, profile, as_of, known.sealed, progress)
    if backtest is None:
        raise FengqiaoError(f"{home.root}: no fold has weeks and outcomes enough to learn from by {as_of}")
    return save_backtest(home, backtest, as_of)


def _fold(
    matrix: Matrix,
    labels: pl.DataFrame,
    profile: Profile,
    split: Split,
    bits: np.ndarray,
    sealed: Path | None,
) -> pl.DataFrame:
    """Predictions of every model for the fold's Mondays; rows found only by a warning are left out."""
    given = material(matrix, labels, profile, split.trained_as_of, bits)
    cohort = matrix.cohort
    inside = cohort["as_of"].is_in(pl.Series(split.test, dtype=pl.Date).implode())
    rows = np.flatnonzero((inside & ~cohort["found_after_warning"].fill_null(False)).to_numpy())
    base = _described(cohort[rows], labels["label"].to_numpy()[rows], profile)
    days = days_since_1970(base["as_of"])
    return pl.concat(
        base.with_columns(
            model=pl.lit(name),
            probability=pl.Series(scores.probability).fill_nan(None),
            score=pl.Series(scores.score, dtype=pl.Float64),
            rank=pl.Series(ranks_within(days, scores.score, bits[rows])),
        ).select(PREDICTION_COLUMNS)
        for name, scores in _all_models(given, rows, profile, sealed).items()
    )


def _all_models(
    given: Material, rows: np.ndarray, profile: Profile, sealed: Path | None
) -> dict[str, Scores]:
    cohort = given.design.matrix.cohort[rows]
    trained = train_on(given, profile)
    probability = trained.probability(given.design.rows(rows), cohort["category"])
    found = {
        "lightgbm": Scores(probability, probability),
        "logistic": baselines.logistic(given, rows, profile),
        "checklist": baselines.checklist(given, rows, profile),
        "category_rate": baselines.category_rate(given, rows),
        "oldest_first": baselines.oldest_first(given, rows),
    }
    if sealed is not None:
        found["oracle"] = oracle(cohort, sealed)
    return found


def _described(cohort: pl.DataFrame, label: np.ndarray, profile: Profile) -> pl.DataFrame:
    urban = profile.areas.select(pl.col("area_code").alias("township_code"), "urban")
    return (
        cohort.select("as_of", "dispute_id", "category", "county_code", "township_code", "channel")
        .with_columns(label=pl.Series(label, dtype=pl.Boolean))
        .join(urban, on="township_code", how="left", maintain_order="left")
    )
