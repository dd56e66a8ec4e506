"""The descriptive files over a handful of disputes, each visible here."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import duckdb
import polars as pl
import pytest

from models.publishing.descriptions.all_descriptions import descriptions
from models.publishing.descriptions.as_known import know
from models.publishing.descriptions.similar import similar
from pipelines.city.profile import load_profile
from pipelines.warehouse.warehouse import open_warehouse

AS_OF = date(2025, 12, 29)
PROFILE = load_profile("qujing")
TOWN, COUNTY = "530302001", "530302"
NOTHING = pl.Series([], dtype=pl.String)
BEFORE = datetime(2025, 6, 2, 9)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(":memory:") as opened:
        opened.execute(
            f"""
            insert into core_area by name select '{TOWN}' area_code, 'township' tier, 1000 population,
                '{TOWN}' township_code, '{COUNTY}' county_code;
            insert into core_area by name select '530302002' area_code, 'township' tier, 3000 population,
                '530302002' township_code, '{COUNTY}' county_code;
            insert into core_unit by name select 'U-P' unit_id, 'people' kind, 'township' tier, '{TOWN}' area_code,
                5 weekly_capacity;
            insert into core_unit by name select 'U-J' unit_id, 'judicial' kind, 'county' tier, '{COUNTY}' area_code,
                5 weekly_capacity;
            """
        )
        yield opened


def dispute(con: duckdb.DuckDBPyConnection, number: str, at: datetime, **facts: object) -> None:
    """A village's neighbour dispute, due in 30 days; `facts` replace columns."""
    row = {
        "dispute_id": number, "registered_at": at, "category": "D2", "area_code": TOWN, "township_code": TOWN,
        "county_code": COUNTY, "tier": "village", "relation": "neighbour", "due_at": at + timedelta(days=30),
        "first_known_at": at, "known_at": at, "superseded_at": None, "file_id": "f",
    } | facts  # fmt: skip
    _insert(con, "core_dispute", row)


def step(con: duckdb.DuckDBPyConnection, number: str, at: datetime, kind: str, **facts: object) -> None:
    row = {
        "event_id": f"{number}-{kind}-{at:%m%d}", "dispute_id": number, "event_at": at, "event_type": kind,
        "tier": "township", "unit_id": "U-P", "first_known_at": at, "known_at": at, "superseded_at": None,
        "file_id": "f",
    } | facts  # fmt: skip
    _insert(con, "core_dispute_event", row)


def settled_after(
    con: duckdb.DuckDBPyConnection, number: str, at: datetime, days: int, **facts: object
) -> None:
    """A dispute mediated and closed so many days after its registration."""
    dispute(con, number, at, **facts)
    end = at + timedelta(days=days)
    step(con, number, end, "mediation", result="settled")
    step(con, number, end, "closed", result="settled")


def _insert(con: duckdb.DuckDBPyConnection, table: str, row: dict[str, object]) -> None:
    con.register("one", pl.DataFrame([row]))
    con.execute(f"insert into {table} by name select * from one")
    con.unregister("one")


def files(con: duckdb.DuckDBPyConnection) -> dict[str, pl.DataFrame]:
    return descriptions(con, PROFILE, AS_OF, NOTHING)


def test_an_empty_warehouse_gives_the_same_files_empty_of_cases() -> None:
    with open_warehouse(":memory:") as con:
        published = files(con)
    assert {name: len(frame) for name, frame in published.items()} == dict.fromkeys(published, 0)


def test_a_dispute_passed_up_is_counted_where_it_went(con: duckdb.DuckDBPyConnection) -> None:
    settled_after(con, "stays", BEFORE, 4)
    dispute(con, "rises", BEFORE)
    step(con, "rises", BEFORE + timedelta(days=2), "mediation", result="failed")
    step(con, "rises", BEFORE + timedelta(days=3), "referred_up", tier="county", unit_id="U-J")
    step(
        con, "rises", BEFORE + timedelta(days=9), "mediation", tier="county", unit_id="U-J", result="settled"
    )
    step(con, "rises", BEFORE + timedelta(days=9), "closed", tier="county", unit_id="U-J", result="settled")
    published = files(con)
    tiers = published["funnel_tiers.parquet"].select(
        "from_tier", "to_tier", "disputes", "settled", "referred_up"
    )
    assert tiers.rows() == [
        ("village", None, 2, 2, 1),
        ("village", "county", 1, 1, 1),
        ("village", "township", 1, 1, 0),
    ]
    assert published["funnel_tiers.parquet"]["days"].to_list() == [4.0, 9.0, 4.0]
    kinds = published["funnel_kinds.parquet"].select("kind", "disputes", "settled", "days")
    assert kinds.rows() == [("judicial", 1, 1, 9.0), ("people", 1, 1, 4.0)]


def test_a_unit_stands_beside_what_the_same_cases_met_in_the_city(con: duckdb.DuckDBPyConnection) -> None:
    for n in range(4):
        settled_after(con, f"quick{n}", BEFORE, 5)
    for n in range(2):
        settled_after(con, f"slow{n}", BEFORE, 50)
    con.execute("update core_dispute_event set unit_id = 'U-J' where dispute_id like 'slow%'")
    by_unit = {row["unit_id"]: row for row in files(con)["units.parquet"].iter_rows(named=True)}
    assert (by_unit["U-P"]["in_time_share"], by_unit["U-J"]["in_time_share"]) == (1.0, 0.0)
    assert by_unit["U-P"]["in_time_usual"] == by_unit["U-J"]["in_time_usual"] == pytest.approx(4 / 6)
    assert by_unit["U-J"]["in_time_share_high"] > 0.4


def test_a_unit_without_a_case_is_named_with_nothing_said_of_it(con: duckdb.DuckDBPyConnection) -> None:
    row = files(con)["units.parquet"].row(0, named=True)
    assert (row["unit_id"], row["disputes"], row["in_time_share"], row["days"]) == ("U-J", 0, None, None)


def test_periods_count_disputes_by_registration_and_harms_by_the_day_they_happened(
    con: duckdb.DuckDBPyConnection,
) -> None:
    settled_after(con, "one", datetime(2025, 12, 8, 9), 3)
    harm = {"outcome_id": "h", "dispute_id": "one", "occurred_at": datetime(2025, 11, 30), "severity": 2}
    known = dict.fromkeys(("first_known_at", "known_at"), datetime(2025, 12, 1))
    _insert(con, "core_outcome", harm | known | {"superseded_at": None, "file_id": "f"})
    dispute(con, "other", datetime(2025, 11, 20))
    rows = files(con)["effect.parquet"].select("from_on", "registered", "harms", "serious", "matured")
    assert rows.rows() == [
        (date(2025, 11, 3), 1, 1, 1, False),
        (date(2025, 12, 1), 1, 0, 0, False),
    ]


def report(con: duckdb.DuckDBPyConnection, number: str, at: datetime, **facts: object) -> None:
    """A grid report that came once, known when it was made; `facts` replace columns."""
    row = {
        "report_id": number, "reported_at": at, "area_code": TOWN, "township_code": TOWN,
        "county_code": COUNTY, "report_type": "noise", "first_response_at": None, "closed_at": None,
        "resolved": None, "satisfaction": None, "first_known_at": at, "known_at": at,
        "superseded_at": None, "file_id": "f",
    } | facts  # fmt: skip
    _insert(con, "core_grid_report", row)


@pytest.mark.parametrize(
    ("closed_at", "waiting", "resolved_share"),
    [
        (datetime(2025, 12, 28, 23, 59), 0, 1.0),
        (datetime(2025, 12, 29), 1, None),
        (datetime(2026, 1, 9), 1, None),
        (None, 1, None),
    ],
)
def test_a_report_that_came_once_waits_on_a_monday_before_it_closed(
    con: duckdb.DuckDBPyConnection, closed_at: datetime | None, waiting: int, resolved_share: float | None
) -> None:
    at = datetime(2025, 12, 20, 9)
    report(con, "r", at, first_response_at=closed_at, closed_at=closed_at, resolved=closed_at is not None)
    row = files(con)["grid_load.parquet"].row(0, named=True)
    assert (row["waiting"], row["resolved_share"]) == (waiting, resolved_share)


def test_lateness_is_the_time_from_happening_to_being_known(con: duckdb.DuckDBPyConnection) -> None:
    at = datetime(2025, 12, 1, 9)
    dispute(con, "soon", at, first_known_at=at, known_at=at)
    late = at + timedelta(days=10)
    dispute(con, "late", at, first_known_at=late, known_at=late)
    rows = files(con)["arrivals.parquet"].select("week", "records", "late_days", "late_share").rows()
    assert rows == [(date(2025, 12, 1), 1, 0.0, 0.0), (date(2025, 12, 8), 1, 10.0, 1.0)]


def test_the_most_alike_closed_dispute_comes_first_and_domestic_violence_is_no_example(
    con: duckdb.DuckDBPyConnection,
) -> None:
    now = datetime(2025, 12, 22, 9)
    dispute(con, "mine", now, threat=True, weapon=False)
    settled_after(con, "far", BEFORE, 3, threat=False, weapon=True, relation="land")
    settled_after(con, "near", BEFORE, 7, threat=True, weapon=False)
    settled_after(con, "domestic", BEFORE, 5, threat=True, weapon=False, relation="spouse", violence=True)
    settled_after(con, "too late", datetime(2025, 12, 1), 5, threat=True, weapon=False)
    know(con, AS_OF)
    rows = similar(con, PROFILE, pl.Series(["mine"]), AS_OF)
    assert rows.select("dispute_id", "nth", "days", "settled", "held").rows() == [
        ("mine", 1, 7.0, True, True),
        ("mine", 2, 3.0, True, True),
    ]


def test_nothing_known_on_or_after_the_monday_changes_a_file(con: duckdb.DuckDBPyConnection) -> None:
    settled_after(con, "old", BEFORE, 4)
    dispute(con, "open", datetime(2025, 12, 22, 9))
    then = files(con)
    monday = datetime(2025, 12, 29)
    settled_after(con, "new", monday, 1)
    step(con, "open", monday, "closed", result="failed")
    step(con, "old", BEFORE + timedelta(days=9), "reopened", first_known_at=monday, known_at=monday)
    now = files(con)
    assert all(now[name].equals(frame) for name, frame in then.items())
