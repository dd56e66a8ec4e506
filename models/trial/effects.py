"""Effects of acting on the list: every arm compared with doing nothing in the same world, and with the oracle."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from models.trial.feedback import QUARTER_WEEKS
from models.trial.intervals import Estimate, mean, ratio, share
from models.trial.policies import NOTHING

ORACLE, CHECKLIST = "oracle", "checklist"
SCHEMA = {
    "arm": pl.String,
    "segment": pl.String,
    "metric": pl.String,
    "seeds": pl.Int64,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
}
SEGMENTS = ("category", "county_code", "urban")
FOLLOWED_WEEKS = 13
"""Only disputes attended to at least this many weeks before the year's end are followed; for later ones too little is known."""
RECORDED_WITHIN_WEEKS = (4, 26)


def effects(
    attended: pl.DataFrame, harms: pl.DataFrame, weeks: pl.DataFrame, city_years: float
) -> pl.DataFrame:
    """All figures of all arms, overall and by part of the city.

    Args:
        attended: seed, arm, week, dispute_id, days_open, is_found (there only because somebody was sent) and the columns
            of `SEGMENTS`; one row per attention.
        harms: seed, arm, week, dispute_id, is_recorded and the columns of `SEGMENTS`; every true harm, recorded or not, of
            disputes that are there under every arm.
        weeks: seed, arm, week, expected_harms, model_version (`checklist` or null without a model).
        city_years: size of the world times the years lived; figures per year are brought to a whole city and year.

    Returns:
        `SCHEMA`; an arm's figures rest on the seeds that also have `nothing` (and the oracle, for shares of it).
        Of `nothing` there is `harms_per_year` alone. Parts of the city are counted, the whole also by expected harms.
        Of the attended disputes, in the world where nobody acts: `never_violent` in the year at all,
        `peaceful_after` the week somebody came, `recorded_within_4_weeks` and `_26_weeks` violent and on record.
    """
    estimates = [
        (arm, segment, metric, n, *estimate)
        for arm in weeks["arm"].unique().sort()
        for segment, metric, n, estimate in _of_arm(arm, attended, harms, weeks, city_years)
    ]
    return pl.DataFrame(estimates, schema=SCHEMA, orient="row")


def without_help(attended: pl.DataFrame, harms: pl.DataFrame) -> pl.DataFrame:
    """For each attended dispute, its course in the same world with no help at all.

    Returns:
        A row per row of `attended`: seed, week, `before` and `after` (whether it turned violent before that week, and from
        it on) and `recorded_in` (weeks until violence that got on record; null where none did).
    """
    idle = _of(harms, NOTHING).select("seed", "dispute_id", "is_recorded", harmed_in="week")
    since = pl.col("harmed_in") - pl.col("week")
    return (
        attended.select("seed", "week", "dispute_id")
        .with_row_index("__row")
        .join(idle, on=["seed", "dispute_id"], how="left")
        .group_by("__row", "seed", "week")
        .agg(
            before=(since < 0).any(),
            after=(since >= 0).any(),
            recorded_in=since.filter((since >= 0) & pl.col("is_recorded")).min(),
        )
        .sort("__row")
        .drop("__row")
    )


NamedEstimate = tuple[str, str, int, Estimate]


def _of_arm(
    arm: str, attended: pl.DataFrame, harms: pl.DataFrame, weeks: pl.DataFrame, city_years: float
) -> Iterator[NamedEstimate]:
    seeds = _shared(weeks, arm, NOTHING)
    if not seeds:
        return
    n = len(seeds)
    yield "all", "harms_per_year", n, mean(_counts(_of(harms, arm), seeds) / city_years)
    if arm == NOTHING:
        return
    of_arm = attended.filter((pl.col("arm") == arm) & pl.col("seed").is_in(seeds))
    work = _counts(of_arm, seeds)
    spared = _counts(_of(harms, NOTHING), seeds) - _counts(_of(harms, arm), seeds)
    expected = _expected(weeks, NOTHING, seeds) - _expected(weeks, arm, seeds)
    yield "all", "mediations_per_year", n, mean(work / city_years)
    yield "all", "prevented_per_year", n, mean(spared / city_years)
    yield "all", "prevented_per_100", n, ratio(100 * spared, work)
    yield "all", "expected_prevented_per_year", n, mean(expected / city_years)
    yield "all", "expected_prevented_per_100", n, ratio(100 * expected, work)
    for metric, estimate in _without_help(of_arm, harms, weeks, seeds):
        yield "all", metric, n, estimate
    yield "all", "days_to_attention", n, _median_days(of_arm, seeds)
    yield "all", "weeks_by_model", n, _weeks_by_model(_of(weeks, arm), seeds)
    yield "all", "weeks_by_new_model", n, _weeks_by_model(_retrained(_of(weeks, arm)), seeds)
    yield from _share_of_oracle(arm, harms, weeks)
    yield from _more_than(
        arm, _in_the_same_fault(CHECKLIST, arm), "expected_more_than_checklist_per_year", weeks, city_years
    )
    yield from _more_than(arm, _plain(arm), "expected_more_than_plain_per_year", weeks, city_years)
    for column in SEGMENTS:
        for level in harms[column].drop_nulls().unique().sort():
            part = [frame.filter(pl.col(column) == level) for frame in (of_arm, harms)]
            spared = _counts(_of(part[1], NOTHING), seeds) - _counts(_of(part[1], arm), seeds)
            work = _counts(part[0], seeds)
            label = f"{column}={level}"
            yield label, "mediations_per_year", n, mean(work / city_years)
            yield label, "prevented_per_year", n, mean(spared / city_years)
            yield label, "prevented_per_100", n, ratio(100 * spared, work)


def _share_of_oracle(arm: str, harms: pl.DataFrame, weeks: pl.DataFrame) -> Iterator[NamedEstimate]:
    oracle = _in_the_same_fault(ORACLE, arm)
    seeds = sorted(set(_shared(weeks, arm, NOTHING)) & set(_shared(weeks, oracle, NOTHING)))
    if not seeds:
        return
    idle = _counts(_of(harms, NOTHING), seeds)
    spared, most = (idle - _counts(_of(harms, name), seeds) for name in (arm, oracle))
    yield "all", "share_of_oracle", len(seeds), ratio(spared, most)
    idle = _expected(weeks, NOTHING, seeds)
    spared, most = (idle - _expected(weeks, name, seeds) for name in (arm, oracle))
    yield "all", "expected_share_of_oracle", len(seeds), ratio(spared, most)


def _in_the_same_fault(policy: str, arm: str) -> str:
    return policy + arm[arm.index("@") :] if "@" in arm else policy


def _plain(arm: str) -> str:
    """The same arm without its fault, or else without its marks."""
    return arm.partition("@")[0] if "@" in arm else arm.partition("+")[0]


def _more_than(
    arm: str, other: str, metric: str, weeks: pl.DataFrame, city_years: float
) -> Iterator[NamedEstimate]:
    """Harms prevented by one arm minus those prevented by another in the same worlds; may be negative."""
    seeds = _shared(weeks, arm, other)
    if seeds and arm != other:
        more = _expected(weeks, other, seeds) - _expected(weeks, arm, seeds)
        yield "all", metric, len(seeds), mean(more / city_years)


def _shared(weeks: pl.DataFrame, *arms: str) -> list[int]:
    """Seeds that were played with all these arms."""
    of_each = [set(_of(weeks, arm)["seed"].to_list()) for arm in arms]
    return sorted(set.intersection(*of_each))


def _of(frame: pl.DataFrame, arm: str) -> pl.DataFrame:
    return frame.filter(pl.col("arm") == arm)


def _counts(frame: pl.DataFrame, seeds: list[int]) -> np.ndarray:
    """Rows per seed, in the order of the seeds; float."""
    keys = pl.DataFrame({"seed": seeds}, schema={"seed": frame.schema["seed"]})
    counted = frame.group_by("seed").agg(pl.len().alias("n"))
    joined = keys.join(counted, on="seed", how="left", maintain_order="left")
    return joined["n"].fill_null(0).to_numpy().astype(np.float64)


def _expected(weeks: pl.DataFrame, arm: str, seeds: list[int]) -> np.ndarray:
    by_seed = dict(
        _of(weeks, arm)
        .sort("seed", "week")
        .group_by("seed", maintain_order=True)
        .agg(pl.col("expected_harms").sum())
        .iter_rows()
    )
    return np.array([by_seed[seed] for seed in seeds], dtype=np.float64)


def _without_help(
    attended_of_arm: pl.DataFrame, harms: pl.DataFrame, weeks: pl.DataFrame, seeds: list[int]
) -> Iterator[tuple[str, Estimate]]:
    """Shares of `without_help` among disputes attended to at least `FOLLOWED_WEEKS` before the year's end."""
    rows = without_help(attended_of_arm.filter(~pl.col("is_found")), harms)
    n_weeks = weeks["week"].n_unique()

    def part(looked_at: int, what: pl.Expr) -> Estimate:
        seen = rows.filter(pl.col("week") <= n_weeks - looked_at)
        return share(_counts(seen.filter(what), seeds), _counts(seen, seeds))

    yield "never_violent", part(FOLLOWED_WEEKS, ~pl.col("before") & ~pl.col("after"))
    yield "peaceful_after", part(FOLLOWED_WEEKS, ~pl.col("after"))
    for within in RECORDED_WITHIN_WEEKS:
        soon = (pl.col("recorded_in") < within).fill_null(value=False)
        yield f"recorded_within_{within}_weeks", part(within, soon)


def _median_days(attended_of_arm: pl.DataFrame, seeds: list[int]) -> Estimate:
    medians = dict(attended_of_arm.group_by("seed").agg(pl.col("days_open").median()).iter_rows())
    return mean(np.array([medians[seed] for seed in seeds if seed in medians], dtype=np.float64))


def _weeks_by_model(weeks: pl.DataFrame, seeds: list[int]) -> Estimate:
    """Share of weeks whose list was ranked by a model; in the others the checklist's order was published."""
    known = weeks.filter(pl.col("seed").is_in(seeds))
    ranked = known.filter(pl.col("model_version").is_not_null() & (pl.col("model_version") != CHECKLIST))
    return share(_counts(ranked, seeds), _counts(known, seeds))


def _retrained(weeks: pl.DataFrame) -> pl.DataFrame:
    """The weeks with versions of the first quarter left out, so that every remaining version was trained while the list was acted on."""
    first = weeks.filter(pl.col("week") < QUARTER_WEEKS).select("seed", "model_version").unique()
    old = pl.struct("seed", "model_version").is_in(
        first.select(pl.struct("seed", "model_version")).to_series().implode()
    )
    return weeks.with_columns(model_version=pl.when(~old).then("model_version"))
