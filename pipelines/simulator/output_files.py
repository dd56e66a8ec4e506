"""Writes rows in blocks of 52 weeks by when they became known, so that a longer city only adds files."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl

from pipelines.deterministic_write import new_workbook
from pipelines.simulator.cell_formats import Sheet
from pipelines.simulator.landing_files import KINDS
from pipelines.simulator.parameters import BLOCK_WEEKS, WEEK

FIXED_DATE = datetime(2023, 1, 2)
"""What XLSX files bear as their date of creation."""
ROWS_AT_ONCE = 200_000
"""Rows of a text file put into words at once, which bounds the memory."""


@dataclass
class Blocks:
    """Rows waiting for their block to be complete. Rows known at or after the end are never written.

    A block is `block` minutes long.
    """

    out: Path
    sheet: Sheet
    end: int
    next_block: int = 0
    block: int = BLOCK_WEEKS * WEEK
    waiting: dict[str, list[pl.DataFrame]] = field(default_factory=dict)

    def add(self, table: str, rows: pl.DataFrame) -> None:
        """Keep a week's rows until their block is written."""
        first = self.next_block * self.block
        kept = rows.filter((pl.col("known") >= first) & (pl.col("known") < self.end))
        self.waiting.setdefault(table, []).append(kept)

    def write_until(self, week: int) -> None:
        """Write every block that no later week can add to; each table gets a file, be it an empty one."""
        upto = min(week * WEEK, self.end)
        while self.next_block * self.block < upto and (
            upto - self.next_block * self.block >= self.block or upto == self.end
        ):
            last = (self.next_block + 1) * self.block
            for table, parts in self.waiting.items():
                rows = pl.concat(parts)
                in_block = rows.filter(pl.col("known") < last).sort("known", "number", maintain_order=True)
                write_file(self.out, table, self.next_block, self.sheet, in_block)
                self.waiting[table] = [rows.filter(pl.col("known") >= last)]
            self.next_block += 1


def file_names(weeks: int) -> list[str]:
    """The files that a city of so many weeks consists of."""
    blocks = -(-weeks // BLOCK_WEEKS)
    return [file_name(table, block) for table in KINDS for block in range(blocks)]


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
    workbook = new_workbook(path, default_date_format="yyyy-mm-dd hh:mm", constant_memory=False)
    workbook.set_properties({"created": FIXED_DATE})
    sheet = workbook.add_worksheet()
    sheet.write_row(0, 0, frame.columns)
    for column, series in enumerate(frame.iter_columns()):
        sheet.write_column(1, column, series.to_list())
    workbook.close()
