"""Feedback of acting on the list: where attention concentrates, what the model then predicts, and what is true.

Three questions, quarter by quarter. Does attention gather in places beyond their true hazard? Are
probabilities still right, among those attended to and among the others? What do the records say of how often
violence comes, and what is true?
"""

import numpy as np
import polars as pl

from models.trial.intervals import NONE, Estimate, jackknife, mean, share

QUARTER_WEEKS = 13
HORIZON_WEEKS = 4
THROWS = 200
STEEPEST = 20
"""Limit of the fitted slope; with few visits, all in the most dangerous townships, the fit diverges."""
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
        `SCHEMA`. Concentration: `attention_gini` over townships and `fair_gini`, that of as many visits thrown in
        proportion to hazard; `attention_on_hazard` (slope of log attention share on log hazard share);
        `repeat_share`, attention in the tenth of townships that had most a quarter before, and `repeat_hazard`, their share of
        hazard; of a marked arm (`ranking+naive`) also each with `_more`, the difference to the plain one in the
        same worlds, and so for `predicted_attended`. Calibration, in weeks with a usable model: `predicted`, `recorded`, `true` chance of harm within
        four weeks, each `_attended` and `_others`; after help, where there was any. Base rate, in all weeks: `base_recorded`,
        `base_true`, `base_random` (on record among those drawn at random; they were helped, and are recorded better) and
        `base_asked` (what would be told where every first visit asked about violence before it, `_asked`).
    """
    estimates = []
    labelled = _labelled(at_risk, attended, harms)
    places = {}
    for arm in at_risk["arm"].unique().sort():
        rows, visits = labelled.filter(pl.col("arm") == arm), attended.filter(pl.col("arm") == arm)
        shares = township_shares(rows, visits)
        earlier = _earlier(harms.filter(pl.col("arm") == arm), visits)
        for quarter in rows["quarter"].unique().sort():
            places[arm, quarter] = _concentration(shares, quarter)
            plain = arm.partition("+")[0]
            theirs = places.get((plain, quarter)) if plain != arm else None
            figures = _over_worlds(places[arm, quarter], theirs) | _calibration(rows, quarter)
            if theirs is not None:
                figures["predicted_attended_more"] = _expects_more(labelled, arm, plain, quarter)
            figures["base_asked"] = _asked(rows, earlier, quarter)
            estimates += [(arm, quarter, name, n, *estimate) for name, (n, estimate) in figures.items()]
    return pl.DataFrame(estimates, schema=SCHEMA, orient="row")


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
    hazard = at_risk.group_by(keys, maintain_order=True).agg(hazard=pl.col("hazard").sum())
    visits = attended.group_by(keys).agg(attended=pl.len())
    whole = ["seed", "arm", "quarter"]
    return (
        hazard.join(visits, on=keys, how="left")
        .with_columns(pl.col("attended").fill_null(0))
        .sort(keys)
        .with_columns(
            hazard_share=pl.col("hazard") / pl.col("hazard").sum().over(whole),
            attention_share=pl.col("attended") / pl.col("attended").sum().over(whole),
        )
        .drop("hazard")
    )


def by_tenth(shares: pl.DataFrame) -> pl.DataFrame:
    """Townships of each world in ten groups by hazard: their shares of hazard and attention, over all worlds.

    Args:
        shares: `township_shares`.

    Returns:
        arm, quarter, tenth (0 the safest), hazard_share, and attention_share with low and high.
    """
    world = ["seed", "arm", "quarter"]
    tenth = (pl.col("hazard_share").rank("ordinal").over(world) - 1) * 10 // pl.len().over(world)
    sums = (
        shares.with_columns(tenth=tenth.cast(pl.Int64))
        .group_by(*world, "tenth", maintain_order=True)
        .agg(pl.col("hazard_share", "attention_share").sum())
        .sort("arm", "quarter", "tenth", "seed")
    )
    rows = [
        (
            arm,
            quarter,
            number,
            mean(part["hazard_share"].to_numpy()).value,
            *mean(part["attention_share"].to_numpy()),
        )
        for (arm, quarter, number), part in sums.group_by("arm", "quarter", "tenth", maintain_order=True)
    ]
    columns = ("arm", "quarter", "tenth", "hazard_share", "attention_share", "low", "high")
    return pl.DataFrame(rows, schema=columns, orient="row")


def _labelled(at_risk: pl.DataFrame, attended: pl.DataFrame, harms: pl.DataFrame) -> pl.DataFrame:
    """Every dispute at risk with its outcome within four weeks, true and recorded, and whether it had been attended to."""
    keys = ["seed", "arm", "dispute_id"]
    outcomes = at_risk.select(*keys, "week").join(
        harms.select(*keys, "is_recorded", harmed_in=pl.col("week")), on=keys, how="inner"
    )
    soon = outcomes.filter(
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
    """Concentration figures of each quarter, by world."""
    by_seed: dict[str, dict[int, float]] = {
        name: {}
        for name in ("attention_gini", "fair_gini", "attention_on_hazard", "repeat_share", "repeat_hazard")
    }
    for (seed,), of_seed in shares.group_by("seed", maintain_order=True):
        now = of_seed.filter(pl.col("quarter") == quarter)
        if not now["attended"].sum():
            continue
        attention, hazard = now["attention_share"].to_numpy(), now["hazard_share"].to_numpy()
        by_seed["attention_gini"][seed] = gini(attention)
        by_seed["fair_gini"][seed] = _fair_gini(int(now["attended"].sum()), hazard)
        slope = _poisson_slope(now["attended"].to_numpy()[hazard > 0], hazard[hazard > 0])
        if abs(slope) < STEEPEST:
            by_seed["attention_on_hazard"][seed] = slope
        before = of_seed.filter(pl.col("quarter") == quarter - 1)
        if len(before):
            most = before.sort("attended", "township_code", descending=[True, False])
            top = most["township_code"].head(max(1, len(before) // 10)).implode()
            again = now.filter(pl.col("township_code").is_in(top))
            by_seed["repeat_share"][seed] = float(again["attention_share"].sum())
            by_seed["repeat_hazard"][seed] = float(again["hazard_share"].sum())
    return {name: values for name, values in by_seed.items() if values}


def _over_worlds(own: dict[str, dict[int, float]], plain: dict[str, dict[int, float]] | None) -> Figures:
    """Means over the worlds and, where there is a plain arm, the mean difference from it in the same worlds."""
    figures = {name: (len(values), mean(np.array(list(values.values())))) for name, values in own.items()}
    for name, theirs in (plain or {}).items():
        more = [own[name][seed] - value for seed, value in theirs.items() if seed in own.get(name, {})]
        figures[f"{name}_more"] = (len(more), mean(np.array(more)))
    return figures


def _calibration(rows: pl.DataFrame, quarter: int) -> Figures:
    """Predicted, recorded and true probability among attended disputes, others and all; worlds weigh by their rows."""
    now = rows.filter(pl.col("quarter") == quarter)
    ranked = now.filter(pl.col("probability").is_not_null())
    parts = {"attended": ranked.filter("was_attended"), "others": ranked.filter(~pl.col("was_attended"))}
    figures: Figures = {}
    for part, frame in parts.items():
        for name, column in (("predicted", "probability"), ("recorded", "recorded"), ("true", "true")):
            figures[f"{name}_{part}"] = _rate(frame, column)
    figures["base_recorded"] = _rate(now, "recorded")
    figures["base_true"] = _rate(now, "true")
    if now["drawn"].any():
        figures["base_random"] = _rate(now.filter("drawn"), "recorded")
    return figures


def _expects_more(labelled: pl.DataFrame, arm: str, plain: str, quarter: int) -> tuple[int, Estimate]:
    """Difference in predicted probability between an arm's attended disputes and those of the plain arm, in worlds where a model ranks in both."""
    known = (pl.col("quarter") == quarter) & pl.col("was_attended") & pl.col("probability").is_not_null()
    by_world = (
        labelled.filter(known, pl.col("arm").is_in([arm, plain]))
        .group_by("seed", "arm", maintain_order=True)
        .agg(pl.col("probability").mean())
        .pivot("arm", index="seed", values="probability")
        .drop_nulls()
        .sort("seed")
    )
    if not {arm, plain} <= set(by_world.columns):
        return 0, NONE
    return len(by_world), mean((by_world[arm] - by_world[plain]).to_numpy())


def _earlier(harms: pl.DataFrame, visits: pl.DataFrame) -> pl.DataFrame:
    """Violence before the first visit, by the quarter of the visit: seed, quarter, is_recorded."""
    recorded_harms = harms.select("seed", "dispute_id", "is_recorded", harmed_in="week")
    return (
        visits.join(recorded_harms, on=["seed", "dispute_id"])
        .filter(pl.col("harmed_in") < pl.col("week"))
        .select("seed", "is_recorded", quarter=pl.col("week") // QUARTER_WEEKS)
    )


def _asked(rows: pl.DataFrame, earlier: pl.DataFrame, quarter: int) -> tuple[int, Estimate]:
    """The rate of violence if every first visit asks about earlier violence and it is reported.

    The share of it that is on record is taken for that of all violence in disputes nobody was sent to, and theirs is divided by
    it. That is too high where the list prefers what has violence on record.
    """
    now, known = rows.filter(pl.col("quarter") == quarter), earlier.filter(pl.col("quarter") <= quarter)
    seen = now.group_by("seed").agg(
        of_attended=pl.col("recorded").filter("was_attended").sum(),
        of_others=pl.col("recorded").filter(~pl.col("was_attended")).sum(),
        n=pl.len(),
    )
    counts = known.group_by("seed").agg(on_record=pl.col("is_recorded").sum(), told=pl.len())
    worlds = seen.join(counts, on="seed", how="left").sort("seed").drop("seed").fill_null(0)
    return len(worlds), jackknife(
        worlds.to_numpy().astype(np.float64), lambda s: (s[0] + s[1] * s[4] / s[3]) / s[2]
    )


def _rate(frame: pl.DataFrame, column: str) -> tuple[int, Estimate]:
    """Number of worlds, and the share over their rows."""
    sums = (
        frame.group_by("seed", maintain_order=True)
        .agg(total=pl.col(column).cast(pl.Float64).sum(), n=pl.len().cast(pl.Float64))
        .sort("seed")
    )
    return len(sums), share(sums["total"].to_numpy(), sums["n"].to_numpy())


def gini(shares: np.ndarray) -> float:
    """Gini coefficient: 0 where all values are equal, close to 1 where one holds everything."""
    ordered = np.sort(shares)
    n = len(ordered)
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * ordered.sum()))


def _fair_gini(visits: int, hazard: np.ndarray) -> float:
    """Mean Gini coefficient by chance alone, when each visit falls on a place with probability equal to its share of the hazard; over `THROWS` draws."""
    thrown = np.random.default_rng(0).multinomial(visits, hazard / hazard.sum(), size=THROWS)
    return float(np.mean([gini(counts) for counts in thrown]))


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
