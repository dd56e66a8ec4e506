"""The recommendation of a warning, from the closed list of `data/reference/recommendations.csv` (boundary 9).

An offer, never a sanction. Domestic violence is never answered with joint mediation (boundary 12), and
that rule goes before every other.
"""

import polars as pl

from pipelines.city.settings import Recommendations

_GRAVE = ("red", "orange")


def recommendation(offers: Recommendations) -> pl.Expr:
    """Code of the recommendation, from `is_domestic`, `is_open`, `level` (null without a model) and `listed`.

    Args:
        offers: the profile's choice for each level.
    """
    by_level = {level: getattr(offers, level) for level in ("red", "orange", "yellow", "blue")}
    return (
        pl.when(pl.col("is_domestic"))
        .then(pl.lit("safety_support"))
        .when(~pl.col("is_open") & ~pl.col("level").is_in(_GRAVE).fill_null(False))
        .then(pl.lit(offers.closed))
        .when(pl.col("level").is_not_null())
        .then(pl.col("level").replace_strict(by_level, default=None, return_dtype=pl.String))
        .when(pl.col("listed"))
        .then(pl.lit(offers.listed))
        .otherwise(pl.lit(offers.blue))
    )
