"""One week's `dispute_warnings.parquet`: every dispute at risk that may be ranked (contracts.md)."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from models.protocol.hash_random import dispute_hash, ranks_within
from models.publishing.levels import assign_levels
from models.publishing.list_places import list_places
from models.publishing.recommendation import recommendation
from models.publishing.tier_lists import tier_lists
from pipelines.city.profile import Profile
from pipelines.tables.published import shaped
from pipelines.tables.published_week import DisputeWarnings


@dataclass(frozen=True, kw_only=True)
class WeekScores:
    """Scores that rank a week: one per row of the cohort and, with a usable model, probabilities.

    Attributes:
        score: higher first [n].
        version: of the model, or `checklist`.
        probability: with `low` and `high`, and `base_rate` of each row's category; all None without a model.
    """

    score: np.ndarray
    version: str
    probability: np.ndarray | None = None
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    base_rate: np.ndarray | None = None


def rank_week(
    cohort: pl.DataFrame, scores: WeekScores, profile: Profile, as_of: date, synthetic: bool
) -> pl.DataFrame:
    """The ranked week with its lists and levels; `reasons` and `tier_now` are joined later.

    Args:
        cohort: the Monday's rows of `features.engine.matrix`.
        scores: in the cohort's order.
        profile: capacity, levels, random share, seed.
        as_of: the Monday.
        synthetic: whether the data are made up.

    Returns:
        The columns of `DisputeWarnings` but those two, by rank.
    """
    settings = profile.settings
    bits = dispute_hash(cohort["dispute_id"])
    rank = ranks_within(np.zeros(len(cohort), dtype=np.int64), scores.score, bits)
    ranked = cohort.with_columns(rank=pl.Series(rank))
    places = list_places(settings.capacity, profile.areas, cohort)
    chosen = tier_lists(ranked, bits, places, as_of, settings.random_share, settings.seed)
    return (
        pl.concat([ranked, chosen], how="horizontal")
        .with_columns(
            *_meaning(scores, rank, profile),
            model_version=pl.lit(scores.version),
            synthetic=pl.lit(synthetic),
        )
        .with_columns(recommendation=recommendation(settings.recommendations))
        .sort("rank")
    )


def completed(ranked: pl.DataFrame, reasons: pl.DataFrame, tiers: pl.DataFrame) -> pl.DataFrame:
    """The week's rows of `DisputeWarnings`, by rank: `ranked` with reasons (empty where there are none) and the tier reached."""
    complete = (
        ranked.join(reasons, on="dispute_id", how="left", maintain_order="left")
        .join(tiers, on="dispute_id", how="left", maintain_order="left")
        .with_columns(pl.col("reasons").fill_null([]))
    )
    return shaped(complete, DisputeWarnings)


def _meaning(scores: WeekScores, rank: np.ndarray, profile: Profile) -> list[pl.Series | pl.Expr]:
    """Columns from probability to lift and level; all null without a model."""
    if scores.probability is None:
        nothing = ("probability", "probability_low", "probability_high", "base_rate", "lift")
        return [
            *(pl.lit(None, pl.Float64).alias(name) for name in nothing),
            pl.lit(None, pl.String).alias("level"),
        ]
    settings = profile.settings
    level = assign_levels(scores.probability, rank, settings.levels, settings.capacity.city)
    base_rate = pl.Series("base_rate", scores.base_rate).fill_nan(None)
    probability = pl.Series("probability", scores.probability)
    return [
        probability,
        pl.Series("probability_low", scores.low),
        pl.Series("probability_high", scores.high),
        pl.Series("level", level, dtype=pl.String),
        base_rate,
        pl.DataFrame([probability, base_rate])
        .select(pl.when(pl.col("base_rate") > 0).then(pl.col("probability") / pl.col("base_rate")))
        .to_series()
        .alias("lift"),
    ]
