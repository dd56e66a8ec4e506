"""Exports that hold everything each time: what no longer comes is withdrawn, what is open again is open."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import RefusedInput
from tests.deep import examples
from tests.field.landing import DISPUTES, REPORTS, STEPS, TOWN, landing

WHOLE = {"table": "disputes", "whole": True}


def dispute(at: int, town: str = TOWN) -> str:
    return f"JF{at},2025-11-{at % 20 + 1:02d} 09:00,邻里,{town}"


@settings(deadline=None, max_examples=examples(8))
@given(
    st.lists(
        st.sets(st.integers(0, 9), max_size=4).map(lambda gone: sorted({*range(10)} - gone)),
        min_size=1,
        max_size=4,
    )
)
def test_at_risk_is_what_the_last_whole_export_holds(exports: list[list[int]]) -> None:
    newest = [f"N{nth},2025-11-{20 + nth} 09:00,邻里,{TOWN}" for nth in range(4)]
    with landing() as city:
        for nth, export in enumerate(exports):
            city.load(
                f"disputes_{nth}.csv", DISPUTES, [dispute(at) for at in export] + newest[: nth + 1], WHOLE
            )
        assert city.at_risk(date(2025, 12, 1)) == sorted(
            [f"JF{at}" for at in exports[-1]] + [row[:2] for row in newest[: len(exports)]]
        )
        twice = "select count(*) from (select 1 from core_dispute where superseded_at is null group by dispute_id having count(*) > 1)"
        assert city.rows(twice) == [(0,)]


def test_a_record_that_a_nearly_whole_file_lacks_is_told() -> None:
    rows = [dispute(at) for at in range(12)]
    with landing() as city:
        assert city.load("disputes_1.csv", DISPUTES, rows).notices == ()
        assert (
            "1 of 12 records of earlier files are not in this one"
            in city.load("disputes_2.csv", DISPUTES, rows[1:]).notices[0]
        )
        assert city.load("disputes_3.csv", DISPUTES, [dispute(15)]).notices == ()
        assert "no row below" in city.load("disputes_4.csv", DISPUTES, []).notices[0]


def test_a_held_row_still_comes() -> None:
    with landing() as city:
        city.load("disputes_1.csv", DISPUTES, [dispute(1), dispute(2)], WHOLE)
        city.load("disputes_2.csv", DISPUTES, [dispute(1), dispute(2, "999")], WHOLE)
        assert city.at_risk(date(2025, 12, 1)) == ["JF1", "JF2"]


def test_an_older_whole_export_that_comes_late_withdraws_nothing_and_brings_back_nothing() -> None:
    with landing() as city:
        city.load("disputes_2.csv", DISPUTES, [dispute(1), dispute(9)], WHOLE)
        city.load("disputes_1.csv", DISPUTES, [dispute(1), dispute(2)], WHOLE)
        assert city.at_risk(date(2025, 12, 1)) == ["JF1", "JF9"]


@pytest.mark.parametrize("again", [["", ""], ["", "2025-03-09 10:00"], ["", "2025-03-05 10:00"]])
def test_a_report_whose_closing_is_emptied_is_open_again(again: list[str]) -> None:
    with landing() as city:
        for nth, closed in enumerate(["2025-03-05 10:00", *again]):
            rows = [
                f"W1,2025-03-04 09:00,{TOWN},noise,{closed}",
                f"W{nth + 2},2025-03-04 10:00,{TOWN},noise,",
            ]
            city.load(
                f"grid_reports_{nth}.csv",
                f"{REPORTS},closed_at",
                rows,
                {"table": "grid_reports", "whole": True},
            )
            ((now,),) = city.rows(
                "select coalesce(strftime(closed_at, '%Y-%m-%d %H:%M'), '') from core_grid_report where superseded_at is null and report_id = 'W1'"
            )
            assert now == closed


def test_a_step_that_no_longer_comes_is_taken_back_and_may_come_again() -> None:
    steps = {"table": "dispute_events", "whole": True}
    first, closing = "E1,JF1,2025-11-05 10:00,mediation", "E2,JF1,2025-11-06 10:00,closed"
    with landing() as city:
        city.load("disputes_1.csv", DISPUTES, [dispute(1)])
        for nth, rows in enumerate([[first, closing], [first], [first, closing]]):
            rows.append(f"E{nth + 3},JF1,2025-11-{nth + 9} 10:00,visit")
            city.load(f"dispute_events_{nth}.csv", STEPS, rows, steps)
            standing = city.rows(
                "select event_id from core_dispute_event where superseded_at is null order by 1"
            )
            assert [one for (one,) in standing] == [row[:2] for row in rows]


def test_a_whole_export_that_lacks_most_looks_cut_off() -> None:
    rows = [dispute(at) for at in range(15)]
    with landing() as city:
        city.load("disputes_1.csv", DISPUTES, rows, WHOLE)
        with pytest.raises(RefusedInput, match="looks cut off"):
            city.load("disputes_2.csv", DISPUTES, rows[-2:], WHOLE)
