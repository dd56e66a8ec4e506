"""How many places the list of each area has this week, from the profile's capacity and the open disputes."""

import numpy as np
import polars as pl

from pipelines.city.capacity import Capacity, Places

PLACES = {"list_tier": pl.String, "list_area": pl.String, "places": pl.Int64}
AREA_COLUMN = {"county": "county_code", "township": "township_code"}
"""Column of a dispute that names its area of a tier; every dispute is the city's."""


def list_places(capacity: Capacity, areas: pl.DataFrame, week: pl.DataFrame) -> pl.DataFrame:
    """The week's lists in the order in which they take: the city's, the counties', the townships'.

    Args:
        capacity: the profile's.
        areas: `Profile.areas`.
        week: the Monday's disputes with is_open, county_code, township_code.

    Returns:
        list_tier, list_area (null for a city that `areas` does not name, or names more than once), places; no list of none.
    """
    city = _codes(areas, "city")
    lists = [_lists("city", city if len(city) == 1 else [None], np.array([capacity.city]))]
    for tier, places in (("county", capacity.county), ("township", capacity.township)):
        if places is not None and (codes := _codes(areas, tier)):
            lists.append(_lists(tier, codes, _of_each(places, codes, week, AREA_COLUMN[tier])))
    return pl.concat(lists).filter(pl.col("places") > 0)


def shared_out(total: int, load: np.ndarray) -> np.ndarray:
    """Whole places in proportion to a load, by the largest remainder, the first of equal ones; none without load; int [n]."""
    if not load.sum():
        return np.zeros(len(load), dtype=np.int64)
    exact, rest = np.divmod(total * load.astype(np.int64), int(load.sum()))
    first = np.lexsort((np.arange(len(load)), -rest))[: total - int(exact.sum())]
    exact[first] += 1
    return exact


def _of_each(places: Places, codes: list[str], week: pl.DataFrame, column: str) -> np.ndarray:
    if places.by == "area":
        return np.full(len(codes), int(places.mean))
    open_now = dict(week.filter("is_open").group_by(column).len().iter_rows())
    return shared_out(round(places.mean * len(codes)), np.array([open_now.get(code, 0) for code in codes]))


def _codes(areas: pl.DataFrame, tier: str) -> list[str]:
    return areas.filter(pl.col("tier") == tier)["area_code"].sort().to_list()


def _lists(tier: str, codes: list[str] | list[None], places: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame(
        {"list_tier": [tier] * len(codes), "list_area": codes, "places": places}, schema=PLACES
    )
