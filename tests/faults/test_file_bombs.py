"""Files made to exhaust whoever reads them: each costs its own reading, and the file beside it is loaded.

`pytest -s tests/faults/test_file_bombs.py` prints what each took: megabytes and seconds of the process that reads it.
"""

import resource
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from pipelines.city.profile import load_profile
from pipelines.onboarding.dry_run import check_folder
from pipelines.reading import isolation
from tests.deep import DEEP

HEAD = "纠纷编号,登记时间,纠纷类别,所属区域编码"
ROW = "A1,2025-03-04 08:05,邻里,530302001"
MEGABYTES = 600
"""What the process of the intake itself may grow by: a bomb of text is read by it, within bounds of its own."""
SECONDS = 60


def _sheet(path: Path, cells: str, shared: str = "") -> None:
    """A workbook whose one sheet holds this XML; `shared` stands before its root."""
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("a").write(0, 0, "x")
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    sheet = f'<?xml version="1.0"?>{shared}<worksheet {space}><sheetData>{cells}</sheetData></worksheet>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in (parts | {"xl/worksheets/sheet1.xml": sheet.encode()}).items():
            new.writestr(name, content)


def far_cell(path: Path) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD.split(","))
        sheet.write_row(1, 0, ROW.split(","))
        sheet.write(1_048_575, 16_383, "x")


def far_cell_out_of_order(path: Path) -> None:
    _sheet(path, '<row r="9"><c r="XFD1048576"><v>1</v></c><c r="A1"><v>1</v></c></row>')


def billion_laughs(path: Path) -> None:
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    _sheet(
        path,
        '<row r="1"><c r="A1" t="inlineStr"><is><t>&a9;</t></is></c></row>',
        f"<!DOCTYPE x [{entities}]>",
    )


def laughs_in_the_list_of_sheets(path: Path) -> None:
    far_cell_out_of_order(path)
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    book = parts["xl/workbook.xml"].replace(b"<workbook", b'<!DOCTYPE x [<!ENTITY a "b">]><workbook', 1)
    with zipfile.ZipFile(path, "w") as new:
        for name, content in (parts | {"xl/workbook.xml": book}).items():
            new.writestr(name, content)


def spaces(path: Path) -> None:
    """Half a gigabyte of blanks in a sheet: a file of half a megabyte; by day a quarter of it."""
    _sheet(path, " " * (1 << (29 if DEEP else 27)))


def repeated_text(path: Path) -> None:
    """One text of 32,767 letters in 400,000 cells."""
    cells = "".join(
        f'<row r="{n}">'
        + "".join(f'<c r="{c}{n}" t="s"><v>0</v></c>' for c in "ABCDEFGHIJKLMNOPQRST")
        + "</row>"
        for n in range(1, 20_001)
    )
    _sheet(path, cells)
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    strings = parts["xl/sharedStrings.xml"].replace(b"<t>x</t>", b"<t>" + b"x" * 32_767 + b"</t>")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in (parts | {"xl/sharedStrings.xml": strings}).items():
            new.writestr(name, content)


def million_columns(path: Path) -> None:
    path.write_text(",".join(f"h{n}" for n in range(1_000_000)) + "\n" + "," * 999_999 + "\n")


def million_same_columns(path: Path) -> None:
    path.write_text("h," * 999_999 + "h\n")


def million_blank_columns(path: Path) -> None:
    path.write_text(HEAD + "," * 999_999 + "\n")


def many_rows(path: Path) -> None:
    """Of one comma each: 21 million rows in 42 megabytes."""
    path.write_bytes((HEAD + "\n").encode() + b",\n" * 21_000_000)


def one_long_line(path: Path) -> None:
    path.write_bytes((HEAD + "\n").encode() + b"x" * (1 << 27) + b"\n")


def many_quotes(path: Path) -> None:
    path.write_bytes((HEAD + "\n").encode() + b'"' * ((1 << 22) + 1))


def nested_parquet(path: Path) -> None:
    array: pa.Array = pa.array([1])
    for _ in range(60):
        array = pa.ListArray.from_arrays(pa.array([0, 1], pa.int32()), array)
    pq.write_table(pa.table({"纠纷编号": array}), path)


def row_groups(path: Path) -> None:
    table = pa.table({"a": pa.array([1], pa.int8())})
    with pq.ParquetWriter(path, table.schema) as writer:
        for _ in range(10_001):
            writer.write_table(table)


def endless_nothing(path: Path) -> None:
    """Two hundred million empty cells in a few kilobytes."""
    pq.write_table(
        pa.table({f"c{n}": pa.nulls(8_000_000, pa.int8()) for n in range(30)}), path, row_group_size=8_000_000
    )


def one_text_for_all(path: Path) -> None:
    """A text of 100,000 letters, kept once, in 200,000 rows."""
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 200_000, pa.int32()), pa.array(["x" * 100_000]))
    pq.write_table(pa.table({"纠纷编号": text}), path)


def wide_parquet(path: Path) -> None:
    pq.write_table(pa.table({f"c{n}": pa.array([1], pa.int8()) for n in range(20_000)}), path)


def memory_from_now_on() -> float:
    """Megabytes of this process now; what it had at most is counted anew, else an earlier bomb's memory would hide a later one's."""
    Path("/proc/self/clear_refs").write_text("5")
    return memory_at_most()


def memory_at_most() -> float:
    (line,) = [
        each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmHWM")
    ]
    return int(line.split()[1]) / 1024


BOMBS: list[tuple[str, Callable[[Path], None]]] = [
    ("outcomes.xlsx", far_cell), ("outcomes.xlsx", far_cell_out_of_order), ("outcomes.xlsx", billion_laughs),
    ("outcomes.xlsx", laughs_in_the_list_of_sheets), ("outcomes.xlsx", spaces), ("outcomes.xlsx", repeated_text),
    ("outcomes.csv", million_columns), ("outcomes.csv", million_same_columns), ("outcomes.csv", million_blank_columns),
    ("outcomes.csv", many_rows), ("outcomes.csv", one_long_line), ("outcomes.csv", many_quotes),
    ("outcomes.parquet", nested_parquet), ("outcomes.parquet", row_groups), ("outcomes.parquet", endless_nothing),
    ("outcomes.parquet", one_text_for_all), ("outcomes.parquet", wide_parquet),
]  # fmt: skip


@pytest.mark.parametrize(("name", "bomb"), BOMBS, ids=[bomb.__name__ for _, bomb in BOMBS])
def test_a_bomb_costs_its_own_file(
    name: str, bomb: Callable[[Path], None], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    bomb(tmp_path / name)
    (tmp_path / "disputes.csv").write_text(f"{HEAD}\n{ROW}\n")
    isolation.last_reader.clear()
    standing = memory_from_now_on()
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
    report = check_folder(tmp_path, load_profile("qujing"))
    after, wall = resource.getrusage(resource.RUSAGE_SELF), time.monotonic() - began
    grown = memory_at_most() - standing
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    reader = isolation.last_reader
    with capfd.disabled():
        sys.stdout.write(
            f"\n{bomb.__name__}: {(tmp_path / name).stat().st_size / 1024:,.0f} KB, wall {wall:.1f} s; intake +{grown:,.0f} MB, "
            f"{spent:.1f} s; reader {reader.get('peak_bytes', 0) / 2**20:,.0f} MB, {reader.get('seconds', 0):.1f} s\n"
        )
    assert [(r.file, r.loaded) for r in report.files if r.loaded] == [("disputes.csv", 1)]
    assert [name in refusal for refusal in report.refusals] == [True]
    assert grown < MEGABYTES
    assert spent < SECONDS


def test_bounds_are_raised_by_a_profile(tmp_path: Path) -> None:
    profile = load_profile("qujing")
    _with_columns(tmp_path, 2101)
    (refusal,) = check_folder(tmp_path, profile).refusals
    assert "2,101 columns, and no more than 2,000 are read" in refusal
    assert "limits: {columns: ...}" in refusal
    _with_columns(tmp_path, 101)
    for bound, said in ((50, "101 columns, and no more than 50 are read"), (150, "is missing")):
        limits = profile.settings.limits.model_copy(update={"columns": bound})
        bounded = replace(profile, settings=profile.settings.model_copy(update={"limits": limits}))
        (refusal,) = check_folder(tmp_path, bounded).refusals
        assert said in refusal


def _with_columns(folder: Path, n: int) -> None:
    columns = {f"c{at}": ["1"] for at in range(n - 1)}
    pl.DataFrame({"纠纷编号": ["A1"]} | columns).write_csv(folder / "disputes.csv")
