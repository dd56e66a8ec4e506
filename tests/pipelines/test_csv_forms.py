"""CSV as offices send it: separators, line ends, encodings and quotes are understood, or the line is held or named."""

from pathlib import Path

import pytest

from pipelines.city.profile import load_profile
from pipelines.errors import RefusedInput
from pipelines.mapping.landing_folder import SourceFile
from pipelines.mapping.mapping import FileMapping, TableMapping
from pipelines.onboarding.dry_run import check_folder
from pipelines.reading.chunks import read_in_chunks
from pipelines.reading.readers import csv_headings, read_source

HEAD = "纠纷编号,登记时间,纠纷类别,所属区域编码\n"
ROWS = "A1,2025-03-04 08:05,邻里,530302001\nA2,2025-03-05 08:05,邻里,530302001\n"
TEXT = HEAD + ROWS


def outcome(folder: Path) -> tuple[int, int, list[str]]:
    report = check_folder(folder, load_profile("qujing"))
    return sum(f.loaded for f in report.files), sum(f.quarantined for f in report.files), report.refusals


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_separators_encodings_and_line_ends_are_told_from_the_file(
    separator: str, encoding: str, ends: str, tmp_path: Path
) -> None:
    path = tmp_path / "disputes.csv"
    path.write_bytes(TEXT.replace(",", separator).replace("\n", ends).encode(encoding))
    source = SourceFile(path, FileMapping(files="*", tables=(TableMapping(table="disputes"),)))
    raw = read_source(source)
    assert csv_headings(path, 1) == raw.headings == HEAD.strip().split(",")
    assert raw.frame["纠纷编号"].to_list() == ["A1", "A2"]
    assert raw.frame["file_line"].to_list() == [2, 3]
    chunks = list(read_in_chunks(source, 40))
    assert [line for chunk in chunks for line in chunk.frame["file_line"]] == [2, 3]


@pytest.mark.parametrize(
    ("text", "loaded", "set_aside"),
    [
        ("sep=;\r\n" + TEXT.replace(",", ";"), 2, 0),
        ('"sep=,"\n' + TEXT, 2, 0),
        (TEXT + "\x1a", 2, 0),
        (TEXT.replace("\n", "\r\n", 1), 2, 0),
        (HEAD.replace("\n", "\r") + ROWS.replace("\n", "\r\n", 1), 2, 0),
        (TEXT.replace("A1", '="A1"'), 2, 0),
        (TEXT.replace("A1", '"=""A1"""'), 2, 0),
        (TEXT + "A3,2025-03-04,邻里\n", 2, 1),
        (TEXT + "A3\n\nA4,2025-03-04\n\n", 2, 2),
        (HEAD + "A0,2025-03-04,邻\n里,530302001\n" + ROWS, 2, 2),
        (TEXT.replace("A1", "5.30302E+17").replace("A2", "5.3E17"), 0, 2),
        (TEXT.replace("A1", "A\x011"), 1, 1),
        (TEXT.replace("A1", "A\x1b[2J1"), 1, 1),
        (TEXT.replace("邻里", "#N/A", 1), 1, 1),
        (TEXT.replace("\n", ",备注\n", 1).replace("001\n", '001,"争吵，\n后和好"\n'), 2, 0),
        (TEXT.replace("\n", ",备注\n", 1).replace("001\n", '001,"a, b\nc, d"\n'), 2, 0),
        (TEXT.replace("\n", ",备注\n", 1).replace("001\n", '001,5" 管, \n', 1).replace("备注", "备注,又") , None, None),
    ],
)  # fmt: skip
def test_forms_of_a_text(text: str, loaded: int | None, set_aside: int | None, tmp_path: Path) -> None:
    (tmp_path / "disputes.csv").write_bytes(text.encode())
    n, quarantined, refusals = outcome(tmp_path)
    if loaded is None:
        assert [" quote " in refusal or "fields" in refusal for refusal in refusals] == [True]
    else:
        assert (n, quarantined, refusals) == (loaded, set_aside, [])


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(("first", "last"), [(1, 2), (2, 5), (1, 9)])
@pytest.mark.parametrize("column", [0, 1, 3])
def test_stray_quotes_that_swallow_lines_refuse_the_file_with_its_line(
    separator: str, first: int, last: int, column: int, tmp_path: Path
) -> None:
    """A quote opens a field of one row and closes the same field of a later one: what stands between is one field."""
    rows = [[f"JF{n}", f"2025-03-0{n}", "邻里", "530302001"] for n in range(1, 10)]
    rows[first - 1][column] = '"' + rows[first - 1][column]
    rows[last - 1][column] += '"'
    lines = [HEAD.strip().replace(",", separator), *(separator.join(row) for row in rows)]
    (tmp_path / "disputes.csv").write_text("\n".join(lines) + "\n")
    _, _, (refusal,) = outcome(tmp_path)
    assert f"line {first + 1} has a quote that is not closed" in refusal


def test_a_separator_of_its_own_is_named_in_the_mapping(tmp_path: Path) -> None:
    path = tmp_path / "disputes.csv"
    path.write_text(TEXT.replace(",", "^"))
    tables = (TableMapping(table="disputes"),)
    raw = read_source(SourceFile(path, FileMapping(files="*", separator="^", tables=tables)))
    assert raw.frame["所属区域编码"].to_list() == ["530302001"] * 2
    assert "Its fields are parted by '^'" in outcome(tmp_path)[2][0]


@pytest.mark.parametrize("name", ["gb2312", "GBK", "cp936", "hz", "GB18030"])
def test_what_people_call_a_chinese_file_is_read_as_gb18030(name: str, tmp_path: Path) -> None:
    path = tmp_path / "disputes.csv"
    path.write_bytes(
        (HEAD.replace("\n", ",甲方\n") + "A1,2025-03-04,邻里,530302001,朱镕喆堃玥㐂\n").encode("gb18030")
    )
    tables = (TableMapping(table="disputes"),)
    assert read_source(SourceFile(path, FileMapping(files="*", encoding=name, tables=tables))).frame[
        "甲方"
    ].to_list() == ["朱镕喆堃玥㐂"]
    with pytest.raises(RefusedInput, match="is not in the encoding 'ascii'"):
        read_source(SourceFile(path, FileMapping(files="*", encoding="ascii", tables=tables)))


def test_a_short_line_is_held_though_its_row_is_not_chosen(tmp_path: Path) -> None:
    """Rows are chosen by a column that the line has lost: nobody can say whether it was meant."""
    city = tmp_path / "city"
    (city / "mappings").mkdir(parents=True)
    base = load_profile("qujing").folder
    for name in ("profile.yml", "areas.csv", "risk_categories.csv"):
        (city / name).write_bytes((base / name).read_bytes())
    (city / "mappings" / "m.yml").write_text(
        'files: "d*.csv"\ntables:\n  - table: disputes\n    where: {状态: [受理]}\n'
    )
    land = tmp_path / "land"
    land.mkdir()
    (land / "d.csv").write_text(
        HEAD.replace("\n", ",状态\n")
        + "A1,2025-03-04,邻里,530302001,受理\nA2,2025-03-04,邻里,530302001\nA3,2025-03-04,邻里,530302001,不受理\n"
    )
    report = check_folder(land, load_profile(str(city)))
    assert [(f.read, f.loaded, f.quarantined) for f in report.files] == [(2, 1, 1)]


@pytest.mark.parametrize(
    ("rows", "is_notice"), [(10_000, True), (9_999, False), (65_535, True), (30_000, True)]
)
def test_a_number_of_rows_at_which_exports_stop_is_told(rows: int, is_notice: bool, tmp_path: Path) -> None:
    path = tmp_path / "disputes.csv"
    path.write_text(HEAD + "".join(f"A{n},2025-03-04,邻里,530302001\n" for n in range(rows)))
    raw = read_source(SourceFile(path, FileMapping(files="*", tables=(TableMapping(table="disputes"),))))
    assert ["cut off" in notice for notice in raw.notices] == [True] * is_notice
