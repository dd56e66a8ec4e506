"""What was known when: versions, withdrawals, late entries, clock errors, and the question as of a moment."""

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.city.profile import load_profile
from pipelines.home import Home
from pipelines.intake.intake import load_folder
from pipelines.warehouse.as_known import read_as_known
from pipelines.warehouse.warehouse import open_warehouse

QUJING = load_profile("qujing")
TOWN = "530302001"
DISPUTES = "dispute_id,registered_at,category,area_code,recorded_at,withdrawn_at,occurred_on\n"
REPORTS = "report_id,reported_at,area_code,report_type,closed_at,resolved\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "keys" / "pair.key"))
    return Home(tmp_path / "home")


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    folder = tmp_path / "landing"
    folder.mkdir()
    return folder


def known(home: Home, table: str, moment: str, columns: str) -> list[tuple]:
    with open_warehouse(home.warehouse, read_only=True) as con:
        frame = read_as_known(con, table, datetime.fromisoformat(moment))
    return frame.select(columns.split(", ")).rows()


def rules(home: Home) -> list[list[str]]:
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        return [r for (r,) in con.execute("select rules from quarantine order by line").fetchall()]


def test_a_past_moment_is_answered_with_the_version_of_that_day(landing: Path, home: Home) -> None:
    first, second = "2025-03-04 08:00", "2025-03-10 09:00"
    rows = f"A1,{first},D2,{TOWN},{first},,\nA1,{first},D1,{TOWN},{second},,\n"
    (landing / "disputes.csv").write_text(DISPUTES + rows)
    load_folder(landing, QUJING, home)
    records = [
        known(home, "disputes", at, "category")
        for at in ("2025-03-04 08:00", "2025-03-10 09:00", "2025-03-10 09:01")
    ]
    assert records == [[], [("D2",)], [("D1",)]]


def test_a_record_taken_back_without_a_new_time_of_recording_is_known_as_such_from_then(
    landing: Path, home: Home
) -> None:
    (landing / "disputes_1.csv").write_text(DISPUTES + f"A1,2025-03-04 08:00,D2,{TOWN},,,\n")
    load_folder(landing, QUJING, home)
    (landing / "disputes_2.csv").write_text(DISPUTES + f"A1,2025-03-04 08:00,D2,{TOWN},,2025-03-20 10:00,\n")
    report = load_folder(landing, QUJING, home)[1]
    assert (report.loaded, report.quarantined) == (1, 0)
    assert known(home, "disputes", "2025-03-20 10:00", "withdrawn_at") == [(None,)]
    assert known(home, "disputes", "2025-03-21 00:00", "withdrawn_at") == [(datetime(2025, 3, 20, 10),)]
    (landing / "disputes_3.csv").write_text(
        DISPUTES + f"A1,2025-03-04 08:00,D2,{TOWN},,2025-03-20 10:00,\nA2,2025-03-05,D2,{TOWN},,,\n"
    )
    assert [r.unchanged for r in load_folder(landing, QUJING, home)][2] == 1


OPEN, CLOSED = (
    f"W1,2025-03-04 08:00,{TOWN},noise,,\n",
    f"W1,2025-03-04 08:00,{TOWN},noise,2025-03-06 09:00,是\n",
)


@pytest.mark.parametrize("exports", [(OPEN, CLOSED), (CLOSED, OPEN)], ids=["in order", "the older one late"])
def test_a_report_closed_in_next_weeks_export_is_a_later_version_not_a_conflict(
    exports: tuple[str, str], landing: Path, home: Home
) -> None:
    for at, rows in enumerate(exports):
        (landing / f"grid_reports_{at}.csv").write_text(REPORTS + rows)
    reports = load_folder(landing, QUJING, home)
    assert [(r.loaded, r.quarantined) for r in reports] == [(1, 0), (1, 0)]
    assert known(home, "grid_reports", "2025-03-05 00:00", "resolved") == [(None,)]
    assert known(home, "grid_reports", "2025-03-07 00:00", "resolved") == [(True,)]


def test_a_report_that_came_closed_tells_nothing_of_it_before(landing: Path, home: Home) -> None:
    (landing / "grid_reports_1.csv").write_text(
        REPORTS + f"W1,2025-03-04 08:00,{TOWN},noise,2025-03-06 09:00,是\n"
    )
    load_folder(landing, QUJING, home)
    assert known(home, "grid_reports", "2025-03-05 00:00", "closed_at, resolved") == [(None, None)]


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (f"A1,2025-03-04 08:00,D2,{TOWN},2025-03-03 08:00,,", "recorded not before registered"),
        (f"A1,2025-03-04 08:00,D2,{TOWN},,2025-03-03 08:00,", "withdrawn not before registered"),
        (f"A1,2025-03-04 08:00,D2,{TOWN},,,2025-03-05", "occurred not after registered"),
        (f"A1,1900-01-01 00:00,D2,{TOWN},,,", "registered_at: below what it can be"),
        (f"A1,2205-03-04 00:00,D2,{TOWN},,,", "known at: lies in the future"),
    ],
)
def test_a_clock_error_is_held_under_the_name_of_its_rule(
    row: str, rule: str, landing: Path, home: Home
) -> None:
    (landing / "disputes.csv").write_text(DISPUTES + row + "\n")
    load_folder(landing, QUJING, home)
    assert rules(home) == [[rule]]


VISITS = "area_code,service,visit_due_on,visited_on,recorded_at\n"


def visits(n: int, visited: int, week: str = "2025-03-03") -> str:
    return (
        "".join(f"{TOWN},S1,{week},{week if at < visited else ''},\n" for at in range(n))
        + f"{TOWN},S1,2025-03-17,2025-03-17,\n"
    )


def coverage(home: Home) -> list[tuple]:
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        return con.execute(
            "select week::text, due, done, caseload from core_service_coverage order by 1"
        ).fetchall()


def test_ledgers_that_follow_one_another_add_up_and_the_caseload_spans_them(
    landing: Path, home: Home
) -> None:
    (landing / "service_visits_1.csv").write_text(VISITS + visits(30, 25))
    load_folder(landing, QUJING, home)
    assert coverage(home) == [("2025-03-03", 30, 25, 30)]
    more = f"{TOWN},S1,2025-03-04,,\n" * 3 + f"{TOWN},S1,2025-03-18,2025-03-24,\n" * 2
    (landing / "service_visits_2.csv").write_text(VISITS + more)
    load_folder(landing, QUJING, home)
    assert coverage(home) == [("2025-03-03", 33, 25, 33), ("2025-03-17", 3, 1, 36)]


def test_a_ledger_sent_anew_takes_the_place_of_the_earlier_one(landing: Path, home: Home) -> None:
    (landing / "service_visits_1.csv").write_text(VISITS + visits(30, 25))
    load_folder(landing, QUJING, home)
    (landing / "service_visits_2.csv").write_text(VISITS + visits(31, 26))
    load_folder(landing, QUJING, home)
    assert coverage(home) == [("2025-03-03", 31, 26, 31)]


def test_a_ledger_corrected_under_its_own_name_releases_what_was_held_of_it(
    landing: Path, home: Home
) -> None:
    (landing / "service_visits.csv").write_text(VISITS + visits(30, 25) + f"{TOWN},S1,2025-02-31,,\n")
    (report,) = load_folder(landing, QUJING, home)
    assert (report.quarantined, rules(home)) == (1, [["visit_due_on: not a date"]])
    (landing / "service_visits.csv").write_text(VISITS + visits(30, 25) + f"{TOWN},S1,2025-02-28,,\n")
    (report,) = load_folder(landing, QUJING, home)
    assert (report.quarantined, report.released, rules(home)) == (0, 1, [])


def test_a_visit_above_township_is_held_not_lost(landing: Path, home: Home) -> None:
    (landing / "service_visits_1.csv").write_text(VISITS + "530302,S1,2025-03-03,2025-03-03,\n")
    (report,) = load_folder(landing, QUJING, home)
    assert (report.loaded, report.quarantined) == (0, 1)
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        assert con.execute("select rules, row_json from quarantine").fetchall() == [
            (["area_code: above township"], "{}")
        ]
