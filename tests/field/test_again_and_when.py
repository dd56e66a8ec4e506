"""The n-th event as an outcome, and the first and last day of the records, which no single slip of the pen moves."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from features.cohort import history_mondays
from features.labels import outcome_moments
from pipelines.city.settings import Outcome
from pipelines.warehouse.as_of import newest_monday
from tests.deep import examples
from tests.field.landing import DISPUTES, NOW, QUJING, STEPS, TOWN, Landing, landing


def again(n: int) -> object:
    """The profile with the n-th reassignment as what is to be prevented."""
    from dataclasses import replace

    outcome = Outcome(event_types=("assigned",), at_least=n)
    return replace(QUJING, settings=QUJING.settings.model_copy(update={"outcome": outcome}))


@settings(deadline=None, max_examples=examples(4))
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 60)), max_size=14), st.integers(1, 4))
def test_the_nth_event_of_a_dispute_and_those_after_it_are_outcomes(steps: list, n: int) -> None:
    first = datetime(2025, 3, 3, 9)
    rows = [
        f"E{at},JF{who},{first + timedelta(days=day, minutes=at)},assigned"
        for at, (who, day) in enumerate(steps)
    ]
    with landing() as city:
        city.load("disputes_1.csv", DISPUTES, [f"JF{who},2025-03-03 08:00,邻里,{TOWN}" for who in (1, 2, 3)])
        city.load("dispute_events_1.csv", STEPS, [*rows, "X,JF1,2025-03-04 10:00,visit"])
        got = outcome_moments(city.con, again(n).settings.outcome)
        expected = []
        for who in (1, 2, 3):
            own = sorted((day, at) for at, (one, day) in enumerate(steps) if one == who)
            expected += [(f"JF{who}", f"E{at}") for _, at in own[n - 1 :]]
        assert sorted(got.select("dispute_id", "record_id").rows()) == sorted(expected)


def test_it_is_known_once_the_events_before_it_are() -> None:
    with landing() as city:
        city.load("disputes_1.csv", DISPUTES, [f"JF1,2025-03-03 08:00,邻里,{TOWN}"])
        rows = [
            "E1,JF1,2025-03-04 10:00,assigned,2025-04-01 10:00",
            "E2,JF1,2025-03-06 10:00,assigned,2025-03-06 10:00",
        ]
        city.load("dispute_events_1.csv", f"{STEPS},recorded_at", rows)
        got = outcome_moments(city.con, again(2).settings.outcome)
        assert got.select("record_id", "happened_at", "known_at").rows() == [
            ("E2", datetime(2025, 3, 6, 10), datetime(2025, 4, 1, 10))
        ]
        assert outcome_moments(city.con, again(2).settings.outcome, date(2025, 3, 17)).is_empty()


def test_only_events_are_counted() -> None:
    with pytest.raises(ValidationError):
        Outcome(overdue_days=60, at_least=2)


def loaded(city: Landing, days: list[date]) -> None:
    city.load(
        "disputes_1.csv",
        DISPUTES,
        [f"JF{at},{day} 09:00,邻里,{TOWN}" for at, day in enumerate(days)],
        {"table": "disputes", "earliest": "1990-01-01", "latest": "2030-01-01"},
    )


@settings(deadline=None, max_examples=examples(4))
@given(st.integers(120, 700), st.integers(120, 240))
def test_one_slip_moves_neither_the_newest_monday_nor_the_start(before: int, after: int) -> None:
    first, last = date(2025, 1, 1), date(2025, 4, 10)
    dense = [first + timedelta(days=d) for d in range((last - first).days + 1)]
    with landing() as city:
        loaded(city, [*dense, first - timedelta(days=before), last + timedelta(days=after)])
        monday = newest_monday(city.con, QUJING, NOW)
        assert monday == date(2025, 4, 14)
        assert history_mondays(city.con, monday)[0] == date(2025, 1, 6)


def test_a_quiet_fortnight_is_no_slip() -> None:
    with landing() as city:
        loaded(city, [date(2025, 1, 1) + timedelta(days=d) for d in range(60)] + [date(2025, 3, 20)])
        assert newest_monday(city.con, QUJING, NOW) == date(2025, 3, 24)
