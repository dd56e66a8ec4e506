"""What the XML of an .xlsx says beyond its cells' values: its sheets, uncalculated formulas, long numbers, merges.

The XML is read block by block and searched for what is rare; it is not parsed, so nothing in it is ever expanded.
"""

import html
import posixpath
import re
import zipfile
from dataclasses import dataclass, field

import numpy as np

from pipelines.errors import OutOfBounds, UnreadableFile

UNCALCULATED = "#FORMULA"
"""Stands where a formula has no value, because no program has ever calculated it."""
EXACT_DIGITS = 10**15
"""From here on a number cell may have lost digits: Excel keeps fifteen."""
BLOCK = 8 << 20
ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^>]*)>")
RELATION = re.compile(rb"<(?:\w+:)?Relationship\s([^>]*)>")
DATE_1904 = re.compile(rb"""<(?:\w+:)?workbookPr\s[^>]*date1904\s*=\s*["'](?:1|true)["']""")
MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]*ref\s*=\s*["']([A-Z]+)(\d+):([A-Z]+)(\d+)["']""")
REFERENCE = re.compile(rb"^([A-Z]{1,3})(\d{1,7})$")


@dataclass(frozen=True)
class Sheet:
    """A worksheet: its name, whether people see it, and the part of the archive that holds it."""

    name: str
    visible: bool
    part: str


@dataclass
class Marks:
    """Of one sheet, counted from 0: the first row with a value, cells to write over, merged ranges."""

    first_row: int = 0
    cells: list[tuple[int, int, str]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


def sheet_list(archive: zipfile.ZipFile) -> tuple[list[Sheet], bool]:
    """The worksheets of a workbook in order, and whether its days count from 1904.

    Raises:
        UnreadableFile: it is of another format that is zipped as well, or its list of sheets is damaged.
    """
    names = {name.lower(): name for name in archive.namelist()}
    if "xl/workbook.bin" in names:
        raise UnreadableFile("it is an .xlsb workbook. Save it as .xlsx and send it again")
    if "content.xml" in names:
        raise UnreadableFile("it is an OpenDocument table. Save it as .xlsx and send it again")
    if "xl/workbook.xml" not in names:
        raise UnreadableFile(
            "it is an archive without a workbook in it. Export the table as .xlsx or .csv and send that"
        )
    book = archive.read(names["xl/workbook.xml"])
    relations = archive.read(names.get("xl/_rels/workbook.xml.rels", ""))
    if b"<!DOCTYPE" in book + relations:
        raise UnreadableFile("its XML holds a document type, as no workbook does. Save it anew as .xlsx")
    parts = {}
    for match in RELATION.finditer(relations):
        entry = _attributes(match.group(1))
        if entry.get("Type", "").endswith("/worksheet"):
            target = entry.get("Target", "")
            parts[entry.get("Id", "")] = (
                target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
            )
    sheets = []
    for match in SHEET.finditer(book):
        entry = _attributes(match.group(1))
        relation = next((value for name, value in entry.items() if name.endswith(":id")), "")
        if relation in parts:
            visible = entry.get("state", "visible") == "visible"
            part = parts[relation]
            sheets.append(Sheet(entry.get("name", ""), visible, names.get(part.lower()) or part))
    return sheets, DATE_1904.search(book) is not None


def sheet_marks(archive: zipfile.ZipFile, part: str, most_bytes: int) -> Marks:
    """Search a sheet's XML.

    Args:
        archive: the workbook.
        part: the sheet's name in it.
        most_bytes: how much it may unpack to.

    Raises:
        OutOfBounds: it unpacks to more.
        UnreadableFile: it declares XML entities.
    """
    marks = Marks()
    with archive.open(part) as file:
        text = file.read(BLOCK)
        if b"<!DOCTYPE" in text:
            raise UnreadableFile("its XML holds a document type, as no workbook does. Save it anew as .xlsx")
        patterns = _patterns(text)
        marks.first_row = _first_row(text, patterns)
        read = len(text)
        while more := file.read(BLOCK):
            read += len(more)
            if read > most_bytes:
                raise OutOfBounds(f"a sheet unpacks to more than {most_bytes >> 20:,} megabytes")
            cut = text.rfind(patterns.cell)
            cut = cut if cut > 0 else len(text)
            _search(text[:cut], patterns, marks)
            text = text[cut:] + more
        _search(text, patterns, marks)
    return marks


@dataclass(frozen=True)
class _Patterns:
    """What is searched for, in the namespace prefix the sheet writes its tags with."""

    cell: bytes
    row: bytes
    valued: re.Pattern[bytes]
    uncalculated: re.Pattern[bytes]
    inline: re.Pattern[bytes]
    long_numbers: tuple[re.Pattern[bytes], re.Pattern[bytes]]
    inline_mark: bytes = b"inlineStr"
    formula_mark: bytes = b"<f"
    merge_mark: bytes = b"mergeCell "
    value_mark: bytes = b"<v>"


def _patterns(start: bytes) -> _Patterns:
    opening = re.search(rb"<(\w+:)?worksheet", start)
    p = (opening.group(1) or b"") if opening else b""
    formula = rb"(?:<" + p + rb"f[^>]*/>|<" + p + rb"f[^>]*>[^<]*</" + p + rb"f>)?"
    return _Patterns(
        cell=b"<" + p + b"c ",
        row=b"<" + p + b"row",
        valued=re.compile(
            rb"<" + p + rb"c\s([^>]*[^/>])>\s*" + formula + rb"\s*<" + p + rb"(?:v>[^<]|is[ >])"
        ),
        uncalculated=re.compile(
            rb"(?:</" + p + rb"f>|<" + p + rb"f(?:\s[^>]*)?/>)\s*"
            rb"(?:</" + p + rb"c>|<" + p + rb"v\s*/>|<" + p + rb"v>\s*</" + p + rb"v>)"
        ),
        inline=re.compile(rb"""inlineStr["'][^>]*>\s*<""" + p + rb"v>([^<]*)</"),
        long_numbers=(
            re.compile(rb"<" + p + rb"v>(-?\d{16,}(?:\.\d*)?)<"),
            re.compile(rb"<" + p + rb"v>(-?[\d.]{1,40}[eE]\+?\d+)<"),
        ),
        formula_mark=b"<" + p + b"f",
        merge_mark=b"<" + p + b"mergeCell ",
        value_mark=b"<" + p + b"v>",
    )


def _first_row(text: bytes, patterns: _Patterns) -> int:
    """The row, from 0, of the first cell that holds anything."""
    match = patterns.valued.search(text)
    if match is None:
        return 0
    place = REFERENCE.match(_attributes(match.group(1)).get("r", "").encode())
    return int(place.group(2)) - 1 if place else text.count(patterns.row, 0, match.start()) - 1


def _search(text: bytes, patterns: _Patterns, marks: Marks) -> None:
    """Add the marks of one block that ends where a cell begins."""
    if patterns.formula_mark in text:
        for match in patterns.uncalculated.finditer(text):
            place, kind = _cell_at(text, match.start(), patterns)
            if kind != "str":  # an empty text is the value of many a formula
                marks.cells.append((*place, UNCALCULATED))
    has_values = patterns.value_mark in text
    if has_values and patterns.inline_mark in text:
        for match in patterns.inline.finditer(text):
            place, _ = _cell_at(text, match.start(), patterns)
            marks.cells.append((*place, html.unescape(match.group(1).decode("utf-8", "replace"))))
    many_digits, with_exponent = (
        patterns.long_numbers
    )  # one by one, each searched by how it begins: five times faster
    for pattern, may_be in ((many_digits, has_values), (with_exponent, has_values and _holds_exponent(text))):
        for match in pattern.finditer(text) if may_be else ():
            place, kind = _cell_at(text, match.start(), patterns)
            if kind == "n" and abs(value := float(match.group(1))) >= EXACT_DIGITS:
                marks.cells.append((*place, f"{value:E}"))
    if patterns.merge_mark in text:
        for left, top, right, bottom in MERGED.findall(text):
            marks.merged.append((int(top) - 1, _column(left), int(bottom) - 1, _column(right)))


def _holds_exponent(text: bytes) -> bool:
    """Whether an E follows a digit or a point anywhere, as in no text of a sheet but 1.5E+17 and the like."""
    letters = np.frombuffer(text, np.uint8)
    at = np.flatnonzero((letters[1:] | 32) == ord("e"))
    before = letters[at]
    return bool((((before >= ord("0")) & (before <= ord("9"))) | (before == ord("."))).any())


def _cell_at(text: bytes, inside: int, patterns: _Patterns) -> tuple[tuple[int, int], str]:
    """Row and column from 0, and the type, of the cell that holds a place of the text."""
    start = text.rfind(patterns.cell, 0, inside)
    cell = _attributes(text[start : text.find(b">", start)])
    place = REFERENCE.match(cell.get("r", "").encode())
    if start < 0 or place is None:
        raise UnreadableFile(
            "a cell without a place holds no plain value. Save it anew as .xlsx in a spreadsheet program"
        )
    return (int(place.group(2)) - 1, _column(place.group(1))), cell.get("t", "n")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _attributes(text: bytes) -> dict[str, str]:
    return {
        name.decode(): html.unescape((double or single).decode("utf-8", "replace"))
        for name, double, single in ATTRIBUTE.findall(text)
    }
