"""A tiny city lived for a few Mondays: the product's list, the policy's choice, the world's answer."""

from pathlib import Path

import polars as pl
import pytest

from dagster_project.trial.one_year import live_year
from dagster_project.trial.plan import arm_of, main_arms
from dagster_project.trial.results import read_results
from dagster_project.trial.sweep import AS_STATED, settings, sweep
from pipelines.city.profile import Profile
from pipelines.errors import RefusedInput
from pipelines.simulator.landing_files import dispute_ids
from tests.worlds.trial_years import FEW_MONDAYS, SEED, few_mondays, few_mondays_profile

PLAN = FEW_MONDAYS
UNREGISTERED = 40_000_000


@pytest.fixture(scope="module")
def profile() -> Profile:
    return few_mondays_profile()


@pytest.fixture(scope="module")
def played() -> Path:
    """HOME/trials/<run> with one seed's history and years."""
    return few_mondays()


def attended(played: Path, arm: str) -> pl.DataFrame:
    return pl.read_parquet(played / "years" / str(SEED) / arm / "attended.parquet")


def test_each_monday_so_many_are_attended_to_and_nobody_twice(played: Path, profile: Profile) -> None:
    for arm in ("oldest", "checklist", "oracle"):
        rows = attended(played, arm)
        assert rows["week"].value_counts().sort("week").rows() == [
            (week, profile.settings.capacity.city) for week in range(PLAN.weeks)
        ]
        assert rows["dispute_id"].is_unique().all()
    assert attended(played, "nothing").is_empty()


def test_the_oldest_are_older_and_the_oracles_more_dangerous(played: Path) -> None:
    assert attended(played, "oldest")["days_open"].min() > attended(played, "checklist")["days_open"].median()
    hazards = attended(played, "oracle")["hazard"]
    assert hazards.min() > 0.03


def test_the_checklists_arm_follows_what_the_product_publishes_without_a_model(played: Path) -> None:
    rows = attended(played, "checklist")
    assert set(rows["model_version"]) == {"checklist"}
    assert rows.filter(pl.col("week") == 0)["rank"].sort().to_list() == [1, 2]
    weeks = pl.read_parquet(played / "years" / str(SEED) / "checklist" / "weeks.parquet")
    assert weeks["model_reason"].str.contains("weeks of history").all()


def test_where_mediators_are_short_half_are_attended_to_in_the_season_of_the_profile(
    played: Path, profile: Profile
) -> None:
    usual = profile.settings.capacity.city
    for arm, capacity in (("oracle@shortage", usual // 2), ("oracle", usual)):
        weeks = pl.read_parquet(played / "years" / str(SEED) / arm / "weeks.parquet")
        assert weeks["capacity"].to_list() == [capacity] * PLAN.weeks
        assert set(attended(played, arm)["week"].value_counts()["count"]) == {capacity}


def test_a_year_played_again_is_the_same(played: Path, profile: Profile, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FENGQIAO_KEY_FILE", str(played / "key"))
        live_year(profile, PLAN, SEED, arm_of("oldest"), played / "history", tmp_path / "again")
    for path in (tmp_path / "again").iterdir():
        assert path.read_bytes() == (played / "years" / str(SEED) / "oldest" / path.name).read_bytes()


def test_replaying_the_lists_as_stated_gives_back_the_years_harms(played: Path, profile: Profile) -> None:
    results = read_results(played, profile)
    lists = results.attended.filter(pl.col("arm").is_in(["oracle", "oldest"]))
    replayed = sweep(profile, PLAN, SEED, lists.select("arm", "week", "dispute_id"))
    stated = {r["arm"]: r for r in replayed.filter(pl.col("setting") == AS_STATED).iter_rows(named=True)}
    expected = dict(results.weeks.group_by("arm").agg(pl.col("expected_harms").sum()).iter_rows())
    for arm in ("oracle", "oldest"):
        assert stated[arm]["expected_prevented"] == pytest.approx(expected["nothing"] - expected[arm])
    assert stated["oracle"]["expected_prevented"] > 3 * max(0.01, stated["oldest"]["expected_prevented"])
    assert set(replayed["setting"]) == set(settings(_stated(profile)))
    half = replayed.filter(pl.col("setting") == "helps half as much", pl.col("arm") == "oracle")
    assert half["expected_prevented"][0] < stated["oracle"]["expected_prevented"]


def test_a_setting_that_touches_no_dispute_attended_to_changes_nothing(profile: Profile) -> None:
    nobody = pl.DataFrame(
        {"arm": ["oracle"], "week": [0], "dispute_id": [dispute_ids(pl.Series([UNREGISTERED]))[0]]}
    )
    for row in sweep(profile, PLAN, SEED, nobody).iter_rows(named=True):
        assert (row["prevented"], row["expected_prevented"]) == (0, 0.0), row["setting"]


def _stated(profile: Profile):
    from pipelines.simulator.settings import city_figures

    return city_figures(profile).attending


def test_arms_are_named_and_read_back() -> None:
    for arm in (*main_arms(), arm_of("ranking+naive@silence")):
        assert arm_of(arm.name) == arm
    with pytest.raises(RefusedInput, match="no arm 'cleverest'"):
        arm_of("cleverest")
