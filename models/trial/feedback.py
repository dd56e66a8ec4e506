"""What acting does to the list: where attention gathers, what the model then believes, and what is true.

Three questions, quarter by quarter. Does attention gather in places beyond their true hazard? Are
probabilities still right, among those attended to and among the others? What do the records say of how often
violence comes, and what is true?
"""

import numpy as np
import polars as pl

from models.trial.intervals import Estimate, mean, ratio

QUARTER_WEEKS = 13
HORIZON_WEEKS = 4
STEEPEST = 20
"""Few visits, all to the most dangerous townships, have no slope: the fit runs away."""
SCHEMA = {
    "arm": pl.String,
    "quarter": pl.Int64,
    "metric": pl.String,
    "seeds": pl.Int64,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
}


def feedback(at_risk: pl.DataFrame, attended: pl.DataFrame, harms: pl.DataFrame) -> pl.DataFrame:
    """All figures of all arms by quarter.

    Args:
        at_risk: seed, arm, week, dispute_id, township_code, probability (null without a model), hazard (the
            true probability that Monday); every dispute at risk.
        attended: seed, arm, week, dispute_id, township_code, selection.
        harms: seed, arm, week, dispute_id, is_recorded; every true harm.

    Returns:
        `SCHEMA`. Concentration: `attention_gini` and `hazard_gini` over townships, `attention_on_hazard` (slope
        of log attention share on log hazard share), `repeat_share` (attention in townships that were in the
        upper tenth a quarter before); of a marked arm (`ranking+naive`) also each with `_more`, the difference to the
        plain one in the same worlds. Calibration: `predicted`, `recorded`, `true` chance of harm within four
        weeks, each `_attended` and `_others`. Base rate: `base_recorded`, `base_true`, `base_random` (among
        those drawn at random).
    """
    found = []
    labelled = _labelled(at_risk, attended, harms)
    places = {}
    for arm in at_risk["arm"].unique().sort():
        rows = labelled.filter(pl.col("arm") == arm)
        shares = township_shares(rows, attended.filter(pl.col("arm") == arm))
        for quarter in rows["quarter"].unique().sort():
            places[arm, quarter] = _concentration(shares, quarter)
            plain = places.get((arm.partition("+")[0], quarter)) if "+" in arm else None
            figures = _over_worlds(places[arm, quarter], plain) | _calibration(rows, quarter)
            found += [(arm, quarter, name, n, *estimate) for name, (n, estimate) in figures.items()]
    return pl.DataFrame(found, schema=SCHEMA, orient="row")


def township_shares(at_risk: pl.DataFrame, attended: pl.DataFrame) -> pl.DataFrame:
    """Share of attention and of true hazard of every township, by seed, arm and quarter; for the picture.

    Disputes whose township is not known are left out of both.

    Returns:
        seed, arm, quarter, township_code, hazard_share, attention_share, attended.
    """
    quarter = (pl.col("week") // QUARTER_WEEKS).alias("quarter")
    keys = ["seed", "arm", "quarter", "township_code"]
    at_risk, attended = (
        rows.filter(pl.col("township_code").is_not_null()).with_columns(quarter)
        for rows in (at_risk, attended)
    )
    hazard = at_risk.group_by(keys).agg(hazard=pl.col("hazard").sum())
    visits = attended.group_by(keys).agg(attended=pl.len())
    whole = ["seed", "arm", "quarter"]
    return (
        hazard.join(visits, on=keys, how="left")
        .with_columns(pl.col("attended").fill_null(0))
        .with_columns(
            hazard_share=pl.col("hazard") / pl.col("hazard").sum().over(whole),
            attention_share=pl.col("attended") / pl.col("attended").sum().over(whole),
        )
        .drop("hazard")
        .sort(keys)
    )


def _labelled(at_risk: pl.DataFrame, attended: pl.DataFrame, harms: pl.DataFrame) -> pl.DataFrame:
    """Every dispute at risk with what came within four weeks, in truth and on record, and whether it had been attended to."""
    keys = ["seed", "arm", "dispute_id"]
    came = at_risk.select(*keys, "week").join(
        harms.select(*keys, "is_recorded", harmed_in=pl.col("week")), on=keys, how="inner"
    )
    soon = came.filter(
        (pl.col("harmed_in") >= pl.col("week")) & (pl.col("harmed_in") < pl.col("week") + HORIZON_WEEKS)
    )
    label = soon.group_by(*keys, "week").agg(true=pl.lit(value=True), recorded=pl.col("is_recorded").any())
    first = attended.group_by(keys).agg(
        attended_in=pl.col("week").min(), selection=pl.col("selection").first()
    )
    last = at_risk["week"].max()
    return (
        at_risk.filter(pl.col("week") <= last - HORIZON_WEEKS + 1)  # pyright: ignore[reportOperatorIssue]
        .join(label, on=[*keys, "week"], how="left")
        .join(first, on=keys, how="left")
        .with_columns(
            pl.col("true", "recorded").fill_null(value=False),
            was_attended=(pl.col("attended_in") <= pl.col("week")).fill_null(value=False),
            drawn=((pl.col("attended_in") == pl.col("week")) & (pl.col("selection") == "random")).fill_null(
                value=False
            ),
            quarter=pl.col("week") // QUARTER_WEEKS,
        )
    )


Figures = dict[str, tuple[int, Estimate]]


def _concentration(shares: pl.DataFrame, quarter: int) -> dict[str, dict[int, float]]:
    """Each figure of a quarter by world."""
    found: dict[str, dict[int, float]] = {
        name: {} for name in ("attention_gini", "hazard_gini", "attention_on_hazard", "repeat_share")
    }
    for (seed,), mine in shares.group_by("seed", maintain_order=True):
        now = mine.filter(pl.col("quarter") == quarter)
        if not now["attended"].sum():
            continue
        attention, hazard = now["attention_share"].to_numpy(), now["hazard_share"].to_numpy()
        found["attention_gini"][seed] = gini(attention)
        found["hazard_gini"][seed] = gini(hazard)
        slope = _poisson_slope(now["attended"].to_numpy()[hazard > 0], hazard[hazard > 0])
        if abs(slope) < STEEPEST:
            found["attention_on_hazard"][seed] = slope
        before = mine.filter(pl.col("quarter") == quarter - 1)
        if len(before):
            most = before.sort("attended", "township_code", descending=[True, False])
            top = most["township_code"].head(max(1, len(before) // 10)).implode()
            again = now.filter(pl.col("township_code").is_in(top))["attention_share"].sum()
            found["repeat_share"][seed] = float(again)
    return {name: values for name, values in found.items() if values}


def _over_worlds(mine: dict[str, dict[int, float]], plain: dict[str, dict[int, float]] | None) -> Figures:
    """Means over the worlds; and, where there is a plain arm, the mean difference to it in the same worlds."""
    figures = {name: (len(values), mean(np.array(list(values.values())))) for name, values in mine.items()}
    for name, theirs in (plain or {}).items():
        more = [mine[name][seed] - value for seed, value in theirs.items() if seed in mine.get(name, {})]
        figures[f"{name}_more"] = (len(more), mean(np.array(more)))
    return figures


def _calibration(rows: pl.DataFrame, quarter: int) -> Figures:
    """Predicted, recorded and true chance among attended, others and all; worlds weigh by their rows."""
    now = rows.filter(pl.col("quarter") == quarter)
    seeds = now["seed"].unique().sort()
    parts = {
        "attended": now.filter("was_attended"),
        "others": now.filter(~pl.col("was_attended")),
    }
    figures: Figures = {}
    for part, frame in parts.items():
        for name, column in (("predicted", "probability"), ("recorded", "recorded"), ("true", "true")):
            figures[f"{name}_{part}"] = (len(seeds), _rate(frame, column, seeds))
    figures["base_recorded"] = (len(seeds), _rate(now, "recorded", seeds))
    figures["base_true"] = (len(seeds), _rate(now, "true", seeds))
    if now["drawn"].any():
        figures["base_random"] = (len(seeds), _rate(now.filter("drawn"), "recorded", seeds))
    return figures


def _rate(frame: pl.DataFrame, column: str, seeds: pl.Series) -> Estimate:
    known = frame.filter(pl.col(column).is_not_null())
    sums = known.group_by("seed").agg(total=pl.col(column).cast(pl.Float64).sum(), n=pl.len())
    joined = pl.DataFrame({"seed": seeds}).join(sums, on="seed", how="inner")
    return ratio(joined["total"].to_numpy(), joined["n"].to_numpy().astype(np.float64))


def gini(shares: np.ndarray) -> float:
    """0 where all have the same, towards 1 where one has all."""
    ordered = np.sort(shares)
    n = len(ordered)
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * ordered.sum()))


def _poisson_slope(count: np.ndarray, share: np.ndarray) -> float:
    """Slope of log attention on log hazard share; 1 where attention is in proportion to hazard, infinite where there is none."""
    if len(np.unique(share)) < 2:
        return np.inf
    x = np.log(share)
    x = x - x.mean()
    a, b = np.log(count.mean()), 1.0
    for _ in range(50):
        expected = np.exp(a + b * x)
        gradient = np.array([(count - expected).sum(), (x * (count - expected)).sum()])
        information = np.array(
            [[expected.sum(), (x * expected).sum()], [(x * expected).sum(), (x * x * expected).sum()]]
        )
        step = np.linalg.solve(information, gradient).clip(-1, 1)
        a, b = a + step[0], b + step[1]
        if np.abs(step).max() < 1e-9 or abs(b) >= STEEPEST:
            break
    return float(b)
