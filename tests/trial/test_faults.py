"""What goes wrong in the world of a fault: a county falls silent, records everything, or is short of mediators."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dagster_project.trial.one_year import capacity_in, trial_world
from dagster_project.trial.plan import RETRAIN_EVERY_WEEKS, Plan, arm_of, trial_profile
from pipelines.city.profile import Profile, load_profile
from pipelines.simulator.settings import city_figures
from pipelines.simulator.weekly_feed import new_feed
from pipelines.simulator.world import World

PLAN = Plan(profile="qujing", scale=0.1, history_weeks=0, weeks=30)
BEGINS, ENDS = RETRAIN_EVERY_WEEKS, 2 * RETRAIN_EVERY_WEEKS
NOBODY = np.zeros(0, dtype=np.int64)


@pytest.fixture(scope="module")
def profile() -> Profile:
    return trial_profile(load_profile("qujing"), PLAN)


def lived(profile: Profile, arm: str, folder: Path) -> tuple[World, pl.DataFrame, pl.DataFrame]:
    """The world; dispute, county and week of every row entered; week, county and is_recorded of every true harm."""
    feed = new_feed(profile, trial_world(profile, PLAN, 2, arm_of(arm)))
    entered, harms = [], []
    for week in range(PLAN.weeks):
        out = folder / f"{week:02d}"
        of_week = feed.live_week(out, NOBODY).harms
        read = [pl.read_csv(path, encoding="gb18030", infer_schema=False) for path in out.glob("disputes_*")]
        rows = pl.concat(read).select(dispute="纠纷编号", county=pl.col("所属区域编码").str.slice(0, 6))
        entered.append(rows.drop_nulls().with_columns(week=pl.lit(week)))
        county = feed.world.places.townships.county[of_week.township]
        arrived = pl.DataFrame({"county": county, "is_recorded": of_week.recorded})
        harms.append(arrived.with_columns(week=pl.lit(week)))
    return feed.world, pl.concat(entered), pl.concat(harms)


def county_code(world: World) -> str:
    towns = world.places.townships
    first = int(np.flatnonzero(towns.county == world.places.struck_county)[0])
    return str(world.places.area_codes[int(towns.rows[first])])[:6]


def test_a_silent_county_enters_nothing_for_a_quarter_and_all_of_it_afterwards(
    profile: Profile, tmp_path: Path
) -> None:
    world, entered, _ = lived(profile, "ranking@silence", tmp_path / "silent")
    _, usual, _ = lived(profile, "ranking", tmp_path / "usual")
    struck = pl.col("county") == county_code(world)
    quarter = pl.col("week").is_between(BEGINS + 1, ENDS - 1)
    assert usual.filter(struck & quarter).height > 20
    assert entered.filter(struck & quarter).is_empty()
    assert set(entered.filter(struck)["dispute"]) == set(usual.filter(struck)["dispute"])
    assert entered.filter(~struck).equals(usual.filter(~struck))


def test_a_thorough_county_records_every_harm_from_then_on_and_no_harm_is_another(
    profile: Profile, tmp_path: Path
) -> None:
    world, _, harms = lived(profile, "ranking@thorough", tmp_path / "thorough")
    _, _, usual = lived(profile, "ranking", tmp_path / "usual")
    assert harms.drop("is_recorded").equals(usual.drop("is_recorded"))
    changed = (pl.col("county") == world.places.struck_county) & (pl.col("week") >= BEGINS)
    assert harms.filter(changed)["is_recorded"].all()
    assert not usual.filter(changed)["is_recorded"].all()
    assert harms.filter(~changed).equals(usual.filter(~changed))


def test_half_the_mediators_are_there_in_the_harvest_and_all_else(profile: Profile) -> None:
    year = Plan(profile="qujing", scale=0.1, history_weeks=52, weeks=52)
    usual, figures = profile.settings.capacity.city, city_figures(profile).trial
    capacities = [capacity_in(profile, year, arm_of("oldest@shortage"), week, figures) for week in range(52)]
    assert set(capacities) == {usual, usual // 2}
    assert [week for week, n in enumerate(capacities) if n < usual] == list(range(35, 44))
    assert {capacity_in(profile, year, arm_of("oldest"), week, figures) for week in range(52)} == {usual}
