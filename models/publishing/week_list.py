"""Selection of this week's list: the first disputes by rank, and a few drawn at random below them (boundary 14)."""

from datetime import date

import numpy as np
import polars as pl

from models.protocol.hash_random import drawn_lowest

RANKED, RANDOM = "ranked", "random"


def week_list(
    rank: np.ndarray, bits: np.ndarray, as_of: date, capacity: int, random_share: float, seed: int
) -> pl.DataFrame:
    """Whether each row is listed, and how it was selected.

    Args:
        rank: 1 to n, each once.
        bits: `hash_random.dispute_hash` of the same rows.
        as_of: the Monday, part of what is drawn by.
        capacity: the length of the list.
        random_share: share of the list drawn at random from below its ranked part, at least one row where
            it is above 0 and more disputes are at risk than the list is long.
        seed: the profile's.

    Returns:
        One row per rank given, in its order: listed, selection (`ranked`, `random`, null where not listed).
    """
    n_listed = min(capacity, len(rank))
    n_random = max(1, round(random_share * capacity)) if random_share > 0 and len(rank) > capacity else 0
    ranked = rank <= n_listed - n_random
    drawn = np.zeros(len(rank), dtype=bool)
    drawn[drawn_lowest(bits, as_of, seed, np.flatnonzero(~ranked), n_random)] = True
    return pl.DataFrame({"ranked": ranked, "drawn": drawn}).select(
        listed=pl.col("ranked") | pl.col("drawn"),
        selection=pl.when("ranked").then(pl.lit(RANKED)).when("drawn").then(pl.lit(RANDOM)),
    )
