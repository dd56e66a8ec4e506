"""The text of a CSV as a frame, and the lines of it that are no whole record.

What a library says about a broken file may quote the file, so it is never passed on: the errors here say in their own
words what is wrong and in which line.
"""

import csv
import io
import re
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.city.file_limits import FileLimits
from pipelines.errors import OutOfBounds, UnreadableFile
from pipelines.reading.raw_file import FAULTS, LINE, RULE, RawFile

SEPARATORS = (",", ";", "\t", "|")
SEPARATOR_LINE = re.compile(r'^"?sep=(.)"?$', re.IGNORECASE)
"""The first line by which spreadsheet programs say what parts the fields."""
LINES_COMPARED = 20
TEXT_COMPARED = 1 << 16
TOO_FEW = "the line has fewer fields than there are headings: it breaks off, or a line break stands in a field without quotes"
REMEDY = "Export it again, with fields that hold separators, quotes or line breaks in quotes."
LONGEST_LINE = 1 << 24
"""Letters of one line; a longer one would be copied a dozen times before it was found to be no row."""
WRAPPED = r'^="(.*)"$'
"""How a text is written that a spreadsheet program must not take for a number."""


@dataclass(frozen=True)
class CsvForm:
    """How a CSV is written: what parts its fields, the line of its headings, and how many there are."""

    separator: str
    header_line: int
    width: int


def plain_text(text: str) -> str:
    """Line ends of one kind, and no marks of the encoding before or of an old system's end behind."""
    if text.startswith("\ufeff") or text.endswith("\x1a"):
        text = text.lstrip("\ufeff").rstrip("\x1a")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def csv_form(name: str, text: str, separator: str | None, header_row: int) -> CsvForm:
    """How a CSV is written, by its first lines.

    Args:
        name: of the file, for errors.
        text: from the file's beginning, at least to the headings' end.
        separator: the mapping's own; detected if None.
        header_row: the line of the headings, or one before it that is blank or says what parts the fields.

    Raises:
        UnreadableFile: there is no text at all.
    """
    if not text or text.isspace():
        raise UnreadableFile(f"{name}: the file is empty; it needs a row of headings")
    lines = text[:TEXT_COMPARED].split("\n")
    first = next((at for at, line in enumerate(lines) if line.strip()), 0)
    header = header_row - 1
    if stated := SEPARATOR_LINE.match(lines[first]):
        separator, header = separator or stated.group(1), max(header, first + 1)
    header = next((at for at in range(header, len(lines)) if lines[at].strip()), header)
    separator = separator or _likeliest_separator(
        [row for row in lines[header : header + LINES_COMPARED] if row]
    )
    if header >= len(lines) - 1:  # the headings reach beyond what is compared
        lines = text.split("\n", header + 1)
    return CsvForm(
        separator, header + 1, len(_fields(lines[header], separator)) if header < len(lines) else 0
    )


def refuse_large_text(name: str, text: str, form: CsvForm, limits: FileLimits) -> None:
    """Refuse a CSV with more columns, rows or cells than the profile lets in, or with a line that is none of a table.

    Raises:
        OutOfBounds: names the bound and, where it may be raised, the setting.
    """
    if _has_endless_line(text):
        raise OutOfBounds(
            f"{name}: a line is longer than {LONGEST_LINE:,} letters, which is no row of a table. Export the file again."
        )
    rows = text.count("\n")
    for bound, value in (("columns", form.width), ("rows", rows), ("cells", rows * form.width)):
        if value > getattr(limits, bound):
            raise OutOfBounds(
                f"{name}: {value:,} {bound}, and no more than {getattr(limits, bound):,} are read. Send it in smaller files, "
                f"or raise `limits: {{{bound}: ...}}` in profile.yml"
            )


def _has_endless_line(text: str) -> bool:
    """Whether a line is too long: looked for by the last line break of each stretch that long, not line by line."""
    at = 0
    while len(text) - at > LONGEST_LINE:
        at = text.rfind("\n", at, at + LONGEST_LINE + 1) + 1
        if at == 0:
            return True
    return False


def csv_frame(name: str, content: bytes, form: CsvForm, before: int = 0) -> pl.DataFrame:
    """The text of a CSV, every column as text.

    Args:
        name: of the file, for errors.
        content: headings and rows, in UTF-8.
        form: how it is written.
        before: lines of the file that stand before those of `content`.

    Raises:
        UnreadableFile: a line is no proper CSV; names the line.
    """
    table = content.split(b"\n", form.header_line - 1)[-1] if form.header_line > 1 else content
    try:
        frame = pl.read_csv(table, infer_schema=False, separator=form.separator)
    except pl.exceptions.PolarsError:
        raise UnreadableFile(f"{name}: {_what_is_wrong(content.decode(), form, before)}") from None
    if b'="' in content:
        frame = frame.with_columns(pl.all().str.replace(WRAPPED, "$1"))
        frame.columns = [re.sub(WRAPPED, r"\1", heading) for heading in frame.columns]
    return frame


def checked_lines(
    raw: RawFile, content: bytes, form: CsvForm, frame: pl.DataFrame, before: int = 0
) -> pl.DataFrame:
    """The lines with too few fields, as `faults` of a file.

    Args:
        raw: the file, its rows lined.
        content: the text its rows were read from, with headings, in UTF-8.
        form: how it is written.
        frame: every row of the text, blank ones included.
        before: lines of the file that stand before those of `content`.

    Raises:
        UnreadableFile: the last line breaks off, or a field swallows lines; names the line.
    """
    _refuse_broken_end(raw.name, content, form)
    quoted = b'"' in content
    if quoted:
        _refuse_swallowed(raw, form)
    if form.width < 2 or _all_whole(content, form, frame, quoted=quoted):
        return pl.DataFrame(schema=FAULTS)
    short = _short_lines(content.decode(), form, before)
    return pl.DataFrame({LINE: short, RULE: [TOO_FEW] * len(short)}, schema=FAULTS).filter(
        pl.col(LINE).is_in(raw.frame[LINE].implode())
    )


def _likeliest_separator(rows: list[str]) -> str:
    """The separator that gives the headings most fields, and the rows below as many."""

    def fit(separator: str) -> tuple[float, int]:
        widths = [len(_fields(row, separator)) for row in rows]
        if not widths or widths[0] < 2:
            return (0.0, 0)
        return (sum(width == widths[0] for width in widths) / len(widths), widths[0])

    best = max(SEPARATORS, key=fit)
    return best if fit(best) > (0.0, 0) else ","


def _fields(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return line.split(separator)


def _all_whole(content: bytes, form: CsvForm, frame: pl.DataFrame, *, quoted: bool) -> bool:
    """Whether every line has as many fields as there are headings: by counting, without looking at one of them."""
    mark = form.separator.encode()
    separators = int(np.count_nonzero(np.frombuffer(content, np.uint8) == mark[0]))
    if form.header_line > 1:
        head = content.split(b"\n", form.header_line - 1)
        separators -= sum(line.count(mark) for line in head[:-1])
    if quoted:
        inside = pl.sum_horizontal(
            pl.all().str.count_matches(form.separator, literal=True).fill_null(0)
        ).sum()
        separators -= int(frame.select(inside).item()) + sum(h.count(form.separator) for h in frame.columns)
    whole = (form.width - 1) * (len(frame) + 1)
    if separators == whole:
        return True
    blank = int(frame.select(pl.all_horizontal(pl.all().is_null()).sum()).item())
    return separators == whole - blank * (form.width - 1)


def _short_lines(content: str, form: CsvForm, before: int) -> list[int]:
    """Where records begin that have fewer fields than there are headings."""
    rows = csv.reader(io.StringIO(content, newline=""), delimiter=form.separator)
    short, began = [], 0
    for row in rows:
        if began >= form.header_line and 0 < len(row) < form.width:
            short.append(began + 1 + before)
        began = rows.line_num
    return short


def _refuse_broken_end(name: str, content: bytes, form: CsvForm) -> None:
    """Refuse a CSV whose last line breaks off before its last field."""
    if content.endswith(b"\n"):
        return
    last = content[content.rfind(b"\n") + 1 :]
    if b'"' not in last and 0 < last.count(form.separator.encode()) + 1 < form.width:
        raise UnreadableFile(f"{name}: the last line breaks off; the file is truncated. Send the whole file.")


def _refuse_swallowed(raw: RawFile, form: CsvForm) -> None:
    """Refuse a CSV in which a field holds line breaks and, between them, what are rows of the table.

    Two stray quotes make one field of all that stands between them. Such a field holds as many separators for each line
    break as a row has, or goes on after a break with a value like those of the first column.
    """
    if form.width < 2:
        return
    first = raw.headings[0]
    for heading in raw.headings:
        broken = raw.frame.filter(pl.col(heading).str.contains("\n", literal=True))
        if not len(broken):
            continue
        shapes = {_shape(value) for value in raw.frame[first].drop_nulls().head(1000)} - {""}
        for line, text in broken.select(LINE, heading).iter_rows():
            pieces = text.split("\n")[1:]
            separators = text.count(form.separator)
            as_rows = separators == len(pieces) * (form.width - 1) and form.width > 2
            as_keys = any(
                form.separator in p and _shape(p.split(form.separator)[0]) in shapes for p in pieces
            )
            if as_rows or as_keys:
                raise UnreadableFile(
                    f"{raw.name}: line {line} has a quote that is not closed: its field goes on over {len(pieces)} more lines, "
                    f"which look like rows of their own. {REMEDY}"
                )


def _shape(text: str) -> str:
    """What a value looks like: runs of digits and of letters each as one; empty for what has no digit."""
    if not any(character.isdigit() for character in text):
        return ""
    return re.sub(r"[^\W\d_]+", "A", re.sub(r"\d+", "0", text.strip()))


def _what_is_wrong(content: str, form: CsvForm, before: int) -> str:
    """The first line that is no proper CSV, said without its content."""
    rows = csv.reader(io.StringIO(content, newline=""), delimiter=form.separator, strict=True)
    began = 0
    try:
        for row in rows:
            began = rows.line_num
            if began >= form.header_line and len(row) > form.width:
                below = (
                    "Or do the headings stand further down? Then say `header_row` in a mapping. "
                    if form.width == 1
                    else ""
                )
                return f"line {began + before} has {len(row)} fields and the headings are {form.width}. {below}{REMEDY}"
    except csv.Error:
        return f"line {began + 1 + before} has a quote that is not closed or stands inside a field. {REMEDY}"
    for line, text in enumerate(content.split("\n"), 1):
        if text.count('"') % 2:
            return f"line {line + before} has a quote that is not closed or stands inside a field. {REMEDY}"
    return f"cannot be read as csv. {REMEDY}"
