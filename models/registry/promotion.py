"""When a trained model may become champion: every condition is checked, and every unmet one is told."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from models.backtesting.fairness_limits import Beyond, beyond_limits, group_name
from models.measuring.bootstrap import TAILS, dispute_weights
from models.wording import AXES, Message, message
from pipelines.city.profile import Profile


@dataclass(frozen=True, kw_only=True)
class PromotionInputs:
    """What a promotion is decided on.

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

    It must beat the checklist's recall at capacity in its backtest; its calibration error must stay
    inside the profile's limit; no place may be reached, and no group be judged, far less well than the whole
    (`disparity.beyond_limits`); and where there is a champion, its recall at capacity may be lower by the
    profile's margin at most, even at the lower end of the paired interval.
    """
    settings = profile.settings
    recall = {
        model: pooled(inputs.metrics, model, "recall_at_capacity") for model in ("lightgbm", "checklist")
    }
    unmet = []
    if recall["lightgbm"] <= recall["checklist"]:
        unmet.append(
            message(
                "condition_checklist",
                k=settings.capacity,
                model=f"{recall['lightgbm']:.1%}",
                checklist=f"{recall['checklist']:.1%}",
            )
        )
    error = pooled(inputs.metrics, "lightgbm", "ece")
    limit = settings.promotion.ece_share_of_base_rate * pooled(inputs.metrics, "lightgbm", "base_rate")
    if error > limit:
        unmet.append(message("condition_calibration", error=f"{error:.3%}", limit=f"{limit:.3%}"))
    for one in beyond_limits(inputs.metrics, recall["lightgbm"], settings.promotion):
        unmet.append(_told_of_group(one, recall["lightgbm"], profile))
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


def paired_difference(
    candidate: pl.DataFrame, champion: pl.DataFrame, capacity: int, replicates: int, seed: int
) -> tuple[float, float, float] | None:
    """Recall at capacity of one backtest minus another's, on the rows of both, resampled by dispute together.

    Args:
        candidate: predictions of the newer backtest; its labels count.
        champion: predictions of the older.
        capacity: k.
        replicates: of the bootstrap.
        seed: of the bootstrap.

    Returns:
        Value, lower and upper end of the 90 % interval; None where no outcome lies in rows of both.
    """
    keys = ["as_of", "dispute_id"]
    ours = candidate.filter(pl.col("model") == "lightgbm").select(*keys, "label", "rank")
    theirs = champion.filter(pl.col("model") == "lightgbm").select(*keys, pl.col("rank").alias("rank_before"))
    both = ours.join(theirs, on=keys, how="inner").filter("label").sort(keys)
    if both.is_empty():
        return None
    dispute = both["dispute_id"].rank("dense").to_numpy().astype(np.int64) - 1
    gained = (both["rank"] <= capacity).cast(pl.Int8) - (both["rank_before"] <= capacity).cast(pl.Int8)
    weights = dispute_weights(int(dispute.max()) + 1, replicates, seed)[dispute]
    drawn = (gained.to_numpy()[:, None] * weights).sum(axis=0) / np.maximum(weights.sum(axis=0), 1e-9)
    low, high = np.quantile(drawn, TAILS)
    return float(gained.cast(pl.Float64).to_numpy().mean()), float(low), float(high)


def pooled(metrics: pl.DataFrame, model: str, metric: str) -> float:
    """A model's value over all rows and Mondays; NaN where it has none."""
    values = metrics.filter(
        (pl.col("model") == model)
        & (pl.col("metric") == metric)
        & (pl.col("segment") == "all")
        & pl.col("as_of").is_null()
    )["value"]
    return float(values[0]) if len(values) and values[0] is not None else float("nan")
