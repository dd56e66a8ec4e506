"""A file read in parts of bounded size: what is never held whole, such as a ledger of care visits.

A part ends where a record does, so that all parts together are the rows and lines of the whole file. A workbook
is one part: its own format holds it whole, and no more than a million rows of it.
"""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from pipelines.mapping.landing_folder import SourceFile
from pipelines.reading.encodings import detect_encoding
from pipelines.reading.file_kinds import refuse_other_kind
from pipelines.reading.readers import (
    RawFile,
    csv_frame,
    lined,
    plain_types,
    read_source,
    refuse_broken_end,
    sound_frame,
    understandably,
    wrong_encoding,
)

LETTERS_AT_ONCE = 1 << 23
ROWS_AT_ONCE = 200_000
QUOTE = '"'


def read_in_parts(source: SourceFile, letters: int = LETTERS_AT_ONCE) -> Iterator[RawFile]:
    """Read a file part by part, at least one.

    Args:
        source: the file.
        letters: how much of a CSV is held at once; a record that is longer is held whole.

    Raises:
        RefusedInput: as `read_source`, when the reading comes to the fault.
    """
    path, mapping = source.path, source.mapping
    kind = path.suffix.lower()
    refuse_other_kind(path)
    with understandably(path):
        if kind == ".csv":
            encoding = mapping.encoding or detect_encoding(path)
            yield from _csv_parts(path, encoding, mapping.header_row, letters)
        elif kind == ".parquet":
            yield from _parquet_parts(path)
        else:
            yield read_source(source)


def _csv_parts(path: Path, encoding: str, header_row: int, letters: int) -> Iterator[RawFile]:
    """The headings stand before every part, so that each is read as a file of its own."""
    head, line = "", 1
    for text in _records(path, encoding, letters):
        frame = csv_frame(path.name, head + text, 1 if head else header_row, line - 2 if head else 0)
        refuse_broken_end(path.name, text, len(frame.columns))
        first = line if head else header_row + 1
        newlines = text.count("\n")
        head = head or pl.DataFrame(schema=frame.schema).write_csv()
        yield lined(path.name, encoding, frame, first, line - 1 + newlines)
        line += newlines


def _records(path: Path, encoding: str, letters: int) -> Iterator[str]:
    """The text of a CSV in parts of whole records: each but the last ends with a line break outside quotes."""
    try:
        with path.open(encoding=encoding, newline="") as file:
            rest = file.read(letters).removeprefix("\ufeff")
            while more := file.read(letters):
                cut = _last_break(rest)
                if cut:
                    yield rest[:cut]
                rest = rest[cut:] + more
    except (UnicodeError, LookupError):
        raise wrong_encoding(path, encoding) from None
    yield rest


def _last_break(text: str) -> int:
    """Where the last record that is whole ends; 0 where none does."""
    cut = text.rfind("\n") + 1
    if text.count(QUOTE, 0, cut) % 2 == 0:
        return cut
    at, pieces = len(text), text.split(QUOTE)
    for nth, piece in reversed(list(enumerate(pieces))):
        at -= len(piece)
        if nth % 2 == 0 and "\n" in piece:
            return at + piece.rfind("\n") + 1
        at -= 1
    return 0


def _parquet_parts(path: Path) -> Iterator[RawFile]:
    import pyarrow.parquet

    first = 1
    with pyarrow.parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(ROWS_AT_ONCE):
            frame = sound_frame(batch)
            yield lined(path.name, None, plain_types(frame), first)
            first += len(frame)
        if first == 1:
            yield lined(path.name, None, plain_types(pl.DataFrame(file.schema_arrow.empty_table())), first)
