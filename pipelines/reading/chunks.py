"""A file read in chunks of bounded size: what is never in memory whole, such as a ledger of care visits.

A chunk ends where a record does, so that all chunks together are the rows and lines of the whole file. A workbook
is one chunk: its own format needs it whole, and it has no more than a million rows a sheet.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl

from pipelines.mapping.landing_folder import SourceFile
from pipelines.reading.csv_text import (
    CsvForm,
    checked_lines,
    csv_form,
    csv_frame,
    plain_text,
    refuse_large_text,
)
from pipelines.reading.encodings import detect_encoding, named_encoding
from pipelines.reading.raw_file import RawFile, lined
from pipelines.reading.readers import (
    parquet_frames,
    read_parquet_frame,
    read_source,
    refuse_unreadable,
    understandably,
    wrong_encoding,
)

LETTERS_AT_ONCE = 1 << 23
QUOTE = '"'


def read_in_chunks(source: SourceFile, letters: int = LETTERS_AT_ONCE) -> Iterator[RawFile]:
    """Read a file chunk by chunk, at least one.

    Args:
        source: the file.
        letters: how much of a CSV is in memory at once; a record that is longer is taken whole.

    Raises:
        RefusedInput: as `read_source`, when the reading comes to the fault.
    """
    kind = source.path.suffix.lower()
    refuse_unreadable(source)
    with understandably(source.path):
        if kind == ".csv":
            yield from _csv_chunks(source, letters)
        elif kind == ".parquet":
            yield from _parquet_chunks(source)
        else:
            yield read_source(source)


def _csv_chunks(source: SourceFile, letters: int) -> Iterator[RawFile]:
    """The headings stand before every chunk, so that each is read as a file of its own."""
    path, mapping = source.path, source.mapping
    name, encoding = (
        path.name,
        named_encoding(mapping.encoding) if mapping.encoding else detect_encoding(path),
    )
    head, line, form = "", 1, CsvForm(",", 1, 0)
    for text in _records(path, encoding, letters):
        if not head:
            form = csv_form(name, text, mapping.separator, mapping.header_row)
        refuse_large_text(name, text, form, source.limits)
        before = line - 2 if head else 0
        table = (head + text).encode()
        frame = csv_frame(name, table, form, before)
        first = line if head else form.header_line + 1
        newlines = text.count("\n")
        raw = lined(name, encoding, frame.clone(), first, line - 1 + newlines)
        yield replace(raw, faults=checked_lines(raw, table, form, frame, before))
        if not head:
            head = pl.DataFrame(schema=frame.schema).write_csv(separator=form.separator)
            form = replace(form, header_line=1)
        line += newlines


def _records(path: Path, encoding: str, letters: int) -> Iterator[str]:
    """The text of a CSV in chunks of whole records: each but the last ends with a line break outside quotes."""
    try:
        with path.open(encoding=encoding, newline=None) as file:
            rest = file.read(letters).removeprefix("\ufeff")
            while more := file.read(letters):
                cut = _last_break(rest)
                if cut:
                    yield rest[:cut]
                rest = rest[cut:] + more
    except (UnicodeError, LookupError):
        raise wrong_encoding(path, encoding) from None
    yield plain_text(rest)


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


def _parquet_chunks(source: SourceFile) -> Iterator[RawFile]:
    first = 1
    for frame in parquet_frames(source):
        yield read_parquet_frame(source.path.name, frame, first)
        first += len(frame)
