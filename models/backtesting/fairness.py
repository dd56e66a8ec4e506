"""Whom the list serves less: Fairlearn over counties, urban and rural, channels, categories and places that record little.

What is compared is what a group gets from the list: the share of its harms that were listed (recall at
capacity), how often it is listed in vain (false alarms), and whether its probabilities mean what they
say (calibration: harms that came over harms expected). Values and disparities are Fairlearn's; their 90 % intervals
resample disputes with all their weeks, as those of every other measure do (`resample.py`). A recall's
interval is never narrower than the exact one of so many disputes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from models.measuring.bootstrap import TAILS, Totals, dispute_weights, divided, interval_around
from models.measuring.metrics import METRICS_SCHEMA
from pipelines.city.profile import Profile

AXES = {
    "county": "county_code",
    "urban": "urban",
    "channel": "channel",
    "category": "category",
    "reporting": "reporting",
}
MODEL = "lightgbm"
LEAST_HARMS = 10
"""A group with fewer harmed disputes is counted but not compared, because its shares are mostly chance."""
PERIODS = 4
REPORTING = (
    pl.when("few_records").then(pl.lit("few_records")).when(~pl.col("few_records")).then(pl.lit("usual"))
).alias("reporting")
"""The published column of a dispute's township, in words; null where its township is not known."""
SHARES = {
    "recall_at_capacity": ("found", "harmed"),
    "false_alarm_rate": ("in_vain", "spared"),
    "calibration_ratio": ("harmed", "expected"),
}
"""By measure, the two sums it divides: of weeks, or for `expected` of probabilities."""
DISPARITIES = {
    "recall_ratio": "recall_at_capacity",
    "false_alarm_difference": "false_alarm_rate",
    "calibration_difference": "calibration_ratio",
}
"""By disparity, the measure it is computed from."""


@dataclass(frozen=True)
class _Groups:
    """Rows by group: each row's group and dispute, and its contribution to every sum."""

    names: list[str]
    code: np.ndarray
    dispute: np.ndarray
    amounts: dict[str, np.ndarray]

    def sums(self) -> dict[str, np.ndarray]:
        """Sum of an amount by group; [groups]."""
        return {
            name: np.bincount(self.code, amount, minlength=len(self.names))
            for name, amount in self.amounts.items()
        }

    def drawn(self, weights: np.ndarray) -> dict[str, np.ndarray]:
        """Sum of an amount by group in every replicate of `dispute_weights`; [groups, replicates]."""
        totals = Totals(self.code, len(self.names), self.dispute, weights)
        return {name: totals.of(amount) for name, amount in self.amounts.items()}


def fairness_audit(predictions: pl.DataFrame, profile: Profile, *, by_period: bool = True) -> pl.DataFrame:
    """The audit of one backtest; `METRICS_SCHEMA`, empty without a model with probabilities.

    Rows of a group have segment `audit=county group=530302`; the disparity of an axis `audit=county`: the lowest
    recall of a compared group over the whole list's (`recall_ratio`), the widest distance of two groups'
    false-alarm rates and calibrations; its trend `audit=county period=2` of `PERIODS`, oldest first.

    Args:
        predictions: of the backtest.
        profile: capacity, replicates, seed.
        by_period: the periods too.
    """
    rows = predictions.filter((pl.col("model") == MODEL) & pl.col("probability").is_not_null())
    if rows.is_empty():
        return pl.DataFrame(schema=METRICS_SCHEMA)
    settings = profile.settings
    rows = rows.with_columns(REPORTING, dispute=pl.col("dispute_id").rank("dense") - 1)
    weights = dispute_weights(rows["dispute"].n_unique(), settings.backtest.bootstrap, settings.seed)
    metric_rows: list[tuple] = []
    for axis, column in AXES.items():
        known = rows.drop_nulls(column).with_columns(pl.col(column).cast(pl.String).alias("group"))
        if known["group"].n_unique() < 2:
            continue
        metric_rows += _compared(axis, known, settings.capacity.city, weights)
        for number, period in enumerate(_periods(known) if by_period else (), start=1):
            metric_rows += _trend(axis, number, period, settings.capacity.city)
    return pl.DataFrame(
        [(MODEL, None, *row) for row in metric_rows], schema=METRICS_SCHEMA, orient="row"
    ).with_columns(pl.col("value", "low", "high").fill_nan(None))


def _compared(axis: str, rows: pl.DataFrame, capacity: int, weights: np.ndarray) -> list[tuple]:
    """Measures of each group and the disparity between groups, with intervals."""
    harmed = _harmed(rows)
    metric_rows: list[tuple] = [
        (f"audit={axis} group={group}", "n_harmed", None, float(n), None, None) for group, n in harmed.items()
    ]
    groups = _enough(rows, harmed, capacity)
    if len(groups.names) < 2:
        return metric_rows
    frame, drawn = _frame(groups), groups.drawn(weights)
    for at, group in enumerate(groups.names):
        for metric, (part, whole) in SHARES.items():
            value = float(frame.by_group.loc[group, metric])
            low, high = interval_around(value, divided(drawn[part][at], drawn[whole][at]))
            if metric == "recall_at_capacity" and low is not None and high is not None:
                least, most = _chance(value, harmed[group])
                low, high = min(low, least), max(high, most)
            metric_rows.append((f"audit={axis} group={group}", metric, capacity, value, low, high))
    replicates = _drawn_disparities(drawn)
    for metric, value in _disparity(frame).items():
        metric_rows.append(
            (f"audit={axis}", metric, capacity, value, *interval_around(value, replicates[metric]))
        )
    return metric_rows


def _drawn_disparities(sums: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The disparity in every bootstrap replicate, as Fairlearn's `ratio(method="to_overall")` or `difference()` would give it; [replicates].

    As there, a group without a measure is passed over. `sums` are those of `_Groups.drawn`.
    """
    by_group = {metric: divided(sums[part], sums[whole]) for metric, (part, whole) in SHARES.items()}
    recall = by_group["recall_at_capacity"]
    overall = divided(sums["found"].sum(axis=0), sums["harmed"].sum(axis=0))
    ratio = divided(np.minimum(recall, overall), np.maximum(recall, overall))
    return {
        "recall_ratio": np.fmin.reduce(ratio, axis=0),
        "false_alarm_difference": _widest(by_group["false_alarm_rate"]),
        "calibration_difference": _widest(by_group["calibration_ratio"]),
    }


def _widest(by_group: np.ndarray) -> np.ndarray:
    return np.fmax.reduce(by_group, axis=0) - np.fmin.reduce(by_group, axis=0)


def _chance(share: float, n: int) -> tuple[float, float]:
    """Exact (Clopper-Pearson) interval of a share of `n` disputes; resampling gives no interval where all or none were listed."""
    from scipy.stats import beta

    n_found = share * n
    least = beta.ppf(TAILS[0], n_found, n - n_found + 1) if n_found else 0.0
    most = beta.ppf(TAILS[1], n_found + 1, n - n_found) if n_found < n else 1.0
    return float(least), float(most)


def _trend(axis: str, number: int, rows: pl.DataFrame, capacity: int) -> list[tuple]:
    """The disparity within one period."""
    groups = _enough(rows, _harmed(rows), capacity)
    if len(groups.names) < 2:
        return []
    segment = f"audit={axis} period={number}"
    return [
        (segment, metric, capacity, value, None, None) for metric, value in _disparity(_frame(groups)).items()
    ]


def _harmed(rows: pl.DataFrame) -> dict[str, int]:
    """Number of harmed disputes per group, groups sorted."""
    counts = rows.group_by("group").agg(pl.col("dispute").filter("label").n_unique()).sort("group")
    return dict(counts.iter_rows())


def _enough(rows: pl.DataFrame, harmed: dict[str, int], capacity: int) -> _Groups:
    """The groups with enough harmed disputes to be compared."""
    names = [group for group, n in harmed.items() if n >= LEAST_HARMS]
    kept = rows.filter(pl.col("group").is_in(names))
    label = kept["label"].to_numpy().astype(bool)
    listed = (kept["rank"] <= capacity).to_numpy()
    amounts = {"found": listed & label, "harmed": label, "in_vain": listed & ~label, "spared": ~label}
    return _Groups(
        names,
        kept["group"].cast(pl.Enum(names)).to_physical().cast(pl.Int64).to_numpy(),
        kept["dispute"].cast(pl.Int64).to_numpy(),
        {name: amount.astype(np.float64) for name, amount in amounts.items()}
        | {"expected": kept["probability"].to_numpy()},
    )


def _disparity(frame: Any) -> dict[str, float]:
    return {
        "recall_ratio": float(frame.ratio(method="to_overall")["recall_at_capacity"]),
        "false_alarm_difference": float(frame.difference()["false_alarm_rate"]),
        "calibration_difference": float(frame.difference()["calibration_ratio"]),
    }


def _frame(groups: _Groups) -> Any:
    """A Fairlearn MetricFrame over the groups' sums; it requires `y_true` and `y_pred`, which no measure here uses."""
    from fairlearn.metrics import MetricFrame

    sums, unused = groups.sums(), np.zeros(len(groups.names))
    return MetricFrame(
        metrics=dict.fromkeys(SHARES, _share),
        y_true=unused,
        y_pred=unused,
        sensitive_features=np.array(groups.names, dtype=object),
        sample_params={
            metric: {"part": sums[part], "whole": sums[whole]} for metric, (part, whole) in SHARES.items()
        },
    )


def _share(_true: np.ndarray, _listed: np.ndarray, part: np.ndarray, whole: np.ndarray) -> float:
    return float(part.sum() / whole.sum()) if whole.sum() else float("nan")


def _periods(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The Mondays of the backtest in parts of equal length, oldest first."""
    mondays = rows["as_of"].unique().sort()
    size = -(-len(mondays) // PERIODS)
    for start in range(0, len(mondays), size):
        yield rows.filter(pl.col("as_of").is_in(mondays[start : start + size].implode()))
