"""Writes rows in blocks of 52 weeks by when they became known, so that a longer city only adds files."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl
import xlsxwriter

from pipelines.simulator.files import KINDS
from pipelines.simulator.parameters import BLOCK_WEEKS, WEEK
from pipelines.simulator.sheets import Sheet

BLOCK = BLOCK_WEEKS * WEEK
FIXED_DATE = datetime(2023, 1, 2)
"""What XLSX files bear as their date of creation."""
ROWS_AT_ONCE = 200_000
"""Rows of a text file put into words at once, which bounds the memory."""


@dataclass
class Blocks:
    """Rows waiting for their block to be complete. Rows known at or after the end are never written."""

    out: Path
    sheet: Sheet
    end: int
    written_before: int = 0
    waiting: dict[tuple[str, int], list[pl.DataFrame]] = field(default_factory=dict)

    def add(self, table: str, rows: pl.DataFrame) -> None:
        """Keep a week's rows until their block is written."""
        rows = rows.filter(pl.col("known") < self.end)
        for (block,), part in rows.group_by(pl.col("known") // BLOCK, maintain_order=True):
            if block >= self.written_before:
                self.waiting.setdefault((table, int(str(block))), []).append(part)

    def write_until(self, week: int) -> None:
        """Write every block that no later week can add to."""
        done = week // BLOCK_WEEKS if week * WEEK < self.end else self.end // BLOCK + 1
        for table, block in sorted(key for key in self.waiting if key[1] < done):
            rows = pl.concat(self.waiting.pop((table, block))).sort("known", "number", maintain_order=True)
            write_file(self.out, table, block, self.sheet, rows)


def file_name(table: str, block: int) -> str:
    """`disputes_01.csv` holds the first 52 weeks."""
    return f"{table}_{block + 1:02d}.{KINDS[table][0].split('.')[-1]}"


def write_file(out: Path, table: str, block: int, sheet: Sheet, rows: pl.DataFrame) -> None:
    """Write one file of one block in the table's own format."""
    kind, fill = KINDS[table]
    path = out / file_name(table, block)
    if kind == "parquet":
        fill(sheet, rows).write_parquet(path, compression="zstd", compression_level=3)
    elif kind == "xlsx":
        _write_xlsx(path, fill(sheet, rows))
    else:
        encoding = {"gb18030.csv": "gb18030", "bom.csv": "utf-8-sig", "csv": "utf-8"}[kind]
        _write_csv(path, encoding, (fill(sheet, part) for part in rows.iter_slices(ROWS_AT_ONCE)))


def _write_csv(path: Path, encoding: str, parts: Iterator[pl.DataFrame]) -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        for at, part in enumerate(parts):
            buffer = io.BytesIO()
            part.write_csv(buffer, include_header=at == 0)
            file.write(buffer.getvalue().decode("utf-8"))


def _write_xlsx(path: Path, frame: pl.DataFrame) -> None:
    workbook = xlsxwriter.Workbook(
        str(path), {"default_date_format": "yyyy-mm-dd hh:mm", "constant_memory": False}
    )
    workbook.set_properties({"created": FIXED_DATE})
    sheet = workbook.add_worksheet()
    sheet.write_row(0, 0, frame.columns)
    for column, series in enumerate(frame.iter_columns()):
        sheet.write_column(1, column, series.to_list())
    workbook.close()
