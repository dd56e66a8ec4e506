"""Years of a trial: the history before it, and a few Mondays of some arms."""

from pathlib import Path

from dagster_project.trial.one_year import live_year, make_history
from dagster_project.trial.plan import Plan, arm_of, trial_profile
from pipelines.city.profile import Profile, load_profile
from pipelines.home import REPO
from tests.worlds.command import environment
from tests.worlds.small_city import put
from tests.worlds.store import copy_of, world

FEW_MONDAYS = Plan(profile="qujing", scale=0.05, history_weeks=52, weeks=4)
"""January, in which wages are settled."""

SEED = 2
ARMS = ("nothing", "oldest", "checklist", "oracle", "oracle@shortage")


def history(plan: Plan, seed: int) -> Path:
    """HOME before the first Monday of the trial, and `key`; read it only."""
    return world(history_of, plan.scale, plan.history_weeks, plan.weeks, seed)


def few_mondays() -> Path:
    """HOME/trials/<run> with one seed's history, its years of `ARMS`, `key` and `qujing`; read it only."""
    return world(years)


def few_mondays_profile() -> Profile:
    """Qujing, but mediators may be short when wages are settled, not in the harvest."""
    return trial_profile(load_profile(str(few_mondays() / "qujing")), FEW_MONDAYS)


def profile_of(plan: Plan) -> Profile:
    return trial_profile(load_profile("qujing"), plan)


def history_of(folder: Path, scale: float, history_weeks: int, weeks: int, seed: int) -> None:
    """Live the weeks before a trial."""
    plan = Plan(profile="qujing", scale=scale, history_weeks=history_weeks, weeks=weeks)
    with environment(FENGQIAO_KEY_FILE=folder / "key"):
        make_history(profile_of(plan), plan, seed, folder / "history")


def years(folder: Path) -> None:
    """Live the Mondays of each arm."""
    copy_of(history(FEW_MONDAYS, SEED), folder)
    copy_of(REPO / "data" / "profiles" / "qujing", folder / "qujing")
    put(folder / "qujing" / "simulator.yml", "shortage_season: harvest", "shortage_season: wage_settlement")
    profile = trial_profile(load_profile(str(folder / "qujing")), FEW_MONDAYS)
    with environment(FENGQIAO_KEY_FILE=folder / "key"):
        for name in ARMS:
            out = folder / "years" / str(SEED) / name
            live_year(profile, FEW_MONDAYS, SEED, arm_of(name), folder / "history", out)
