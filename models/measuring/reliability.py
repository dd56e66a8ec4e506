"""Reliability table: predicted probabilities and observed shares by bins of equal size."""

import numpy as np
import polars as pl
from scipy.stats import beta

from models.measuring.metric_functions import probability_bins
from pipelines.tables.published import schema_of
from pipelines.tables.published_evidence import Calibration

PICTURE_BINS = 20
CALIBRATION_SCHEMA = schema_of(Calibration)
_TAIL = 0.05


def calibration_table(predictions: pl.DataFrame) -> pl.DataFrame:
    """Mean probability and observed share of outcomes per bin, for every model, pooled and by category.

    The 90 % interval of the share is Jeffreys' with dispute-weeks counted as disputes: the counts are
    divided by how many weeks an outcome's dispute appears with it, because those are near copies.

    Args:
        predictions: rows of the backtest; a model without probabilities is left out.

    Returns:
        `CALIBRATION_SCHEMA`, sorted by model, segment and bin; bins are cut per model and segment.
    """
    parts = []
    columns = ("dispute_id", "category", "probability", "label")
    for model in predictions["model"].unique().sort():
        rows = predictions.filter(pl.col("model") == model).select(columns).drop_nulls("probability")
        if rows.is_empty():
            continue
        parts.append(_binned(rows, model, "all"))
        for (category,), inside in rows.group_by("category", maintain_order=True):
            parts.append(_binned(inside, model, f"category={category}"))
    if not parts:
        return pl.DataFrame(schema=CALIBRATION_SCHEMA)
    return pl.concat(parts).sort("model", "segment", "bin")


def _binned(rows: pl.DataFrame, model: str, segment: str) -> pl.DataFrame:
    bins = probability_bins(rows["probability"].to_numpy(), PICTURE_BINS)
    hit = rows.filter("label")
    copies = max(1.0, len(hit) / max(1, hit["dispute_id"].n_unique()))
    binned = (
        rows.with_columns(bin=pl.Series(bins, dtype=pl.Int64))
        .group_by("bin")
        .agg(
            pl.col("probability").mean().alias("predicted"),
            pl.col("label").mean().alias("observed"),
            pl.col("label").sum().alias("hits"),
            pl.len().cast(pl.Int64).alias("n"),
        )
        .sort("bin")
    )
    hits, misses = (
        binned["hits"].to_numpy() / copies + 0.5,
        (binned["n"] - binned["hits"]).to_numpy() / copies + 0.5,
    )
    return binned.with_columns(
        model=pl.lit(model),
        segment=pl.lit(segment),
        low=np.minimum(pl.Series(beta.ppf(_TAIL, hits, misses)), binned["observed"]),
        high=np.maximum(pl.Series(beta.ppf(1 - _TAIL, hits, misses)), binned["observed"]),
    ).select(pl.col(name).cast(kind) for name, kind in CALIBRATION_SCHEMA.items())
