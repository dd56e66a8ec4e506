"""Care visits due and made, legal-education sessions, and volunteers; by place, never by person."""

import numpy as np
import polars as pl

from pipelines.simulator.parameters import DAY, WEEK
from pipelines.simulator.random_keys import Keys, Stream, choose
from pipelines.simulator.vocabulary import shares
from pipelines.simulator.world import World

LATEST_VISIT_DAYS = 21
"""A visit later than this is entered as not made; the row is entered then."""
SESSIONS_PER_WEEK = 40
VOLUNTEERS_PER_THOUSAND = 9.0
COUNT_EVERY_WEEKS = 13
OUTREACH = {"lecture": 55, "council": 30, "clinic": 15}


def visit_rows(world: World, week: int) -> pl.DataFrame:
    """One row per care visit due that week: the township or village, the service, the days."""
    places, dice = world.places, world.dice
    frames = []
    for at, service in enumerate(world.city.services.values()):
        rng = dice.generator(Stream.SERVICE, week * 16 + at)
        expected = service.cases * world.arrivals.scale / service.visit_every_weeks
        count = rng.poisson(expected * places.townships.population / places.townships.population.sum())
        township = np.repeat(np.arange(len(count)), count)
        n = len(township)
        late = service.late_share * _strain(world, week, at)[township]
        missed = rng.random(n) < late
        due = week * 7 + rng.integers(0, 7, n)
        days = np.where(missed, 3 + (-np.log(rng.random(n)) * 14).astype(int), rng.integers(-3, 3, n))
        is_visited = days <= LATEST_VISIT_DAYS
        entered = (due + np.where(is_visited, days, LATEST_VISIT_DAYS).clip(0)) * DAY + 18 * 60
        village = places.village_of(township, rng.random(n))
        area = np.where(rng.random(n) < 0.7, places.village_rows[village], places.townships.rows[township])
        frames.append(
            pl.DataFrame(
                {
                    "number": week * 10_000_000 + at * 1_000_000 + np.arange(n),
                    "area": area,
                    "service": np.full(n, at),
                    "visit_due_on": due,
                    "visited_on": due + days,
                    "recorded_at": entered,
                    "known": entered,
                }
            ).with_columns(visited_on=pl.when(pl.Series(is_visited)).then("visited_on"))
        )
    return pl.concat(frames)


def outreach_rows(world: World, week: int) -> pl.DataFrame:
    """One row per session held that week, more of them where many disputes are."""
    places, rng = world.places, world.dice.generator(Stream.OUTREACH, week)
    count = rng.poisson(SESSIONS_PER_WEEK * places.townships.volume)
    township = np.repeat(np.arange(len(count)), count)
    n = len(township)
    village = places.village_of(township, rng.random(n))
    day = week * 7 + rng.integers(0, 6, n)
    return pl.DataFrame(
        {
            "number": week * 100_000 + np.arange(n),
            "event_on": day,
            "area": places.village_rows[village],
            "kind": choose(rng.random(n), shares("outreach_kind", OUTREACH)),
            "attendance": rng.poisson(35, n),
            "known": day * DAY,
        }
    )


def volunteer_rows(world: World, week: int) -> pl.DataFrame:
    """One row per township and quarter."""
    places = world.places
    n = len(places.townships.population) if week % COUNT_EVERY_WEEKS == 0 else 0
    grown = 1 + 0.01 * week / COUNT_EVERY_WEEKS
    count = (
        (places.townships.population[:n] / 1_000 * VOLUNTEERS_PER_THOUSAND * grown).round().astype(np.int64)
    )
    return pl.DataFrame(
        {
            "number": week * 1_000 + np.arange(n),
            "area": places.townships.rows[:n],
            "as_of_on": np.full(n, week * 7),
            "count": count,
            "known": np.full(n, week * WEEK),
        }
    )


def _strain(world: World, week: int, service: int) -> np.ndarray:
    """How stretched each township's care workers are: a lasting part and a slow wave, around one."""
    town: Keys = np.arange(len(world.places.townships.population))
    lasting = world.dice.normal(Stream.SERVICE, town, part=service)
    phase = world.dice.uniform(Stream.SERVICE, town, part=10 + service)
    wave = np.sin(2 * np.pi * (week / 40 + phase))
    return np.exp(0.45 * lasting + 0.35 * wave)
