"""Who looks: what a role may see, and nothing about how it logged in.

A dispute with domestic violence indicated is seen by `protection` alone; every other role is told how
many there are (boundary 12).
"""

from typing import Literal, get_args

import polars as pl

from pipelines.errors import RefusedInput

Role = Literal["analyst", "protection", "engineer"]
ROLES: tuple[Role, ...] = get_args(Role)


def role_of(name: str) -> Role:
    """The role of that name.

    Raises:
        RefusedInput: there is no such role.
    """
    for role in ROLES:
        if role == name:
            return role
    raise RefusedInput(f"no role {name!r}: use one of {', '.join(ROLES)}")


def sees_domestic(role: Role) -> bool:
    """Whether the role may open disputes with domestic violence indicated."""
    return role == "protection"


def visible(role: Role) -> pl.Expr:
    """Which rows of a frame with `is_domestic` the role may see one by one."""
    return pl.lit(value=True) if sees_domestic(role) else ~pl.col("is_domestic")
