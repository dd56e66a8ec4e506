"""Where the oracle's share is lost: how far down our order stand the disputes that the oracle would have helped.

Every Monday the disputes nobody was sent to yet are put in order twice: by true hazard, as the oracle would, and
as the product ranked them. The hazard at the top of the first order is what could be reached that week.
"""

import polars as pl

from models.trial.intervals import ratio

BANDS = ("listed", "next", "further", "far", "without_model")
SCHEMA = {
    "arm": pl.String,
    "band": pl.String,
    "seeds": pl.Int64,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
}


def losses(at_risk: pl.DataFrame, attended: pl.DataFrame, weeks: pl.DataFrame) -> pl.DataFrame:
    """Shares of the hazard that the oracle would have attended to in the same weeks.

    Args:
        at_risk: seed, arm, week, dispute_id, probability (null without a usable model), hazard.
        attended: seed, arm, week, dispute_id.
        weeks: seed, arm, week, capacity.

    Returns:
        `SCHEMA`. Bands of the oracle's disputes, which add up to 1: `listed` (we were sent there, too), `next` (in
        our order within twice the capacity), `further` (within five times), `far` (beyond), `without_model`
        (missed in a week without a usable model); and `instead`, the hazard of those we were sent to and the
        oracle was not.
    """
    monday = ["seed", "arm", "week"]
    visits = attended.select("seed", "arm", "dispute_id", attended_in="week")
    free = (
        at_risk.join(visits, on=["seed", "arm", "dispute_id"], how="left")
        .filter(pl.col("attended_in").is_null() | (pl.col("attended_in") >= pl.col("week")))
        .join(weeks.select(*monday, "capacity"), on=monday)
        .with_columns(
            mine=(pl.col("attended_in") == pl.col("week")).fill_null(value=False),
            best=pl.col("hazard").rank("ordinal", descending=True).over(monday) <= pl.col("capacity"),
            place=pl.col("probability").rank("ordinal", descending=True).over(monday) / pl.col("capacity"),
        )
        .filter(pl.col("best") | pl.col("mine"))
        .with_columns(
            band=pl.when(~pl.col("best"))
            .then(pl.lit("instead"))
            .when("mine")
            .then(pl.lit("listed"))
            .when(pl.col("probability").is_null())
            .then(pl.lit("without_model"))
            .when(pl.col("place") <= 2)
            .then(pl.lit("next"))
            .when(pl.col("place") <= 5)
            .then(pl.lit("further"))
            .otherwise(pl.lit("far"))
        )
    )
    sums = free.group_by("arm", "seed", "band").agg(pl.col("hazard").sum())
    found = []
    for arm in sums["arm"].unique().sort():
        mine = sums.filter(arm=arm)
        table = mine.pivot("band", index="seed", values="hazard").sort("seed").fill_null(0.0)
        held = [band for band in BANDS if band in table.columns]
        whole = table.select(pl.sum_horizontal(held)).to_series().to_numpy()
        found += [
            (arm, band, len(table), *ratio(table[band].to_numpy(), whole))
            for band in (*BANDS, "instead")
            if band in table.columns
        ]
    return pl.DataFrame(found, schema=SCHEMA, orient="row")
