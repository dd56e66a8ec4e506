"""Drafting a profile: what is taken for a key, a moment, a closing, a log; what is never taken for anything."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.city.profile import load_profile
from tests.pipelines.drafted_profiles import BASIC, drafted, drafted_of, register, steps
from tests.worlds.shared_data import needs_shared, shared_data

CLOSING = {
    "table": "dispute_events", "present": "结案日期", "columns": {"dispute_id": "案号", "event_at": "结案日期"},
    "templates": {"event_id": "{案号}-closed"}, "constants": {"event_type": "closed"},
}  # fmt: skip


def test_a_closing_becomes_a_closing_step(tmp_path: Path) -> None:
    tables, _ = drafted(tmp_path, {"台账.csv": register(*BASIC, "结案日期")})
    assert tables[0]["columns"] == {"dispute_id": "案号", "registered_at": "登记日期", "category": "纠纷类型", "area_code": "乡镇"}  # fmt: skip
    assert tables[1:] == [CLOSING]


@needs_shared("file_variations")
@pytest.mark.parametrize(
    ("folder", "heading"),
    [("61_draft_closing", "结案日期"), ("62_en_closing", "closed_date"), ("65_banjie", "办结时间")],
)
def test_closings_of_the_shared_variations(folder: str, heading: str, tmp_path: Path) -> None:
    tables, _ = drafted_of(shared_data() / "file_variations" / folder, tmp_path / "city")
    assert [t["table"] for t in tables] == ["disputes", "dispute_events"]
    assert tables[1]["columns"]["event_at"] == heading
    assert "recorded_at" not in tables[0]["columns"]


@needs_shared("field_cases")
def test_running_numbers_of_the_shared_cases(tmp_path: Path) -> None:
    case = shared_data() / "field_cases" / "06_draft_takes_running_number_for_key"
    tables, _ = drafted_of(case / "land", tmp_path / "one")
    assert tables[0]["columns"]["dispute_id"] == "案号"
    tables, notes = drafted_of(case / "land_b", tmp_path / "two")
    assert "dispute_id" not in tables[0]["columns"]
    assert any("counts the rows of one file" in note for note in notes)


@needs_shared("field_cases")
def test_a_last_change_of_the_shared_cases(tmp_path: Path) -> None:
    tables, _ = drafted_of(
        shared_data() / "field_cases" / "46_last_change_taken_for_time_of_entry" / "land", tmp_path / "city"
    )
    assert all("更新时间" not in table["columns"].values() for table in tables)


@needs_shared("field_cases")
def test_one_row_for_each_party_is_said(tmp_path: Path) -> None:
    _, notes = drafted_of(shared_data() / "field_cases" / "51_one_row_per_party" / "land", tmp_path / "city")
    assert any("33% of the rows repeat a number" in note for note in notes)


@pytest.mark.parametrize("heading", ["序号", "行号", "No.", "row", "编号"])
def test_the_number_whose_values_are_unique_is_taken_over_one_that_counts_rows(
    heading: str, tmp_path: Path
) -> None:
    text = register(heading, *BASIC, **{heading: lambda n: n + 1})
    tables, _ = drafted(tmp_path, {"台账.csv": text})
    assert tables[0]["columns"]["dispute_id"] == "案号"


def test_a_number_that_repeats_gives_way_to_one_that_does_not(tmp_path: Path) -> None:
    text = register("编号", "案号", "登记日期", "纠纷类型", "乡镇", **{"编号": lambda n: f"B{n % 7}"})
    tables, _ = drafted(tmp_path, {"台账.csv": text})
    assert tables[0]["columns"]["dispute_id"] == "案号"


@pytest.mark.parametrize(
    "heading",
    ["更新时间", "最后修改时间", "last_updated", "Modified", "结案时间", "closed_at", "end date", "完结日期"],
)
def test_no_time_of_entry_out_of_a_closing_or_a_last_change(heading: str, tmp_path: Path) -> None:
    text = register(*BASIC, heading, **{heading: lambda n: f"2025-06-{n % 28 + 1:02} 10:00"})
    tables, _ = drafted(tmp_path, {"台账.csv": text})
    assert set(tables[0]["columns"]) == {"dispute_id", "registered_at", "category", "area_code"}


def test_a_time_of_entry_that_follows_the_closing_is_none(tmp_path: Path) -> None:
    text = register(
        *BASIC, "录入时间", "结案日期", **{"录入时间": lambda n: f"2025-05-{n % 28 + 1:02} 17:00"}
    )
    tables, notes = drafted(tmp_path, {"台账.csv": text})
    assert "recorded_at" not in tables[0]["columns"]
    assert any("mostly not before 结案日期" in note for note in notes)


def test_a_time_of_entry_stays_one(tmp_path: Path) -> None:
    text = register(
        *BASIC, "录入时间", "结案日期", **{"录入时间": lambda n: f"2025-03-{n % 28 + 1:02} 17:00"}
    )
    tables, _ = drafted(tmp_path, {"台账.csv": text})
    assert tables[0]["columns"]["recorded_at"] == "录入时间"


NAMES = [f"{a}{b}" for a in "王李张刘陈杨赵" for b in ("伟", "芳", "秀英", "某某", "*")]


@pytest.mark.parametrize(
    "heading", ["经办", "受理人", "处理", "责任", "handler", "来源", "所属区域", "类别", "unit", "联系方式"]
)
def test_a_persons_column_becomes_nothing_by_its_words_or_its_values(heading: str, tmp_path: Path) -> None:
    text = register(*BASIC, heading, **{heading: lambda n: NAMES[n % len(NAMES)]})
    tables, _ = drafted(tmp_path, {"台账.csv": text})
    assert all(heading not in table["columns"].values() for table in tables)
    written = "".join(p.read_text(encoding="utf-8") for p in (tmp_path / "city").rglob("*") if p.is_file())
    assert not [name for name in NAMES if name in written]


@pytest.mark.parametrize(
    ("cell", "formats"),
    [
        (lambda n: f"{n % 28 + 1:02}/03/2025", ["%d/%m/%Y"]),
        (lambda n: f"{n % 28 + 1}/3/2025 9:05", ["%d/%m/%Y %H:%M"]),
        (lambda n: f"03/{n % 28 + 1:02}/2025 02:05 PM", ["%m/%d/%Y %I:%M %p"]),
        (lambda n: f"{n % 28 + 1:02}.03.2025 09:05:01", ["%d.%m.%Y %H:%M:%S"]),
        (lambda n: f"{n % 28 + 1:02}-03-25", ["%d-%m-%y"]),
        (lambda n: f"{n % 28 + 1:02}-Mar-2025", ["%d-%b-%Y"]),
        (lambda n: f"2025-03-{n % 28 + 1:02}T09:05:00+08:00", None),
        (lambda n: f"2025年3月{n % 28 + 1}日", None),
    ],
)
def test_the_habits_of_dates(cell: Any, formats: list[str] | None, tmp_path: Path) -> None:
    tables, _ = drafted(tmp_path, {"台账.csv": register(*BASIC, **{"登记日期": cell})})
    assert tables[0]["columns"]["registered_at"] == "登记日期"
    assert tables[0].get("dates", {}).get("registered_at") == formats


def test_of_two_readings_of_a_date_none_is_taken(tmp_path: Path) -> None:
    tables, _ = drafted(
        tmp_path, {"台账.csv": register(*BASIC, **{"登记日期": lambda n: f"{n % 12 + 1:02}/05/2025"})}
    )
    text = (tmp_path / "city" / "mappings" / "台账.yml").read_text()
    assert not tables[0]["dates"]
    assert 'registered_at: day and month cannot be told apart; write ["%d/%m/%Y"] or ["%m/%d/%Y"]' in text


@pytest.mark.parametrize(
    ("key", "act", "at"),
    [("case_id", "activity", "timestamp"), ("案号", "办理环节", "办理时间"), ("工单编号", "操作", "时间"), ("Case No", "Step", "Event time"), ("编号", "状态", "日期")],
)  # fmt: skip
def test_one_row_per_step_becomes_register_and_steps(key: str, act: str, at: str, tmp_path: Path) -> None:
    tables, _ = drafted(tmp_path, {"log.csv": steps(key, act, at)})
    opened, taken = tables
    assert opened["first"] is True
    assert opened["columns"] == {
        "dispute_id": key,
        "registered_at": at,
        "category": "type",
        "area_code": "district",
    }
    assert taken["columns"] == {"dispute_id": key, "event_at": at, "event_type": act}
    assert taken["templates"] == {"event_id": f"{{{key}}}-{{{act}}}-{{{at}}}"}
    assert taken["codes"]["event_type"] == {"NEW": "accepted", "VISIT": "visit", "HEARING": "mediation", "FIN": "closed", "REOPEN": "reopened"}  # fmt: skip
    assert set(taken["where"][act]) == set(taken["codes"]["event_type"])


def test_a_log_beside_a_register_only_adds_steps(tmp_path: Path) -> None:
    cells = {"案号": lambda n: f"C{n:03}"}
    tables, _ = drafted(
        tmp_path, {"台账.csv": register(*BASIC, **cells), "流程.csv": steps("案号", "办理环节", "办理时间")}
    )
    assert sorted(t["table"] for t in tables) == ["dispute_events", "disputes"]


def test_a_register_with_few_corrections_is_no_log(tmp_path: Path) -> None:
    text = register(
        *BASIC,
        "状态",
        rows=40,
        **{"案号": lambda n: f"K{n % 38:03}", "状态": lambda n: ("受理", "办结")[n % 2]},
    )
    tables, notes = drafted(tmp_path, {"台账.csv": text})
    assert [t["table"] for t in tables] == ["disputes"]
    assert any("no column says when" in note for note in notes)


def test_the_draft_says_what_a_case_is_called(tmp_path: Path) -> None:
    drafted(tmp_path, {"permits.csv": "permit_no,opened,type,district\n" + "".join(f"P{n},2025-03-0{n % 9 + 1},tree,north\n" for n in range(20))})  # fmt: skip
    words = load_profile(str(tmp_path / "city")).settings.words
    assert (words.case.en, words.mediator.en) == ("permit", "case officer")


def test_a_heading_cannot_break_out_of_its_line(tmp_path: Path) -> None:
    odd = '"电话\nfiles: x"'
    tables, _ = drafted(tmp_path, {"台账.csv": register(*BASIC, odd, **{odd: lambda n: ""})})
    assert [t["table"] for t in tables] == ["disputes"]


@pytest.mark.parametrize(
    ("numbers", "years", "expected"),
    [
        (lambda n: f"N{n // 2:03}", lambda n: 2025, ["area_code"]),
        (lambda n: f"N{n % 20:03}", lambda n: 2024 + n // 20, ["year"]),
    ],
)
def test_numbers_unique_only_within_a_place_or_a_year_are_drafted_so(
    numbers: Any, years: Any, expected: list[str], tmp_path: Path
) -> None:
    towns = ("益宁", "寥廓")
    text = register(
        "案号",
        "登记日期",
        "纠纷类型",
        "乡镇",
        rows=40,
        **{
            "案号": numbers,
            "登记日期": lambda n: f"{years(n)}-03-{n % 20 + 1:02}",
            "乡镇": lambda n: towns[n % 2 if expected == ["area_code"] else 0],
        },
    )
    tables, notes = drafted(tmp_path, {"台账.csv": text})
    assert tables[0]["key_within"] == expected
    assert any("unique only within" in note for note in notes)


def test_steps_that_come_again_are_offered_as_what_is_to_be_prevented(tmp_path: Path) -> None:
    rows = [f"C{n},2025-03-{day:02} 09:00,{step},噪音,益宁" for n in range(20) for day, step in
            ((1, "受理"), (2, "办结"), (5, "重新打开"), (6, "办结"), (8, "重新打开"), (9, "办结"))]  # fmt: skip
    drafted(tmp_path, {"log.csv": "\n".join(["案号,办理时间,办理环节,类型,乡镇", *rows]) + "\n"})
    assert "at_least: 2} would prevent that it comes again, as it did in 20 cases" in (
        tmp_path / "city" / "profile.yml"
    ).read_text(encoding="utf-8")
