"""Other learners on the same rows, beside ours: is a kept library's default, or an AutoML, any better?

One training as of the first fold's first Monday, judged on all Mondays of the backtest; the same rows, weights and
calibration for each. `python -m models.benchmarks.learner_comparison --help`.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated

import numpy as np
import polars as pl
import typer

from models.benchmarks.other_learners import LEARNERS, LogOdds
from models.escalation import baselines
from models.escalation.baselines import Scores
from models.escalation.history import History
from models.escalation.matured_history import whole_history
from models.escalation.training import calibrated
from models.escalation.training_set import TrainingSet, build_training_set
from models.measuring.metrics import METRICS_SCHEMA, metrics_of
from models.protocol.hash_random import days_since_1970, dispute_hash, ranks_within
from models.protocol.time_splits import backtest_splits
from pipelines.city.capacity import Capacity
from pipelines.city.profile import Profile, load_profile
from pipelines.errors import FengqiaoError
from pipelines.home import Home
from pipelines.terminal_text import printable


def compare(
    history: History,
    profile: Profile,
    as_of: date,
    only: Sequence[str] = tuple(LEARNERS),
) -> tuple[pl.DataFrame, dict[str, float]]:
    """Metrics of every learner over the backtest's Mondays, and the seconds each took to train.

    Args:
        history: every row by dispute and Monday, with labels.
        profile: folds, capacity, horizon, maturity, seed and settings.
        as_of: later Mondays are not looked at.
        only: names of `LEARNERS`; `flaml` needs `lightgbm` before it.

    Returns:
        `evaluation.METRICS_SCHEMA`, and seconds by learner.

    Raises:
        FengqiaoError: history holds no fold.
    """
    settings = profile.settings
    matrix, labels = history.matrix, history.labels
    splits = backtest_splits(as_of, history.mondays, profile.settings)
    if not splits:
        raise FengqiaoError(f"history holds no fold by {as_of}")
    data = build_training_set(history, profile, splits[0].trained_as_of)
    later = (matrix.cohort["as_of"] >= splits[0].trained_as_of) & ~matrix.cohort["found_after_warning"]
    rows = np.flatnonzero(later.to_numpy())
    seconds: dict[str, float] = {}
    scores = {"category_rate": baselines.category_rate(data, rows)}
    for name in only:
        learner, started = LEARNERS[name], time.perf_counter()
        log_odds = learner(data, labels, profile, seconds)
        seconds[name] = time.perf_counter() - started
        scores[name] = _calibrated(data, log_odds, rows, profile)
    shared = matrix.cohort[rows].select("as_of", "dispute_id", "category", "county_code", "channel")
    days, bits = days_since_1970(shared["as_of"]), dispute_hash(shared["dispute_id"])
    predictions = pl.concat(
        shared.with_columns(
            model=pl.lit(name),
            probability=pl.Series(model_scores.probability),
            score=pl.Series(model_scores.score),
            rank=pl.Series(ranks_within(days, model_scores.score, bits)),
            label=labels["label"].to_numpy()[rows],
            urban=pl.lit(None, pl.Boolean),
        )
        for name, model_scores in scores.items()
    )
    grave = (labels["severity"].fill_null(0) >= 2).to_numpy()[rows]
    metrics = metrics_of(predictions, settings.capacity.city, settings.backtest.bootstrap, settings.seed)
    tables = [metrics, _gains(predictions), _recall_of_grave(predictions, grave, settings.capacity.city)]
    return pl.concat(tables), seconds


def _calibrated(data: TrainingSet, log_odds: LogOdds, rows: np.ndarray, profile: Profile) -> Scores:
    settings = profile.settings
    z = data.design.in_blocks(data.rows_of(data.windows.calibrate), log_odds)
    fitted = calibrated(data, z, draws=1, seed=settings.seed)
    category = data.design.matrix.cohort["category"][rows]
    probability = fitted.probability(data.design.in_blocks(rows, log_odds), category)
    return Scores(probability, probability)


def _gains(predictions: pl.DataFrame) -> pl.DataFrame:
    """One minus the log-loss divided by that of the overall base rate (`log_loss_skill`); finer than recall where outcomes are few."""
    p, rate = pl.col("probability").clip(1e-9, 1 - 1e-9), pl.col("label").mean()
    loss = -pl.when("label").then(p.log()).otherwise((1 - p).log()).mean()
    least = -(rate * rate.log() + (1 - rate) * (1 - rate).log())
    return _pooled(predictions.group_by("model").agg(value=1 - loss / least), "log_loss_skill", None)


def _recall_of_grave(predictions: pl.DataFrame, grave: np.ndarray, k: int) -> pl.DataFrame:
    """Share of the rows with an outcome of severity 2 or more that were listed."""
    listed_grave = (
        predictions.with_columns(grave=np.tile(grave, predictions["model"].n_unique()))
        .filter("grave")
        .group_by("model")
        .agg((pl.col("rank") <= k).mean().alias("value"))
    )
    return _pooled(listed_grave, "recall_of_grave_at_capacity", k)


def _pooled(values: pl.DataFrame, metric: str, k: int | None) -> pl.DataFrame:
    """`model` and `value` as rows of `METRICS_SCHEMA`, without an interval."""
    columns = {"as_of": None, "segment": "all", "metric": metric, "k": k, "low": None, "high": None}
    return values.with_columns(
        pl.lit(value, METRICS_SCHEMA[name]).alias(name) for name, value in columns.items()
    ).select(list(METRICS_SCHEMA))


def main(
    home: Annotated[
        list[Path], typer.Option(help="A home with a year and a half of records or more; again for more.")
    ],
    profile: Annotated[str, typer.Option()] = "qujing",
    only: Annotated[str, typer.Option(help=f"Learners, by comma: {', '.join(LEARNERS)}.")] = ",".join(
        LEARNERS
    ),
    capacity: Annotated[
        int | None, typer.Option(help="Length of the list; the profile's where not given.")
    ] = None,
) -> None:
    """Print every learner's metrics, over several homes their means, and the seconds each took."""
    loaded = load_profile(profile)
    if capacity is not None:
        loaded = replace(
            loaded, settings=loaded.settings.model_copy(update={"capacity": Capacity(city=capacity)})
        )
    tables = []
    for each in home:
        known, as_of = whole_history(Home(each), loaded)
        metrics, seconds = compare(known, loaded, as_of, only.split(","))
        pooled = metrics.filter(pl.col("as_of").is_null() & (pl.col("segment") == "all")).drop_nulls("value")
        tables.append(pooled)
        shown = pl.format("{} ({}, {})", *(pl.col(c).round(5) for c in ("value", "low", "high")))
        _show(
            pooled.with_columns(pl.coalesce(shown, pl.col("value").round(5).cast(pl.String)).alias("value"))
        )
        typer.echo(printable("  ".join(f"{name} {spent:.1f} s" for name, spent in seconds.items())))
    if len(tables) > 1:
        means = (
            pl.concat(tables)
            .group_by("model", "metric", maintain_order=True)
            .agg(pl.col("value").mean().round(5))
        )
        typer.echo(printable(f"\nMeans of {len(tables)} cities"))
        _show(means)


def _show(values: pl.DataFrame) -> None:
    table = values.pivot("model", index="metric", values="value", aggregate_function="first")
    with pl.Config(
        tbl_rows=-1, tbl_cols=-1, tbl_width_chars=400, tbl_hide_dataframe_shape=True, fmt_str_lengths=40
    ):
        typer.echo(printable(str(table)))


if __name__ == "__main__":
    typer.run(main)
