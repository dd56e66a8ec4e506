"""Selection of the lists of every tier: each dispute stands on at most one, the first that has room for it.

The city takes its first, each county the first of its own that are left, each township likewise. Of the places
of each tier the profile's share is drawn at random from below the line of the list it is a place of (boundary 14).
"""

from datetime import date

import numpy as np
import polars as pl

from models.protocol.hash_random import dispute_hash, drawn_lowest
from models.publishing.list_places import AREA_COLUMN
from models.publishing.week_list import RANDOM, RANKED, random_places, ranked_and_drawn

_OFF = -1


def tier_lists(
    week: pl.DataFrame, bits: np.ndarray, places: pl.DataFrame, as_of: date, random_share: float, seed: int
) -> pl.DataFrame:
    """Whose list each dispute stands on, where on it, and how it was selected.

    Args:
        week: rank (1 to n, each once), county_code, township_code (null where not known).
        bits: `hash_random.dispute_hash` of the same rows.
        places: `list_places.list_places`.
        as_of: the Monday, part of what is drawn by.
        random_share: share of a tier's places drawn at random, at least one where it is above 0 and a list of the tier is
            shorter than its disputes.
        seed: the profile's.

    Returns:
        One row per row of `week`, in its order: listed, selection (`ranked`, `random`), list_tier, list_area,
        list_position (1 the first by rank); all but the first null where not listed.
    """
    rank = week["rank"].to_numpy()
    on, drawn = np.full(len(week), _OFF), np.zeros(len(week), dtype=bool)
    numbered = places.with_row_index("number")
    for lists in numbered.partition_by("list_tier", maintain_order=True):
        rows = _rows_left(week, rank, on, lists)
        random = _random_of_each(lists, rows, as_of, random_share, seed)
        for number, n_places, n_random, below in zip(
            lists["number"], lists["places"], random, rows, strict=True
        ):
            first, by_lot = ranked_and_drawn(below, bits, as_of, n_places, n_random, seed)
            on[first] = on[by_lot] = number
            drawn[by_lot] = True
    return _columns(rank, on, drawn, places)


def _rows_left(week: pl.DataFrame, rank: np.ndarray, on: np.ndarray, lists: pl.DataFrame) -> list[np.ndarray]:
    """By list of one tier, the rows of its area that are on no list yet, by rank."""
    left = np.flatnonzero(on == _OFF)
    left = left[np.argsort(rank[left])]
    tier = lists["list_tier"][0]
    if tier not in AREA_COLUMN:
        return [left]
    area = week[AREA_COLUMN[tier]][left]
    by_area = dict(
        pl.DataFrame({"area": area, "row": left}).group_by("area", maintain_order=True).agg("row").iter_rows()
    )
    return [np.array(by_area.get(code, []), dtype=np.int64) for code in lists["list_area"]]


def _random_of_each(
    lists: pl.DataFrame, rows: list[np.ndarray], as_of: date, random_share: float, seed: int
) -> list[int]:
    """How many places of each list are filled at random: the tier's share of them, drawn place by place."""
    short = [n if len(below) > n else 0 for n, below in zip(lists["places"], rows, strict=True)]
    owner = np.repeat(np.arange(len(short)), short)
    n_random = random_places(len(owner), random_share)
    if len(rows) == 1 or not n_random:
        return [n_random] * len(rows)
    tier = lists["list_tier"][0]
    nth = np.concatenate([np.arange(n) for n in short])
    names = [f"{tier} {lists['list_area'][int(of)]} {n}" for of, n in zip(owner, nth, strict=True)]
    at = drawn_lowest(dispute_hash(pl.Series(names)), as_of, seed, np.arange(len(names)), n_random)
    return np.bincount(owner[at], minlength=len(short)).tolist()


def _columns(rank: np.ndarray, on: np.ndarray, drawn: np.ndarray, places: pl.DataFrame) -> pl.DataFrame:
    number = pl.Series("number", on, dtype=pl.Int64).replace({_OFF: None})
    named = places.with_columns(number=pl.int_range(pl.len()))
    rows = pl.DataFrame([number, pl.Series("rank", rank), pl.Series("drawn", drawn)])
    is_listed = pl.col("number").is_not_null()
    return rows.join(named, on="number", how="left", maintain_order="left").select(
        listed=is_listed,
        selection=pl.when(is_listed & ~pl.col("drawn"))
        .then(pl.lit(RANKED))
        .when("drawn")
        .then(pl.lit(RANDOM)),
        list_tier="list_tier",
        list_area="list_area",
        list_position=pl.when(is_listed).then(pl.col("rank").rank("ordinal").over("number")).cast(pl.Int32),
    )
