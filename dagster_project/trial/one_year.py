"""One arm's year of the trial, Monday by Monday: the product makes its list, the policy chooses, the world continues.

The list comes from the product's own intake, features, scoring and publishing; only the oracle reads
the world's true hazards. A dispute is attended to once.
"""

import shutil
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from dagster_project.trial.plan import RETRAIN_EVERY_WEEKS, Arm, Plan
from features.cohort import at_risk
from models.scope import LIST_ONLY
from models.trial.policies import NOTHING, chosen
from models.weekly import retrain, score_and_publish, train_champion_if_none
from pipelines.city.profile import Profile
from pipelines.deterministic_write import write_parquet
from pipelines.home import Home
from pipelines.intake.intake import load_folder
from pipelines.simulator import world as city
from pipelines.simulator.landing_files import dispute_ids, dispute_numbers
from pipelines.simulator.parameters import NEVER, Parameters
from pipelines.simulator.seasons import START, season_weeks
from pipelines.simulator.settings import TrialFigures, city_figures
from pipelines.simulator.weekly_feed import Feed, new_feed, resumed
from pipelines.tables.publication_meta import read_meta
from pipelines.warehouse.warehouse import open_warehouse

LISTED = {
    "dispute_id": pl.String,
    "category": pl.String,
    "township_code": pl.String,
    "county_code": pl.String,
    "is_open": pl.Boolean,
    "days_open": pl.Int64,
}


def make_history(profile: Profile, plan: Plan, seed: int, folder: Path) -> None:
    """Simulate and take in the years before the trial, and train the first model; `folder` then holds home and state.

    Args:
        profile: `trial_profile`.
        plan: of the trial.
        seed: of the world.
        folder: appears whole.
    """
    partial = folder.with_name(f".{folder.name}")
    shutil.rmtree(partial, ignore_errors=True)
    feed = new_feed(profile, trial_world(profile, plan, seed))
    feed.live_weeks(partial / "landing", plan.history_weeks)
    feed.save(partial / "state")
    home = Home(partial / "home")
    load_folder(partial / "landing", profile, home)
    train_champion_if_none(home, profile, _monday(plan, 0), scope=LIST_ONLY)
    shutil.rmtree(partial / "landing")
    partial.rename(folder)


def live_year(profile: Profile, plan: Plan, seed: int, arm: Arm, history: Path, out: Path) -> None:
    """Simulate one arm's year and write its results.

    Args:
        profile: `trial_profile`.
        plan: of the trial.
        seed: of the world.
        arm: whom to attend to, and in which world.
        history: what `make_history` wrote for this seed.
        out: appears whole: attended.parquet, harms.parquet, weeks.parquet (with the version in use and the
            reason the product published), and, where a model ranks, at_risk.parquet.
    """
    partial = out.with_name(f".{out.name}")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    if arm.policy == "checklist":
        profile = _without_model(profile)
    home = _copied(history / "home", partial / "home", arm)
    feed = resumed(history / "state", profile, trial_world(profile, plan, seed, arm))
    year = _Year(profile, plan, arm, home, feed, partial)
    for week in range(plan.weeks):
        year.live(week)
    for name, frames in year.records.items():
        if frames:
            write_parquet(pl.concat(frames), partial / f"{name}.parquet")
    shutil.rmtree(partial / "home")
    shutil.rmtree(partial / "landing", ignore_errors=True)
    partial.rename(out)


@dataclass
class _Year:
    profile: Profile
    plan: Plan
    arm: Arm
    home: Home
    feed: Feed
    folder: Path

    def __post_init__(self) -> None:
        self.records: dict[str, list[pl.DataFrame]] = {
            "attended": [],
            "harms": [],
            "weeks": [],
            "at_risk": [],
        }
        self.seen: set[str] = set()
        self.attending = city_figures(self.profile).attending
        self.why: str | None = None

    def live(self, week: int) -> None:
        """One Monday and the seven days after it."""
        monday = _monday(self.plan, week)
        offered = self._offered(week, monday)
        settings = self.profile.settings
        capacity = capacity_in(self.profile, self.plan, self.arm, week, self.feed.world.city.trial)
        picked = chosen(
            self.arm.policy,
            offered.filter(~pl.col("dispute_id").is_in(list(self.seen))),
            monday,
            capacity,
            settings.random_share if self.arm.random else 0.0,
            settings.seed,
            self.attending.works,
            self.attending.works_when_closed,
        )
        self.seen |= set(picked["dispute_id"])
        self.records["attended"].append(picked.with_columns(week=pl.lit(week)))
        if self.arm.learns:
            kept = ("dispute_id", "township_code", "probability")
            truth = self._with_truth(offered.select(kept)).with_columns(week=pl.lit(week))
            self.records["at_risk"].append(truth)
        self._go_on(week, capacity, picked, offered)

    def _go_on(self, week: int, capacity: int, picked: pl.DataFrame, offered: pl.DataFrame) -> None:
        landing = self.folder / "landing"
        shutil.rmtree(landing, ignore_errors=True)
        lived = self.feed.live_week(landing, dispute_numbers(picked["dispute_id"]).to_numpy())
        harms, places = lived.harms, self.feed.world.places
        self.records["harms"].append(
            pl.DataFrame(
                {
                    "dispute_id": dispute_ids(pl.Series(harms.number, dtype=pl.Int64)),
                    "at": harms.at,
                    "severity": harms.severity,
                    "is_recorded": harms.recorded,
                    "category": pl.Series(list(self.feed.world.city.categories)).gather(harms.category),
                    "township_code": places.area_codes.gather(places.townships.rows[harms.township]),
                    "week": np.full(len(harms.number), week),
                }
            )
        )
        version = offered["model_version"][0] if "model_version" in offered.columns and len(offered) else None
        week_row = {
            "week": week,
            "at_risk": len(offered),
            "capacity": capacity,
            "expected_harms": harms.expected,
        }
        model = {"model_version": version, "model_reason": self.why}
        self.records["weeks"].append(
            pl.DataFrame(week_row | model, schema_overrides=dict.fromkeys(model, pl.String))
        )

    def _offered(self, week: int, monday: date) -> pl.DataFrame:
        """The disputes at risk on that Monday, as the product knows them."""
        if self.arm.policy == NOTHING:
            return pl.DataFrame(schema=LISTED)
        if week > 0:
            load_folder(self.folder / "landing", self.profile, self.home)
        if self.arm.learns or self.arm.policy == "checklist":
            if self.arm.learns and week > 0 and week % RETRAIN_EVERY_WEEKS == 0:
                retrain(self.home, self.profile, monday, promote=True, scope=LIST_ONLY)
            published = score_and_publish(self.home, self.profile, monday, scope=LIST_ONLY)
            self.why = read_meta(published).model.reason_en
            return pl.read_parquet(
                published / "dispute_warnings.parquet",
                columns=[*LISTED, "rank", "probability", "model_version"],
            )
        with open_warehouse(self.home.warehouse, read_only=True) as con:
            cohort = at_risk(con, self.profile, [monday]).select(*LISTED)
        return self._with_truth(cohort) if self.arm.policy == "oracle" else cohort

    def _with_truth(self, cohort: pl.DataFrame) -> pl.DataFrame:
        number, hazard = city.true_hazards(self.feed.world, self.feed.week - 1)
        truth = pl.DataFrame({"dispute_id": dispute_ids(pl.Series(number)), "hazard": hazard})
        return cohort.join(truth, on="dispute_id", how="left", maintain_order="left").with_columns(
            pl.col("hazard").fill_null(0.0)
        )


def capacity_in(profile: Profile, plan: Plan, arm: Arm, week: int, figures: TrialFigures) -> int:
    """Number of disputes that can be attended to in that week of the trial."""
    usual = profile.settings.capacity.city
    if arm.fault != "shortage":
        return usual
    short = season_weeks(profile, figures.shortage_season, plan.history_weeks + plan.weeks)
    return max(1, round(usual * figures.shortage_capacity)) if short[plan.history_weeks + week] else usual


def trial_world(profile: Profile, plan: Plan, seed: int, arm: Arm | None = None) -> city.World:
    """The trial's world; an arm's fault takes effect from the trial's second quarter on."""
    trial = city_figures(profile).trial
    figures = replace(
        Parameters(), harm_recorded=trial.harm_recorded, harm_recorded_silent=trial.harm_recorded_silent
    )
    begins = plan.history_weeks + RETRAIN_EVERY_WEEKS
    if arm is not None and arm.fault == "silence":
        figures = replace(figures, outage_week=begins, outage_days=7 * trial.fault_weeks)
    if arm is not None and arm.fault == "thorough":
        figures = replace(figures, thorough_week=begins)
    world = city.make_world(profile, plan.history_weeks + plan.weeks, plan.scale, seed, figures)
    world.marks_found = arm is None or not arm.naive
    return world


def _without_model(profile: Profile) -> Profile:
    """The profile of a city that trains no model, so that the checklist's order is published."""
    settings = profile.settings
    needs = settings.needs.model_copy(update={"history_weeks": NEVER})
    return replace(profile, settings=settings.model_copy(update={"needs": needs}))


def _copied(home: Path, to: Path, arm: Arm) -> Home:
    """A copy of the history's home, with its model only where the arm uses one."""
    left_out = () if arm.learns else ("mlflow", "backtests")
    shutil.copytree(home, to, ignore=shutil.ignore_patterns(*left_out))
    return Home(to)


def _monday(plan: Plan, week: int) -> date:
    return START.date() + timedelta(weeks=plan.history_weeks + week)
