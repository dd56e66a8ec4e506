"""The sheets of a workbook as text, cell by cell, with where each stands; runs in the isolated reader alone.

Calamine reads the cells. What it does not say, or says otherwise than the file (a formula nobody has calculated, a
number that lost digits, a text written in a way it passes over), is found in the sheet's own XML.
"""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, BinaryIO

import pyarrow as pa

from pipelines.errors import OutOfBounds, RefusedInput
from pipelines.reading.sheet_marks import EXACT_DIGITS, Marks, sheet_list, sheet_marks

SMALL = 64 << 20
"""Unpacked bytes below which no ratio is suspicious."""
FAULT = "#N/A"
"""How any error of a formula is told on: #N/A, #REF!, #DIV/0! and their kind."""

Block = tuple[dict[str, Any], pa.Table | None]


def read_sheets(file: BinaryIO, wanted: list[str | int] | None, limits: dict[str, int]) -> Iterator[Block]:
    """Every worksheet of a workbook.

    Args:
        file: the workbook, at its beginning.
        wanted: names or places (from 0) of the sheets to read; all that are visible if None.
        limits: the profile's bounds.

    Yields:
        A header for each sheet: `place` from 1, `name`, `visible`; and where it is read `first_row` and `first_column`
        (from 0) of the table's corner, `cells` to be written over it as (row, column, text), `merged` ranges,
        `date1904`, and the table, all text.

    Raises:
        RefusedInput: it holds none of the wanted sheets, or more than may be unpacked.
    """
    start = file.read(2)
    file.seek(0)
    if start == b"PK":
        yield from _modern(file, wanted, limits)
    else:
        yield from _old(file, wanted)


def _modern(file: BinaryIO, wanted: list[str | int] | None, limits: dict[str, int]) -> Iterator[Block]:
    import fastexcel

    with zipfile.ZipFile(file) as archive:
        _refuse_bomb(archive, limits)
        sheets, date1904 = sheet_list(archive)
        chosen = _chosen([(sheet.name, sheet.visible) for sheet in sheets], wanted)
        file.seek(0)
        book = fastexcel.read_excel(file.read())
        for at, sheet in enumerate(sheets):
            header: dict[str, Any] = {"place": at + 1, "name": sheet.name, "visible": sheet.visible}
            if at not in chosen:
                yield header, None
                continue
            marks = sheet_marks(archive, sheet.part, limits["unpacked_megabytes"] << 20)
            loaded = book.load_sheet(sheet.name, header_row=None, dtypes="string")
            batch, errors = loaded.to_arrow_with_errors()
            columns = [column.absolute_index for column in loaded.available_columns()]
            corner = {
                "first_row": marks.first_row,
                "first_column": min(columns, default=0),
                "date1904": date1904,
            }
            faults = [(*error.offset_position, FAULT) for error in errors.errors] if errors else []
            table = pa.Table.from_batches(
                [pa.RecordBatch.from_arrays(batch.columns, names=[str(n) for n in range(batch.num_columns)])]
            )
            yield header | corner | {"cells": faults + _placed(marks, corner), "merged": marks.merged}, table


def _placed(marks: Marks, corner: dict[str, Any]) -> list[tuple[int, int, str]]:
    """The marks of a sheet, counted from its table's corner."""
    return [
        (row - corner["first_row"], column - corner["first_column"], text)
        for row, column, text in marks.cells
    ]


def _old(file: BinaryIO, wanted: list[str | int] | None) -> Iterator[Block]:
    """An .xls workbook: at most 65,536 rows and 256 columns a sheet, so that cells may be objects."""
    import fastexcel
    import python_calamine as calamine

    book = calamine.load_workbook(file)
    metadata = book.sheets_metadata
    sheets = [
        (sheet.name, sheet.visible == calamine.SheetVisibleEnum.Visible)
        for sheet in metadata
        if sheet.typ == calamine.SheetTypeEnum.WorkSheet
    ]
    chosen = _chosen(sheets, wanted)
    file.seek(0)
    errors_of = fastexcel.read_excel(file.read())
    for at, (name, visible) in enumerate(sheets):
        header = {"place": at + 1, "name": name, "visible": visible}
        if at not in chosen:
            yield header, None
            continue
        sheet = book.get_sheet_by_name(name)
        rows = sheet.to_python(skip_empty_area=True)
        row, column = sheet.start or (0, 0)
        _, errors = errors_of.load_sheet(name, header_row=None, dtypes="string").to_arrow_with_errors()
        corner = {"first_row": row, "first_column": column, "date1904": False}
        faults = [(*error.offset_position, FAULT) for error in errors.errors] if errors else []
        merged = [(*start, *end) for start, end in sheet.merged_cell_ranges or []]
        texts = [pa.array([_text(cell) for cell in cells], pa.string()) for cells in zip(*rows, strict=True)]
        table = pa.Table.from_arrays(texts, names=[str(n) for n in range(len(texts))])
        yield header | corner | {"cells": faults, "merged": merged}, table


def _text(cell: object) -> str | None:
    if cell == "" or cell is None:
        return None
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, int | float):
        if abs(cell) >= EXACT_DIGITS:
            return f"{float(cell):E}"
        return str(int(cell)) if cell == int(cell) else repr(cell)
    if isinstance(cell, datetime | date | time):
        at = datetime.combine(cell, time()) if type(cell) is date else cell
        return at.isoformat(" ") if isinstance(at, datetime) else at.isoformat()
    return str(cell)


def _chosen(sheets: list[tuple[str, bool]], wanted: list[str | int] | None) -> set[int]:
    """The places (from 0) of the sheets to read."""
    if wanted is None:
        return {at for at, (_, visible) in enumerate(sheets) if visible}
    names = {name: at for at, (name, _) in enumerate(sheets)}
    chosen = set()
    for sheet in wanted:
        at = names.get(sheet) if isinstance(sheet, str) else sheet
        if at is None or not 0 <= at < len(sheets):
            raise RefusedInput(
                f"no sheet {sheet!r}, which the profile's mapping names; the workbook has {len(sheets)}"
            )
        chosen.add(at)
    return chosen


def _refuse_bomb(archive: zipfile.ZipFile, limits: dict[str, int]) -> None:
    """Refuse an archive by what its directory says that it unpacks to."""
    unpacked = sum(entry.file_size for entry in archive.infolist())
    packed = sum(entry.compress_size for entry in archive.infolist())
    if unpacked > limits["unpacked_megabytes"] << 20:
        raise OutOfBounds(
            f"it unpacks to {unpacked >> 20:,} megabytes, and no more than {limits['unpacked_megabytes']:,} are read. "
            "Send it in smaller files, or raise `limits: {unpacked_megabytes: ...}` in profile.yml"
        )
    if unpacked > SMALL and unpacked > packed * limits["unpacked_ratio"]:
        raise OutOfBounds(
            f"it unpacks to {unpacked // max(packed, 1):,} times its size, as no table does. Save it anew as CSV, "
            "or raise `limits: {unpacked_ratio: ...}` in profile.yml"
        )
