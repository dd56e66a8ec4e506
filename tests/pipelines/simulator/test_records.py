"""What reaches the files: late, with gaps that are no accident, and less of it from some places."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from pipelines.city.profile import Profile
from pipelines.simulator.parameters import DAY, Parameters
from pipelines.simulator.records import dispute_rows, event_rows, outcome_rows
from pipelines.simulator.world import Week, World, make_world, step

WEEKS = 26
HALF_SILENT = replace(Parameters(), silent_townships=68)

Lived = tuple[World, list[Week]]


@pytest.fixture(scope="module")
def lived(qujing: Profile) -> Lived:
    """Half a year of a full-size city, half of whose townships report little."""
    world = make_world(qujing, WEEKS, 1.0, seed=4, figures=HALF_SILENT)
    return world, [step(world, week) for week in range(WEEKS)]


def rows(lived: Lived, what: object) -> pl.DataFrame:
    world, weeks = lived
    return pl.concat(what(world, week) for week in weeks)  # type: ignore[operator]


def test_records_arrive_late(lived: Lived) -> None:
    disputes = rows(lived, dispute_rows).filter(pl.col("version") == 0)
    late = disputes["known"] // DAY - disputes["registered_at"] // DAY
    assert 0.18 < (late > 0).mean() < 0.28
    assert (late > 7).mean() > 0.02
    steps = rows(lived, event_rows)
    assert (steps["known"] >= steps["event_at"]).all()
    assert 0.15 < ((steps["known"] - steps["event_at"]) > DAY).mean() < 0.30


def test_harms_are_known_after_a_week_and_some_after_a_month(lived: Lived) -> None:
    harms = rows(lived, outcome_rows)
    days = (harms["known"] - harms["occurred_at"]) / DAY
    assert days.median() == pytest.approx(6, rel=0.2)
    assert (days > 30).mean() == pytest.approx(0.10, abs=0.04)


def test_silent_townships_register_less_and_record_less_of_the_harm(lived: Lived) -> None:
    world, weeks = lived
    silent = world.places.townships.silent
    people = world.places.townships.population
    new = np.concatenate([week.new.township for week in weeks])
    per_head = [np.isin(new, np.flatnonzero(side)).sum() / people[side].sum() for side in (silent, ~silent)]
    assert per_head[0] < 0.6 * per_head[1]
    place = np.concatenate([week.harms.township for week in weeks])
    recorded = np.concatenate([week.harms.recorded for week in weeks])
    assert recorded[silent[place]].mean() == pytest.approx(0.70, abs=0.08)
    assert recorded[~silent[place]].mean() == pytest.approx(0.97, abs=0.04)


def test_ticks_are_missing_more_often_in_busy_places_and_after_a_settlement_on_the_day(lived: Lived) -> None:
    world, weeks = lived
    first = rows(lived, dispute_rows).filter(pl.col("version") == 0)
    new = {
        name: np.concatenate([getattr(w.new, name) for w in weeks])
        for name in ("township", "closes", "registered")
    }
    unknown = first["threat"].is_null().to_numpy()
    same_day = new["closes"] < (new["registered"] // DAY + 1) * DAY
    assert unknown[same_day].mean() > unknown[~same_day].mean() + 0.08
    busy = (world.places.townships.volume > np.median(world.places.townships.volume))[new["township"]]
    assert unknown[busy].mean() > unknown[~busy].mean() + 0.05
