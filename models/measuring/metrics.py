"""From predictions to metrics, with intervals: anyone can recompute the second from the first.

Brier skill is measured against the category's rate. Intervals are 90 %, by dispute (`resample.py`);
metrics of a single Monday carry none. Ties at the edge of the list are broken by `draws.ranks_within`,
and the rank is part of the predictions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from models.measuring import metric_functions
from models.measuring.bootstrap import Scored, dispute_weights, interval_around, resampled
from pipelines.tables.published import schema_of
from pipelines.tables.published_evidence import ModelMetrics

REFERENCE = "category_rate"
SEGMENTED_BY = {"category": "category", "county": "county_code", "channel": "channel", "urban": "urban"}
"""By name of a segmentation, the column of the predictions it uses."""
METRICS_SCHEMA = schema_of(ModelMetrics)
_AT_CAPACITY = ("precision_at_capacity", "recall_at_capacity")


def metrics_of(
    predictions: pl.DataFrame, capacity: int, replicates: int, seed: int, *, in_parts: bool = True
) -> pl.DataFrame:
    """All metrics of all models: pooled over the Mondays, by segment, and by Monday.

    Args:
        predictions: one row per model, Monday and dispute, with `score`, `rank`, `probability`, `label`
            and the columns of `SEGMENTED_BY`; every model has the same Mondays and disputes.
        capacity: k, the length of a week's list.
        replicates: bootstrap replicates.
        seed: of the bootstrap.
        in_parts: by segment and by Monday too.

    Returns:
        `METRICS_SCHEMA`, sorted by model, as_of (null first: pooled), segment and metric.
    """
    models = predictions["model"].unique().sort().to_list()
    shared = _rows_of(predictions, models[0])
    dispute = shared["dispute_id"].rank("dense").to_numpy().astype(np.int64) - 1
    weights = dispute_weights(int(dispute.max()) + 1, replicates, seed)
    reference = _floats(_rows_of(predictions, REFERENCE)["probability"]) if REFERENCE in models else None
    cuts = [_whole(shared), *_cuts(shared)] if in_parts else [_whole(shared)]
    metric_rows: list[tuple] = []
    for name in models:
        part = _rows_of(predictions, name)
        rows = scored(part, dispute, reference)
        by_score = np.argsort(rows.score, kind="stable")  # once: sorting what is in order costs little
        rows = rows.take(by_score)
        for cut in cuts:
            metric_rows += _pooled(name, rows, _Cut(cut.names, cut.code[by_score]), weights, capacity)
        if in_parts:
            metric_rows += _weekly(name, rows, part["as_of"].to_numpy()[by_score], capacity)
    frame = pl.DataFrame(metric_rows, schema=METRICS_SCHEMA, orient="row")
    return frame.sort("model", "as_of", "segment", "metric")


def _rows_of(predictions: pl.DataFrame, model: str) -> pl.DataFrame:
    """One model's rows, in the order that all models share."""
    return predictions.filter(pl.col("model") == model).sort("as_of", "dispute_id")


def scored(part: pl.DataFrame, dispute: np.ndarray, reference: np.ndarray | None) -> Scored:
    """One model's predictions as arrays."""
    probability = _floats(part["probability"])
    return Scored(
        score=_floats(part["score"]),
        probability=probability,
        rank=part["rank"].to_numpy(),
        label=part["label"].to_numpy(),
        reference=reference if reference is not None else np.full(len(part), np.nan),
        dispute=dispute,
    )


@dataclass(frozen=True)
class _Cut:
    """One segmentation of the rows; `code` is -1 for a row in no segment."""

    names: tuple[str, ...]
    code: np.ndarray


def _whole(shared: pl.DataFrame) -> _Cut:
    return _Cut(("all",), np.zeros(len(shared), dtype=np.int64))


def _cuts(shared: pl.DataFrame) -> Iterator[_Cut]:
    for label, column in SEGMENTED_BY.items():
        values = shared[column].cast(pl.String)
        levels = tuple(values.drop_nulls().unique().sort().to_list())
        if levels:
            code = values.cast(pl.Enum(levels)).to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
            yield _Cut(tuple(f"{label}={level}" for level in levels), code)


def _pooled(name: str, rows: Scored, cut: _Cut, weights: np.ndarray, k: int) -> list[tuple]:
    inside = np.flatnonzero(cut.code >= 0)
    kept = rows.take(inside)
    drawn = resampled(kept, cut.code[inside], len(cut.names), weights, k)
    metric_rows = []
    for at, segment in enumerate(cut.names):
        values = _values(kept.take(np.flatnonzero(cut.code[inside] == at)), k)
        for metric, value in values.items():
            low, high = interval_around(value, drawn[metric][at]) if metric in drawn else (None, None)
            metric_rows.append((name, None, segment, metric, _k(metric, k), _number(value), low, high))
    return metric_rows


def _weekly(name: str, rows: Scored, days: np.ndarray, k: int) -> list[tuple]:
    metric_rows = []
    for day in np.unique(days):
        values = _values(rows.take(np.flatnonzero(days == day)), k)
        monday: date = day.astype("datetime64[D]").item()
        metric_rows += [
            (name, monday, "all", metric, _k(metric, k), _number(value), None, None)
            for metric, value in values.items()
        ]
    return metric_rows


def _values(rows: Scored, k: int) -> dict[str, float]:
    label = rows.label
    values = {
        "n": float(len(label)),
        "n_positives": float(label.sum()),
        "base_rate": float(label.mean()) if len(label) else float("nan"),
        "roc_auc": metric_functions.roc_auc(rows.score, label),
        "pr_auc": metric_functions.pr_auc(rows.score, label),
        "precision_at_capacity": metric_functions.precision_at(rows.rank, label, k),
        "recall_at_capacity": metric_functions.recall_at(rows.rank, label, k),
    }
    if not np.isnan(rows.probability).any():
        values["brier"] = metric_functions.brier(rows.probability, label)
        values["brier_skill"] = metric_functions.brier_skill(rows.probability, label, rows.reference)
        values["ece"] = metric_functions.ece(rows.probability, label)
    return values


def _k(metric: str, k: int) -> int | None:
    return k if metric in _AT_CAPACITY else None


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value


def _floats(series: pl.Series) -> np.ndarray:
    return series.cast(pl.Float64).fill_null(np.nan).to_numpy()


def headline_metrics(metrics: pl.DataFrame, model: str) -> dict[str, dict[str, float | None]]:
    """A model's metrics pooled over all rows: by name, value, low and high."""
    pooled = metrics.filter(
        (pl.col("model") == model) & pl.col("as_of").is_null() & (pl.col("segment") == "all")
    )
    return {
        row["metric"]: {"value": row["value"], "low": row["low"], "high": row["high"]}
        for row in pooled.sort("metric").iter_rows(named=True)
    }
