"""Difference in recall at capacity between two rankings of the same rows, resampled by dispute together."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from models.measuring.bootstrap import TAILS, dispute_weights
from models.measuring.metrics import METRICS_SCHEMA

KEYS = ("as_of", "dispute_id")
MODEL = "lightgbm"
GAIN = "recall_gain_at_capacity"


def recall_gains(
    predictions: pl.DataFrame, baselines: Sequence[str], capacity: int, replicates: int, seed: int
) -> pl.DataFrame:
    """The model's recall at capacity minus each baseline's, with its 90 % interval.

    Args:
        predictions: of a backtest.
        baselines: names; those the predictions do not hold are left out.
        capacity: k.
        replicates: of the bootstrap.
        seed: of the bootstrap.

    Returns:
        `METRICS_SCHEMA`: model, segment `against=<baseline>`, metric `recall_gain_at_capacity`.
    """
    columns = (*KEYS, "rank", "label")
    ours = predictions.filter(pl.col("model") == MODEL).select(columns)
    present = set(predictions["model"].unique())
    rows = []
    for name in baselines:
        if name not in present:
            continue
        theirs = predictions.filter(pl.col("model") == name).select(columns)
        gain = paired_recall_gain(ours, theirs, capacity, replicates, seed)
        value, low, high = gain if gain is not None else (None, None, None)
        rows.append((MODEL, None, f"against={name}", GAIN, capacity, value, low, high))
    return pl.DataFrame(rows, schema=METRICS_SCHEMA, orient="row")


def paired_recall_gain(
    ours: pl.DataFrame, theirs: pl.DataFrame, capacity: int, replicates: int, seed: int
) -> tuple[float, float, float] | None:
    """Recall at capacity of one ranking minus another's, on the rows that both have.

    Args:
        ours: as_of, dispute_id, rank, label; its labels count.
        theirs: as_of, dispute_id, rank.
        capacity: k.
        replicates: of the bootstrap, which resamples disputes with all their weeks.
        seed: of the bootstrap.

    Returns:
        Value, lower and upper end of the 90 % interval; None where no outcome lies in rows of both.
    """
    other = theirs.select(*KEYS, other_rank="rank")
    both = ours.select(*KEYS, "label", "rank").join(other, on=KEYS, how="inner").filter("label").sort(KEYS)
    if both.is_empty():
        return None
    dispute = both["dispute_id"].rank("dense").to_numpy().astype(np.int64) - 1
    gained = (both["rank"] <= capacity).cast(pl.Int8) - (both["other_rank"] <= capacity).cast(pl.Int8)
    weights = dispute_weights(int(dispute.max()) + 1, replicates, seed)[dispute]
    drawn = (gained.to_numpy()[:, None] * weights).sum(axis=0) / np.maximum(weights.sum(axis=0), 1e-9)
    low, high = np.quantile(drawn, TAILS)
    return float(gained.cast(pl.Float64).to_numpy().mean()), float(low), float(high)
