"""Sensitivity of the trial to its assumptions: the same lists, replayed in worlds where acting has another effect.

Who was attended to when is taken from the years played; only the effect is another. What another effect would
have done to the records, and so to later lists, is left out.
"""

from dataclasses import replace

import numpy as np
import polars as pl

from dagster_project.trial.one_year import trial_world
from dagster_project.trial.plan import Plan
from models.trial.policies import NOTHING
from pipelines.city.profile import Profile
from pipelines.simulator.landing_files import dispute_numbers
from pipelines.simulator.parameters import NEXT_DOOR_NUMBERS
from pipelines.simulator.settings import Attending
from pipelines.simulator.world import World, step

AS_STATED = "as stated"


def settings(stated: Attending) -> dict[str, Attending]:
    """The assumptions that are varied, one at a time."""
    moved: dict[str, dict[str, object]] = {
        AS_STATED: {},
        "helps half as much": {"helps_mean": stated.helps_mean / 2},
        "helps half as much again": {"helps_mean": stated.helps_mean * 1.5},
        "helps all alike": {"helps_sd": 0.0},
        "does nothing on half of them": {"nothing_share": 0.5},
        "does harm on one in five": {"worse_share": 0.2},
        "does harm on one in five, by a half": {"worse_share": 0.2, "worse_by": 0.5},
        "alike in every category": {"works": dict.fromkeys(stated.works, 1.0)},
        "as well once closed": {"works_when_closed": 1.0},
        "not at all once closed": {"works_when_closed": 0.0},
    }
    return {name: stated.model_copy(update=change) for name, change in moved.items()}


def sweep(profile: Profile, plan: Plan, seed: int, attended: pl.DataFrame) -> pl.DataFrame:
    """Replay one seed's lists under every assumption.

    Args:
        profile: `trial_profile`.
        plan: of the trial.
        seed: of the world.
        attended: arm, week, dispute_id of that seed.

    Returns:
        One row per setting and arm: setting, seed, arm, attended, prevented, expected_prevented.
    """
    before = trial_world(profile, plan, seed)
    for week in range(plan.history_weeks):
        step(before, week)
    lists = {str(arm): frame for (arm,), frame in attended.group_by("arm", maintain_order=True)}
    stated = before.city.attending
    idle = _replayed(_acting(before, stated), plan, attended.head(0))
    rows = []
    for setting, figures in settings(stated).items():
        for arm, frame in lists.items():
            if arm == NOTHING:
                continue
            harms, expected = _replayed(_acting(before, figures), plan, frame)
            rows.append((setting, seed, arm, len(frame), idle[0] - harms, idle[1] - expected))
    columns = ("setting", "seed", "arm", "attended", "prevented", "expected_prevented")
    return pl.DataFrame(rows, schema=columns, orient="row")


def _acting(world: World, figures: Attending) -> World:
    """A separate world from the same Monday in which attending has another effect."""
    city = world.city.model_copy(update={"attending": figures})
    arrivals = replace(world.arrivals, city=city)
    return replace(world, city=city, arrivals=arrivals, handling=replace(world.handling, arrivals=arrivals))


def _replayed(world: World, plan: Plan, attended: pl.DataFrame) -> tuple[int, float]:
    """True harms of the year and the expected number; disputes registered because of a visit next door are not counted."""
    numbers = dispute_numbers(attended["dispute_id"]).to_numpy()
    weeks = attended["week"].to_numpy()
    harms, expected = 0, 0.0
    for week in range(plan.weeks):
        lived = step(world, plan.history_weeks + week, numbers[weeks == week].astype(np.int64))
        harms += int((lived.harms.number < NEXT_DOOR_NUMBERS).sum())
        expected += lived.harms.expected
    return harms, expected
