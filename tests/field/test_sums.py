"""Care ledgers and coverage: no visit twice however files overlap, villages add up, nothing above a township, weeks from Monday."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.deep import examples
from tests.field.landing import COUNTY, TOWN, TOWN_2, TOWN_3, Landing, landing

VISITS = "area_code,service,visit_due_on,visited_on,recorded_at"
COVERAGE = "area_code,service,week,due,done,overdue"
MONDAY = date(2025, 3, 3)
CLOSED = [f"{TOWN_3},S2,2025-06-02,2025-06-02,"]
"""A visit long after all others, so that their weeks are complete."""


def visit(town: str, day: int, *, is_visited: bool = True) -> str:
    due = MONDAY + timedelta(days=day)
    return f"{town},S1,{due},{due if is_visited else ''},"


def due(city: Landing) -> dict[date, tuple[int, int]]:
    rows = city.rows(
        "select week, sum(due)::int, sum(done)::int from core_service_coverage where service = 'S1' group by all"
    )
    return {week: (n, done) for week, n, done in rows}


a_visit = st.tuples(st.sampled_from((TOWN, TOWN_2)), st.integers(0, 20))


@settings(deadline=None, max_examples=examples(8))
@given(st.lists(a_visit, min_size=1, max_size=30), st.lists(st.integers(0, 30), max_size=3))
def test_exports_that_grow_from_week_to_week_count_each_visit_once(visits: list, cuts: list) -> None:
    with landing() as city:
        for nth, cut in enumerate([*sorted(cuts), len(visits)]):
            rows = [visit(*one) for one in visits[:cut]]
            city.load(f"service_visits_{nth}.csv", VISITS, rows + CLOSED)
        weeks = Counter(MONDAY + timedelta(weeks=day // 7) for _, day in visits)
        assert due(city) == {week: (n, n) for week, n in weeks.items()}


@settings(deadline=None, max_examples=examples(8))
@given(st.lists(a_visit, min_size=1, max_size=30, unique=True), st.data())
def test_windows_that_overlap_by_any_days_count_each_visit_once(visits: list, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, 20))
    end = data.draw(st.integers(begin, 21))
    with landing() as city:
        city.load("service_visits_1.csv", VISITS, [visit(*v) for v in visits if v[1] < end] + CLOSED)
        report = city.load(
            "service_visits_2.csv", VISITS, [visit(*v) for v in visits if v[1] >= begin] + CLOSED
        )
        weeks = Counter(MONDAY + timedelta(weeks=day // 7) for _, day in visits)
        assert due(city) == {week: (n, n) for week, n in weeks.items()}
        assert report.unchanged == 1 + sum(begin <= day < end for _, day in visits)


def test_a_visit_made_since_counts_as_made_and_not_again() -> None:
    with landing() as city:
        city.load(
            "service_visits_1.csv", VISITS, [visit(TOWN, d, is_visited=False) for d in range(5)] + CLOSED
        )
        city.load("service_visits_2.csv", VISITS, [visit(TOWN, d) for d in range(5)])
        assert due(city) == {MONDAY: (5, 5)}


def test_a_visit_moved_to_another_township_or_struck_out_is_gone_where_the_week_came_anew() -> None:
    with landing() as city:
        first = [visit(TOWN, d) for d in range(5)] + [visit(TOWN_2, d) for d in range(5)]
        city.load("service_visits_1.csv", VISITS, first + CLOSED)
        city.load("service_visits_2.csv", VISITS, [visit(TOWN_2, 0), *first[2:], *CLOSED])
        assert due(city) == {MONDAY: (9, 9)}


def test_ledgers_of_two_townships_add_up() -> None:
    with landing() as city:
        city.load("service_visits_1.csv", VISITS, [visit(TOWN, 0)] * 3 + CLOSED)
        city.load("service_visits_2.csv", VISITS, [visit(TOWN_2, 0)] * 4)
        assert due(city) == {MONDAY: (7, 7)}


@settings(deadline=None, max_examples=examples(8))
@given(
    st.lists(
        st.tuples(st.integers(1, 9), st.integers(0, 50), st.integers(0, 50)),
        min_size=1,
        max_size=6,
        unique_by=lambda v: v[0],
    )
)
def test_villages_add_up_to_their_township(villages: list) -> None:
    with landing() as city:
        rows = [
            f"{TOWN}{village:03d},S1,{MONDAY},{more + done},{done},{more}" for village, done, more in villages
        ]
        report = city.load("service_coverage_1.csv", COVERAGE, rows)
        assert (report.loaded, report.quarantined) == (len(rows), 0)
        ((n, done, late),) = city.rows("select due, done, overdue from core_service_coverage")
        assert (n, done, late) == tuple(
            sum(c) for c in zip(*[(d + m, d, m) for _, d, m in villages], strict=True)
        )
        assert city.load(
            "service_coverage_2.csv", COVERAGE, [*rows, f"{TOWN_2},S1,{MONDAY},1,1,0"]
        ).unchanged == len(rows)


def test_villages_with_the_same_numbers_are_two_villages() -> None:
    with landing() as city:
        city.load("service_coverage_1.csv", COVERAGE, [f"{TOWN}{v:03d},S1,{MONDAY},5,4,1" for v in (1, 2, 2)])
        assert city.rows("select due, done, overdue from core_service_coverage") == [(10, 8, 2)]


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (f"{COUNTY},S1,{MONDAY},30,28,2", "area_code: above township"),
        (f"5303,S1,{MONDAY},30,28,2", "area_code: above township"),
        *((f"{TOWN},S1,{MONDAY + timedelta(days=d)},30,28,2", "week: is no Monday") for d in range(1, 7)),
        (f"{TOWN_2}001,S1,{MONDAY},3,2,1", "area_code: a village's sum beside its township's own"),
    ],
)
def test_a_row_that_is_no_sum_of_a_township_and_week_is_held(row: str, rule: str) -> None:
    with landing() as city:
        report = city.load("service_coverage_1.csv", COVERAGE, [row, f"{TOWN_2},S1,{MONDAY},10,9,1"])
        assert (report.loaded, report.quarantined, city.rules()) == (1, 1, [rule])


def worked(worker: str, day: int, *, number: int | None = None) -> str:
    due = MONDAY + timedelta(days=day)
    return f"{TOWN},S1,{due},{due},,{worker},{number if number is not None else f'{worker}{day}'}"


BY_WORKER = f"{VISITS},worker,visit_no"


@settings(deadline=None, max_examples=12)
@given(
    st.lists(st.integers(0, 13), min_size=1, max_size=12),
    st.lists(st.integers(0, 13), min_size=1, max_size=12),
    st.integers(0, 14),
    st.integers(0, 14),
)
def test_visits_that_coincide_are_visits_and_an_export_that_comes_again_is_not(
    first: list[int], second: list[int], begin: int, end: int
) -> None:
    """Two workers' ledgers of the same places and days add up, also when a window of one of them is sent again."""
    with landing() as city:
        rows = {"w": [worked("w", d, number=n) for n, d in enumerate(first)],
                "v": [worked("v", d, number=n) for n, d in enumerate(second)]}  # fmt: skip
        city.load("service_visits_1.csv", BY_WORKER, [*rows["w"], f"{CLOSED[0]},w,c"])
        city.load("service_visits_2.csv", BY_WORKER, [*rows["v"], f"{CLOSED[0]},v,c"])
        window = [
            row for row, day in zip(rows["w"], first, strict=True) if min(begin, end) <= day < max(begin, end)
        ]
        if window:
            city.load("service_visits_3.csv", BY_WORKER, window)
        weeks = Counter(MONDAY + timedelta(weeks=day // 7) for day in [*first, *second])
        assert due(city) == {week: (n, n) for week, n in weeks.items()}


@pytest.mark.parametrize(
    ("name", "headings", "first", "second", "expected", "said"),
    [
        ("two workers on the same days", f"{VISITS},worker", "w", "v", 6, False),
        ("entered at other hours", VISITS, "2025-03-09 08:00", "2025-03-09 17:30", 6, False),
        ("a running number that moves", f"{VISITS},序号", "1", "4", 3, False),
        ("a day of export", f"{VISITS},导出日期", "2025-04-01", "2025-04-08", 3, False),
    ],
)
def test_what_tells_a_visit_from_another(
    name: str, headings: str, first: str, second: str, expected: int, said: bool
) -> None:
    def rows(word: str) -> list[str]:
        own = [str(int(word) + d) for d in range(3)] if word.isdigit() else [word] * 3
        days = [MONDAY + timedelta(days=d) for d in range(3)]
        if headings == VISITS:
            return [f"{TOWN},S1,{day},{day},{word}" for day in days]
        return [f"{TOWN},S1,{day},{day},,{one}" for day, one in zip(days, own, strict=True)]

    with landing() as city:
        city.load("service_visits_0.csv", VISITS, CLOSED)
        city.load("service_visits_1.csv", headings, rows(first))
        report = city.load("service_visits_2.csv", headings, rows(second))
        assert due(city)[MONDAY][0] == expected
        assert bool(report.notices) is said


def test_a_visit_alike_in_all_that_is_seen_counts_once_and_is_said() -> None:
    with landing() as city:
        city.load("service_visits_1.csv", VISITS, [visit(TOWN, d) for d in (0, 0, 0, 1, 1, 1)] + CLOSED)
        report = city.load("service_visits_2.csv", VISITS, [visit(TOWN, 0), visit(TOWN, 1)])
        assert due(city) == {MONDAY: (6, 6)}
        assert "count once" in report.notices[0]
