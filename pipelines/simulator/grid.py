"""Reports from grid workers and residents: mostly daily life, some of it the noise of a hot quarrel."""

import numpy as np
import polars as pl

from pipelines.simulator.clock import minute_between
from pipelines.simulator.parameters import DAY
from pipelines.simulator.random_keys import Keys, Stream, choose
from pipelines.simulator.records import after_outage
from pipelines.simulator.seasons import YEAR_DAYS
from pipelines.simulator.vocabulary import index_of, shares
from pipelines.simulator.world import Week, World

TYPES = {
    "environment": 30,
    "facility": 22,
    "safety": 16,
    "noise": 9,
    "land_water": 6,
    "conflict": 7,
    "other": 10,
}
"""What reports are about, in per cent; assumed."""
WAIT_DAYS = 14
"""A report still open after this many days is entered as such; one dealt with earlier, when it is closed."""


def report_rows(world: World, lived: Week) -> pl.DataFrame:
    """One row per report made that week; canonical columns as in `records`."""
    village, kind = _usual(world, lived.week)
    hot = _conflicts(world, lived)
    village = np.concatenate([village, hot])
    kind = np.concatenate([kind, np.full(len(hot), index_of("report_type", "conflict"))])
    number = lived.week * 10_000_000 + np.arange(len(village))
    u = [world.dice.uniform(Stream.GRID, number, part=part) for part in range(10)]
    at = minute_between(lived.week * 7 + (u[0] * 7).astype(np.int64), 6, 22, u[1])
    slow = np.where(world.places.townships.detection[world.places.village_township[village]] < 0.6, 2.0, 1.0)
    first = at + (-np.log(u[2]) * 150 * slow).astype(np.int64) + 2
    closed = first + (-np.log(u[3]) * 2.2 * DAY * slow).astype(np.int64) + 5
    entered = np.minimum(closed, at + WAIT_DAYS * DAY) + (u[4] * 240).astype(np.int64)
    done = closed <= entered
    county = world.places.townships.county[world.places.village_township[village]]
    known = after_outage(world, entered, county, number)
    frame = pl.DataFrame(
        {
            "number": number,
            "reported_at": at,
            "recorded_at": known,
            "area": _area(world, village, u[5], u[6]),
            "report_type": kind,
            "channel": (u[7] < 0.12).astype(np.int64),
            "first_response_at": first,
            "closed_at": closed,
            "resolved": u[8] < 0.93,
            "satisfaction": choose(u[9], np.array([2, 3, 10, 35, 50])) + 1,
            "known": known,
        }
    )
    rated = pl.Series(done & (u[8] < 0.4))
    return frame.with_columns(
        first_response_at=pl.when(pl.col("first_response_at") <= pl.col("known")).then("first_response_at"),
        closed_at=pl.when(pl.Series(done)).then("closed_at"),
        resolved=pl.when(pl.Series(done)).then("resolved"),
        satisfaction=pl.when(rated).then("satisfaction"),
    )


def _usual(world: World, week: int) -> tuple[Keys, Keys]:
    """Villages and kinds of the reports that have nothing to do with disputes."""
    places, rng = world.places, world.dice.generator(Stream.GRID, week)
    weight = (
        places.townships.population * np.where(places.townships.urban, 1.25, 1.0) * places.townships.detection
    )
    expected = world.figures.reports_per_year * world.arrivals.scale * 7 / YEAR_DAYS
    count = rng.poisson(expected * weight / weight.sum() * rng.gamma(6, 1 / 6, len(weight)))
    township = np.repeat(np.arange(len(count)), count)
    village = places.village_of(township, rng.random(len(township)))
    return village, choose(rng.random(len(township)), shares("report_type", TYPES))


def _conflicts(world: World, lived: Week) -> Keys:
    """Villages where a hot or boiling quarrel was heard."""
    cases = lived.cases
    heard = world.figures.conflict_report * world.places.townships.detection[cases.township].clip(0.3, 1.3)
    u = world.dice.uniform(Stream.CONFLICT, cases.number, lived.week)
    return cases.village[(cases.heat >= 2) & (u < heard)]


def _area(world: World, village: Keys, u: np.ndarray, v: np.ndarray) -> Keys:
    """Mostly the grid, sometimes only the village or the township."""
    places = world.places
    township = places.townships.rows[places.village_township[village]]
    coarse = np.where(u < 0.97, places.village_rows[village], township)
    return np.where(u < 0.80, places.grid_row_of(village, v), coarse)
