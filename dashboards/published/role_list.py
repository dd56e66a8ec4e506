"""The ranked list for one role: the top `capacity` disputes that role may see.

A dispute with domestic violence indicated is answered by the protection role and takes none of the mediators'
time, so a role that does not see it has the next one instead (docs/decisions/lists_by_role.md).
"""

from functools import lru_cache

import polars as pl

from dashboards.access.roles import ROLES, Role, visible
from dashboards.published.publication import Publication


@lru_cache(maxsize=32)
def role_list(publication: Publication, role: Role, k: int | None = None) -> pl.DataFrame:
    """The role's list, by rank: the columns of `dispute_warnings.parquet`.

    Args:
        publication: the week.
        role: whose list; protection's is the published one.
        k: its length; the profile's capacity where None. The few drawn at random stay on a list of any
            length (boundary 14).
    """
    return _first(publication.warnings, role, k or publication.meta.capacity)


def on_any_list(warnings: pl.DataFrame, capacity: int) -> set[str]:
    """Disputes on the list of at least one role."""
    return {number for role in ROLES for number in _first(warnings, role, capacity)["dispute_id"]}


def _first(warnings: pl.DataFrame, role: Role, k: int) -> pl.DataFrame:
    seen = warnings.filter(visible(role))
    is_drawn = pl.col("selection").eq_missing("random")
    drawn = seen.filter(is_drawn)
    return pl.concat([seen.filter(~is_drawn).head(max(0, k - len(drawn))), drawn]).sort("rank")
