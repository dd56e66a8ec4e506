"""Files as offices send them: what can be understood is read, what cannot is refused in words that say what to do."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from pipelines.city.profile import load_profile
from pipelines.errors import RefusedInput
from pipelines.onboarding.dry_run import check_folder

HEAD = "纠纷编号,登记时间,纠纷类别,所属区域编码\n"
ROWS = "A1,2025-03-04 08:05,邻里,530302001\nA2,2025-03-05 08:05,邻里,530302001\n"
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512


def workbook(path: Path, *lines: str) -> bytes:
    """A workbook with a merged title above its headings, and a formula under the rows."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 3, "2025年纠纷台账")
        for down, line in enumerate(lines, 1):
            for at, cell in enumerate(line.strip().split(",")):
                sheet.write(down, at, cell)
        sheet.write_formula(len(lines) + 1, 3, "=SUM(1,2)", None, 3)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("disputes.xlsx", b"PK" + b"x" * 100, "cannot be read as xlsx"),
        ("disputes.xls", OLD_OFFICE, "cannot be read as xls"),
        ("disputes.xls", (HEAD + ROWS).encode("gb18030"), "is a text and no workbook. Name it .csv"),
        ("disputes.xls", b"<html><body><table><tr><td>1</td></tr></table></body></html>", "is a web page"),
        ("disputes.xlsx", b"\xef\xbb\xbf\r\n<HTML>" + b" " * 100, "is a web page"),
        ("disputes.csv", "\ufeff<html><table>".encode("utf-16-le") + b" \0" * 100, "is a web page"),
        ("disputes.csv", b"PAR1" + b"x" * 100, "is a Parquet file and no csv"),
        ("disputes.csv", b"%PDF-1.7" + b"x" * 100, "is a PDF"),
        ("disputes.xlsx", OLD_OFFICE, "an old .xls workbook, or one with a password"),
        ("disputes.csv", OLD_OFFICE, "an old .xls workbook, or one with a password"),
        ("disputes.xlsx", (HEAD + ROWS).encode(), "is a text and no workbook. Name it .csv"),
        ("disputes.csv", lambda path: workbook(path, HEAD), "is a workbook and no csv. Name it .xlsx"),
        ("disputes.xlsx", lambda path: workbook(path, HEAD), "Its headings stand in row 2"),
        ("disputes.csv", f"2025年台账,,,\n{HEAD}{ROWS}".encode(), "say `header_row: 2` in a mapping"),
        ("disputes.csv", f'{HEAD}"A0,2025-03-04,邻里\n{ROWS}'.encode(), "line 2 has a quote that is not closed"),
        ("disputes.csv", f"{HEAD}{ROWS}A3,2025-03-04,邻里,530302001,x\n".encode(), "line 4 has 5 fields"),
        ("disputes.csv", HEAD.replace("纠纷类别", "登记时间").encode(), "'登记时间' stands more than once"),
        ("disputes.csv", (HEAD + ROWS).encode() + "A3,2025-03-04,邻里".encode("gb18030") + b",\n", "neither UTF-8 nor GB18030"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused_with_what_to_do(
    name: str, content: bytes | Callable[[Path], bytes], says: str, tmp_path: Path
) -> None:
    (tmp_path / "land").mkdir()
    book = content if isinstance(content, bytes) else content(tmp_path / "book.xlsx")
    (tmp_path / "land" / name).write_bytes(book)
    (refusal,) = check_folder(tmp_path / "land", load_profile("qujing")).refusals
    assert refusal.startswith(name)
    assert says in refusal


@pytest.mark.parametrize(
    ("name", "content", "loaded", "quarantined"),
    [
        ("DISPUTES.CSV", (HEAD + ROWS).encode(), 2, 0),
        ("disputes.csv", b"\xef\xbb\xbf\xef\xbb\xbf" + (HEAD + ROWS).encode(), 2, 0),
        ("disputes.csv", (HEAD + ROWS).replace("\n", "\r").encode(), 2, 0),
        ("disputes.csv", f"\n\n{HEAD}\n{ROWS}\n,,,\n".encode(), 2, 0),
        ("disputes.csv", (HEAD + ROWS).replace("\n", ",,\n").encode(), 2, 0),
        ("disputes.csv", f"{HEAD}{ROWS}合计,,2,\n".encode(), 2, 1),
        ("disputes.csv", f"{HEAD}{ROWS}A3,1968-03-04,邻里,530302001\nA4,2025-03-04\n".encode(), 2, 2),
        ("disputes.csv", HEAD.encode(), 0, 0),
        ("disputes.csv", (HEAD + ROWS).replace(",", ";").encode(), 2, 0),
        ("disputes.csv", (HEAD + ROWS).replace(",", "\t").encode(), 2, 0),
        ("disputes.csv", (HEAD + ROWS).replace(",", "|").encode(), 2, 0),
    ],
)
def test_what_can_be_understood_is_read_and_the_rest_held(
    name: str, content: bytes, loaded: int, quarantined: int, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    report = check_folder(tmp_path, load_profile("qujing"))
    assert (report.refusals, [(r.loaded, r.quarantined) for r in report.files]) == (
        [],
        [(loaded, quarantined)],
    )


def test_codes_that_came_as_floating_numbers_are_the_codes(tmp_path: Path) -> None:
    columns = {
        "dispute_id": [1.0, 2.0],
        "registered_at": ["2025-03-04"] * 2,
        "category": ["D2"] * 2,
        "area_code": [530302001.0, None],
    }
    pl.DataFrame(columns).write_parquet(tmp_path / "disputes.parquet")
    report = check_folder(tmp_path, load_profile("qujing"))
    assert [(r.loaded, r.quarantined) for r in report.files] == [(1, 1)]


def test_a_file_of_no_readable_kind_is_named(tmp_path: Path) -> None:
    (tmp_path / "disputes.csv").write_text(HEAD + ROWS)
    (tmp_path / "disputes.et").write_bytes(OLD_OFFICE)
    text = check_folder(tmp_path, load_profile("qujing")).text()
    assert "disputes.et: not read, it is no CSV, XLSX, XLS or Parquet; save it as one" in text


@pytest.mark.parametrize("name", ["disputes.csv", "disputes.xlsx", "disputes.parquet"])
def test_a_folder_of_empty_files_alone_says_so(name: str, tmp_path: Path) -> None:
    (tmp_path / name).touch()
    with pytest.raises(RefusedInput, match="1 left alone: empty"):
        check_folder(tmp_path, load_profile("qujing"))
