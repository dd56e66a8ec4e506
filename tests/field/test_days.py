"""Days held against each other, against the clock and against all other records."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.deep import examples
from tests.field.landing import DISPUTES, REPORTS, TOWN, landing

FIRST = date(2025, 1, 6)


def disputes(days: list[date]) -> list[str]:
    return [f"JF{at},{day} 09:00,邻里,{TOWN}" for at, day in enumerate(days)]


@settings(deadline=None, max_examples=examples(8))
@given(
    st.lists(st.integers(0, 300), min_size=20, max_size=60),
    st.lists(st.sampled_from((1991, 1995, 2005, 2015, 2020, 2052)), min_size=1, max_size=3),
)
def test_a_few_years_mistyped_move_neither_the_start_nor_the_end(days: list, years: list) -> None:
    dense = [FIRST + timedelta(days=d) for d in days]
    with landing() as city:
        report = city.load("disputes_1.csv", DISPUTES, disputes(dense + [date(year, 3, 4) for year in years]))
        assert report.quarantined == len(years)
        assert city.rows("select min(known_at)::date, max(known_at)::date from core_dispute") == [
            (min(dense), max(dense))
        ]


@pytest.mark.parametrize("entry", [{"earliest": "1995-01-01"}, {"earliest": "1990-01-01"}])
def test_a_far_day_that_is_meant_is_said_in_the_mapping(entry: dict) -> None:
    rows = disputes([*(FIRST + timedelta(days=d) for d in range(30)), date(1995, 3, 4)])
    with landing() as city:
        assert city.load("disputes_1.csv", DISPUTES, rows, {"table": "disputes"} | entry).quarantined == 0


@pytest.mark.parametrize("year", [1899, 1970, 1989])
def test_a_year_before_all_registers_is_held_among_few_rows_too(year: int) -> None:
    with landing() as city:
        rows = disputes([date(year, 3, 4), date(2025, 3, 4)])
        assert city.load("disputes_1.csv", DISPUTES, rows).quarantined == 1


def test_a_weekly_file_of_few_rows_is_compared_with_what_is_known() -> None:
    with landing() as city:
        city.load("disputes_1.csv", DISPUTES, disputes([FIRST + timedelta(days=d) for d in range(60)]))
        rows = [f"N1,2025-03-10 09:00,邻里,{TOWN}", f"N2,2015-03-11 09:00,邻里,{TOWN}"]
        assert city.load("disputes_2.csv", DISPUTES, rows).quarantined == 1


def test_records_may_go_on_after_years_without_any() -> None:
    with landing() as city:
        city.load(
            "disputes_1.csv", DISPUTES, disputes([date(2018, 1, 1) + timedelta(days=d) for d in range(60)])
        )
        assert city.load("disputes_2.csv", DISPUTES, [f"N1,2025-03-10 09:00,邻里,{TOWN}"]).quarantined == 0


@pytest.mark.parametrize("column", ["closed_at", "first_response_at", "recorded_at"])
@pytest.mark.parametrize("day", ["9999-12-31", "2099-12-31", "2052-03-04", "9999-12-31 23:59:59"])
def test_no_placeholder_ahead_moves_a_later_correction(column: str, day: str) -> None:
    with landing() as city:
        city.load("grid_reports_1.csv", f"{REPORTS},{column}", [f"W1,2025-03-04 09:00,{TOWN},noise,{day}"])
        assert city.rules()[0].startswith(f"{column}: lies in the future")
        empty = {"table": "grid_reports", "empty": {column: [day]}}
        city.load(
            "grid_reports_2.csv", f"{REPORTS},{column}", [f"W2,2025-03-04 09:00,{TOWN},noise,{day}"], empty
        )
        city.load(
            "grid_reports_3.csv",
            f"{REPORTS},closed_at",
            [f"W1,2025-03-04 09:00,{TOWN},noise,2025-03-05 10:00"],
        )
        assert city.rows("select report_id, closed_at from core_grid_report where superseded_at is null order by 1") == [
            ("W1", datetime(2025, 3, 5, 10)), ("W2", None),
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("column", "day", "rule"),
    [
        ("due_at", "2025-03-03", "due not before registered"),
        ("withdrawn_at", "2025-03-03 10:00", "withdrawn not before registered"),
        ("recorded_at", "2025-03-03", "recorded not before registered"),
        ("occurred_on", "2025-03-05", "occurred not after registered"),
    ],
)
def test_an_end_before_its_beginning_is_held(column: str, day: str, rule: str) -> None:
    with landing() as city:
        city.load("disputes_1.csv", f"{DISPUTES},{column}", [f"JF1,2025-03-04 09:00,邻里,{TOWN},{day}"])
        assert city.rules() == [rule]
