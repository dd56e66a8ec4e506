"""Whom the list serves less: Fairlearn over counties, urban and rural, channels, categories and places that record little.

What is compared is what a group gets from the list: the share of its harms that were listed (recall at
capacity), how often it is listed in vain (false alarms), and whether its probabilities mean what they
say (calibration: harms that came over harms expected). A row handed to Fairlearn is one of `BLOCKS` random
parts of a group's disputes with all their weeks, so that its bootstrap keeps near copies together. A recall's
interval is never narrower than the exact one of so many disputes.
"""

from typing import Any

import numpy as np
import polars as pl

from models.draws import dispute_bits
from models.evaluation import METRICS_SCHEMA
from pipelines.profile import Profile

AXES = {
    "county": "county_code",
    "urban": "urban",
    "channel": "channel",
    "category": "category",
    "reporting": "reporting",
}
MODEL = "lightgbm"
TAILS = [0.05, 0.95]
MOST_REPLICATES = 40
BLOCKS = 100
LEAST_HARMS = 10
"""A group with fewer disputes harmed is counted but not compared: its shares are mostly chance."""
PERIODS = 4
FEW, USUAL = "few_records", "usual"
DISPARITIES = {
    "recall_ratio": "recall_at_capacity",
    "false_alarm_difference": "false_alarm_rate",
    "calibration_difference": "calibration_ratio",
}
"""A disparity to the measure it is taken of."""


def fairness_audit(predictions: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """The audit of one backtest; `METRICS_SCHEMA`, empty without a model with probabilities.

    Rows of a group have segment `audit=county group=530302`; the disparity of an axis `audit=county`: the lowest
    recall of a compared group over the whole list's (`recall_ratio`), the widest distance of two groups'
    false-alarm rates and calibrations; its trend `audit=county period=2` of `PERIODS`, oldest first.

    Args:
        predictions: of the backtest.
        profile: capacity, seed, populations.
    """
    rows = predictions.filter((pl.col("model") == MODEL) & pl.col("probability").is_not_null())
    if rows.is_empty():
        return pl.DataFrame(schema=METRICS_SCHEMA)
    block = (dispute_bits(rows["dispute_id"]) % np.uint64(BLOCKS)).astype(np.int64)
    rows = _with_reporting(rows, profile).with_columns(block=pl.Series(block))
    capacity, seed = profile.settings.capacity, profile.settings.seed
    replicates = min(MOST_REPLICATES, profile.settings.backtest.bootstrap)
    found: list[tuple] = []
    for axis, column in AXES.items():
        known = rows.drop_nulls(column)
        if known[column].n_unique() < 2:
            continue
        found += _compared(axis, _parts(known, column, capacity), capacity, replicates, seed)
        for number, period in enumerate(_periods(known), start=1):
            found += _trend(axis, number, _parts(period, column, capacity), capacity)
    return pl.DataFrame(
        [(MODEL, None, *told) for told in found], schema=METRICS_SCHEMA, orient="row"
    ).with_columns(pl.col("value", "low", "high").fill_nan(None))


def _with_reporting(rows: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Mark the townships with far fewer disputes per head than places of their kind."""
    heads = profile.areas.filter(pl.col("tier") == "township").select(
        pl.col("area_code").alias("township_code"), pl.col("urban").alias("kind"), "population"
    )
    counts = rows.group_by("township_code").agg(n=pl.col("dispute_id").n_unique())
    rate = pl.col("n").sum().over("kind") / pl.col("population").sum().over("kind")
    limit = profile.settings.demand.few_records
    told = (
        heads.join(counts, on="township_code", how="left")
        .with_columns(pl.col("n").fill_null(0))
        .select(
            "township_code",
            reporting=pl.when(pl.col("n") < limit * rate * pl.col("population"))
            .then(pl.lit(FEW))
            .when(pl.col("population") > 0)
            .then(pl.lit(USUAL)),
        )
    )
    return rows.join(told, on="township_code", how="left", maintain_order="left")


def _parts(rows: pl.DataFrame, column: str, capacity: int) -> pl.DataFrame:
    """One row per group and part of its disputes: weeks, harmed weeks, listed weeks, both, harms expected."""
    listed = pl.col("rank") <= capacity
    return (
        rows.group_by(pl.col(column).cast(pl.String).alias("group"), "block")
        .agg(
            weeks=pl.len().cast(pl.Float64),
            harmed=pl.col("label").sum().cast(pl.Float64),
            listed=listed.sum().cast(pl.Float64),
            found=(listed & pl.col("label")).sum().cast(pl.Float64),
            expected=pl.col("probability").sum(),
            n_harmed=pl.col("dispute_id").filter("label").n_unique(),
        )
        .sort("group", "block")
    )


def _compared(axis: str, parts: pl.DataFrame, capacity: int, replicates: int, seed: int) -> list[tuple]:
    """Each group's measures and their disparity, with intervals."""
    counts = parts.group_by("group").agg(pl.col("n_harmed").sum()).sort("group")
    told: list[tuple] = [
        (f"audit={axis} group={group}", "n_harmed", None, float(n), None, None)
        for group, n in counts.iter_rows()
    ]
    enough = _enough(parts)
    if enough["group"].n_unique() < 2:
        return told
    frame = _frame(enough, n_boot=replicates, ci_quantiles=TAILS, random_state=seed % 2**31)
    low, high = frame.by_group_ci
    harmed = dict(counts.iter_rows())
    for group in frame.by_group.index:
        for metric in frame.by_group.columns:
            value, below, above = (float(table.loc[group, metric]) for table in (frame.by_group, low, high))
            if metric == "recall_at_capacity":
                least, most = _chance(value, harmed[group])
                below, above = min(below, least), max(above, most)
            segment = f"audit={axis} group={group}"
            told.append((segment, metric, capacity, value, min(below, value), max(above, value)))
    ratio, difference = frame.ratio_ci(method="to_overall"), frame.difference_ci()
    for metric, value in _disparity(frame).items():
        below, above = (
            float(ends[DISPARITIES[metric]]) for ends in (ratio if metric == "recall_ratio" else difference)
        )
        told.append((f"audit={axis}", metric, capacity, value, min(below, value), max(above, value)))
    return told


def _chance(share: float, n: int) -> tuple[float, float]:
    """Exact interval of a share of `n` disputes: resampling gives none where all were found, or not one."""
    from scipy.stats import beta

    found = share * n
    least = beta.ppf(TAILS[0], found, n - found + 1) if found else 0.0
    most = beta.ppf(TAILS[1], found + 1, n - found) if found < n else 1.0
    return float(least), float(most)


def _trend(axis: str, number: int, parts: pl.DataFrame, capacity: int) -> list[tuple]:
    """The disparity of one period."""
    enough = _enough(parts)
    if enough["group"].n_unique() < 2:
        return []
    segment = f"audit={axis} period={number}"
    return [
        (segment, metric, capacity, value, None, None) for metric, value in _disparity(_frame(enough)).items()
    ]


def _enough(parts: pl.DataFrame) -> pl.DataFrame:
    return parts.filter(pl.col("n_harmed").sum().over("group") >= LEAST_HARMS)


def _disparity(frame: Any) -> dict[str, float]:
    return {
        "recall_ratio": float(frame.ratio(method="to_overall")["recall_at_capacity"]),
        "false_alarm_difference": float(frame.difference()["false_alarm_rate"]),
        "calibration_difference": float(frame.difference()["calibration_ratio"]),
    }


def _frame(parts: pl.DataFrame, **drawn: Any) -> Any:
    """Fairlearn's frame over the parts; `y_true` are harmed weeks, `y_pred` listed ones."""
    from fairlearn.metrics import MetricFrame

    columns = {name: parts[name].to_numpy() for name in ("weeks", "found", "expected")}
    return MetricFrame(
        metrics={
            "recall_at_capacity": _recall,
            "false_alarm_rate": _false_alarms,
            "calibration_ratio": _calibration,
        },
        y_true=parts["harmed"].to_numpy(),
        y_pred=parts["listed"].to_numpy(),
        sensitive_features=parts["group"].to_numpy(),
        sample_params={
            "recall_at_capacity": {"found": columns["found"]},
            "false_alarm_rate": {"weeks": columns["weeks"], "found": columns["found"]},
            "calibration_ratio": {"expected": columns["expected"]},
        },
        **drawn,
    )


def _recall(harmed: np.ndarray, listed: np.ndarray, found: np.ndarray) -> float:
    return _share(found.sum(), harmed.sum())


def _false_alarms(harmed: np.ndarray, listed: np.ndarray, weeks: np.ndarray, found: np.ndarray) -> float:
    return _share((listed - found).sum(), (weeks - harmed).sum())


def _calibration(harmed: np.ndarray, listed: np.ndarray, expected: np.ndarray) -> float:
    return _share(harmed.sum(), expected.sum())


def _periods(rows: pl.DataFrame) -> list[pl.DataFrame]:
    """The backtest's Mondays in parts of equal length, oldest first."""
    mondays = rows["as_of"].unique().sort()
    size = -(-len(mondays) // PERIODS)
    return [
        rows.filter(pl.col("as_of").is_in(mondays[start : start + size].implode()))
        for start in range(0, len(mondays), size)
    ]


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")
