"""The same rows in every kind of file give the same loaded rows, or a row held or a file refused with the reason."""

import csv
import io
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipelines.city.profile import load_profile
from pipelines.errors import RefusedInput
from pipelines.intake.intake import load_sources, refresh_reference
from pipelines.mapping.landing_folder import SourceFile
from pipelines.mapping.mapping import FileMapping, TableMapping
from pipelines.warehouse.warehouse import open_warehouse
from tests.deep import examples

QUJING = load_profile("qujing")
MAPPING = (TableMapping(table="disputes"),)
HEADINGS = ("纠纷编号", "登记时间", "纠纷类别", "所属区域编码", "涉及金额", "威胁", "甲方", "乙方")
QUERY = "select dispute_id, registered_at, category, area_code, amount_yuan, threat, parties_key from core_dispute order by all"

numbers = st.one_of(
    st.from_regex(r"\A[A-Z]{1,3}[0-9]{1,9}\Z"),
    st.from_regex(r"\A[1-9][0-9]{0,20}\Z"),
    st.from_regex(r"\A[0-9]{2,6}-[0-9]{1,5}\Z"),
)
names = st.text(st.sampled_from('张王李欧阳·,;|\t"\n '), max_size=5)
one_row = st.tuples(
    numbers,
    st.datetimes(datetime(2024, 1, 1), datetime(2025, 6, 1)).map(lambda m: m.strftime("%Y-%m-%d %H:%M:%S")),
    st.sampled_from(("邻里", "D1", "劳资")),
    st.sampled_from(("530302001", "530302002")),
    st.sampled_from(("", "0", "12", "1200.5", "999999999")),
    st.sampled_from(("", "是", "否")),
    names,
    names,
)
some_rows = st.lists(one_row, min_size=1, max_size=6, unique_by=lambda row: row[0])


def as_csv(path: Path, rows: list, separator: str, encoding: str, quoting: Any, ends: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, quoting=quoting, lineterminator=ends)
    writer.writerows([HEADINGS, *rows])
    path.write_bytes(text.getvalue().encode(encoding))


def as_workbook(path: Path, rows: list, *, typed: bool, sheets: int) -> None:
    """Typed: numbers and moments are cells of their own types, but for those a number cell cannot hold."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for nth in range(sheets):
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, HEADINGS)
            for down, cells in enumerate(rows[nth::sheets], 1):
                for across, cell in enumerate(cells):
                    if typed and across == 1:
                        sheet.write_datetime(down, across, datetime.fromisoformat(cell), moment)
                    elif (
                        typed
                        and cell.replace(".", "", 1).isdigit()
                        and len(cell) < 16
                        and not (cell[0] == "0" and len(cell) > 1)
                    ):
                        sheet.write_number(down, across, float(cell))
                    else:
                        sheet.write_string(down, across, cell)


def as_parquet(path: Path, rows: list, *, typed: bool) -> None:
    frame = pl.DataFrame(rows, schema=HEADINGS, orient="row").with_columns(pl.all().replace("", None))
    if typed:
        frame = frame.with_columns(
            pl.col("登记时间").str.to_datetime(),
            pl.col("涉及金额").cast(pl.Decimal(18, 2), strict=False),
            pl.col("威胁").replace_strict({"是": True, "否": False}, default=None, return_dtype=pl.Boolean),
        )
    frame.write_parquet(path)


def loaded(path: Path) -> tuple[list, int] | str:
    """The rows a file leaves in an empty warehouse and how many are held; or why it is refused."""
    with open_warehouse(":memory:") as con:
        refresh_reference(con, QUJING, path.parent, "real", bytes(32))
        source = SourceFile(path, FileMapping(files="*", tables=MAPPING))
        try:
            (report,) = load_sources(con, [source], QUJING, bytes(32), None, lambda words, share: None)
        except RefusedInput as refusal:
            return str(refusal)
        return con.execute(QUERY).fetchall(), report.quarantined


csv_forms = st.tuples(
    st.sampled_from((",", ";", "\t", "|")),
    st.sampled_from(("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le")),
    st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
    st.sampled_from(("\n", "\r\n")),
)


@settings(max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(some_rows, csv_forms, st.booleans(), st.integers(1, 3))
@example(
    [("1", "2025-03-04 08:05:00", "D1", "530302001", "12", "是", "张\n王,1", '李"')],
    (";", "gb18030", csv.QUOTE_MINIMAL, "\r\n"),
    True,
    1,
)
def test_the_same_rows_are_the_same_in_every_kind_of_file(
    rows: list, form: tuple, typed: bool, sheets: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        plain, formed, book, parquet = (
            Path(folder) / f"disputes.{end}" for end in ("csv", "CSV", "xlsx", "parquet")
        )
        as_csv(plain, rows, ",", "utf-8", csv.QUOTE_MINIMAL, "\n")
        as_csv(formed, rows, *form)
        as_workbook(book, rows, typed=typed, sheets=min(sheets, len(rows)))
        as_parquet(parquet, rows, typed=typed)
        outcomes = [loaded(path) for path in (plain, formed, book, parquet)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, str)]
    assert all("quote that is not closed" in refusal for refusal in refused), refused
    whole = [outcome for outcome in outcomes if not isinstance(outcome, str)]
    assert whole[1:] == whole[:-1]
    assert all(len(kept) + quarantined == len(rows) for kept, quarantined in whole)


long_numbers = st.integers(10**15, 10**19).map(str)


@settings(max_examples=examples(6), deadline=None)
@given(st.lists(long_numbers, min_size=2, max_size=4, unique=True))
def test_long_numbers_keep_every_digit_or_are_held(numbers: list[str]) -> None:
    """As text and as decimals they are kept; as number cells and floats no two of them become one record."""
    rows = [(n, "2025-03-04 08:05:00", "D1", "530302001", "", "", "", "") for n in numbers]
    with tempfile.TemporaryDirectory() as folder:
        text, decimal, floating, book = (
            Path(folder) / f"{n}" / f"disputes.{end}"
            for n, end in enumerate(("csv", "parquet", "parquet", "xlsx"))
        )
        for path in (text, decimal, floating, book):
            path.parent.mkdir()
        as_csv(text, rows, ",", "utf-8", csv.QUOTE_MINIMAL, "\n")
        frame = pl.DataFrame(rows, schema=HEADINGS, orient="row")
        frame.with_columns(pl.col("纠纷编号").cast(pl.Decimal(20, 0))).write_parquet(decimal)
        frame.with_columns(pl.col("纠纷编号").cast(pl.Float64)).write_parquet(floating)
        with xlsxwriter.Workbook(str(book)) as workbook:
            sheet = workbook.add_worksheet()
            sheet.write_row(0, 0, HEADINGS)
            for down, cells in enumerate(rows, 1):
                sheet.write_number(down, 0, int(cells[0]))
                sheet.write_row(down, 1, cells[1:4])
        exact = [loaded(path) for path in (text, decimal)]
        assert exact[0] == exact[1]
        for outcome in (loaded(floating), loaded(book)):
            assert not isinstance(outcome, str)
            assert {row[0] for row in outcome[0]} <= {*numbers}
            assert len(outcome[0]) + outcome[1] == len(numbers)
