"""Losses against the oracle: the position in our year of the disputes that the oracle attended to."""

import polars as pl

from models.trial.effects import ORACLE
from models.trial.intervals import share

BANDS = ("listed", "next", "further", "far", "without_model")
SCHEMA = {
    "arm": pl.String,
    "band": pl.String,
    "seeds": pl.Int64,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
}
_KEYS = ["seed", "dispute_id"]


def losses(at_risk: pl.DataFrame, attended: pl.DataFrame, weeks: pl.DataFrame) -> pl.DataFrame:
    """Shares of the hazard that the oracle attended to in the same worlds, each dispute counted once.

    Args:
        at_risk: seed, arm, week, dispute_id, probability (null without a usable model), hazard.
        attended: seed, arm, week, dispute_id, and of the oracle's also hazard, that Monday's.
        weeks: seed, arm, week, capacity.

    Returns:
        `SCHEMA`; empty without the oracle's years. Bands of the oracle's disputes, which add up to 1: `listed` (we were
        sent there, too, in whatever week), and the missed by the best place they ever had in our order: `next` (within
        twice the capacity), `further` (within five times), `far` (beyond), `without_model` (at risk in weeks without a
        model only); and `instead`, the hazard of those we were sent to and the oracle never was.
    """
    theirs = attended.filter(pl.col("arm") == ORACLE)
    if theirs.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    best = theirs.select(*_KEYS, "hazard")
    rows = []
    for arm in at_risk["arm"].unique().sort():
        of_arm = at_risk.filter(pl.col("arm") == arm)
        visits = attended.filter(pl.col("arm") == arm).select(*_KEYS, "week")
        banded = _banded(of_arm, visits, weeks.filter(pl.col("arm") == arm), best)
        instead = visits.join(best, on=_KEYS, how="anti").join(of_arm, on=[*_KEYS, "week"])
        sums = pl.concat([banded, instead.select("seed", "hazard", band=pl.lit("instead"))])
        table = (
            sums.pivot("band", index="seed", values="hazard", aggregate_function="sum")
            .sort("seed")
            .fill_null(0.0)
        )
        bands = [band for band in BANDS if band in table.columns]
        table = table.filter(pl.sum_horizontal(bands) > 0)
        whole = table.select(pl.sum_horizontal(bands)).to_series().to_numpy()
        rows += [
            (arm, band, len(table), *share(table[band].to_numpy(), whole))
            for band in (*BANDS, "instead")
            if band in table.columns
        ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _banded(
    at_risk: pl.DataFrame, visits: pl.DataFrame, weeks: pl.DataFrame, best: pl.DataFrame
) -> pl.DataFrame:
    """The oracle's disputes of the worlds played: seed, hazard, band."""
    places = (
        at_risk.join(visits.rename({"week": "attended_in"}), on=_KEYS, how="left")
        .filter((pl.col("attended_in") >= pl.col("week")).fill_null(value=True))
        .join(weeks.select("seed", "week", "capacity"), on=["seed", "week"])
        .with_columns(
            place=pl.col("probability").rank("ordinal", descending=True).over("seed", "week")
            / pl.col("capacity")
        )
        .group_by(_KEYS)
        .agg(pl.col("place").min())
    )
    listed = visits.select(*_KEYS, was_listed=pl.lit(value=True))
    return (
        best.filter(pl.col("seed").is_in(at_risk["seed"].unique().implode()))
        .join(places, on=_KEYS, how="left", maintain_order="left")
        .join(listed, on=_KEYS, how="left", maintain_order="left")
        .select(
            "seed",
            "hazard",
            band=pl.when("was_listed")
            .then(pl.lit("listed"))
            .when(pl.col("place").is_null())
            .then(pl.lit("without_model"))
            .when(pl.col("place") <= 2)
            .then(pl.lit("next"))
            .when(pl.col("place") <= 5)
            .then(pl.lit("further"))
            .otherwise(pl.lit("far")),
        )
    )
