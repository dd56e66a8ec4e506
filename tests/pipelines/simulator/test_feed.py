"""A city lived week by week from a saved state, and what acting in it changes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines.city.profile import Profile
from pipelines.simulator.parameters import NEXT_DOOR_NUMBERS
from pipelines.simulator.weekly_feed import Feed, new_feed, resumed
from pipelines.simulator.world import Week, World, make_world

SCALE, HISTORY, WEEKS = 0.02, 52, 8
NOBODY = np.zeros(0, dtype=np.int64)
READ: dict[str, Callable[[Path], pl.DataFrame]] = {
    "disputes": lambda p: pl.read_csv(p, encoding="gb18030", infer_schema=False),
    "dispute_events": pl.read_parquet,
    "outcomes": lambda p: pl.read_excel(p, infer_schema_length=0),
    "grid_reports": lambda p: pl.read_csv(p, infer_schema=False),
}


@pytest.fixture(scope="module")
def profile(qujing: Profile) -> Profile:
    return qujing


def city(profile: Profile, **change: object) -> World:
    world = make_world(profile, HISTORY + WEEKS, SCALE, seed=6)
    for name, value in change.items():
        setattr(world, name, value)
    return world


@pytest.fixture(scope="module")
def saved(profile: Profile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A year of the city, and its state."""
    folder = tmp_path_factory.mktemp("feed")
    feed = new_feed(profile, city(profile))
    feed.live_weeks(folder / "history", HISTORY)
    feed.save(folder / "state")
    return folder


def live(feed: Feed, out: Path, attended: Callable[[Feed], np.ndarray] = lambda feed: NOBODY) -> list[Week]:
    return [feed.live_week(out / f"{n:02d}", attended(feed)) for n in range(WEEKS)]


def everybody(feed: Feed) -> np.ndarray:
    return feed.world.cases.number[feed.world.cases.is_open & ~feed.world.cases.attended]


def rows(out: Path, table: str) -> pl.DataFrame:
    paths = sorted(out.rglob(f"{table}_*"))
    return pl.concat([READ[table](path) for path in paths], how="vertical_relaxed")


@pytest.fixture(scope="module")
def lived(saved: Path, profile: Profile, tmp_path_factory: pytest.TempPathFactory) -> tuple[Feed, Path]:
    """A city lived at once; and the last weeks one by one, from its saved state (`weeks`) and without a stop (`unbroken`)."""
    folder = tmp_path_factory.mktemp("lived")
    whole = new_feed(profile, city(profile))
    whole.live_weeks(folder / "history", HISTORY)
    whole.live_weeks(folder / "rest", WEEKS)
    live(resumed(saved / "state", profile, city(profile)), folder / "weeks")
    once = new_feed(profile, city(profile))
    once.live_weeks(folder / "again", HISTORY)
    live(once, folder / "unbroken")
    return whole, folder


@pytest.mark.parametrize("table", READ)
def test_weeks_lived_one_by_one_from_a_saved_state_are_those_of_a_city_lived_at_once(
    lived: tuple[Feed, Path], table: str
) -> None:
    whole, folder = lived
    later = pl.concat(whole.waiting[table])
    stepped = rows(folder / "weeks", table)
    assert len(stepped) == len(later.filter(pl.col("known") < (HISTORY + WEEKS) * 7 * 1_440))
    for path in sorted((folder / "weeks").rglob("*")):
        if path.is_file():
            assert (
                path.read_bytes() == (folder / "unbroken" / path.relative_to(folder / "weeks")).read_bytes()
            )


def test_history_is_that_of_an_ordinary_city(saved: Path, profile: Profile, tmp_path: Path) -> None:
    from pipelines.simulator.city import simulate

    simulate(tmp_path / "ordinary", profile, weeks=HISTORY, scale=SCALE, seed=6)
    for table in READ:
        names = {path.name for path in (tmp_path / "ordinary").glob(f"{table}_*")}
        assert names == {path.name for path in (saved / "history").glob(f"{table}_*")}
        for name in names:
            assert (saved / "history" / name).read_bytes() == (tmp_path / "ordinary" / name).read_bytes()


def test_acting_changes_the_records_only_from_then_on(saved: Path, profile: Profile, tmp_path: Path) -> None:
    idle = live(resumed(saved / "state", profile, city(profile)), tmp_path / "idle")
    busy = live(resumed(saved / "state", profile, city(profile)), tmp_path / "busy", everybody)
    for before, after in zip(idle, busy, strict=True):
        ordinary = after.new.number < NEXT_DOOR_NUMBERS
        assert (after.new.number[ordinary] == before.new.number).all()
        assert (after.new.constant[ordinary] == before.new.constant).all()
    assert sum(len(w.steps["number"]) for w in busy) > sum(len(w.steps["number"]) for w in idle)


@pytest.mark.parametrize("marked", [True, False])
def test_what_is_found_next_door_is_marked_where_clerks_mark_it(
    saved: Path, profile: Profile, tmp_path: Path, marked: bool
) -> None:
    live(resumed(saved / "state", profile, city(profile, marks_found=marked)), tmp_path, everybody)
    disputes = rows(tmp_path, "disputes").drop_nulls("纠纷编号")
    is_next_door = disputes["纠纷编号"].str.slice(2).cast(pl.Int64) >= NEXT_DOOR_NUMBERS
    assert 5 < is_next_door.sum() < 0.4 * len(disputes)
    assert set(disputes.filter(is_next_door)["因预警发现"]) == ({"是"} if marked else {"否"})
    assert set(disputes.filter(~is_next_door)["因预警发现"]) == {"否"}


def test_the_effect_has_the_shares_the_profile_states(profile: Profile) -> None:
    world = make_world(profile, 20, 1.0, seed=3)
    feed = new_feed(profile, world)
    from pipelines.simulator.world import step

    for week in range(16):
        step(feed.world, week)
    stated = world.city.attending
    cases = world.cases
    effect = world.handling.effect(cases)
    assert (effect < 0).mean() == pytest.approx(stated.worse_share, abs=0.01)
    assert effect[effect < 0] == pytest.approx(-stated.worse_by)
    assert (effect == 0).mean() == pytest.approx(stated.nothing_share, abs=0.02)
    codes = list(world.city.categories)
    is_debt = (cases.category == codes.index("D4")) & cases.is_open & (effect > 0)
    assert effect[is_debt].mean() == pytest.approx(stated.helps_mean, abs=0.03)
    assert effect[is_debt].std() == pytest.approx(stated.helps_sd, abs=0.02)


def test_harm_is_likelier_on_record_where_somebody_was_sent(profile: Profile) -> None:
    from dataclasses import replace

    from pipelines.simulator.parameters import Parameters
    from pipelines.simulator.world import step

    figures = replace(Parameters(), harm_recorded=0.5, harm_recorded_silent=0.5)
    recorded: dict[bool, list[bool]] = {True: [], False: []}
    world = make_world(profile, 30, 1.0, seed=8, figures=figures)
    for week in range(30):
        lived = step(world, week, world.cases.number[world.cases.number % 2 == 0])
        sent = dict(zip(lived.cases.number.tolist(), lived.cases.attended.tolist(), strict=True))
        for number, is_recorded in zip(
            lived.harms.number.tolist(), lived.harms.recorded.tolist(), strict=True
        ):
            recorded[sent[number] or number >= NEXT_DOOR_NUMBERS].append(is_recorded)
    assert np.mean(recorded[False]) == pytest.approx(0.5, abs=0.08)
    assert np.mean(recorded[True]) == pytest.approx(world.city.attending.harm_recorded, abs=0.04)
