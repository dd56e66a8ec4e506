"""Policies of the trial: each orders the same disputes on a Monday, and the first ones are helped.

A policy sees one row per dispute at risk that nobody was sent to before. Where it lists some at random
(boundary 14), they are drawn as the product draws them.
"""

from collections.abc import Mapping
from datetime import date

import numpy as np
import polars as pl

from models.protocol.hash_random import dispute_hash, ranks_within, uniform
from models.publishing.week_list import week_list

NOTHING = "nothing"
BY_MODEL = ("ranking", "by_category", "uplift")
"""Policies that need a trained model."""
POLICIES = (NOTHING, "random", "oldest", "checklist", *BY_MODEL, "oracle")
_RANDOM_SEED = 1_009


def chosen(
    policy: str,
    week: pl.DataFrame,
    as_of: date,
    capacity: int,
    random_share: float,
    seed: int,
    works: Mapping[str, float],
    works_when_closed: float,
) -> pl.DataFrame:
    """Numbers of the disputes to attend to.

    Args:
        policy: one of `POLICIES`.
        week: dispute_id, category, is_open, days_open; `rank` and `probability` (null without a usable
            model) for policies that read the published list; `hazard` for the oracle.
        as_of: the Monday.
        capacity: how many can be attended to.
        random_share: share of them drawn at random from below the line.
        seed: of the draws.
        works: how well mediation is thought to work, by category; only for `uplift`.
        works_when_closed: factor on that for closed disputes.

    Returns:
        The rows of `week` that are attended to, with `selection` (`ranked` or `random`).
    """
    if policy == NOTHING or week.is_empty():
        return week.head(0).with_columns(selection=pl.lit(None, pl.String))
    bits = dispute_hash(week["dispute_id"])
    score = _score(policy, week, bits, as_of, seed, works, works_when_closed)
    rank = ranks_within(np.zeros(len(week), dtype=np.int64), score, bits)
    listed = week_list(rank, bits, as_of, capacity, random_share, seed)
    return pl.concat([week, listed], how="horizontal").filter("listed").drop("listed")


def _score(
    policy: str,
    week: pl.DataFrame,
    bits: np.ndarray,
    as_of: date,
    seed: int,
    works: Mapping[str, float],
    works_when_closed: float,
) -> np.ndarray:
    """Score of each dispute, higher first; float [n]."""
    match policy:
        case "random":
            return uniform(bits, as_of, seed + _RANDOM_SEED)
        case "oldest":
            return week["days_open"].cast(pl.Float64).to_numpy()
        case "oracle":
            return week["hazard"].to_numpy()
        case "checklist" | "ranking":
            return -week["rank"].cast(pl.Float64).to_numpy()
        case "by_category":
            return _by_category(week)
        case "uplift":
            return _uplift(week, works, works_when_closed)
    raise ValueError(f"no policy {policy!r}")


def _by_category(week: pl.DataFrame) -> np.ndarray:
    """A score that gives each category places in proportion to its disputes at risk, best ranked first."""
    at = week.select(
        nth=pl.col("rank").rank("ordinal").over("category"), n=pl.len().over("category").cast(pl.Float64)
    )
    return -((at["nth"].to_numpy() - 0.5) / at["n"].to_numpy())


def _uplift(week: pl.DataFrame, works: Mapping[str, float], works_when_closed: float) -> np.ndarray:
    """Expected harm prevented by mediation: the probability times its assumed effect for this kind of dispute.

    Without a usable model it is the published order.
    """
    if week["probability"].null_count():
        return -week["rank"].cast(pl.Float64).to_numpy()
    helps = week["category"].replace_strict(works, return_dtype=pl.Float64).to_numpy()
    stage = np.where(week["is_open"].to_numpy(), 1.0, works_when_closed)
    return week["probability"].to_numpy() * helps * stage
