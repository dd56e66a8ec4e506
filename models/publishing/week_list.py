"""Selection of one list: the first disputes by rank, and a few drawn at random below them (boundary 14)."""

from datetime import date

import numpy as np
import polars as pl

from models.protocol.hash_random import drawn_lowest

RANKED, RANDOM = "ranked", "random"


def week_list(
    rank: np.ndarray, bits: np.ndarray, as_of: date, capacity: int, random_share: float, seed: int
) -> pl.DataFrame:
    """Whether each row is on the city's list, and how it was selected.

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
    n_random = random_places(capacity, random_share) if len(rank) > capacity else 0
    first, by_lot = ranked_and_drawn(np.argsort(rank), bits, as_of, capacity, n_random, seed)
    ranked, drawn = np.zeros(len(rank), dtype=bool), np.zeros(len(rank), dtype=bool)
    ranked[first] = drawn[by_lot] = True
    return pl.DataFrame({"ranked": ranked, "drawn": drawn}).select(
        listed=pl.col("ranked") | pl.col("drawn"),
        selection=pl.when("ranked").then(pl.lit(RANKED)).when("drawn").then(pl.lit(RANDOM)),
    )


def random_places(places: int, random_share: float) -> int:
    """How many of so many places are filled at random: the share, at least one where it is above 0."""
    return max(1, round(random_share * places)) if random_share > 0 and places else 0


def ranked_and_drawn(
    rows: np.ndarray, bits: np.ndarray, as_of: date, places: int, n_random: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """The rows a list holds by rank, and those it holds by lot.

    Args:
        rows: row numbers of what may stand on the list, the first ranked first.
        bits: of all rows.
        as_of: the Monday.
        places: length of the list.
        n_random: how many of them are drawn from below the ranked ones; 0 where everything fits.
        seed: the profile's.
    """
    n_ranked = min(places, len(rows)) - n_random
    return rows[:n_ranked], drawn_lowest(bits, as_of, seed, rows[n_ranked:], n_random)
