"""Workbooks as people keep them: every sheet read or told, every cell as it stands or held with the reason."""

import shutil
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from pipelines.city.profile import load_profile
from pipelines.errors import RefusedInput
from pipelines.mapping.landing_folder import SourceFile
from pipelines.mapping.mapping import FileMapping, TableMapping
from pipelines.onboarding.dry_run import check_folder
from pipelines.reading.raw_file import RawFile
from pipelines.reading.readers import read_source

HEADINGS = ["纠纷编号", "登记时间", "纠纷类别", "所属区域编码", "涉未成年人"]
FILES = Path(__file__).parent / "files"
Rows = Sequence[Sequence[object]]


def row(number: object, minor: object = "否") -> list[object]:
    return [number, "2025-03-04 08:05", "邻里", "530302001", minor]


def book(
    path: Path,
    sheets: dict[str, Rows],
    hidden: tuple[str, ...] = (),
    change: Callable | None = None,
    **options: bool,
) -> Path:
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd hh:mm:ss"} | options) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for down, cells in enumerate(rows):
                for across, cell in enumerate(cells):
                    sheet.write(down, across, cell)
            if name in hidden:
                sheet.hide()
        if change:
            change(workbook)
    return path


def read(path: Path, **mapping: Any) -> RawFile:
    return read_source(
        SourceFile(path, FileMapping(files="*", tables=(TableMapping(table="disputes"),), **mapping))
    )


def outcome(folder: Path) -> tuple[int, list[str], list[str], list[str]]:
    """Loaded rows, rules broken, refusals and notices of a folder's disputes."""
    report = check_folder(folder, load_profile("qujing"))
    notices = [notice for file in report.files for notice in file.notices]
    return (
        sum(f.loaded for f in report.files),
        sorted(report.rules.get("disputes", {})),
        report.refusals,
        notices,
    )


MONTHS: dict[str, Rows] = {f"{n}月": [HEADINGS, row(f"A{n}1"), row(f"A{n}2")] for n in (1, 2, 3)}


@pytest.mark.parametrize(
    ("sheets", "hidden", "loaded", "says"),
    [
        (MONTHS, (), 6, ""),
        (MONTHS, ("2月",), 4, "sheet 2 of 3 not read (hidden)"),
        (MONTHS, ("2月", "3月"), 2, "sheet 2, 3 of 3 not read (hidden)"),
        ({"说明": [["填表说明"], ["请逐行填写"]], **MONTHS}, (), 6, "sheet 1 of 4 not read (other headings"),
        ({**MONTHS, "空": []}, (), 6, ""),
        ({"登记": [HEADINGS, row("A1")], "代码": [["代码", "名称"], ["D1", "婚恋"]]}, (), 1, "sheet 2 of 2 not read (other headings"),
        ({"一": [HEADINGS, row("A1")], "二": [HEADINGS[::-1], row("A2")[::-1]]}, (), 2, ""),
        ({"一": [HEADINGS, row("A1")], "二": [[*HEADINGS, "备注"], [*row("A2"), "无"]]}, (), 2, ""),
        ({"续": [row("A8"), row("A9")], "一": [HEADINGS, row("A1")]}, (), 1, "sheet 1 of 2 not read"),
    ],
)  # fmt: skip
def test_every_sheet_is_read_or_told(
    sheets: dict[str, Rows], hidden: tuple[str, ...], loaded: int, says: str, tmp_path: Path
) -> None:
    book(tmp_path / "disputes.xlsx", sheets, hidden)
    n, rules, refusals, notices = outcome(tmp_path)
    assert (n, rules, refusals) == (loaded, [], [])
    assert says in "".join(notices)
    assert bool(says) == bool(notices)
    assert not any(name in "".join(notices) for name in sheets)


def test_sheets_of_one_table_that_differ_in_a_known_heading_are_refused(tmp_path: Path) -> None:
    book(tmp_path / "disputes.xlsx", {"一": [HEADINGS, row("A1", "是")], "二": [HEADINGS[:4], row("A2")[:4]]})
    _, _, (refusal,), _ = outcome(tmp_path)
    assert "sheet 2 has other headings than sheet 1 (涉未成年人)" in refusal


@pytest.mark.parametrize(
    ("sheet", "numbers"),
    [
        ("2月", ["A21", "A22"]),
        (1, ["A21", "A22"]),
        (("1月", 2), ["A11", "A12", "A31", "A32"]),
        (0, ["A11", "A12"]),
    ],
)
def test_a_named_sheet_is_read_though_it_is_hidden(sheet: object, numbers: list[str], tmp_path: Path) -> None:
    raw = read(book(tmp_path / "disputes.xlsx", MONTHS, ("2月",)), sheet=sheet)
    assert raw.frame["纠纷编号"].to_list() == numbers
    with pytest.raises(RefusedInput, match="no sheet '4月'"):
        read(tmp_path / "disputes.xlsx", sheet="4月")


def test_each_row_bears_the_line_of_its_sheet(tmp_path: Path) -> None:
    sheets: dict[str, Rows] = {
        "一": [[], ["标题"], HEADINGS, row("A1"), [], row("A2")],
        "二": [[], [], HEADINGS, row("B1")],
    }
    raw = read(book(tmp_path / "disputes.xlsx", sheets), header_row=3)
    assert raw.frame["file_line"].to_list() == [4, 6, 10_000_004]


NUMBERS = "dispute_id: saved as a number, which may have lost digits: save the column as text"
DATES = "dispute_id: saved as a date: save the column as text"
FORMULA = "minor_involved: a formula that gives no value: calculate it, save the file and send it again"
CONTROL = "dispute_id: holds a control character"


@pytest.mark.parametrize(
    ("number", "rule"),
    [
        (202503040000000001, NUMBERS), (5.30302e17, NUMBERS), (1e15, NUMBERS), (999_999_999_999_999, None), (1002, None), (1002.0, None),
        ("202503040000000001", None), ("5.30302E+17", NUMBERS), ("5.3e17", NUMBERS), ("1E5", NUMBERS), ("E15", None), ("A1E5", None),
        (datetime(2025, 3, 4), DATES), (date(2025, 3, 4), DATES), ("2025-3-4", None), ("A\x02B", CONTROL), ("A\x7f1", CONTROL), ("A1", None),
    ],
)  # fmt: skip
def test_a_number_of_a_record_keeps_every_digit_or_is_held(
    number: object, rule: str | None, tmp_path: Path
) -> None:
    book(tmp_path / "disputes.xlsx", {"一": [HEADINGS, row(number)]})
    loaded, rules, refusals, _ = outcome(tmp_path)
    assert refusals == []
    assert (loaded, rule in rules) == ((1, False) if rule is None else (0, True))


def test_a_formula_without_a_value_is_held_and_one_that_gives_nothing_is_empty(tmp_path: Path) -> None:
    def formulas(workbook: Any) -> None:
        sheet = workbook.worksheets()[0]
        for down, value in ((1, "#N/A"), (2, "#REF!"), (3, ""), (4, "是"), (5, 1)):
            sheet.write_formula(down, 4, "=VLOOKUP(A2,B:C,2,0)", None, value)

    rows = [row(f"A{n}") for n in range(1, 7)]
    book(tmp_path / "disputes.xlsx", {"一": [HEADINGS, *rows]}, change=formulas)
    loaded, rules, _, _ = outcome(tmp_path)
    assert loaded == 3
    assert FORMULA in rules


def test_a_sheet_of_formulas_nobody_has_calculated_is_refused_and_blank_forms_below_are_told(
    tmp_path: Path,
) -> None:
    def forms(workbook: Any) -> None:
        for down in (2, 3):
            for across in range(5):
                workbook.worksheets()[0].write_formula(down, across, "=X1", None, "")

    book(tmp_path / "disputes.xlsx", {"一": [HEADINGS, row("A1")]}, change=forms)
    loaded, rules, refusals, notices = outcome(tmp_path)
    assert (loaded, rules, refusals, ["2 rows hold formulas" in n for n in notices]) == (1, [], [], [True])
    book(tmp_path / "disputes.xlsx", {"一": [HEADINGS]}, change=forms)
    assert "holds formulas, and none has a value" in outcome(tmp_path)[2][0]


def test_a_heading_that_stands_twice_is_refused(tmp_path: Path) -> None:
    book(tmp_path / "disputes.xlsx", {"一": [[*HEADINGS, "登记时间"], [*row("A1"), "2025-03-09"]]})
    assert "'登记时间' stands more than once" in outcome(tmp_path)[2][0]


def test_a_merged_cell_is_the_value_of_all_its_rows(tmp_path: Path) -> None:
    def merged(workbook: Any) -> None:
        workbook.worksheets()[0].merge_range(1, 3, 3, 3, "530302001")

    rows = [[*row(f"A{n}")[:3], "", "否"] for n in (1, 2, 3)]
    raw = read(book(tmp_path / "disputes.xlsx", {"一": [HEADINGS, *rows]}, change=merged))
    assert raw.frame["所属区域编码"].to_list() == ["530302001"] * 3


@pytest.mark.parametrize("since_1904", [False, True])
def test_days_of_a_workbook_are_the_days_people_see(since_1904: bool, tmp_path: Path) -> None:
    moment = datetime(2025, 3, 4, 12)
    number = (
        moment - (datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30))
    ).total_seconds() / 86_400
    rows = [
        [f"A{n}", at, "邻里", "530302001", "否"] for n, at in enumerate((moment, number, "2025-03-04 12:00"))
    ]
    book(tmp_path / "disputes.xlsx", {"一": [HEADINGS, *rows]}, date_1904=since_1904)
    seen: list[object] = []
    check_folder(
        tmp_path,
        load_profile("qujing"),
        examine=lambda con: seen.extend(
            con.execute("select distinct registered_at from core_dispute").fetchall()
        ),
    )
    assert seen == [(moment,)]


def test_an_hour_alone_is_an_hour_and_wrapped_text_is_text(tmp_path: Path) -> None:
    def hours(workbook: Any) -> None:
        workbook.worksheets()[0].write_datetime(
            1, 4, datetime(1900, 1, 1, 8, 5).time(), workbook.add_format({"num_format": "hh:mm"})
        )

    raw = read(
        book(
            tmp_path / "disputes.xlsx",
            {"一": [HEADINGS, row("A1"), row("A2", '="007"')]},
            change=hours,
            strings_to_formulas=False,
        )
    )
    assert raw.frame["涉未成年人"].to_list() == ["08:05:00", "007"]


def test_an_old_workbook_is_read_and_its_faults_are_held(tmp_path: Path) -> None:
    shutil.copy(FILES / "old.xls", tmp_path / "disputes.xls")
    loaded, rules, refusals, notices = outcome(tmp_path)
    assert (loaded, refusals) == (2, [])
    assert NUMBERS in rules
    assert "threat: a formula that gives no value: calculate it, save the file and send it again" in rules
    assert "sheet 2 of 2 not read (hidden)" in notices[0]
    raw = read(tmp_path / "disputes.xls")
    assert raw.frame.row(1) == (3, "1002", "2025-03-05 08:05:00", "邻里", "530302001", "7", "否")
