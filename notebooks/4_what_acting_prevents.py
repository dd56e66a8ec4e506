# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What acting on the list prevents, and how that is measured
#
# `fengqiao trial` lives a year of the weekly cycle in made-up cities. This notebook checks the measuring itself in
# worlds small enough to live here: what an early mediation does to a dispute, why arms are compared in the same
# world, what the intervals mean. Where a trial has been played under this home, its tables follow.

# %%
import json
import os
from collections.abc import Callable

import numpy as np
import polars as pl

from models.trial.intervals import ratio
from pipelines.city.profile import load_profile
from pipelines.home import find_home
from pipelines.simulator.parameters import NEXT_DOOR_NUMBERS
from pipelines.simulator.world import World, make_world, step, true_hazards

pl.Config.set_fmt_str_lengths(60)
HISTORY, WEEKS, SCALE, CAPACITY = 14, 10, 0.25, 10
profile = load_profile("qujing")
print(f"{WEEKS} weeks in worlds of scale {SCALE}, {CAPACITY} disputes attended to a week")

# %% [markdown]
# ## What an early mediation does
#
# It is drawn for each dispute and stated in the profile: it helps most, does nothing to some, harms a few. Every
# figure is assumed; no field trial of it exists. Drawn once for a dispute, it does not depend on which policy sends somebody, and on when
# only in that it is smaller once the dispute is closed.

# %%
start = make_world(profile, HISTORY + WEEKS + 5, SCALE, seed=1)
for week in range(HISTORY):
    step(start, week)
effect = start.handling.effect(start.cases)
stated = start.city.attending
shares = {
    "helps": float((effect > 0).mean()),
    "does nothing": float((effect == 0).mean()),
    "harms": float((effect < 0).mean()),
}
assert abs(shares["does nothing"] - stated.nothing_share) < 0.05
assert abs(shares["harms"] - stated.worse_share) < 0.03
pl.DataFrame(
    {
        "on": list(shares),
        "share": list(shares.values()),
        "mean effect": [effect[effect > 0].mean(), 0.0, effect[effect < 0].mean()],
    }
)


# %% [markdown]
# ## Three policies in the same world
#
# Nobody; some at random; those whose true hazard is highest. Chance is drawn by dispute and week, never in sequence: a dispute
# that nobody was sent to meets the same luck under every policy.


# %%
def nobody(world: World, week: int) -> np.ndarray:
    return np.zeros(0, dtype=np.int64)


def at_random(world: World, week: int) -> np.ndarray:
    number, _ = true_hazards(world, week - 1)
    free = np.setdiff1d(number, world.cases.number[world.cases.attended])
    return np.random.default_rng(week).choice(free, CAPACITY, replace=False)


def most_dangerous(world: World, week: int) -> np.ndarray:
    number, hazard = true_hazards(world, week - 1)
    free = ~np.isin(number, world.cases.number[world.cases.attended])
    return number[free][np.argsort(-hazard[free], kind="stable")[:CAPACITY]]


def live(
    seed: int, choose: Callable[[World, int], np.ndarray]
) -> tuple[int, float, set[tuple[int, int]], set[int]]:
    """Harms, harms expected by hazard, which dispute in which week, and who was attended to."""
    world = make_world(profile, HISTORY + WEEKS + 5, SCALE, seed)
    harms, expected, who, helped = 0, 0.0, set(), set()
    for week in range(HISTORY + WEEKS):
        chosen = choose(world, week) if week >= HISTORY else np.zeros(0, dtype=np.int64)
        helped |= set(chosen.tolist())
        lived = step(world, week, chosen)
        ordinary = lived.harms.number[lived.harms.number < NEXT_DOOR_NUMBERS]
        if week >= HISTORY:
            harms, expected = harms + len(ordinary), expected + lived.harms.expected
            who |= {(int(number), week) for number in ordinary}
    return harms, expected, who, helped


SEEDS = range(1, 6)
ARMS = {"nobody": nobody, "at random": at_random, "most dangerous": most_dangerous}
lived = {(arm, seed): live(seed, choose) for arm, choose in ARMS.items() for seed in SEEDS}
for seed in SEEDS:
    idle, busy = lived["nobody", seed], lived["most dangerous", seed]
    untouched = {(number, week) for number, week in idle[2] if number not in busy[3]}
    assert untouched == {(number, week) for number, week in busy[2] if number not in busy[3]}
print("Nobody's luck changed but that of those attended to.")

# %% [markdown]
# ## What was prevented, with its interval
#
# Counting harms is fair but noisy: a few are prevented in a few weeks. Adding up every dispute's hazard says how many were to be
# expected; both are measured against doing nothing in the same world, and the interval is over worlds.

# %%
rows = []
for arm in ("at random", "most dangerous"):
    for name, at in (("counted", 0), ("expected", 1)):
        spared = np.array([lived["nobody", s][at] - lived[arm, s][at] for s in SEEDS], dtype=float)
        rows.append((arm, name, *ratio(100 * spared, np.full(len(SEEDS), float(CAPACITY * WEEKS)))))
table = pl.DataFrame(rows, schema=("arm", "harms", "prevented per 100", "low", "high"), orient="row")
widths = {(arm, name): high - low for arm, name, _, low, high in rows}
assert widths["most dangerous", "expected"] < widths["most dangerous", "counted"]
assert rows[3][2] > rows[1][2] + 1
table.head(4)

# %% [markdown]
# ## Why the same world
#
# Were the arms lived in different worlds, the worlds' own differences would drown what acting does.

# %%
spared = np.array([lived["nobody", s][1] - lived["most dangerous", s][1] for s in SEEDS])
crossed = np.array(
    [lived["nobody", a][1] - lived["most dangerous", b][1] for a in SEEDS for b in SEEDS if a != b]
)
print(
    f"spread of the difference in the same world {spared.std(ddof=1):.2f}, across worlds {crossed.std(ddof=1):.2f}"
)
assert spared.std(ddof=1) < crossed.std(ddof=1)

# %% [markdown]
# ## The trial of this home
#
# If one has been played (`fengqiao trial`): what each policy prevented, and how much more than the checklist in the same worlds, which is
# the fair comparison; what became of the oracle's disputes; what marking and random places change. What it may not be taken for stands beside it.

# %%
home = find_home(None, os.environ.get("FENGQIAO_PROFILE", "qujing"))
told = home.root / "trials" / "effect.json"
none = pl.DataFrame({"trial": ["none has been played under this home"]})


def of_the_trial(name: str, *wanted: pl.Expr) -> pl.DataFrame:
    """A table of the newest trial, or a word that there is none."""
    if not told.is_file():
        return none
    path = home.root / "trials" / json.loads(told.read_text(encoding="utf-8"))["run"] / f"{name}.parquet"
    return pl.read_parquet(path).filter(*wanted) if path.is_file() else none


if told.is_file():
    content = json.loads(told.read_text(encoding="utf-8"))
    print(content["sentence_en"] or "The sentence needs the arms nothing, checklist, ranking and oracle.")
    print(content["limits_en"])
of_the_trial(
    "effects", pl.col("segment") == "all", pl.col("metric").str.contains("expected_prevented|expected_more")
).head(60)

# %% [markdown]
# What would have become of those attended to, had nobody come: most would have stayed peaceful under any policy.

# %%
of_the_trial(
    "effects", pl.col("segment") == "all", pl.col("metric").str.contains("never|peaceful|recorded_within")
).head(60)

# %%
of_the_trial("losses", ~pl.col("arm").str.contains("[+@]")).head(20)

# %%
of_the_trial("feedback", pl.col("metric").str.ends_with("_more")).head(60)

# %% [markdown]
# How often violence comes, in truth, on record, and as asking at the first visit would tell.

# %%
of_the_trial("feedback", pl.col("metric").str.starts_with("base_")).head(60)

# %%
of_the_trial("sweep").head(60)

# %% [markdown]
# ## What a statistician would object to
#
# The effect is assumed, so the trial measures the ranking's worth given that assumption, not the assumption. Attention's effect ends
# with a dispute in truth and lasts here. The uplift-minded policy is told how well mediation works, which nobody knows. Lists are one city-wide list; counties would insist on their own. An interval over worlds says how
# much cities made alike differ, and nothing of how a real one differs from them. Many figures stand in these tables, each with its own 90 %:
# one in ten misses. The field trial that would settle it is worked out in `docs/field_trial.md`.
