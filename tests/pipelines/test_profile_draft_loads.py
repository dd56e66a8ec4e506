"""Files of many habits load by the profile that was drafted from them."""

from pathlib import Path

import pytest

from pipelines.city.profile import load_profile
from pipelines.onboarding.dry_run import check_folder
from tests.pipelines.drafted_profiles import BASIC, drafted, drafted_of, register, steps
from tests.worlds.shared_data import needs_shared, shared_data


def loaded(land: Path, city: Path) -> dict[str, tuple[int, int]]:
    """Rows read and loaded by table, by the draft as it stands."""
    reports = check_folder(land, load_profile(str(city))).files
    tables = {report.table for report in reports}
    return {
        t: (sum(r.read for r in reports if r.table == t), sum(r.loaded for r in reports if r.table == t))
        for t in tables
    }


def test_a_log_with_semicolons_and_days_before_months_loads_by_its_draft(tmp_path: Path) -> None:
    text = steps("Case ref", "Step", "When", shown="{:02}/03/2025 09:{:02}").replace(",", ";")
    drafted(tmp_path, {"requests_2025.csv": text})
    rows = len(text.splitlines()) - 1
    assert loaded(tmp_path / "land", tmp_path / "city") == {
        "disputes": (40, 40),
        "dispute_events": (rows, rows),
    }


@pytest.mark.parametrize(
    ("key", "act", "at", "shown"),
    [
        ("request_id", "action", "event_time", "2025-03-{:02}T09:{:02}:00Z"), ("ticket", "status", "changed_on", "{:02}.03.2025"),
        ("案号", "办理环节", "操作时间", "2025-03-{:02} 09:{:02}:00"), ("Permit No.", "Stage", "Date", "03/{:02}/2025 09:{:02} AM"),
        ("受理单号", "流转环节", "处理时间", "2025年3月{}日9时{}分"),
    ],
)  # fmt: skip
def test_logs_of_many_habits_load_by_their_drafts(
    key: str, act: str, at: str, shown: str, tmp_path: Path
) -> None:
    lines = steps(key, act, at, shown).splitlines()
    numbered = [f"id;{lines[0]}", *(f"{n};{line}" for n, line in enumerate(lines[1:], 1))]
    drafted(tmp_path, {"log_2025.csv": "\n".join(numbered).replace(",", ";") + "\n"})
    rows = len(lines) - 1
    assert loaded(tmp_path / "land", tmp_path / "city") == {
        "disputes": (40, 40),
        "dispute_events": (rows, rows),
    }


@pytest.mark.parametrize("key", ["麒调字第{}号", "JF2025{:06}", "（2025）麒调字第{}号", "TR-{:04}"])
@pytest.mark.parametrize(
    "day", ["2025-03-{:02} 09:00", "{:02}/03/2025", "{:02}.03.2025 09:05", "2025年3月{}日"]
)
def test_a_register_with_closings_loads_by_its_draft(key: str, day: str, tmp_path: Path) -> None:
    cells = {
        "案号": lambda n: key.format(n + 100),
        "登记日期": lambda n: day.format(n % 28 + 1),
        "结案日期": lambda n: (
            day.format(n % 28 + 1).replace("2025-03", "2025-04").replace("/03/", "/04/") if n % 3 else ""
        ),
    }
    drafted(tmp_path, {"台账2025.csv": register(*BASIC, "结案日期", **cells)})
    assert loaded(tmp_path / "land", tmp_path / "city") == {"disputes": (40, 40), "dispute_events": (26, 26)}


@needs_shared("file_variations")
@pytest.mark.parametrize(
    "folder",
    ["00_plain", "01_semicolon", "02_tab", "32b_xlsx_two_sheets", "36_xlsx_numid", "54_fullwidth", "61_draft_closing", "62_en_closing", "65_banjie"],
)  # fmt: skip
def test_the_shared_variations_load_by_their_drafts(folder: str, tmp_path: Path) -> None:
    drafted_of(shared_data() / "file_variations" / folder, tmp_path / "city")
    counts = loaded(shared_data() / "file_variations" / folder, tmp_path / "city")
    assert counts["disputes"] == (60, 60)
    read, kept = counts["dispute_events"]
    assert read == kept > 0
