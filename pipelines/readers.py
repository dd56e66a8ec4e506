"""Reading one file of any accepted kind into a frame of its own headings, with the line of each row."""

import codecs
import hashlib
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.errors import RefusedInput
from pipelines.mapping import SourceFile

LINE = "file_line"
BLOCK = 1 << 20


@dataclass(frozen=True)
class RawFile:
    """A file as received: `frame` has one column per heading and `file_line`; text stays text."""

    name: str
    encoding: str | None
    frame: pl.DataFrame

    @property
    def headings(self) -> list[str]:
        return [c for c in self.frame.columns if c != LINE]


def file_id(path: Path) -> str:
    """SHA-256 of the file's bytes: the same file is known again under any name."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_source(source: SourceFile) -> RawFile:
    """Read a whole file.

    Raises:
        RefusedInput: it is truncated, not what its ending says, or in an encoding other than UTF-8
            and GB18030; names the file and the remedy.
    """
    path, mapping = source.path, source.mapping
    encoding = None
    try:
        if path.suffix.lower() == ".parquet":
            frame, first = pl.read_parquet(path), 1
        elif path.suffix.lower() == ".xlsx":
            frame, first = _read_xlsx(path, mapping.sheet, mapping.header_row), mapping.header_row + 1
        else:
            encoding = mapping.encoding or detect_encoding(path)
            skip = mapping.header_row - 1
            frame = pl.read_csv(path, infer_schema=False, encoding=encoding, skip_rows=skip)
            first = mapping.header_row + 1
    except (pl.exceptions.PolarsError, OSError, ValueError) as problem:
        reason = str(problem).splitlines()[0][:200]
        raise RefusedInput(
            f"{path.name}: cannot be read as {path.suffix[1:]} ({reason}). Export it again and send the whole file."
        ) from problem
    if not frame.columns:
        raise RefusedInput(f"{path.name}: the file is empty; it needs a row of headings")
    frame = frame.rename({c: c.strip().lstrip("\ufeff") for c in frame.columns})
    return RawFile(
        path.name,
        encoding,
        frame.with_row_index(LINE, offset=first).with_columns(pl.col(LINE).cast(pl.Int64)),
    )


def detect_encoding(path: Path) -> str:
    """`utf8` or `gb18030`, whichever decodes the whole file.

    Raises:
        RefusedInput: neither does; names the file and the first byte that fails.
    """
    for encoding in ("utf-8", "gb18030"):
        if _decodes(path, encoding):
            return "utf8" if encoding == "utf-8" else encoding
    raise RefusedInput(f"{path.name}: neither UTF-8 nor GB18030. Save it as CSV UTF-8 and send it again.")


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                if b"\0" in block:
                    return False
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _read_xlsx(path: Path, sheet: str | int, header_row: int) -> pl.DataFrame:
    import fastexcel

    try:
        book = fastexcel.read_excel(path)
        return book.load_sheet(sheet, header_row=header_row - 1, dtypes="string").to_polars()
    except fastexcel.FastExcelError as problem:
        raise ValueError(problem) from problem
