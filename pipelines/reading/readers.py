"""Reading one file of any accepted kind into a frame of its own headings, with the line of each row.

What a library says about a broken file may quote the file, so it is never passed on: the errors here
say in their own words what is wrong and where.
"""

import codecs
import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.errors import RefusedInput
from pipelines.mapping.landing_folder import SourceFile
from pipelines.reading.encodings import SAMPLE, UTF_16, detect_encoding
from pipelines.reading.file_kinds import refuse_other_kind

LINE = "file_line"
MOST_TITLES = 10
"""Rows of titles that may stand above the headings."""
DAYS_OF_DATES = (-719_162, 2_932_896)
"""From 0001-01-01 to 9999-12-31, in days since 1970."""
DAY_IN = {"ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
EXACT = 2**53
"""Below this every whole number has a floating one of its own."""
LOCAL_ZONE = "Asia/Shanghai"


@dataclass(frozen=True)
class RawFile:
    """A file as received: `frame` has one column per heading and `file_line`; text stays text.

    `repeated` are the headings that stand more than once: nobody can say which of them is meant.
    """

    name: str
    encoding: str | None
    frame: pl.DataFrame
    repeated: frozenset[str] = field(default=frozenset())

    @property
    def headings(self) -> list[str]:
        return [c for c in self.frame.columns if c != LINE]

    def first_rows(self) -> dict[int, list[str]]:
        """Line to cells as text of the first rows, among which the headings may stand."""
        rows = self.frame.head(MOST_TITLES).select(LINE, pl.col(self.headings).cast(pl.String)).iter_rows()
        return {line: [cell or "" for cell in cells] for line, *cells in rows}


def file_id(path: Path) -> str:
    """SHA-256 of the file's bytes: the same file is known again under any name."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_source(source: SourceFile) -> RawFile:
    """Read a whole file.

    Raises:
        RefusedInput: it is empty, truncated, not what its ending says, or in an encoding that cannot be
            told; names the file, the line where there is one, and the remedy.
    """
    path, mapping = source.path, source.mapping
    refuse_other_kind(path)
    with understandably(path):
        if path.suffix.lower() == ".csv":
            return _read_csv(path, mapping.encoding or detect_encoding(path), mapping.header_row)
        if path.suffix.lower() == ".parquet":
            return lined(path.name, None, plain_types(_read_parquet(path)), 1)
        frame = _read_xlsx(path, mapping.sheet, mapping.header_row)
        return lined(path.name, None, frame, mapping.header_row + 1)


@contextmanager
def understandably(path: Path) -> Iterator[None]:
    """Say of a broken file that it cannot be read, in place of what the library that reads it says.

    Raises:
        RefusedInput: the library failed in whatever way.
    """
    try:
        yield
    except (RefusedInput, MemoryError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException:  # a library in another language panics outside Exception
        raise RefusedInput(
            f"{path.name}: cannot be read as {path.suffix[1:].lower()} (damaged, truncated or of another kind). "
            "Export it again and send the whole file."
        ) from None


def csv_headings(path: Path, header_row: int) -> list[str]:
    """The headings of a CSV, from its first lines alone; none for a file of another kind or without any."""
    if path.suffix.lower() != ".csv":
        return []
    with path.open("rb") as file:
        start = file.read(SAMPLE)
    encodings = ("utf-16",) if start.startswith(UTF_16) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        lines = codecs.getincrementaldecoder(encoding)("ignore").decode(start).splitlines()
        whole = start if len(start) < SAMPLE else start[: start.rfind(b"\n") + 1]
        if encoding == "utf-8-sig" and not _is(whole, encoding):
            continue
        try:
            return next(csv.reader(lines[header_row - 1 : header_row]), [])
        except csv.Error:
            return []
    return []


def _read_csv(path: Path, encoding: str, header_row: int) -> RawFile:
    try:
        content = path.read_bytes().decode(encoding)
    except (UnicodeError, LookupError):
        raise wrong_encoding(path, encoding) from None
    content = content.removeprefix("\ufeff")
    if "\n" not in content:
        content = content.replace("\r", "\n")
    frame = csv_frame(path.name, content, header_row)
    refuse_broken_end(path.name, content, len(frame.columns))
    return lined(path.name, encoding, frame, header_row + 1, content.count("\n"))


def wrong_encoding(path: Path, encoding: str) -> RefusedInput:
    """The error for a file that its mapping's encoding does not decode."""
    return RefusedInput(f"{path.name}: is not in the encoding {encoding!r} the profile's mapping names")


def csv_frame(name: str, content: str, header_row: int, before: int = 0) -> pl.DataFrame:
    """The text of a CSV, every column as text.

    Args:
        name: of the file, for errors.
        content: headings and rows.
        header_row: the line of `content` that holds the headings.
        before: lines of the file that stand before those of `content`.

    Raises:
        RefusedInput: it is empty, or a line is no proper CSV; names the line.
    """
    if not content.strip():
        raise RefusedInput(f"{name}: the file is empty; it needs a row of headings")
    try:
        return pl.read_csv(content.encode(), infer_schema=False, skip_rows=header_row - 1)
    except pl.exceptions.PolarsError:
        raise RefusedInput(f"{name}: {_what_is_wrong(content, header_row, before)}") from None


def lined(name: str, encoding: str | None, frame: pl.DataFrame, first: int, newlines: int = 0) -> RawFile:
    """A frame as a file: headings told apart, each row with its line, empty rows left out.

    Args:
        name: of the file.
        encoding: of a CSV.
        frame: every row of the file, or of a part of it.
        first: the line of the first row.
        newlines: line breaks of the text up to the frame's end; more than rows say that fields hold some.
    """
    headings, repeated = _distinct(frame.columns)
    if not headings:
        raise RefusedInput(f"{name}: the file is empty; it needs a row of headings")
    frame.columns = headings
    index = pl.int_range(first, first + len(frame), dtype=pl.Int64, eager=True)
    if newlines > first + len(frame) - 1:
        index = index + _newlines_before(frame)
    blank = pl.all_horizontal(pl.col(headings).is_null())
    return RawFile(name, encoding, frame.insert_column(0, index.alias(LINE)).filter(~blank), repeated)


def _distinct(columns: Sequence[str]) -> tuple[list[str], frozenset[str]]:
    """Headings without white space around them, later ones of the same name numbered, and which those are."""
    names: list[str] = []
    repeated: set[str] = set()
    for column in columns:
        stem, _, copy = column.partition("_duplicated_")
        heading = (stem if copy.isdigit() else column).strip().lstrip("\ufeff").strip()
        name = heading
        while name in names or name == LINE:
            repeated.add(heading)
            name = f"{name}+"
        names.append(name)
    return names, frozenset(repeated)


def _newlines_before(frame: pl.DataFrame) -> pl.Series:
    """How many line breaks stand inside the fields of earlier rows."""
    inside = pl.sum_horizontal(pl.all().str.count_matches("\n", literal=True).fill_null(0))
    return frame.select(inside.cum_sum().shift(1, fill_value=0).cast(pl.Int64)).to_series()


def _what_is_wrong(content: str, header_row: int, before: int) -> str:
    """The first line that is no proper CSV, said without its content."""
    remedy = "Export it again, with fields that hold commas or quotes in quotes."
    rows = csv.reader(io.StringIO(content, newline=""), strict=True)
    width = began = 0
    try:
        for row in rows:
            began = rows.line_num
            if rows.line_num < header_row:
                continue
            if width == 0:
                width = len(row)
            elif len(row) > width:
                below = (
                    "Or do the headings stand further down? Then say `header_row` in a mapping. "
                    if width == 1
                    else ""
                )
                return f"line {rows.line_num + before} has {len(row)} fields and the headings are {width}. {below}{remedy}"
    except csv.Error:
        return f"line {began + 1 + before} has a quote that is not closed or stands inside a field. {remedy}"
    return f"cannot be read as csv. {remedy}"


def refuse_broken_end(name: str, content: str, width: int) -> None:
    """Refuse a CSV whose last line breaks off before its last field."""
    if content.endswith(("\n", "\r")):
        return
    last = content[content.rfind("\n") + 1 :]
    if '"' not in last and 0 < last.count(",") + 1 < width:
        raise RefusedInput(f"{name}: the last line breaks off; the file is truncated. Send the whole file.")


def _read_xlsx(path: Path, sheet: str | int, header_row: int) -> pl.DataFrame:
    import fastexcel

    book = fastexcel.read_excel(path)
    if isinstance(sheet, str) and sheet not in book.sheet_names:
        raise RefusedInput(f"{path.name}: no sheet {sheet!r}; it has {', '.join(book.sheet_names)}")
    return book.load_sheet(sheet, header_row=header_row - 1, dtypes="string").to_polars()


def _read_parquet(path: Path) -> pl.DataFrame:
    """Read by pyarrow, which says in an error what Polars says of a damaged file in a panic of its threads."""
    import pyarrow.parquet

    return sound_frame(pyarrow.parquet.read_table(path))


def sound_frame(table: Any) -> pl.DataFrame:
    """An Arrow table or batch as a frame; columns of lists and structures are left empty.

    Raises:
        ValueError: its headings or texts are no UTF-8, on which Polars panics.
    """
    import pyarrow as pa

    table.validate(full=True)
    columns = [pa.nulls(len(c)) if pa.types.is_nested(c.type) else c for c in table.columns]
    frame = pl.from_arrow(pa.Table.from_arrays(columns, names=table.schema.names))
    assert isinstance(frame, pl.DataFrame)
    return frame


def plain_types(frame: pl.DataFrame) -> pl.DataFrame:
    """Every column as text, number, answer or local moment; what is none of these is left empty.

    Raises:
        ValueError: a date lies outside the years 1 to 9999, on which the libraries behind this panic.
    """
    for name, dtype in frame.schema.items():
        if isinstance(dtype, pl.Date | pl.Datetime):
            a_day = 1 if isinstance(dtype, pl.Date) else DAY_IN[dtype.time_unit]
            days = frame[name].to_physical() // a_day
            if not days.drop_nulls().is_between(*DAYS_OF_DATES).all():
                raise ValueError(name)
    plain = frame.select(_plain(name, dtype) for name, dtype in frame.schema.items())
    return plain.with_columns(_whole(plain[name]) for name, dtype in plain.schema.items() if dtype.is_float())


def _whole(numbers: pl.Series) -> pl.Series:
    """Whole numbers as such: a column of codes with a gap in it comes as 530302001.0."""
    told = numbers.drop_nulls()
    whole = ((told == told.floor()) & (told.abs() < EXACT)).all()
    return numbers.cast(pl.Int64) if whole else numbers


def _plain(name: str, dtype: Any) -> pl.Expr:
    column = pl.col(name)
    if isinstance(dtype, pl.Datetime):
        local = column.dt.convert_time_zone(LOCAL_ZONE) if dtype.time_zone else column
        return local.dt.replace_time_zone(None).cast(pl.Datetime("us"))
    if isinstance(dtype, pl.Decimal):
        return column.cast(pl.Float64)
    if isinstance(dtype, pl.Categorical | pl.Enum | pl.Time):
        return column.cast(pl.String)
    kept = dtype.is_integer() or dtype.is_float() or dtype in (pl.String, pl.Boolean, pl.Date)
    return column if kept else pl.lit(None, dtype=pl.String).alias(name)


def _is(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeError:
        return False
    return True
