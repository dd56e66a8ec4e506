"""Decisions come back next week as a source like any other, on both clocks, and never teach the model."""

import re
import shutil
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from dashboards.decisions.decision import Decision
from dashboards.decisions.export import FILE, decision_rows, exported_decisions
from dashboards.decisions.store import DecisionStore
from dashboards.published.last_week_queries import last_week
from dashboards.published.publication import current
from dashboards.published.role_list import role_list
from features import labels
from features.engine.sources import SQL
from features.found_after_warning import with_found_after_warning
from pipelines.city.profile import load_profile
from pipelines.home import Home
from pipelines.intake.intake import load_folder
from pipelines.tables.contracts import TABLES
from pipelines.warehouse.warehouse import open_warehouse
from tests.worlds.small_city import SmallCity

MONDAY, AT = date(2025, 3, 10), datetime(2025, 3, 10, 9)
QUJING = load_profile("qujing")
ACCEPT = Decision(
    dispute_id="A1",
    action="accept",
    office="duty desk",
    as_of=MONDAY,
    publication="f" * 12,
    unit_id="U5303-P",
    due_on=date(2025, 3, 14),
    note="went by the mill",
)
VISIT = replace(
    ACCEPT,
    action="visit",
    unit_id=None,
    due_on=None,
    reason="worse",
    visited_on=date(2025, 3, 11),
    found_after_warning=True,
    note="",
)
UNDO = replace(ACCEPT, action="undo", unit_id=None, due_on=None, undoes=1, note="")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "key"))
    landing = tmp_path / "landing"
    landing.mkdir()
    (landing / "disputes.csv").write_text(
        "dispute_id,registered_at,category,area_code,threat\nA1,2025-03-04,D2,530302001,\nB2,2025-03-04,D2,530302001,\n"
    )
    return Home(tmp_path / "home")


def taken_in(home: Home) -> list[tuple]:
    """Take in landing folder and decisions; core_decision as number, action, known, superseded, undone."""
    with exported_decisions(home) as decisions:
        load_folder(home.root.parent / "landing", QUJING, home, also=decisions)
    with open_warehouse(home.warehouse, read_only=True) as con:
        return con.execute(
            "select decision_id, action, known_at, superseded_at, undone from core_decision order by known_at, 1"
        ).fetchall()


def test_they_are_taken_in_once_with_the_moment_each_was_known(home: Home) -> None:
    home.root.mkdir()
    store = DecisionStore.of(home)
    store.record([ACCEPT], AT)
    store.record([VISIT], AT + timedelta(days=1))
    wanted = [("1", "accept", AT, None, False), ("2", "visit", AT + timedelta(days=1), None, False)]
    assert taken_in(home) == wanted
    assert taken_in(home) == wanted
    assert not (home.root / FILE).exists()
    assert b"mill" not in home.warehouse.read_bytes()


def test_an_undoing_is_a_version_so_what_stood_on_a_day_can_be_asked(home: Home) -> None:
    home.root.mkdir()
    store = DecisionStore.of(home)
    store.record([ACCEPT], AT)
    taken_in(home)
    store.record([UNDO], AT)
    second = AT + timedelta(seconds=1)
    assert taken_in(home) == [("1", "accept", AT, second, False), ("1", "accept", second, None, True)]


def test_a_home_without_decisions_hands_nothing_over(home: Home) -> None:
    assert taken_in(home) == []


def test_what_is_handed_over_has_the_contracts_columns_and_neither_note_nor_office() -> None:
    rows = decision_rows([])
    assert set(rows.columns) == set(TABLES["decisions"].columns())
    assert not {"note", "office"} & set(rows.columns)


def test_a_harm_found_on_a_visit_marks_all_weeks_of_that_dispute_once_it_is_known(home: Home) -> None:
    home.root.mkdir()
    DecisionStore.of(home).record([VISIT], AT)
    taken_in(home)
    cohort = pl.DataFrame({"dispute_id": ["A1", "A1", "B2"], "found_after_warning": [False, False, True]})
    with open_warehouse(home.warehouse, read_only=True) as con:
        before = with_found_after_warning(con, cohort, MONDAY)
        after = with_found_after_warning(con, cohort, MONDAY + timedelta(days=7))
    assert before["found_after_warning"].to_list() == [False, False, True]
    assert after["found_after_warning"].to_list() == [True, True, True]


def test_no_feature_and_no_label_reads_decisions() -> None:
    reads = " ".join([*SQL.values(), Path(labels.__file__).read_text(encoding="utf-8")])
    assert not re.search("core_decision", reads)


def test_next_weeks_publication_tells_what_became_of_this_weeks_list(
    monkeypatch: pytest.MonkeyPatch, small_city: SmallCity, tmp_path: Path
) -> None:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(small_city.key))
    home = Home(tmp_path / "home")
    shutil.copytree(small_city.home, home.root, symlinks=True)
    published = current(home)
    assert published is not None
    assert last_week(published, "analyst") is None
    listed = published.warnings.filter("listed")
    first, second, third = listed.filter(~pl.col("is_domestic"))["dispute_id"].to_list()[:3]
    common = {"as_of": published.as_of, "publication": published.digest}
    at = datetime.combine(published.as_of, datetime.min.time()) + timedelta(hours=10)
    DecisionStore.of(home).record(
        [
            replace(ACCEPT, dispute_id=first, **common),
            replace(VISIT, dispute_id=first, found_after_warning=False, **common),
            replace(ACCEPT, dispute_id=second, **common),
            replace(UNDO, dispute_id=second, undoes=3, **common),
        ],
        at,
    )
    monday = published.as_of + timedelta(weeks=1)
    output = small_city.command(
        *("run", "--data", small_city.data, "--profile", small_city.profile, "--home", home.root),
        *("--as-of", monday.isoformat()),
    )
    assert output.returncode == 0, output.stderr
    assert "decisions: read 4 = loaded 4" in output.stdout
    next_week = current(home)
    assert next_week is not None
    last = last_week(next_week, "protection")
    assert last is not None
    assert (last.listed_on, last.hidden) == (published.as_of, 0)
    assert last.rows["dispute_id"].to_list() == listed.sort("rank")["dispute_id"].to_list()
    assert last.decided == {"accept": 1, "decline": 0, "correct": 0, "open": len(listed) - 1}
    row = last.rows.filter(pl.col("dispute_id") == first).row(0, named=True)
    assert (row["action"], row["visit_result"]) == ("accept", "worse")
    assert last.rows.filter(pl.col("dispute_id").is_in([second, third]))["decision"].to_list() == ["open"] * 2
    seen = last_week(next_week, "analyst")
    assert seen is not None
    assert seen.hidden == int(listed["is_domestic"].sum())
    assert seen.rows["dispute_id"].to_list() == role_list(published, "analyst")["dispute_id"].to_list()
