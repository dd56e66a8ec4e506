"""Rows of the week as one role sees them: whose list each stands on, when it is due, its first reason, what changed."""

import polars as pl

from dashboards.access.roles import Role
from dashboards.published.publication import Publication
from dashboards.published.role_list import role_lists
from pipelines.city.published_lists import LIST_COLUMNS

LEVELS = ("red", "orange", "yellow", "blue")


def as_seen(
    publication: Publication, role: Role, rows: pl.DataFrame, earlier: Publication | None
) -> pl.DataFrame:
    """The rows in the form of `Week`, without the rows that the role may not see."""
    due = publication.facts.select("dispute_id", "due_at")
    of_role = role_lists(publication, role).select("dispute_id", *LIST_COLUMNS)
    first = pl.col("reasons").list.first().struct
    return (
        rows.drop(LIST_COLUMNS, strict=False)
        .join(due, on="dispute_id", how="left", maintain_order="left")
        .join(of_role, on="dispute_id", how="left", maintain_order="left")
        .with_columns(
            listed=pl.col("list_tier").is_not_null(),
            position=pl.int_range(1, pl.len() + 1),
            due_in_days=(pl.col("due_at").dt.date() - publication.as_of).dt.total_days(),
            top_reason_zh=first.field("text_zh"),
            top_reason_en=first.field("text_en"),
        )
        .with_columns(change=_change(role_lists(earlier, role) if earlier else None))
    )


def _change(then: pl.DataFrame | None) -> pl.Expr:
    """`new` for a dispute not on the same tier's lists then, `risen` for a higher level than then on any list."""
    if then is None:
        return pl.lit(None, pl.String)
    severity = {level: n for n, level in enumerate(reversed(LEVELS))}
    level_then = pl.col("dispute_id").replace_strict(
        then["dispute_id"],
        then["level"].replace_strict(severity, default=None, return_dtype=pl.Int8),
        default=None,
        return_dtype=pl.Int8,
    )
    level_now = pl.col("level").replace_strict(severity, default=None, return_dtype=pl.Int8)
    tier_then = pl.col("dispute_id").replace_strict(
        then["dispute_id"], then["list_tier"], default=None, return_dtype=pl.String
    )
    return (
        pl.when(pl.col("listed") & pl.col("list_tier").ne_missing(tier_then))
        .then(pl.lit("new"))
        .when(level_now > level_then)
        .then(pl.lit("risen"))
    )
