"""Who is at risk on a Monday, by what was known before it."""

from dataclasses import replace
from datetime import date

import duckdb
import pytest

from features.cohort import at_risk
from features.engine.matrix import build_matrix
from pipelines.city.profile import load_profile
from pipelines.city.settings import Outcome
from pipelines.warehouse.warehouse import open_warehouse

QUJING = load_profile("qujing")


def at_risk_on(
    day: date, disputes: list[tuple[str, str]], events: list[tuple[str, str, str]]
) -> list[tuple[str, bool]]:
    """(known_at of the registration) and (event type, happened, known) of one dispute `d` registered on 2025-01-01."""
    with open_warehouse(":memory:") as con:
        for name, known in disputes:
            register(con, name, known)
        for n, (kind, happened, known) in enumerate(events):
            con.execute(
                "insert into core_dispute_event values ($1, 'd', $2, $3, null, null, null, $4, $4, null, 'f')",
                [str(n), happened, kind, known],
            )
        return at_risk(con, QUJING, [day]).select("dispute_id", "is_open").rows()


def register(con: duckdb.DuckDBPyConnection, name: str, known: str) -> None:
    con.execute(
        """insert into core_dispute (dispute_id, registered_at, category, area_code, first_known_at, known_at, file_id)
        values ($1, '2025-01-01', 'D1', '5303', $2, $2, 'f')""",
        [name, known],
    )


CLOSED = ("closed", "2025-01-08 10:00", "2025-01-09 10:00")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2024, 12, 30), []),
        (date(2025, 1, 6), [("d", True)]),
        (date(2025, 1, 13), [("d", False)]),
        (date(2025, 4, 7), [("d", False)]),
        (date(2025, 4, 14), []),
    ],
)
def test_at_risk_while_open_and_ninety_days_after_closing(
    day: date, expected: list[tuple[str, bool]]
) -> None:
    assert at_risk_on(day, [("d", "2025-01-01")], [CLOSED]) == expected


def test_a_closing_known_before_its_registration_still_closes() -> None:
    assert at_risk_on(date(2025, 1, 20), [("d", "2025-01-15")], [CLOSED]) == [("d", False)]


def test_a_closing_entered_late_is_not_known_before() -> None:
    late = ("closed", "2025-01-08 10:00", "2025-01-13 00:00")
    assert at_risk_on(date(2025, 1, 13), [("d", "2025-01-01")], [late]) == [("d", True)]


def test_reopened_is_open_again_and_registered_again_is_not() -> None:
    again = ("reregistered", "2025-01-10", "2025-01-10")
    assert at_risk_on(date(2025, 1, 13), [("d", "2025-01-01")], [CLOSED, again]) == [("d", False)]
    reopened = ("reopened", "2025-01-10", "2025-01-10")
    assert at_risk_on(date(2025, 1, 13), [("d", "2025-01-01")], [CLOSED, reopened]) == [("d", True)]


def test_a_township_whose_disputes_are_all_past_the_deadline_leaves_the_others_as_they_are() -> None:
    overdue = QUJING.settings.model_copy(update={"outcome": Outcome(overdue_days=60), "watch_days": 0})
    with open_warehouse(":memory:") as con:
        con.execute(
            """
            insert into core_area (area_code, tier, population, township_code) values
                ('530302001', 'township', 5000, '530302001'), ('530302002', 'township', 7000, '530302002');
            insert into core_dispute (dispute_id, registered_at, category, area_code, township_code, first_known_at, known_at, file_id)
            values ('new', '2025-05-20', 'D1', '530302001', '530302001', '2025-05-20', '2025-05-20', 'f'),
                ('long overdue', '2025-01-01', 'D1', '530302002', '530302002', '2025-01-01', '2025-01-01', 'f')
            """
        )
        matrix = build_matrix(con, replace(QUJING, settings=overdue), [date(2025, 6, 2)])
    assert matrix.cohort["dispute_id"].to_list() == ["new"]
    assert matrix.values[0, matrix.names.index("township_population")] == 5000
