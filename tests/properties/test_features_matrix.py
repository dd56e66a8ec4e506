"""What must hold of the matrices: only what was known counts, order does not matter, one week is one week."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import duckdb
import numpy as np
import pytest

from features.catalogue.catalogue import CATALOGUE
from features.catalogue.feature import WINDOWED
from features.column_profile import describe
from features.engine.matrix import Matrix, build_matrix, build_place_matrix, build_service_matrix
from pipelines.city.profile import load_profile
from pipelines.tables.core import CORE_TABLES
from tests.deep import some

QUJING = load_profile("qujing")
BUILDERS = [build_matrix, build_place_matrix, build_service_matrix]
CHECKED_BY_HAND = (
    "open_now", "threat", "steps_all", "threat_reports_13w", "threat_reports_all", "days_since_threat", "pair_threats_52w",
    "village_threat_reports_13w", "township_category_registrations_52w", "township_open_disputes",
    "village_quarrel_reports_13w", "township_report_hours_13w", "township_visits_overdue_13w",
)  # fmt: skip
MONDAYS = [date(2024, 6, 3) + timedelta(weeks=w) for w in range(2, 56)]
LATER = [date(2024, 6, 3) + timedelta(weeks=w) for w in (80, 115)]
"""The disputes are still open, and nothing has been heard of most of them for more than the longest window."""


@pytest.mark.parametrize("weeks", [10, 25, 45])
@pytest.mark.parametrize("build", BUILDERS)
def test_nothing_known_later_changes_a_byte(
    world: duckdb.DuckDBPyConnection, as_it_stood: Callable, build: Callable, weeks: int
) -> None:
    as_of = date(2024, 6, 3) + timedelta(weeks=weeks)
    before = build(world, QUJING, [as_of])
    assert len(before.cohort)
    as_it_stood(world, datetime.combine(as_of, time()))
    after = build(world, QUJING, [as_of])
    assert before.cohort.equals(after.cohort)
    assert changed(before, after) == []


@pytest.mark.parametrize("monday", some([*MONDAYS[::5], *LATER], 5))
def test_cohort_and_columns_equal_what_loops_over_the_tables_give(
    world: duckdb.DuckDBPyConnection, by_hand: Callable, monday: date
) -> None:
    matrix, expected = build_matrix(world, QUJING, [monday]), by_hand(world, monday)
    assert matrix.cohort["dispute_id"].to_list() == sorted(expected)
    for row, dispute in enumerate(sorted(expected)):
        assert matrix.cohort["is_domestic"][row] == expected[dispute]["is_domestic"], dispute
        for name in CHECKED_BY_HAND:
            value = matrix.values[row, matrix.names.index(name)]
            wanted = expected[dispute].get(name)
            assert (None if np.isnan(value) else value) == (None if wanted is None else np.float32(wanted)), (
                dispute,
                name,
            )


def changed(one: Matrix, other: Matrix) -> list[str]:
    """Names of the columns that are not the same to the bit."""
    same = [one.values[:, at].tobytes() == other.values[:, at].tobytes() for at, _ in enumerate(one.names)]
    return [name for name, equal in zip(one.names, same, strict=True) if not equal]


@pytest.mark.parametrize("build", BUILDERS)
def test_one_week_alone_equals_that_week_among_two_years(
    world: duckdb.DuckDBPyConnection, build: Callable
) -> None:
    many = build(world, QUJING, [*MONDAYS, *LATER])
    for monday in [*MONDAYS[::9], *LATER]:
        one = build(world, QUJING, [monday])
        assert changed(one, many.rows((many.cohort["as_of"] == monday).to_numpy())) == []


@pytest.mark.parametrize("build", BUILDERS)
def test_the_order_of_rows_changes_nothing(world: duckdb.DuckDBPyConnection, build: Callable) -> None:
    before = build(world, QUJING, MONDAYS[::6])
    for table in CORE_TABLES.values():
        world.execute(f"create or replace temp table mixed as select * from {table} t order by hash(t::text)")
        world.execute(f"delete from {table}; insert into {table} select * from mixed")
    assert changed(before, build(world, QUJING, MONDAYS[::6])) == []


def test_the_world_asks_something_of_nearly_every_entry(world: duckdb.DuckDBPyConnection) -> None:
    silent = set()
    for build in BUILDERS:
        matrix = build(world, QUJING, MONDAYS)
        values = np.where(np.isnan(matrix.values), 0, matrix.values)
        silent |= {n for n, any_value in zip(matrix.names, values.any(axis=0), strict=True) if not any_value}
    windowed = {f.name for f in CATALOGUE if f.aggregation in WINDOWED}
    assert len(silent & windowed) < 0.2 * len(windowed), sorted(silent & windowed)


def test_a_dispute_with_a_minor_is_not_in_the_cohort(world: duckdb.DuckDBPyConnection) -> None:
    ids = set(build_matrix(world, QUJING, [date(2025, 1, 6)]).cohort["dispute_id"])
    minors = {
        i for (i,) in world.execute("select dispute_id from core_dispute where minor_involved").fetchall()
    }
    assert minors
    assert not ids & minors


def test_a_dispute_taken_back_leaves_when_that_is_known_and_not_before(
    world: duckdb.DuckDBPyConnection,
) -> None:
    dispute, registered, known = world.execute(
        "select dispute_id, first_known_at::date, known_at::date from core_dispute where withdrawn_at is not null order by 1"
    ).fetchall()[0]
    mondays = [registered + timedelta(days=7 - registered.weekday() + 7 * w) for w in range(20)]
    cohort = build_matrix(world, QUJING, mondays).cohort
    seen = cohort.filter(cohort["dispute_id"] == dispute)["as_of"].to_list()
    assert seen == [monday for monday in mondays if monday <= known]


def test_the_catalogue_covers_the_design() -> None:
    assert len({f.name for f in CATALOGUE}) == len(CATALOGUE) >= 150
    assert {f.aggregation for f in CATALOGUE} >= WINDOWED
    entities = {"dispute", "pair", "grid", "village", "township", "county", "township_category", "unit"}
    assert {f.entity for f in CATALOGUE} >= entities


def test_places_and_services_are_asked_for_every_township_and_monday(
    world: duckdb.DuckDBPyConnection,
) -> None:
    places = build_place_matrix(world, QUJING, [date(2025, 1, 6), date(2025, 1, 13)])
    assert places.cohort.columns == ["as_of", "township_code", "category", "county_code"]
    assert len(places.cohort) == 2 * len(QUJING.codes_of_kind("dispute")) == len(places.values)
    services = build_service_matrix(world, QUJING, [date(2025, 1, 6)])
    assert services.cohort.columns == ["as_of", "township_code", "service", "county_code"]
    assert len(services.cohort) == len(QUJING.codes_of_kind("service"))


def test_columns_of_late_sources_are_told_and_those_of_the_dispute_itself_never_change(
    world: duckdb.DuckDBPyConnection,
) -> None:
    described = describe(world, QUJING, "dispute", date(2025, 1, 6))
    changed = dict(zip(described["name"], described["changed_later"], strict=True))
    assert changed["threat_reports_all"] > 0
    assert changed["days_open"] == changed["month"] == changed["township_population"] == 0
    by_name = {row["name"]: row for row in described.iter_rows(named=True)}
    assert by_name["days_since_threat"]["missing"] < 1
    assert by_name["amount_yuan"]["missing"] == 1
    assert by_name["amount_yuan"]["low"] is None
