"""Error measures of count forecasts, per row or series, with intervals by bootstrap of townships.

`rmsse`: root mean squared error of a series over the root mean squared change from one horizon to the next in
its earlier history; the mean over series. `poisson_deviance`: mean; a forecast of nothing counts as
`LEAST`. `wis`: weighted interval score of the 80 % interval and the expected count. `coverage_80`: share of
counts inside the interval. `bias`: all that was expected over all that came. `rank_correlation`:
Spearman's between what was expected and what came, the mean over Mondays.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from scipy.stats import rankdata

from models.counts.shared.intervals import SHARE
from models.measuring.bootstrap import interval_around

LEAST = 0.02
KEYS = ("area_code", "category")
PREDICTIONS_SCHEMA = {
    "as_of": pl.Date,
    "model": pl.String,
    "target": pl.String,
    "grain": pl.String,
    "area_code": pl.String,
    "category": pl.String,
    "county_code": pl.String,
    "urban": pl.Boolean,
    "expected": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "came": pl.Float64,
    "scale": pl.Float64,
}
"""One row per model, Monday and series; `scale` is the mean squared change that `rmsse` divides by."""
METRICS_SCHEMA = {
    "family": pl.String,
    "target": pl.String,
    "model": pl.String,
    "segment": pl.String,
    "metric": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
}


def count_metrics(
    predictions: pl.DataFrame, family: str, finest: str, replicates: int, seed: int
) -> pl.DataFrame:
    """Every measure of every model, target and grain, with 90 % intervals by bootstrap of places.

    Args:
        predictions: `PREDICTIONS_SCHEMA`.
        family: `demand` or `coverage`.
        finest: the grain that is also cut by category, county and urban.
        replicates: of the bootstrap.
        seed: of the bootstrap.

    Returns:
        `METRICS_SCHEMA`, sorted; an interval is missing where all rows are one place.
    """
    metric_rows: list[tuple] = []
    for (target, grain, model), rows in predictions.group_by("target", "grain", "model", maintain_order=True):
        for segment, part in _segments(rows, str(grain), cut=grain == finest):
            values, drawn = _measured(part.sort("as_of", *KEYS), replicates, seed)
            for metric, value in values.items():
                ends = interval_around(value, drawn.get(metric))
                metric_rows.append((family, target, model, segment, metric, value, *ends))
    frame = pl.DataFrame(metric_rows, schema=METRICS_SCHEMA, orient="row").with_columns(
        pl.col("value", "low", "high").fill_nan(None)
    )
    return frame.sort("family", "target", "model", "segment", "metric")


def as_predictions(forecasts: pl.DataFrame, monday: date, model: str, target: str) -> pl.DataFrame:
    """Forecasts of one Monday as rows of `PREDICTIONS_SCHEMA`; the frame has every column but as_of, model and target."""
    return forecasts.with_columns(as_of=pl.lit(monday), model=pl.lit(model), target=pl.lit(target)).select(
        pl.col(name).cast(kind) for name, kind in PREDICTIONS_SCHEMA.items()
    )


def squared_change(history: np.ndarray, step: int) -> np.ndarray:
    """Mean squared change of each series from one horizon to the next that does not overlap it.

    Args:
        history: counts by horizon; NaN where not known [series, mondays].
        step: Mondays from one horizon to the next.
    """
    change = (history[:, step:] - history[:, :-step]) ** 2
    known = ~np.isnan(change)
    return np.where(known, change, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)


def deviance(expected: np.ndarray, actual: np.ndarray) -> np.ndarray:
    """Poisson deviance of each row; [rows]."""
    mean = np.maximum(expected, LEAST)
    return 2 * (np.where(actual > 0, actual * np.log(np.maximum(actual, 1e-9) / mean), 0.0) - (actual - mean))


def interval_score(expected: np.ndarray, low: np.ndarray, high: np.ndarray, actual: np.ndarray) -> np.ndarray:
    """Weighted interval score of each row: half the absolute error of the expected count plus the 80 % interval's score; [rows]."""
    alpha = 1 - SHARE
    outside = np.maximum(low - actual, 0) + np.maximum(actual - high, 0)
    score = (high - low) + 2 / alpha * outside
    return (0.5 * np.abs(actual - expected) + alpha / 2 * score) / 1.5


@dataclass(frozen=True)
class _Sums:
    """Sums of an amount by place, so that a bootstrap replicate needs only weights of places."""

    place: np.ndarray
    weights: np.ndarray

    def mean(self, amount: np.ndarray) -> tuple[float, np.ndarray]:
        """The mean of an amount per row, and under every replicate."""
        n = len(self.weights)
        total, count = np.bincount(self.place, amount, n), np.bincount(self.place, minlength=n)
        with np.errstate(invalid="ignore", divide="ignore"):
            return float(amount.mean()), (total @ self.weights) / (count @ self.weights)


def _segments(rows: pl.DataFrame, grain: str, *, cut: bool) -> list[tuple[str, pl.DataFrame]]:
    parts = [(f"grain={grain}", rows)]
    if cut:
        for label, column in (("category", "category"), ("county", "county_code"), ("urban", "urban")):
            for (level,), part in rows.drop_nulls(column).group_by(column, maintain_order=True):
                name = str(level).lower() if label == "urban" else level
                parts.append((f"grain={grain} {label}={name}", part))
    return parts


def _measured(
    rows: pl.DataFrame, replicates: int, seed: int
) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    actual, expected, scale = (rows[name].to_numpy() for name in ("came", "expected", "scale"))
    place = rows["area_code"].rank("dense").cast(pl.Int64).to_numpy() - 1
    weights = np.random.default_rng(seed).poisson(1.0, size=(int(place.max()) + 1, replicates))
    sums = _Sums(place, weights.astype(np.float64))
    values = {"n": float(len(rows)), "mean_came": float(actual.mean())}
    values["bias"] = float(expected.sum() / actual.sum()) if actual.sum() else float("nan")
    values["rank_correlation"] = _rank_correlation(rows)
    drawn: dict[str, np.ndarray] = {}
    values["poisson_deviance"], drawn["poisson_deviance"] = sums.mean(deviance(expected, actual))
    values["rmsse"], drawn["rmsse"] = _rmsse(rows, (actual - expected) ** 2, scale, weights)
    if rows["low"].null_count() == 0:
        low, high = rows["low"].to_numpy(), rows["high"].to_numpy()
        values["wis"], drawn["wis"] = sums.mean(interval_score(expected, low, high, actual))
        inside = ((low <= actual) & (actual <= high)).astype(np.float64)
        values["coverage_80"], drawn["coverage_80"] = sums.mean(inside)
        values["interval_width"] = float((high - low).mean())
    return values, drawn if len(weights) > 1 else {}


def _rmsse(
    rows: pl.DataFrame, squared: np.ndarray, scale: np.ndarray, weights: np.ndarray
) -> tuple[float, np.ndarray]:
    """Mean over the series whose history has any change."""
    series = (
        rows.select(*KEYS, squared=pl.Series(squared), scale=pl.Series(scale))
        .filter(pl.col("scale") > 0)
        .group_by(*KEYS, maintain_order=True)
        .agg((pl.col("squared").mean() / pl.col("scale").first()).sqrt().alias("rmsse"))
    )
    if series.is_empty():
        return float("nan"), np.full(weights.shape[1], np.nan)
    places = rows["area_code"].unique().sort()
    place = series.select(pl.col("area_code").cast(pl.Enum(places)).to_physical()).to_series().to_numpy()
    return _Sums(place, weights.astype(np.float64)).mean(series["rmsse"].to_numpy())


def _rank_correlation(rows: pl.DataFrame) -> float:
    correlations = [
        float(np.corrcoef(rankdata(part["expected"]), rankdata(part["came"]))[0, 1])
        for _, part in rows.group_by("as_of", maintain_order=True)
        if part["expected"].n_unique() > 1 and part["came"].n_unique() > 1
    ]
    return float(np.mean(correlations)) if correlations else float("nan")
