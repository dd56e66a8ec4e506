"""How much of what can be had we have: our share of two ceilings, in the simulator, over several cities.

The upper ceiling knows the true hazards, which hold what nobody records (`oracle`). The lower one is what the
records allow: the same learner on many times the data (`pooled`), taken from other made-up cities, none of
which is reported. `python -m models.benchmarks.ceilings --help`; homes are made by `fengqiao simulate --seed` and
`fengqiao run`, one per city.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated

import numpy as np
import polars as pl
import typer

from features.engine.matrix import Matrix
from models.backtesting.backtest import run_backtest
from models.escalation.design_matrix import design
from models.escalation.fitted_model import Trained
from models.escalation.history import History
from models.escalation.matured_history import whole_history
from models.escalation.training import train
from models.escalation.training_set import kept
from models.measuring.metrics import metrics_of
from models.protocol.hash_random import days_since_1970, dispute_hash, ranks_within
from models.protocol.time_splits import inner_windows, matured_by
from models.registry.promotion import pooled as pooled_value
from pipelines.city.capacity import Capacity
from pipelines.city.profile import Profile, load_profile
from pipelines.errors import FengqiaoError
from pipelines.home import Home
from pipelines.terminal_text import printable

RECORDS = "records_ceiling"
SHARED = ("recall_at_capacity", "brier_skill")
_REPLICATES = 2000


def pooled(others: Iterable[History], profile: Profile, as_of: date) -> Trained:
    """One model trained on the rows of several cities together; otherwise the same as `train`.

    Only rows that `train` would keep are held in memory: all of the calibration's weeks, and before them the
    outcomes and the drawn share of the rest.
    """
    parts = [_thinned(history, f"{number}:", profile, as_of) for number, history in enumerate(others)]
    order = pl.concat([part.matrix.cohort.select("as_of", "dispute_id") for part in parts]).with_row_index()
    by_monday = order.sort("as_of", "dispute_id")["index"].to_numpy()
    matrix = Matrix(
        pl.concat([part.matrix.cohort for part in parts])[by_monday],
        np.concatenate([part.matrix.values for part in parts])[by_monday],
        parts[0].matrix.names,
    )
    labels = pl.concat([part.labels for part in parts])[by_monday]
    return train(History.of(matrix, labels), profile, as_of)


def judged(
    city: History, pooled_models: Mapping[str, Trained], profile: Profile, as_of: date
) -> pl.DataFrame:
    """Backtest metrics of a city; pooled models score the same rows under their own names.

    Raises:
        FengqiaoError: the city has no fold.
    """
    backtest = run_backtest(city, profile, as_of)
    if backtest is None:
        raise FengqiaoError(f"no fold has weeks and outcomes enough to learn from by {as_of}")
    ours = backtest.predictions.filter(pl.col("model") == "lightgbm")
    at = _positions(city.matrix.cohort, ours)
    category = ours["category"]
    bits, days = dispute_hash(ours["dispute_id"]), days_since_1970(ours["as_of"])
    scored = [backtest.predictions]
    for name, trained in pooled_models.items():
        z = design(city.matrix, trained.levels).in_blocks(at, trained.log_odds)
        probability = trained.calibration.probability(z, category)
        scored.append(
            ours.with_columns(
                model=pl.lit(name),
                probability=pl.Series(probability),
                score=pl.Series(probability),
                rank=pl.Series(ranks_within(days, probability, bits)),
            )
        )
    settings = profile.settings
    return metrics_of(
        pl.concat(scored),
        settings.capacity.city,
        settings.backtest.bootstrap,
        settings.seed,
    )


def shares(metrics: Sequence[pl.DataFrame], seed: int) -> pl.DataFrame:
    """Our share of each ceiling: mean over cities over mean over cities, 90 % by resampling cities.

    Returns:
        metric, ceiling, ours, theirs, share, low, high.
    """
    drawn = np.random.default_rng(seed).integers(0, len(metrics), (_REPLICATES, len(metrics)))
    rows = []
    for metric in SHARED:
        ours = np.array([pooled_value(each, "lightgbm", metric) for each in metrics])
        for ceiling in (RECORDS, "oracle"):
            theirs = np.array([pooled_value(each, ceiling, metric) for each in metrics])
            low, high = np.quantile(ours[drawn].mean(axis=1) / theirs[drawn].mean(axis=1), [0.05, 0.95])
            rows.append((metric, ceiling, ours.mean(), theirs.mean(), ours.mean() / theirs.mean(), low, high))
    return pl.DataFrame(
        rows, schema=["metric", "ceiling", "ours", "theirs", "share", "low", "high"], orient="row"
    )


def table(metrics: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Mean over cities of every pooled metric, with the spread between cities; one row per model and metric."""
    return (
        pl.concat(metrics)
        .filter(pl.col("as_of").is_null() & (pl.col("segment") == "all"))
        .group_by("model", "metric")
        .agg(
            pl.col("value").mean().alias("mean"), pl.col("value").std().alias("sd"), pl.len().alias("cities")
        )
        .sort("metric", "model")
    )


def read_city(home: Home, profile: Profile) -> tuple[History, date]:
    """A city's matured history and the Monday after its newest record.

    Raises:
        FengqiaoError: it holds no record, or its truth is not beside its landing files.
    """
    history, as_of = whole_history(home, profile)
    if history.sealed is None:
        raise FengqiaoError(
            f"{home.root}: the true hazards are gone; keep the folder `fengqiao simulate` wrote"
        )
    return history, as_of


def _thinned(history: History, mark: str, profile: Profile, as_of: date) -> History:
    settings = profile.settings
    cohort = history.matrix.cohort.with_columns(pl.format(mark + "{}", "dispute_id").alias("dispute_id"))
    mondays = matured_by(as_of, cohort["as_of"].unique().to_list(), settings)
    calibrate = inner_windows(mondays, settings.horizon_days, settings.backtest.calibration_weeks).calibrate
    late = (cohort["as_of"] >= calibrate[0]).to_numpy()
    drawn = kept(
        history.labels["label"].to_numpy(),
        dispute_hash(cohort["dispute_id"]),
        days_since_1970(cohort["as_of"]),
        settings.backtest.negative_share,
        settings.seed,
    )
    at = np.flatnonzero(late | drawn)
    labels = history.labels[at].with_columns(cohort["dispute_id"][at])
    return History.of(Matrix(cohort[at], history.matrix.values[at], history.matrix.names), labels)


def _positions(cohort: pl.DataFrame, rows: pl.DataFrame) -> np.ndarray:
    """Row numbers in the cohort of rows that are all in it, in their order."""
    numbered = cohort.select("as_of", "dispute_id").with_row_index("at")
    keys = rows.select("as_of", "dispute_id")
    return keys.join(numbered, on=["as_of", "dispute_id"], how="left", maintain_order="left")["at"].to_numpy()


def main(
    homes: Annotated[list[Path], typer.Argument(help="Homes of the cities that are reported.")],
    others: Annotated[str, typer.Option(help="Homes of other cities to learn from, separated by commas.")],
    profile: Annotated[str, typer.Option()] = "qujing",
    capacity: Annotated[int, typer.Option(help="Length of a week's list in a city of this size.")] = 40,
    curve: Annotated[str, typer.Option(help="Also models of so many of the others, by comma: 1,2,5.")] = "",
) -> None:
    """Print our share of both ceilings, and every metric of every model, over the cities given."""
    loaded = load_profile(profile)
    loaded = replace(
        loaded, settings=loaded.settings.model_copy(update={"capacity": Capacity(city=capacity)})
    )
    learned = [read_city(Home(Path(each)), loaded) for each in others.split(",")]
    until = max(as_of for _, as_of in learned)
    sizes = {f"of_{n}_cities": int(n) for n in curve.split(",") if n} | {RECORDS: len(learned)}
    models = {
        name: pooled([history for history, _ in learned[:size]], loaded, until)
        for name, size in sizes.items()
    }
    metrics = []
    for number, home in enumerate(homes, start=1):
        typer.echo(printable(f"city {number} of {len(homes)}"), err=True)
        history, as_of = read_city(Home(home), loaded)
        metrics.append(judged(history, models, loaded, as_of))
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_hide_dataframe_shape=True):
        typer.echo(printable(str(shares(metrics, loaded.settings.seed))))
        typer.echo(printable(str(table(metrics))))


if __name__ == "__main__":
    typer.run(main)
