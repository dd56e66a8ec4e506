"""The lists of one role: of each area's list the first disputes that role may see, as many as it has places.

A dispute with domestic violence indicated is answered by the protection role and takes none of the mediators'
time, so a role that does not see it has the next one instead (docs/decisions/lists_by_role.md).
"""

from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from dashboards.access.roles import ROLES, Role, visible
from dashboards.published.publication import Publication
from pipelines.city.capacity import LIST_TIERS
from pipelines.city.published_lists import CITY, lists_seen, with_tiers


@dataclass(frozen=True)
class ListOf:
    """Whose list: of which tier, and of which of its areas; without an area those of the whole tier."""

    tier: str = CITY
    area: str | None = None

    @property
    def rows(self) -> pl.Expr:
        """Which rows of a frame with list_tier and list_area are on it."""
        of_area = pl.lit(value=True) if self.area is None else pl.col("list_area") == self.area
        return (pl.col("list_tier") == self.tier).fill_null(value=False) & of_area


CITY_LIST = ListOf()


def list_tiers(publication: Publication) -> list[str]:
    """Tiers that have lists this week, the city first."""
    present = set(with_tiers(publication.warnings)["list_tier"])
    return [tier for tier in LIST_TIERS if tier in present]


def list_areas(publication: Publication, role: Role, tier: str) -> list[str]:
    """Areas of a tier with a list for the role, by code."""
    own = role_lists(publication, role).filter(ListOf(tier).rows)
    return own["list_area"].drop_nulls().unique().sort().to_list()


@lru_cache(maxsize=8)
def role_lists(publication: Publication, role: Role) -> pl.DataFrame:
    """Every list of the role together, by rank: the columns of `dispute_warnings.parquet`; protection's are the published ones."""
    return lists_seen(publication.warnings, visible(role), publication.meta.capacity)


@lru_cache(maxsize=32)
def role_list(
    publication: Publication, role: Role, k: int | None = None, of: ListOf = CITY_LIST
) -> pl.DataFrame:
    """One list of the role, by rank: the columns of `dispute_warnings.parquet`.

    Args:
        publication: the week.
        role: whose list.
        k: length of the city's list; the profile's capacity where None. The few drawn at random stay on a list of any
            length (boundary 14).
        of: which list.
    """
    every = role_lists(publication, role) if k is None else lists_seen(publication.warnings, visible(role), k)
    return every.filter(of.rows)


def on_any_list(warnings: pl.DataFrame, capacity: int) -> set[str]:
    """Disputes on a list of at least one role, of any tier."""
    return {n for role in ROLES for n in lists_seen(warnings, visible(role), capacity)["dispute_id"]}
