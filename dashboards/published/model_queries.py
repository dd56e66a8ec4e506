"""Queries about the model's quality, from the published backtest, compared with what an office would do without it."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import polars as pl

from dashboards.published.publication import Publication
from dashboards.published.warnings_queries import MODEL

METHODS = (MODEL, "logistic", "checklist", "category_rate", "oldest_first", "soonest_due", "oracle")
"""Methods in the order they are shown; the oracle exists only for simulated data."""
AXES = ("county", "urban", "channel", "category", "reporting")
AUDITED = ("n_harmed", "recall_at_capacity", "false_alarm_rate", "calibration_ratio")
PLAIN_METRICS = ("precision_at_capacity", "recall_at_capacity", "roc_auc", "ece")
SPECIALIST_METRICS = ("pr_auc", "brier_skill", "brier", "base_rate", "n_positives")


@dataclass(frozen=True)
class Measured:
    """A figure with its 90 % interval, where it has one."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Card:
    """Version and expiry of the model in use."""

    version: str | None
    usable: bool
    trained_until: date | None
    expires_on: date | None


@lru_cache(maxsize=8)
def pooled(publication: Publication, segment: str = "all") -> dict[str, dict[str, Measured]]:
    """Method to metric to its value over all weeks; methods in the order of `METHODS`, absent ones left out."""
    rows = _measured(publication).filter(pl.col("segment") == segment)
    measured: dict[str, dict[str, Measured]] = {}
    for method in METHODS:
        of_method = rows.filter(pl.col("model") == method)
        if len(of_method):
            measured[method] = {
                row["metric"]: Measured(row["value"], row["low"], row["high"])
                for row in of_method.iter_rows(named=True)
            }
    return measured


@lru_cache(maxsize=8)
def audit(publication: Publication) -> pl.DataFrame:
    """Measures of each group in the backtest, for the groups of `AXES`.

    Returns:
        axis, group, n_harmed (disputes that came to harm), and recall_at_capacity, false_alarm_rate and
        calibration_ratio with `_low` and `_high`, null for a group with too few; by axis, then group.
    """
    rows = (
        publication.metrics.filter(pl.col("as_of").is_null(), model=MODEL)
        .with_columns(
            pl.col("segment").str.extract_groups(r"^audit=(?<axis>\w+) group=(?<group>.+)$").struct.unnest()
        )
        .filter(pl.col("axis").is_in(AXES))
    )
    groups = rows.select("axis", "group").unique()
    for metric in AUDITED:
        ends = {metric: "value", f"{metric}_low": "low", f"{metric}_high": "high"}
        of_metric = rows.filter(metric=metric).select("axis", "group", **ends)
        groups = groups.join(of_metric, on=["axis", "group"], how="left")
    return groups.drop("n_harmed_low", "n_harmed_high").sort(pl.col("axis").cast(pl.Enum(AXES)), "group")


def under_served(publication: Publication) -> list[tuple[str, str]] | None:
    """Groups (axis and code) whose whole interval is below the value of all; None without an audit."""
    whole, rows = pooled(publication).get(MODEL, {}).get("recall_at_capacity"), audit(publication)
    if whole is None or rows.is_empty():
        return None
    low = rows.filter(pl.col("recall_at_capacity_high") < whole.value)
    return list(low.select("axis", "group").iter_rows())


def watched(publication: Publication) -> pl.DataFrame:
    """Signals of the monitoring by kind: signal, n, crossed, and `nearest`, the largest share of a limit reached."""
    described = publication.described.get("watch")
    if described is None:
        return pl.DataFrame()
    return described.group_by("signal", maintain_order=True).agg(
        n=pl.len(),
        crossed=pl.col("crossed").sum(),
        nearest=(pl.col("strength").abs() / pl.col("limit")).max(),
    )


def card(publication: Publication) -> Card:
    """The model card's dates, from `meta.json`."""
    model = publication.meta.model
    return Card(model.champion, model.usable, model.trained_until, model.expires_on)


def _measured(publication: Publication) -> pl.DataFrame:
    """Metrics pooled over all weeks, without missing values."""
    values = pl.col("value", "low", "high").fill_nan(None)
    return publication.metrics.filter(pl.col("as_of").is_null()).with_columns(values).drop_nulls("value")
