"""A workbook as one table: every sheet that holds it, each row with its sheet's line.

A line of the second sheet is counted from 10,000,000 on, of the third from 20,000,000 on, and so forth: 10,000,012 is line 12 of
the second sheet. Sheets are told by their place and not by name, for a name may be a person's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, BinaryIO

import polars as pl

from pipelines.errors import RefusedInput, UnreadableFile
from pipelines.mapping.landing_folder import SourceFile
from pipelines.mapping.mapping import known_headings
from pipelines.reading.csv_text import WRAPPED
from pipelines.reading.isolation import Block, read_isolated
from pipelines.reading.raw_file import LINE, RawFile, distinct_headings

UNCALCULATED = "#FORMULA"
"""What the reader of workbooks writes where a formula has no value (`sheet_marks`)."""
LINES_OF_A_SHEET = 10_000_000
LIKE_ENOUGH = 0.5
"""A sheet with so many of the table's headings is meant to be of it, and must have them all."""
TIME_ALONE = r"^1899-12-3[01] "
"""The day that stands before an hour without one."""
UNNAMED = "__UNNAMED__"


@dataclass(frozen=True)
class _Sheet:
    place: int
    visible: bool
    frame: pl.DataFrame | None
    repeated: frozenset[str] = frozenset()
    date1904: bool = False
    uncalculated: int = 0

    def fit(self, known: frozenset[str]) -> frozenset[str]:
        """The known headings that it holds."""
        return known & {*self.frame.columns} if self.frame is not None else frozenset()


def read_workbook(source: SourceFile, file: BinaryIO) -> RawFile:
    """Read the sheets of a workbook that hold its table.

    Args:
        source: the file and its mapping; a mapping that names no sheet takes every visible one with the same headings.
        file: open, at its beginning.

    Raises:
        UnreadableFile: no sheet holds anything, or it is damaged or out of bounds.
        RefusedInput: there is no sheet of the mapping's name, or two sheets of the table differ in their headings.
    """
    name, mapping = source.path.name, source.mapping
    wanted = (
        None
        if mapping.sheet is None
        else [mapping.sheet]
        if isinstance(mapping.sheet, str | int)
        else [*mapping.sheet]
    )
    try:
        blocks = read_isolated(file, source.path.suffix.lower(), source.limits, sheets=wanted)
        sheets = [_sheet(block, mapping.header_row) for block in _whole_sheets(blocks)]
    except RefusedInput as refusal:
        raise type(refusal)(f"{name}: {refusal}.") from None
    filled = [sheet for sheet in sheets if sheet.frame is not None and sheet.frame.width > 1]
    if not filled:
        raise UnreadableFile(f"{name}: the file is empty; it needs a row of headings")
    read = filled if wanted is not None else _sheets_of_table(name, filled, known_headings(mapping))
    frame = pl.concat([sheet.frame for sheet in read if sheet.frame is not None], how="diagonal")
    return RawFile(
        name, None, frame,
        repeated=frozenset().union(*(sheet.repeated for sheet in read)),
        notices=_notices(sheets, {sheet.place for sheet in read}),
        days_from_1904=any(sheet.date1904 for sheet in read),
    )  # fmt: skip


def _whole_sheets(blocks: Iterable[Block]) -> list[Block]:
    """Blocks of the same sheet as one."""
    sheets: dict[int, Block] = {}
    for block in blocks:
        place = block.header["place"]
        before = sheets.get(place)
        if before is not None and before.frame is not None and block.frame is not None:
            block = Block(block.header, pl.concat([before.frame, block.frame]))
        sheets[place] = block
    return list(sheets.values())


def _sheet(block: Block, header_row: int) -> _Sheet:
    """A sheet's cells under its headings, each row with its line."""
    header = block.header
    place, visible = header["place"], header["visible"]
    if block.frame is None or not len(block.frame):
        return _Sheet(place, visible, pl.DataFrame() if block.frame is not None else None)
    cells, uncalculated = _written_over(block.frame, header["cells"])
    cells = cells.select(_plain(column) for column in cells)
    top = max(0, header_row - 1 - header["first_row"])
    if top >= len(cells):
        return _Sheet(place, visible, pl.DataFrame())
    cells = _filled(cells, header, top)
    titles = [title or "" for title in cells.row(top)]
    rows = cells.slice(top + 1)
    kept = [
        n for n, title in zip(cells.columns, titles, strict=True) if title or rows[n].null_count() < len(rows)
    ]
    headings = [title or f"{UNNAMED}{at}" for at, title in enumerate(titles) if cells.columns[at] in kept]
    names, repeated = distinct_headings(headings)
    first = (place - 1) * LINES_OF_A_SHEET + header["first_row"] + top + 2
    rows = rows.select(kept)
    rows.columns = names
    lines = pl.int_range(first, first + len(rows), dtype=pl.Int64, eager=True).alias(LINE)
    blank = pl.all_horizontal(pl.col(names).is_null())
    rows = rows.insert_column(0, lines).filter(~blank)
    if uncalculated and not len(rows):
        raise UnreadableFile(
            f"sheet {place} holds formulas, and none has a value. Open it in a spreadsheet program, save it anew and send it again"
        )
    return _Sheet(place, visible, rows, repeated, header["date1904"], uncalculated)


def _plain(cells: pl.Series) -> pl.Series:
    """Cells as people see them: an hour without a day before it, a text without the wrapping that keeps it one."""
    if cells.str.starts_with("1899-12-3").any():
        cells = cells.str.replace(TIME_ALONE, "")
    if cells.str.starts_with('="').any():
        cells = cells.str.replace(WRAPPED, "$1")
    return cells.replace("", None) if (cells == "").any() else cells


def _written_over(frame: pl.DataFrame, cells: list[tuple[int, int, str]]) -> tuple[pl.DataFrame, int]:
    """The table with what its reader passes over (faults, formulas without a value, numbers that lost digits).

    Rows of nothing but formulas without a value are those of a form not yet filled in: they stay empty, and are counted.
    """
    empty = pl.Series([row for row, _, _ in cells if row >= len(frame)], dtype=pl.Int64)
    blank = frame.select(pl.all_horizontal(pl.all().is_null())).to_series().arg_true().cast(pl.Int64)
    uncalculated = {row for row, _, text in cells if text == UNCALCULATED} & {*empty, *blank}
    by_column: dict[int, dict[int, str]] = {}
    for row, column, text in cells:
        if row not in uncalculated:
            by_column.setdefault(column, {})[row] = text
    for column, texts in by_column.items():
        if not 0 <= column < frame.width or not 0 <= min(texts) <= max(texts) < len(frame):
            raise UnreadableFile(
                "cells outside the table hold texts or formulas that cannot be read. "
                "Open it in a spreadsheet program, save it anew and send it again"
            )
        frame = frame.with_columns(frame.to_series(column).scatter(list(texts), list(texts.values())))
    return frame, len(uncalculated)


def _filled(cells: pl.DataFrame, header: dict[str, Any], top: int) -> pl.DataFrame:
    """Merged cells of the body, each filled with the one value they show; merged headings and titles stay as they are."""
    for first, left, last, right in header["merged"]:
        first, last = first - header["first_row"], min(last - header["first_row"], len(cells) - 1)
        column = left - header["first_column"]
        if left != right or first <= top or not 0 <= column < cells.width or last <= first:
            continue
        values = cells.to_series(column)
        cells = cells.with_columns(values.scatter(range(first + 1, last + 1), values[first]))
    return cells


def _sheets_of_table(name: str, sheets: list[_Sheet], known: frozenset[str]) -> list[_Sheet]:
    """The sheets that hold the mapping's table: those with the same known headings as the likeliest.

    Raises:
        RefusedInput: a sheet has most of these headings and not all, or more.
    """
    likeliest = max(sheets, key=lambda sheet: len(sheet.fit(known)))
    headings = likeliest.fit(known)
    if not headings:
        return [likeliest]
    for sheet in sheets:
        if sheet.fit(known) != headings and len(sheet.fit(known)) >= LIKE_ENOUGH * len(headings):
            differing = "、".join(sorted(headings ^ sheet.fit(known)))
            raise RefusedInput(
                f"{name}: sheet {sheet.place} has other headings than sheet {likeliest.place} ({differing}). Make them alike, "
                "or name the sheets to read in the mapping (`sheet`)."
            )
    return [sheet for sheet in sheets if sheet.fit(known) == headings]


def _notices(sheets: list[_Sheet], read: set[int]) -> tuple[str, ...]:
    """Which sheets are not read, and why."""
    places: dict[tuple[str, str], list[str]] = {}
    for sheet in sheets:
        if sheet.place in read or (sheet.frame is not None and sheet.frame.width <= 1):
            continue
        reason = ("隐藏", "hidden") if not sheet.visible else ("表头不同", "other headings or not named")
        places.setdefault(reason, []).append(str(sheet.place))
    forms = sum(sheet.uncalculated for sheet in sheets if sheet.place in read)
    empty = f"{forms}行只有没有结果的公式，未读入 · {forms} rows hold formulas without a value alone, and are not read"
    return (empty,) * bool(forms) + tuple(
        f"未读入工作表 {'、'.join(at)}（{zh}） · sheet {', '.join(at)} of {len(sheets)} not read ({en}); name it in the mapping (`sheet`) to read it"
        for (zh, en), at in places.items()
    )
