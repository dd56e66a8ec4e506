"""A harm counts as it was told on the day that looks back at it; what was corrected later changes no earlier view."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features.labels import known_by, label_cohort
from pipelines.city.profile import Profile, load_profile
from pipelines.city.settings import Outcome
from pipelines.warehouse.warehouse import open_warehouse

MONDAY = date(2025, 3, 3)
OUTCOMES = """
outcome_id dispute  happened   severity known      superseded
moved_out  left     2025-03-10 1        2025-03-12 2025-05-01
moved_out  left     2024-11-10 1        2025-05-01 -
moved_in   entered  2024-11-10 1        2025-03-12 2025-05-01
moved_in   entered  2025-03-10 1        2025-05-01 -
graver     graver   2025-03-10 1        2025-03-12 2025-05-01
graver     graver   2025-03-10 2        2025-05-01 -
"""
"""A date found wrong moves a harm out of the four weeks after the Monday, or into them; a wound turns out worse."""


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    header, *lines = [line.split() for line in OUTCOMES.strip().splitlines()]
    rows = pl.DataFrame(lines, schema=header, orient="row")
    with open_warehouse(tmp_path / "w.duckdb") as con:
        con.register("rows", rows)
        con.execute(
            """
            insert into core_outcome by name
            select outcome_id, dispute as dispute_id, happened::timestamp as occurred_at, severity::int as severity,
                min(known::timestamp) over (partition by outcome_id) as first_known_at, known::timestamp as known_at,
                nullif(superseded, '-')::timestamp as superseded_at, 'f' as file_id from rows
            """
        )
    return tmp_path / "w.duckdb"


def severe(profile: Profile, at_least: int) -> Profile:
    outcome = Outcome(table="outcomes", min_severity=at_least)
    return replace(profile, settings=profile.settings.model_copy(update={"outcome": outcome}))


def labelled(warehouse: Path, profile: Profile, as_of: date) -> pl.DataFrame:
    names = ["left", "entered", "graver"]
    cohort = pl.DataFrame({"as_of": [MONDAY] * 3, "dispute_id": names})
    with open_warehouse(warehouse, read_only=True) as con:
        return label_cohort(con, profile, cohort, as_of)


@pytest.mark.parametrize(
    ("as_of", "least", "expected"),
    [
        (date(2025, 3, 12), 1, [False, False, False]),
        (date(2025, 3, 17), 1, [True, False, True]),
        (date(2025, 5, 1), 1, [True, False, True]),
        (date(2025, 5, 5), 1, [False, True, True]),
        (date(2025, 3, 17), 2, [False, False, False]),
        (date(2025, 5, 5), 2, [False, False, True]),
    ],
)
def test_each_day_sees_the_harms_as_they_were_told_before_it(
    warehouse: Path, as_of: date, least: int, expected: list[bool]
) -> None:
    profile = severe(load_profile("qujing"), least)
    assert labelled(warehouse, profile, as_of)["label"].to_list() == expected
    today = labelled(warehouse, profile, date(2025, 12, 1))
    assert known_by(today, as_of).to_list() == expected


def test_the_severity_is_the_one_told_by_then(warehouse: Path) -> None:
    profile = load_profile("qujing")
    assert labelled(warehouse, profile, date(2025, 3, 17))["severity"].to_list() == [1, None, 1]
    assert labelled(warehouse, profile, date(2025, 5, 5))["severity"].to_list() == [None, 1, 2]


def test_a_closing_entered_later_makes_a_missed_deadline_good_from_then_on(tmp_path: Path) -> None:
    qujing = load_profile("qujing")
    profile = replace(
        qujing, settings=qujing.settings.model_copy(update={"outcome": Outcome(overdue="due_at")})
    )
    with open_warehouse(tmp_path / "w.duckdb") as con:
        con.execute(
            """
            insert into core_dispute (dispute_id, registered_at, category, area_code, due_at, first_known_at, known_at, file_id)
            values ('d', '2025-02-10', 'D1', 'a', '2025-03-10', '2025-02-10', '2025-02-10', 'f');
            insert into core_dispute_event (event_id, dispute_id, event_at, event_type, first_known_at, known_at, file_id)
            values ('e', 'd', '2025-03-09', 'closed', '2025-03-20', '2025-03-20', 'f')
            """
        )
        cohort = pl.DataFrame({"as_of": [MONDAY], "dispute_id": ["d"]})
        before, after = (
            label_cohort(con, profile, cohort, day)["label"].item()
            for day in (date(2025, 3, 17), date(2025, 3, 24))
        )
    assert (before, after) == (True, False)
