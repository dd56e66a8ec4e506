"""Grains: the count of a county or the city is the sum of the counts of its townships."""

import numpy as np
import polars as pl

from models.counts.demand.panel import Panel

GRAINS = ("township_category", "township", "county_category", "county", "city_category", "city")
"""Place and, where named, category; a cell is a township and a category."""


def group_of(panel: Panel, grain: str) -> np.ndarray:
    """Number of each cell's group, 0 to n - 1 in the order of `labels_of`; int64 [cells].

    Townships that belong to no county are a group of their own, which has no label.
    """
    if grain == "cell":
        return np.arange(len(panel.cells))
    place, _, split = grain.partition("_")
    n = panel.n_categories
    column = {"township": "area_code", "county": "county_code"}.get(place)
    number = (
        panel.cells[column].fill_null("").rank("dense").cast(pl.Int64).to_numpy() - 1
        if column
        else np.zeros(len(panel.cells), dtype=np.int64)
    )
    return number * n + np.arange(len(panel.cells)) % n if split else number


def totals(panel: Panel, grain: str, amount: np.ndarray) -> np.ndarray:
    """Sums of an amount per row over the groups of the grain; [mondays x groups], groups within Monday."""
    group = group_of(panel, grain)
    weeks = amount.reshape(-1, len(group))
    summed = np.zeros((group.max() + 1, len(weeks)))
    np.add.at(summed, group, weeks.T)
    return summed.T.ravel()


def shared_total(panel: Panel, grain: str, amount: np.ndarray) -> np.ndarray:
    """The sum of each group of the grain, repeated for each of its cells; [cells, anything]."""
    group = group_of(panel, grain)
    summed = np.zeros((group.max() + 1, amount.shape[1]))
    np.add.at(summed, group, amount)
    return summed[group]


def labels_of(panel: Panel, grain: str) -> pl.DataFrame:
    """The groups of a grain in order: grain, area_code, category (`all` where not split), county_code, urban.

    `area_code` is null where the profile has no such tier.
    """
    place, _, split = grain.partition("_")
    area = {"township": pl.col("area_code"), "county": pl.col("county_code")}.get(place, pl.col("city_code"))
    return (
        panel.cells.with_columns(group=pl.Series(group_of(panel, grain)))
        .group_by("group")
        .first()
        .sort("group")
        .select(
            grain=pl.lit(grain),
            area_code=area,
            category=pl.col("category") if split else pl.lit("all"),
            county_code=pl.col("county_code") if place != "city" else pl.lit(None, pl.String),
            urban=pl.col("urban") if place == "township" else pl.lit(None, pl.Boolean),
        )
    )
