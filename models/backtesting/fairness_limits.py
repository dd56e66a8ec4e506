"""Results of a backtest's audit, read from its metrics: gaps, groups, and the groups beyond the limits of promotion."""

from dataclasses import dataclass

import polars as pl

from models.backtesting.fairness import AXES, DISPARITIES, MODEL
from models.display_names import GROUPS
from models.wording import Message
from pipelines.city.model_settings import Promotion
from pipelines.city.profile import Profile, reference_codes

PLACES = ("county", "urban", "reporting")
"""Axes whose groups are places, which the list should reach equally. Categories differ in danger and channels in content, so they are not among these."""
GROUP_METRICS = ("n_harmed", "recall_at_capacity", "false_alarm_rate", "calibration_ratio")


@dataclass(frozen=True, kw_only=True)
class Beyond:
    """A group whose measure is beyond a limit even at the end of its interval nearest to the limit."""

    axis: str
    group: str
    metric: str
    value: float
    low: float
    high: float


def gaps(metrics: pl.DataFrame) -> pl.DataFrame:
    """One row per axis and disparity: axis, metric, value, low, high; in the order of the audit."""
    audited = _audited(metrics, r"^audit=(?<axis>\w+)$").filter(pl.col("metric").is_in(list(DISPARITIES)))
    return audited.select("axis", "metric", "value", "low", "high")


def groups(metrics: pl.DataFrame) -> pl.DataFrame:
    """One row per group and measure: axis, group, metric, value, low, high; in the order of the audit."""
    audited = _audited(metrics, r"^audit=(?<axis>\w+) group=(?<group>.+)$")
    return audited.filter(pl.col("metric").is_in(GROUP_METRICS)).select(
        "axis", "group", "metric", "value", "low", "high"
    )


def trend(metrics: pl.DataFrame, metric: str) -> pl.DataFrame:
    """One row per axis and period of the backtest: axis, period (1 the oldest), value of a disparity."""
    audited = _audited(metrics, r"^audit=(?<axis>\w+) period=(?<period>\d+)$").filter(metric=metric)
    return audited.select("axis", pl.col("period").cast(pl.Int64), "value")


def beyond_limits(metrics: pl.DataFrame, whole_recall: float, limits: Promotion) -> list[Beyond]:
    """Places that the list reaches far less than the whole city, and groups whose probabilities are far from the observed shares.

    Only what chance does not explain counts: the whole interval must lie beyond the limit.

    Args:
        metrics: of a backtest, its audit among them.
        whole_recall: recall at capacity over all rows.
        limits: of the profile.
    """
    factor = limits.calibration_factor
    unreached = (
        pl.col("axis").is_in(PLACES)
        & (pl.col("metric") == "recall_at_capacity")
        & (pl.col("high") < limits.recall_share_of_whole * whole_recall)
    )
    untrue = (pl.col("metric") == "calibration_ratio") & (
        (pl.col("low") > factor) | (pl.col("high") < 1 / factor)
    )
    beyond = groups(metrics).filter(unreached | untrue)
    return [Beyond(**row) for row in beyond.iter_rows(named=True)]


def group_name(profile: Profile, axis: str, group: str) -> Message:
    """A group's name in a sentence; its code where there is no name."""
    if axis in GROUPS:
        return GROUPS[axis].get(group, Message(group, group))
    names = {
        "county": profile.areas.filter(tier="county").select("area_code", "name_zh", "name_en"),
        "category": profile.categories.select("code", "name_zh", "name_en"),
        "channel": reference_codes().filter(list="channel").select("code", "name_zh", "name_en"),
    }[axis]
    by_code = {code: Message(zh or code, en or code) for code, zh, en in names.iter_rows()}
    return by_code.get(group, Message(group, group))


def _audited(metrics: pl.DataFrame, segment: str) -> pl.DataFrame:
    """Rows of the model's audit whose segment has this form, with the segment's parts as columns."""
    rows = metrics.filter(pl.col("as_of").is_null(), model=MODEL).drop_nulls("value")
    parts = rows.with_columns(pl.col("segment").str.extract_groups(segment).struct.unnest())
    order = pl.col("axis").cast(pl.Enum(list(AXES)))
    return parts.filter(pl.col("axis").is_in(list(AXES))).sort(order, maintain_order=True)
