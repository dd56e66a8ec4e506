"""Whether a number is one: corrections, two matters under one number, numbers within a place or a year, keys of lines, logs of steps."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import RefusedInput
from tests.deep import examples
from tests.field.landing import DISPUTES, REPORTS, STEPS, TOWN, TOWN_2, TOWN_3, landing

FIRST = f"JF1,2025-03-04 09:00,邻里,{TOWN}"
TWO = "one number, two matters"


def held_as_two(rules: list[str]) -> bool:
    return bool(rules) and all(rule.startswith(TWO) for rule in rules)


@pytest.mark.parametrize(
    ("other", "is_another"),
    [
        (f"JF1,2025-03-11 09:00,邻里,{TOWN_2}", True),
        (f"JF1,2025-03-11 09:00,D4,{TOWN_2}", True),
        (f"JF1,2025-03-11 09:00,D4,{TOWN}", True),
        (f"JF1,2026-01-04 09:00,邻里,{TOWN}", True),
        (f"JF1,2025-03-05 09:00,邻里,{TOWN}", False),
        (f"JF1,2025-03-04 10:00,邻里,{TOWN_2}", False),
        (f"JF1,2025-03-04 10:00,D4,{TOWN}", False),
    ],
)
@pytest.mark.parametrize("in_one_file", [True, False])
def test_a_later_row_is_a_correction_only_if_it_can_be_one(
    other: str, is_another: bool, in_one_file: bool
) -> None:
    with landing() as city:
        files = [[FIRST, other]] if in_one_file else [[FIRST], [other]]
        for nth, rows in enumerate(files):
            city.load(f"disputes_{nth}.csv", DISPUTES, rows)
        quarantined = city.rows("select count(*) from quarantine")[0][0]
        assert quarantined == (0 if not is_another else 2 if in_one_file else 1)
        assert not is_another or held_as_two(city.rules())


@pytest.mark.parametrize("recorded", ["2025-03-10 09:00", "2025-06-10"])
def test_a_later_time_of_recording_with_the_same_registration_is_a_correction_of_anything(
    recorded: str,
) -> None:
    with landing() as city:
        city.load("disputes_1.csv", DISPUTES, [FIRST])
        report = city.load(
            "disputes_2.csv", f"{DISPUTES},recorded_at", [f"JF1,2025-03-04 09:00,D4,{TOWN_3},{recorded}"]
        )
        assert (report.loaded, report.quarantined) == (1, 0)


def numbers_of_townships(towns: list[str], n: int, first: date) -> list[str]:
    return [
        f"2025-{at:03d},{first + timedelta(days=nth)} {9 + at % 8:02d}:{nth:02d},邻里,{town}"
        for nth, town in enumerate(towns)
        for at in range(1, n + 1)
    ]


@settings(deadline=None, max_examples=examples(6))
@given(st.integers(2, 3), st.integers(1, 6), st.booleans())
def test_numbers_unique_only_within_a_township_lose_no_quarrel(n_towns: int, n: int, said: bool) -> None:
    rows = numbers_of_townships([TOWN, TOWN_2, TOWN_3][:n_towns], n, date(2025, 11, 3))
    with landing() as city:
        mapping = {"table": "disputes", "key_within": ["area_code"]} if said else None
        report = city.load("disputes_1.csv", DISPUTES, rows, mapping)
        assert report.loaded + report.quarantined == len(rows)
        assert len(city.at_risk(date(2025, 11, 17))) == report.loaded == (len(rows) if said else 0)
        assert said or held_as_two(city.rules())


def test_numbers_unique_only_within_a_year_are_told_apart_by_the_year() -> None:
    rows = [
        f"{at},{year}-05-{at + 1:02d} 09:00,邻里,{TOWN}" for year in (2023, 2024, 2025) for at in range(1, 5)
    ]
    with landing() as city:
        assert (
            city.load("disputes_1.csv", DISPUTES, rows, {"table": "disputes", "key_within": ["year"]}).loaded
            == 12
        )
        assert city.rows("select count(distinct dispute_id) from core_dispute") == [(12,)]


def test_steps_find_their_dispute_within_its_place() -> None:
    within = {"key_within": ["area_code"]}
    with landing() as city:
        city.load(
            "disputes_1.csv",
            DISPUTES,
            numbers_of_townships([TOWN, TOWN_2], 2, date(2025, 3, 3)),
            {"table": "disputes"} | within,
        )
        steps = [f"E1,2025-001,2025-03-20 10:00,closed,{TOWN}"]
        city.load("dispute_events_1.csv", f"{STEPS},area_code", steps, {"table": "dispute_events"} | within)
        assert city.at_risk(date(2025, 11, 17)) == [
            "2025-001@530302002",
            "2025-002@530302001",
            "2025-002@530302002",
        ]


LOG = "case,at,kind,place,activity"
MAPPED = {
    "table": "disputes",
    "columns": {"dispute_id": "case", "registered_at": "at", "category": "kind", "area_code": "place"},
}


def log(n: int, steps: int) -> list[str]:
    first = datetime(2025, 3, 3, 9)
    return [
        f"C{at},{first + timedelta(days=at, hours=7 * step)},邻里,{TOWN},step{step}"
        for step in range(steps)
        for at in range(n)
    ]


@settings(deadline=None, max_examples=examples(6))
@given(st.integers(2, 8), st.integers(2, 5), st.randoms())
def test_a_log_of_steps_is_refused_and_its_first_rows_are_the_disputes(n: int, steps: int, random) -> None:
    rows = log(n, steps)
    random.shuffle(rows)
    with landing() as city, pytest.raises(RefusedInput, match="first: true"):
        city.load("log_1.csv", LOG, rows, MAPPED)
    with landing() as city:
        assert city.load("log_1.csv", LOG, rows, MAPPED | {"first": True}).loaded == n
        assert city.rows("select max(registered_at) from core_dispute") == [
            (datetime(2025, 3, 3 + n - 1, 9),)
        ]


def test_a_later_file_of_a_log_begins_no_record_anew() -> None:
    rows = log(3, 4)
    with landing() as city:
        city.load("log_1.csv", LOG, rows[:6], MAPPED | {"first": True})
        report = city.load(
            "log_2.csv", LOG, [*rows[6:], f"C9,2025-03-20 09:00,邻里,{TOWN},step0"], MAPPED | {"first": True}
        )
        assert (report.read, report.loaded, report.quarantined) == (1, 1, 0)


BY_LINE = {"table": "dispute_events", "templates": {"event_id": "{line}-step"}}
ROWS = ["JF1,2025-02-10 10:00,closed", "JF2,2025-02-11 10:00,closed"]


def test_a_key_of_the_line_stands_only_where_each_file_holds_all_that_came_before() -> None:
    headings = "dispute_id,event_at,event_type"
    with landing() as city:
        city.load("dispute_events_1.csv", headings, ROWS, BY_LINE)
        city.load("dispute_events_2.csv", headings, ["JF3,2025-03-05 10:00,closed", *ROWS], BY_LINE)
        assert city.rows("select dispute_id, event_at::date::text from core_dispute_event where superseded_at is null order by 1") == [
            ("JF1", "2025-02-10"), ("JF2", "2025-02-11"), ("JF3", "2025-03-05"),
        ]  # fmt: skip
        with pytest.raises(RefusedInput, match="by the file's line"):
            city.load("dispute_events_3.csv", headings, ["JF4,2025-03-12 10:00,closed"], BY_LINE)


@pytest.mark.parametrize(
    ("rows", "n"),
    [
        (["E1,JF1,2025-03-05 10:00,mediation", "E1,JF2,2025-03-06 10:00,closed"], 2),
        (["E1,JF1,2025-03-05 10:00,mediation", "E1,JF1,2025-03-06 10:00,closed"], 2),
        (["E1,JF1,2025-03-05 10:00,mediation", "E1,JF1,2025-03-06 10:00,mediation"], 0),
    ],
)
def test_two_steps_under_one_number_are_held(rows: list[str], n: int) -> None:
    with landing() as city:
        assert city.load("dispute_events_1.csv", STEPS, rows).quarantined == n
        assert not n or held_as_two(city.rules())


def test_reports_of_two_places_under_one_number_are_held() -> None:
    rows = [f"W1,2025-03-04 09:00,{TOWN},noise", f"W1,2025-03-08 09:00,{TOWN_2},noise"]
    with landing() as city:
        assert city.load("grid_reports_1.csv", REPORTS, rows).quarantined == 2


LOG_OF_STEPS = {
    "table": "dispute_events",
    "columns": {"dispute_id": "id", "event_at": "at", "event_type": "step"},
    "templates": {"event_id": "{id}-{step}-{at}"},
    "codes": {"event_type": {"收": "accepted", "上门看过": "visit", "Fall erledigt": "closed"}},
}


@pytest.mark.parametrize(
    ("step", "loaded"), [("收", 1), ("上门看过", 1), ("Fall erledigt", 1), ("走访", 1), ("张三", 0)]
)
def test_a_word_of_a_code_list_may_be_part_of_a_number_and_no_other(step: str, loaded: int) -> None:
    with landing() as city:
        report = city.load("steps_1.csv", "id,at,step", [f"C1,2025-03-04 09:00,{step}"], LOG_OF_STEPS)
        assert report.loaded == loaded
