"""Reliability table of counts: expected and actual counts by bins of equal size."""

import numpy as np
import polars as pl

from models.measuring.bootstrap import TAILS
from models.measuring.metric_functions import probability_bins

BINS = 10
RELIABILITY_SCHEMA = {
    "family": pl.String,
    "target": pl.String,
    "model": pl.String,
    "bin": pl.Int64,
    "expected": pl.Float64,
    "came": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "n": pl.Int64,
}


def count_reliability(
    predictions: pl.DataFrame, family: str, finest: str, replicates: int, seed: int
) -> pl.DataFrame:
    """Mean expected and mean actual count per bin of expected count, for every target and model, at the finest grain.

    Args:
        predictions: `measures.PREDICTIONS_SCHEMA`.
        family: `demand` or `coverage`.
        finest: the grain that is shown.
        replicates: of the bootstrap of places that gives the 90 % interval of the mean count.
        seed: of the bootstrap.

    Returns:
        `RELIABILITY_SCHEMA`, sorted by family, target, model and bin; bins are cut per target and model.
    """
    shown = predictions.filter(grain=finest).sort("target", "model", "as_of", "area_code", "category")
    parts = [
        _binned(rows, replicates, seed).with_columns(
            family=pl.lit(family), target=pl.lit(target), model=pl.lit(model)
        )
        for (target, model), rows in shown.group_by("target", "model", maintain_order=True)
    ]
    if not parts:
        return pl.DataFrame(schema=RELIABILITY_SCHEMA)
    return pl.concat(parts).select(pl.col(name).cast(kind) for name, kind in RELIABILITY_SCHEMA.items())


def _binned(rows: pl.DataFrame, replicates: int, seed: int) -> pl.DataFrame:
    expected, actual = rows["expected"].to_numpy(), rows["came"].to_numpy()
    bins = np.unique(probability_bins(expected, BINS), return_inverse=True)[1]
    place = rows["area_code"].rank("dense").cast(pl.Int64).to_numpy() - 1
    n_bins, n_places = int(bins.max()) + 1, int(place.max()) + 1
    key = bins * n_places + place
    total, count = (
        np.bincount(key, amount, n_bins * n_places).reshape(n_bins, n_places) for amount in (actual, None)
    )
    weights = np.random.default_rng(seed).poisson(1.0, size=(n_places, replicates))
    weighed = count @ weights
    drawn = np.divide(total @ weights, weighed, out=np.full(weighed.shape, np.nan), where=weighed > 0)
    low, high = np.nanquantile(drawn, TAILS, axis=1)
    n = np.bincount(bins)
    mean = np.bincount(bins, actual) / n
    return pl.DataFrame(
        {
            "bin": np.arange(n_bins),
            "expected": np.bincount(bins, expected) / n,
            "came": mean,
            "low": np.minimum(low, mean),
            "high": np.maximum(high, mean),
            "n": n,
        }
    )
