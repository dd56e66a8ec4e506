"""What must hold of the matrices: only what was known counts, order does not matter, one week is one week."""

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import pytest

from features.catalogue import CATALOGUE
from features.matrix import build_matrix, build_place_matrix, build_service_matrix
from pipelines.profile import load_profile
from pipelines.warehouse import open_warehouse

QUJING = load_profile("qujing")


@pytest.fixture
def world() -> Iterator[duckdb.DuckDBPyConnection]:
    """Forty disputes of two villages over a year, with steps, harms and closings, some recorded late."""
    with open_warehouse(":memory:") as con:
        con.execute("select setseed(0.4)")
        con.execute(
            """
            create temp table made as select 'd' || i as dispute_id, timestamp '2024-06-03' + to_hours((i * 217)::integer) as at_time,
                'D' || (1 + i % 6) as category, i % 7 as kind from range(40) t(i);
            insert into core_dispute (dispute_id, registered_at, category, area_code, township_code, county_code, village_code, parties_key,
                minor_involved, scale, threat, first_known_at, known_at, superseded_at, file_id)
            select dispute_id, at_time, category, '530302001', '530302001', '530302', 'v' || kind % 2, 'p' || kind, kind = 6,
                '01', kind = 1, at_time, at_time, null, 'f' from made;
            insert into core_dispute_event (event_id, dispute_id, event_at, event_type, first_known_at, known_at, superseded_at, file_id)
            select dispute_id || '-' || s, dispute_id, at_time + to_hours((s * 51)::integer),
                ['mediation', 'threat_reported', 'closed', 'reopened'][1 + s % 4], at_time + to_hours((s * 75)::integer),
                at_time + to_hours((s * 75)::integer), null, 'f' from made, range(1, 6) r(s);
            insert into core_outcome select dispute_id || '-o', dispute_id, at_time + to_hours(300), 1, at_time + to_hours(400),
                at_time + to_hours(400), null, 'f' from made where kind = 3;
            """
        )
        yield con


def nonsense_after(con: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Delete and distort everything known on or after a day."""
    for table in ("core_dispute_event", "core_outcome", "core_dispute"):
        con.execute(f"delete from {table} where known_at >= $t and hash(dispute_id) % 2 = 0", {"t": as_of})
    con.execute(
        "update core_dispute_event set event_type = 'violence_reported', event_at = timestamp '1999-01-01' where known_at >= $t",
        {"t": as_of},
    )
    con.execute("update core_dispute set category = 'D9', threat = true where known_at >= $t", {"t": as_of})


@pytest.mark.parametrize("weeks", [10, 25, 45])
def test_nothing_known_later_changes_a_byte(world: duckdb.DuckDBPyConnection, weeks: int) -> None:
    as_of = date(2024, 6, 3) + timedelta(weeks=weeks)
    before = build_matrix(world, QUJING, [as_of])
    assert len(before.cohort)
    nonsense_after(world, as_of)
    after = build_matrix(world, QUJING, [as_of])
    assert before.values.tobytes() == after.values.tobytes()
    assert before.cohort.equals(after.cohort)


def test_one_week_alone_equals_that_week_among_many(world: duckdb.DuckDBPyConnection) -> None:
    mondays = [date(2024, 6, 3) + timedelta(weeks=w) for w in range(50)]
    many = build_matrix(world, QUJING, mondays)
    one = build_matrix(world, QUJING, [mondays[30]])
    assert (
        one.values.tobytes() == many.rows((many.cohort["as_of"] == mondays[30]).to_numpy()).values.tobytes()
    )


def test_the_order_of_rows_changes_nothing(world: duckdb.DuckDBPyConnection) -> None:
    before = build_matrix(world, QUJING, [date(2025, 1, 6)])
    for table in ("core_dispute", "core_dispute_event", "core_outcome"):
        world.execute(
            f"create or replace temp table mixed as select * from {table} order by hash(dispute_id); delete from {table}; insert into {table} select * from mixed"
        )
    assert build_matrix(world, QUJING, [date(2025, 1, 6)]).values.tobytes() == before.values.tobytes()


def test_a_dispute_with_a_minor_is_not_in_the_cohort(world: duckdb.DuckDBPyConnection) -> None:
    ids = set(build_matrix(world, QUJING, [date(2025, 1, 6)]).cohort["dispute_id"])
    minors = {
        i for (i,) in world.execute("select dispute_id from core_dispute where minor_involved").fetchall()
    }
    assert minors
    assert not ids & minors


def test_names_are_unique_and_about_a_hundred_and_fifty() -> None:
    assert len({f.name for f in CATALOGUE}) == len(CATALOGUE) >= 150


def test_places_and_services_are_asked_for_every_township_and_monday(
    world: duckdb.DuckDBPyConnection,
) -> None:
    world.execute(
        "insert into core_area (area_code, tier, county_code) values ('530302001', 'township', '530302')"
    )
    places = build_place_matrix(world, QUJING, [date(2025, 1, 6), date(2025, 1, 13)])
    assert places.cohort.columns == ["as_of", "township_code", "category", "county_code"]
    assert len(places.cohort) == 2 * len(QUJING.codes_of_kind("dispute")) == len(places.values)
    registered = places.values[:, places.names.index("township_category_registrations_52w")]
    assert registered.sum() > 0
    services = build_service_matrix(world, QUJING, [date(2025, 1, 6)])
    assert services.cohort.columns == ["as_of", "township_code", "service", "county_code"]
    assert len(services.cohort) == len(QUJING.codes_of_kind("service"))
    assert "township_service_visits_overdue_28d" in services.names
