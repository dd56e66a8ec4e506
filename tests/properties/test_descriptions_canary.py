"""Nothing described of a past Monday changes with what was known only later; a description that looks ahead is stopped."""

from datetime import timedelta
from types import ModuleType

import duckdb
import pytest

from models.publishing import dispute_history
from models.publishing.descriptions import arrivals, as_known
from models.publishing.descriptions_canary import description_leakage
from pipelines.city.profile import load_profile
from tests.properties.conftest import START

QUJING = load_profile("qujing")
MONDAYS = [START.date() + timedelta(weeks=week) for week in (16, 20, 25)]
LOOKING_AHEAD = {
    "a report's end is known before it": ("known_report", "select * from core_grid_report where known_at < $as_of"),
    "steps are known when they happen": ("known_event", "select * from core_dispute_event where event_at < $as_of"),
    "steps are today's": ("known_event", "select * from core_dispute_event where superseded_at is null and known_at < $as_of + interval 30 day"),
    "harms are known when they happen": ("known_outcome", "select * from core_outcome where occurred_at < $as_of"),
    "outreach is known before it is told of": ("known_outreach", "select * from core_outreach where event_on < $as_of"),
}  # fmt: skip


@pytest.fixture
def slow_world(world: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """The world, its grid reports answered and closed weeks after the only version of them was known."""
    late = "first_response_at = known_at + interval 20 day, closed_at = known_at + interval 40 day"
    world.execute(f"update core_grid_report set {late}")
    return world


def leaks(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the canary stops one of the Mondays."""
    return any(not description_leakage(con, QUJING, monday).passed for monday in MONDAYS)


def test_the_descriptions_do_not_look_ahead(slow_world: duckdb.DuckDBPyConnection) -> None:
    assert not leaks(slow_world)


@pytest.mark.parametrize(("table", "query"), LOOKING_AHEAD.values(), ids=LOOKING_AHEAD)
def test_a_description_that_looks_ahead_is_stopped(
    slow_world: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, table: str, query: str
) -> None:
    monkeypatch.setitem(as_known._TABLES, table, query)
    assert leaks(slow_world)


AHEAD_IN_PLACE = {
    "records are counted before they are known": (arrivals, "_ONE", "where first_known_at < $as_of::timestamp and", "where"),
    "a timeline holds what came later": (dispute_history, "_TIMELINE", "$as_of", "$as_of + interval 30 day"),
    "a tier is known before it was reached": (dispute_history, "_TIER_NOW", "$as_of", "$as_of + interval 30 day"),
    "facts are those of a later version": (dispute_history, "_FACTS", "$as_of", "$as_of + interval 30 day"),
}  # fmt: skip


@pytest.mark.parametrize(("module", "name", "old", "new"), AHEAD_IN_PLACE.values(), ids=AHEAD_IN_PLACE)
def test_a_query_that_looks_ahead_is_stopped(
    slow_world: duckdb.DuckDBPyConnection,
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    name: str,
    old: str,
    new: str,
) -> None:
    query = getattr(module, name)
    assert old in query
    monkeypatch.setattr(module, name, query.replace(old, new))
    assert leaks(slow_world)
