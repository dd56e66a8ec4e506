"""Which mediation units a dispute can be given to."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from pipelines.city.profile import TIERS, Profile

SUPPORT_KINDS = ("womens_federation", "centre")
"""Who answers where domestic violence is indicated: safety and support, never mediation (boundary 12)."""

_KNOWS = pl.col("specialities").fill_null("").str.split("|")


def offered(profile: Profile, warnings: Sequence[Mapping[str, Any]]) -> list[str]:
    """Units that may take up all of these disputes: of their places or above, and of their category.

    Args:
        profile: the city.
        warnings: rows of `dispute_warnings.parquet`.

    Returns:
        Unit ids, the nearest tier first, then by id.
    """
    order = {tier: n for n, tier in enumerate(reversed(TIERS))}
    units = profile.units.sort(pl.col("tier").replace_strict(order, default=len(order)), "unit_id")
    for warning in warnings:
        units = units.filter(_fits(profile, warning))
    return units["unit_id"].to_list()


def with_room_nearby(profile: Profile, warnings: pl.DataFrame, free: Mapping[str, int]) -> int:
    """How many of these disputes a unit of their own township that may take them up has room for this week.

    Args:
        profile: the city.
        warnings: rows of `dispute_warnings.parquet`.
        free: how many more each unit can take up, by unit.
    """
    near = profile.units.filter(pl.col("unit_id").is_in([unit for unit, n in free.items() if n > 0]))
    pairs = warnings.join(near, left_on="township_code", right_on="area_code")
    fits = _KNOWS.list.contains(pl.col("category"))
    fits &= ~pl.col("is_domestic") | pl.col("kind").is_in(SUPPORT_KINDS)
    return pairs.filter(fits)["dispute_id"].n_unique()


def _fits(profile: Profile, warning: Mapping[str, Any]) -> pl.Expr:
    city = profile.areas.filter(pl.col("tier") == "city")["area_code"].to_list()
    places = [warning["township_code"], warning["county_code"], *city]
    fits = pl.col("area_code").is_in([place for place in places if place])
    fits &= _KNOWS.list.contains(warning["category"])
    return fits & pl.col("kind").is_in(SUPPORT_KINDS) if warning["is_domestic"] else fits
