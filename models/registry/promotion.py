"""Conditions under which a trained model may become champion; every condition is checked and every unmet one reported."""

from dataclasses import dataclass

import polars as pl

from models.backtesting.fairness_limits import Beyond, beyond_limits, group_name
from models.display_names import AXES, MODEL_NAMES
from models.escalation.baselines import RULES
from models.measuring.recall_gain import GAIN, MODEL, paired_recall_gain
from models.wording import Message, message
from pipelines.city.profile import Profile


@dataclass(frozen=True, kw_only=True)
class PromotionInputs:
    """The input of a promotion decision.

    Attributes:
        metrics: of the candidate's backtest.
        difference: candidate's recall at capacity minus the champion's on the Mondays both were tested on,
            with its 90 % interval (value, low, high); None where there is no champion, or no such Monday.
        has_champion: whether there is one to be compared with.
    """

    metrics: pl.DataFrame
    difference: tuple[float, float, float] | None
    has_champion: bool


def unmet_conditions(inputs: PromotionInputs, profile: Profile) -> list[Message]:
    """The conditions the candidate does not meet, empty where it may be promoted.

    It must beat the recall at capacity of every rule an office could follow without a model, even at the lower end of
    the paired interval; its calibration error must stay
    inside the profile's limit; no place may be reached, and no group be judged, far less well than the whole
    (`disparity.beyond_limits`); and where there is a champion, its recall at capacity may be lower by the
    profile's margin at most, even at the lower end of the paired interval.
    """
    settings = profile.settings
    recall = pooled(inputs.metrics, MODEL, "recall_at_capacity")
    unmet = baselines_not_beaten(inputs.metrics, profile.settings.capacity.city)
    error = pooled(inputs.metrics, MODEL, "ece")
    limit = settings.promotion.ece_share_of_base_rate * pooled(inputs.metrics, MODEL, "base_rate")
    if error > limit:
        unmet.append(message("condition_calibration", error=f"{error:.3%}", limit=f"{limit:.3%}"))
    for one in beyond_limits(inputs.metrics, recall, settings.promotion):
        unmet.append(_told_of_group(one, recall, profile))
    if inputs.has_champion and inputs.difference is None:
        unmet.append(message("condition_shared_weeks"))
    if inputs.difference is not None and inputs.difference[1] < -settings.promotion.recall_margin:
        unmet.append(
            message(
                "condition_champion",
                low=f"{inputs.difference[1]:+.1%}",
                margin=f"{settings.promotion.recall_margin:.1%}",
            )
        )
    return unmet


def _told_of_group(one: Beyond, whole: float, profile: Profile) -> Message:
    limits, axis, name = profile.settings.promotion, AXES[one.axis], group_name(profile, one.axis, one.group)
    if one.metric == "recall_at_capacity":
        code, facts = (
            "condition_reached",
            {
                "high": f"{one.high:.1%}",
                "whole": f"{whole:.1%}",
                "limit": f"{limits.recall_share_of_whole:.0%}",
            },
        )
    else:
        code = "condition_group_calibration"
        facts = {key: f"{getattr(one, key):.2f}" for key in ("value", "low", "high")}
        facts["limit"] = f"{limits.calibration_factor:g}"
    return Message(
        message(code, axis=axis.zh, group=name.zh, **facts).zh,
        message(code, axis=axis.en, group=name.en, **facts).en,
    )


def baselines_not_beaten(metrics: pl.DataFrame, capacity: int) -> list[Message]:
    """The rules that the model does not beat: the lower end of the paired gain in recall at capacity is not above 0.

    Rules are what an office could follow without a model (`baselines.RULES`); those the backtest has count.
    """
    recall = "recall_at_capacity"
    unmet = []
    for rule in RULES:
        theirs = pooled(metrics, rule, recall)
        low = _gain_low(metrics, rule)
        if theirs == theirs and not low > 0:
            unmet.append(
                message(
                    "condition_baseline",
                    k=capacity,
                    model=f"{pooled(metrics, MODEL, recall):.1%}",
                    baseline=MODEL_NAMES[rule],
                    other=f"{theirs:.1%}",
                    low="–" if low != low else f"{low:+.1%}",
                )
            )
    return unmet


def _gain_low(metrics: pl.DataFrame, rule: str) -> float:
    """The lower end of the gain over a rule; NaN where the backtest has none."""
    low = metrics.filter((pl.col("metric") == GAIN) & (pl.col("segment") == f"against={rule}"))["low"]
    return float(low[0]) if len(low) and low[0] is not None else float("nan")


def paired_difference(
    candidate: pl.DataFrame, champion: pl.DataFrame, capacity: int, replicates: int, seed: int
) -> tuple[float, float, float] | None:
    """The model's recall at capacity in one backtest minus that in an older one, on the rows of both."""
    ours, theirs = (rows.filter(pl.col("model") == MODEL) for rows in (candidate, champion))
    return paired_recall_gain(ours, theirs, capacity, replicates, seed)


def pooled(metrics: pl.DataFrame, model: str, metric: str) -> float:
    """A model's metric over all rows and Mondays; NaN where it has none."""
    values = metrics.filter(
        (pl.col("model") == model)
        & (pl.col("metric") == metric)
        & (pl.col("segment") == "all")
        & pl.col("as_of").is_null()
    )["value"]
    return float(values[0]) if len(values) and values[0] is not None else float("nan")
