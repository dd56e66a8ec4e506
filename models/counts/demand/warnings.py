"""`place_warnings.parquet`, and the same forecasts summed by county and for the city.

First come the places furthest above what is usual there at this season, not the largest ones: a list by
size would be the same every week. A township that records far less than places of its kind is never
below yellow as a whole, and what it might have if it recorded like them is told beside.
"""

from datetime import date

import numpy as np
import polars as pl

from models.counts.demand.grains import GRAINS, labels_of, totals
from models.counts.demand.inputs import Inputs
from models.counts.demand.panel import TARGETS, Panel
from models.counts.demand.training import Demand, forecast, spreads
from models.counts.shared.intervals import Spread
from models.protocol.time_splits import matured_by
from pipelines.city.profile import Profile
from pipelines.tables.published import shaped
from pipelines.tables.published_places import PlaceTotals, PlaceWarnings

USUAL = "usual"
"""Version name where no model is in use: the forecast is the usual count of the season times the recent drift."""
LEVELS = ("red", "orange", "yellow", "blue")
PLACES = ("township_category", "township")


def place_warnings(
    panel: Panel,
    inputs: Inputs,
    profile: Profile,
    as_of: date,
    recorded: pl.DataFrame,
    demand: Demand | None,
    version: str,
    synthetic: bool,
) -> dict[str, pl.DataFrame]:
    """The week's files of the demand family.

    Args:
        panel: everything known before the Monday, which is its last one.
        inputs: of the panel.
        profile: levels, capacity, horizon.
        as_of: the Monday.
        recorded: `reporting.reporting` of the Monday.
        demand: the model in use; without one the usual is published, with intervals where enough weeks
            have matured to say how far counts stray from it.
        version: of the model, or `USUAL`.
        synthetic: whether the data are made up.

    Returns:
        `place_warnings.parquet` by rank, and `place_totals.parquet` by grain, area and category.
    """
    expected = {target: _expected(panel, inputs, as_of, demand, target) for target in TARGETS}
    spread = demand.spreads if demand else _spreads_of_usual(panel, inputs, profile, as_of)
    usual = inputs.usual["disputes"][panel.rows_of([as_of])]
    frames = {grain: _described(panel, grain, expected, usual, spread.get(grain)) for grain in GRAINS}
    columns = {"as_of": pl.lit(as_of), "model_version": pl.lit(version), "synthetic": pl.lit(synthetic)}
    places = pl.concat([frames[grain] for grain in PLACES])
    ranked = ranked_places(places.join(recorded, on="area_code", how="left", maintain_order="left"), profile)
    above = pl.concat([frames[grain] for grain in GRAINS if grain not in PLACES]).drop_nulls("area_code")
    return {
        "place_warnings.parquet": shaped(ranked.with_columns(**columns), PlaceWarnings),
        "place_totals.parquet": shaped(above.with_columns(**columns), PlaceTotals),
    }


def ranked_places(places: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Add level and rank: by level, then by how far the forecast exceeds the usual count, in standard deviations of chance.

    Args:
        places: area_code, category, expected_disputes, usual, ratio, reporting_ratio, few_records.
        profile: thresholds on the ratio, the least count that can be above blue, capacity.
    """
    settings = profile.settings.demand
    excess = (pl.col("expected_disputes") - pl.col("usual")) / (pl.col("usual") + 1).sqrt()
    enough = pl.col("expected_disputes") >= settings.least_disputes
    level = pl.when(enough & (pl.col("ratio") >= settings.ratio["red"])).then(pl.lit("red"))
    for name in ("orange", "yellow"):
        level = level.when(enough & (pl.col("ratio") >= settings.ratio[name])).then(pl.lit(name))
    level = level.when(pl.col("few_records") & (pl.col("category") == "all")).then(pl.lit("yellow"))
    as_others = pl.when("few_records").then(pl.col("expected_disputes") / pl.col("reporting_ratio"))
    order = pl.col("level").replace_strict(
        {name: at for at, name in enumerate(LEVELS)}, return_dtype=pl.Int64
    )
    reds = (pl.col("level") == "red").cum_sum()
    return (
        places.with_columns(
            level=level.otherwise(pl.lit("blue")),
            excess=excess,
            expected_if_recorded=as_others.otherwise("expected_disputes"),
        )
        .sort(order, -pl.col("excess"), "area_code", "category")
        .with_columns(
            level=pl.when((pl.col("level") == "red") & (reds > profile.settings.capacity.city))
            .then(pl.lit("orange"))
            .otherwise("level"),
            rank=pl.int_range(1, pl.len() + 1),
        )
    )


def _expected(panel: Panel, inputs: Inputs, as_of: date, demand: Demand | None, target: str) -> np.ndarray:
    if demand is not None:
        return forecast(panel, inputs, demand.boosters[target], [as_of], target)
    rows = panel.rows_of([as_of])
    return inputs.usual[target][rows] * inputs.drift[target][rows]


def _spreads_of_usual(panel: Panel, inputs: Inputs, profile: Profile, as_of: date) -> dict[str, Spread]:
    """By grain, the spread of counts around the usual in all matured weeks; empty where there are too few weeks."""
    settings = profile.settings
    least = settings.demand.publish_weeks
    mondays = matured_by(as_of, panel.mondays[least:], settings)
    if len(mondays) < least:
        return {}
    rows = panel.rows_of(mondays)
    expected = inputs.usual["disputes"][rows] * inputs.drift["disputes"][rows]
    return spreads(panel, mondays, expected, profile)


def _described(
    panel: Panel, grain: str, expected: dict[str, np.ndarray], usual: np.ndarray, spread: Spread | None
) -> pl.DataFrame:
    disputes, normal = totals(panel, grain, expected["disputes"]), totals(panel, grain, usual)
    low, high = spread.interval(disputes) if spread else (None, None)
    return labels_of(panel, grain).with_columns(
        expected_disputes=pl.Series(disputes),
        low=pl.Series(low, dtype=pl.Float64) if low is not None else pl.lit(None, pl.Float64),
        high=pl.Series(high, dtype=pl.Float64) if high is not None else pl.lit(None, pl.Float64),
        expected_outcomes=pl.Series(totals(panel, grain, expected["outcomes"])),
        usual=pl.Series(normal),
        ratio=pl.Series(disputes / normal),
    )
