"""The backtest: past weeks scored as of the past. The models of a fold know only what was known on its first Monday.

Each fold trains anew, scores its Mondays, and sees their labels only when the scores stand.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from models.backtesting.fairness import fairness_audit
from models.escalation import baselines
from models.escalation.baselines import Scores
from models.escalation.history import History
from models.escalation.training import TrainingSetup, prepare_training, train_on
from models.escalation.training_set import TooLittleToLearn, TrainingSet, build_training_set
from models.escalation.true_hazards import oracle
from models.measuring.metrics import REFERENCE, metrics_of
from models.measuring.recall_gain import recall_gains
from models.measuring.reliability import calibration_table
from models.progress import Progress, silent
from models.protocol.hash_random import days_since_1970, ranks_within
from models.protocol.time_splits import Split, backtest_splits
from models.scope import WHOLE, Scope
from pipelines.city.model_settings import Backtest as BacktestSettings
from pipelines.city.profile import Profile
from pipelines.cores import usable_cores
from pipelines.deterministic_write import write_folder
from pipelines.home import Home
from pipelines.memory import usable_memory

COPIES_OF_A_FOLD = 4
"""Of the rows a fold trains on, how many times they are in memory while it does."""
SETUP_GROWTH = 4 / 3
"""The number of trees, bins and codes is chosen again when the training weeks have grown by this factor."""
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
    "few_records",
    "score",
    "rank",
)


@dataclass(frozen=True)
class Backtest:
    """Results of a backtest.

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
    history: History,
    profile: Profile,
    as_of: date,
    progress: Progress = silent,
    scope: Scope = WHOLE,
    recorded: pl.DataFrame | None = None,
) -> Backtest | None:
    """Train and score every fold of the profile; the last fold ends at the last Monday matured by `as_of`.

    Args:
        history: rows by dispute and Monday, with labels as known by `as_of`.
        profile: folds, capacity, horizon, maturity, seed.
        as_of: the day the backtest is made; later Mondays are not looked at.
        progress: told how far it is.
        recorded: `reporting.reporting` of the day, for the audit of places that record little; None leaves that out.
        scope: without comparisons, only what a promotion is decided on: the model, the checklist, and metrics of the whole.

    Returns:
        None where no fold has weeks and outcomes enough to learn from; a single such fold is left out.
    """
    settings = profile.settings
    splits = backtest_splits(as_of, history.mondays, settings)
    past = _Past(history, profile, scope.comparisons, _townships(profile, recorded))
    stands_on = splits_with_setup(splits)
    scored: list[_ScoredFold] = []
    done: list[Split] = []
    with ThreadPoolExecutor(folds_at_once(history, settings.backtest)) as pool:
        prepared = pool.map(partial(_setup, past), dict.fromkeys(stands_on))
        setups = dict(zip(dict.fromkeys(stands_on), prepared, strict=True))
        folds = pool.map(partial(_fold, past), splits, [setups[split] for split in stands_on])
        for split, part in zip(splits, folds, strict=True):
            progress(f"backtest fold {split.number} of {len(splits)}", 0.1 + 0.8 * split.number / len(splits))
            if part is not None:
                scored.append(part)
                done.append(split)
    if not scored:
        return None
    progress("metrics of all folds", 0.9)
    predictions = _all_predictions(scored)
    drawn = settings.backtest.bootstrap
    metrics = metrics_of(
        predictions, settings.capacity.city, drawn, settings.seed, in_parts=scope.comparisons
    )
    audit = fairness_audit(predictions, profile, by_period=scope.comparisons)
    gains = recall_gains(predictions, baselines.RULES, settings.capacity.city, drawn, settings.seed)
    metrics = pl.concat([metrics, gains, audit])
    return Backtest(predictions, metrics, calibration_table(predictions), tuple(done))


def folds_at_once(history: History, backtest: BacktestSettings) -> int:
    """How many folds are trained side by side: as many as there are cores, and as the memory that may be used holds."""
    rows = min(backtest.training_rows, len(history.matrix.cohort))
    of_one_fold = COPIES_OF_A_FOLD * 4 * rows * len(history.matrix.names)
    return max(1, min(usable_cores(), usable_memory() // (2 * max(1, of_one_fold))))


def save_backtest(
    home: Home, backtest: Backtest, as_of: date, more: Mapping[str, pl.DataFrame] | None = None
) -> Path:
    """Write HOME/backtests/<as_of>-<digest12> with predictions, metrics and calibration; the same data give the same folder.

    `more` are the files of the other families.
    """
    files = {
        "predictions.parquet": backtest.predictions,
        "metrics.parquet": backtest.metrics,
        "calibration.parquet": backtest.calibration,
        **(more or {}),
    }
    return write_folder(home.backtests, as_of.isoformat(), files)


@dataclass(frozen=True)
class _Past:
    """Data shared by all folds; a fold uses rows after its own first Monday only to score them."""

    history: History
    profile: Profile
    comparisons: bool
    townships: pl.DataFrame

    def training_set(self, split: Split, like: TrainingSet | None = None) -> TrainingSet:
        return build_training_set(self.history, self.profile, split.trained_as_of, like)


@dataclass(frozen=True)
class _ScoredFold:
    """A fold's rows, ordered by Monday and dispute, and by model their probability, score and rank."""

    rows: pl.DataFrame
    models: dict[str, pl.DataFrame]


def splits_with_setup(splits: Sequence[Split]) -> list[Split]:
    """For each fold, the fold whose training setup it uses; a new setup is made each time the training weeks have grown by a third."""
    setup_splits: list[Split] = []
    for split in splits:
        fresh = not setup_splits or len(split.train) >= SETUP_GROWTH * len(setup_splits[-1].train)
        setup_splits.append(split if fresh else setup_splits[-1])
    return setup_splits


def _setup(past: _Past, split: Split) -> TrainingSetup | None:
    try:
        return prepare_training(past.training_set(split), past.profile, threads=1)
    except TooLittleToLearn:
        return None


def _fold(past: _Past, split: Split, setup: TrainingSetup | None) -> _ScoredFold | None:
    """Predictions of every model for the fold's Mondays, None where it has too little to learn from.

    Rows found only by a warning are left out.
    """
    cohort, labels = past.history.matrix.cohort, past.history.labels
    inside = cohort["as_of"].is_in(pl.Series(split.test, dtype=pl.Date).implode())
    rows = np.flatnonzero((inside & ~cohort["found_after_warning"].fill_null(False)).to_numpy())
    try:
        models = _all_models(past, split, setup, rows)
    except TooLittleToLearn:
        return None
    base = _described(cohort[rows], labels["label"].to_numpy()[rows], past.townships)
    days, hashes = days_since_1970(base["as_of"]), past.history.hashes[rows]
    return _ScoredFold(
        base,
        {
            name: pl.DataFrame(
                {
                    "probability": pl.Series(scores.probability).fill_nan(None),
                    "score": pl.Series(scores.score, dtype=pl.Float64),
                    "rank": pl.Series(ranks_within(days, scores.score, hashes)),
                }
            )
            for name, scores in models.items()
        },
    )


def _all_predictions(folds: Sequence[_ScoredFold]) -> pl.DataFrame:
    """The rows of all folds under each model, sorted by model, as_of, dispute_id; rows are shared between models, not copied."""
    rows = pl.concat([fold.rows for fold in folds], rechunk=True)
    return pl.concat(
        [
            pl.concat(
                [rows, pl.concat([fold.models[name] for fold in folds], rechunk=True)], how="horizontal"
            )
            .with_columns(model=pl.lit(name))
            .select(PREDICTION_COLUMNS)
            for name in sorted(folds[0].models)
        ],
        rechunk=False,
    )


def _all_models(
    past: _Past, split: Split, setup: TrainingSetup | None, rows: np.ndarray
) -> dict[str, Scores]:
    data = past.training_set(split, like=setup.data if setup else None)
    cohort = past.history.matrix.cohort[rows]
    trained = train_on(data, past.profile, setup, threads=1)
    z = data.design.in_blocks(rows, trained.log_odds)
    probability = trained.calibration.probability(z, cohort["category"])
    models = {
        "lightgbm": Scores(probability, probability),
        baselines.CHECKLIST: baselines.checklist(data, rows, past.profile.settings.checklist),
        REFERENCE: baselines.category_rate(data, rows),
        baselines.OLDEST_FIRST: baselines.oldest_first(data, rows),
    }
    if past.history.has_deadlines:
        models[baselines.SOONEST_DUE] = baselines.soonest_due(data, rows)
    if not past.comparisons:
        return models
    models["logistic"] = baselines.logistic(data, rows, trained.linear, past.profile.settings.seed)
    if past.history.sealed is not None:
        models["oracle"] = oracle(cohort, past.history.sealed)
    return models


def _townships(profile: Profile, recorded: pl.DataFrame | None) -> pl.DataFrame:
    """Every area's township_code, urban and few_records."""
    areas = profile.areas.select("area_code", "urban")
    if recorded is None:
        places = areas.with_columns(few_records=pl.lit(None, pl.Boolean))
    else:
        places = areas.join(recorded.select("area_code", "few_records"), on="area_code", how="left")
    return places.rename({"area_code": "township_code"})


def _described(cohort: pl.DataFrame, label: np.ndarray, townships: pl.DataFrame) -> pl.DataFrame:
    return (
        cohort.select("as_of", "dispute_id", "category", "county_code", "township_code", "channel")
        .with_columns(label=pl.Series(label, dtype=pl.Boolean))
        .join(townships, on="township_code", how="left", maintain_order="left")
    )
