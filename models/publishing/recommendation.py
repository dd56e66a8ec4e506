"""What a warning recommends, from the closed list of `data/reference/recommendations.csv` (boundary 9).

An offer, never a sanction. Domestic violence is never answered with joint mediation (boundary 12), and
that rule goes before every other.
"""

import polars as pl

BY_LEVEL = {
    "red": "expert_consultation",
    "orange": "higher_tier",
    "yellow": "early_mediation",
    "blue": "routine",
}
_GRAVE = ("red", "orange")


def recommendation() -> pl.Expr:
    """Code of what to offer, from `is_domestic`, `is_open`, `level` (null without a model) and `listed`."""
    return (
        pl.when(pl.col("is_domestic"))
        .then(pl.lit("safety_support"))
        .when(~pl.col("is_open") & ~pl.col("level").is_in(_GRAVE).fill_null(False))
        .then(pl.lit("after_care"))
        .when(pl.col("level").is_not_null())
        .then(pl.col("level").replace_strict(BY_LEVEL, default=None, return_dtype=pl.String))
        .when(pl.col("listed"))
        .then(pl.lit("early_mediation"))
        .otherwise(pl.lit("routine"))
    )
