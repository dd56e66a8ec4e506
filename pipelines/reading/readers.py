"""Reading one file of any accepted kind into a frame of its own headings, with the line of each row.

What a library says about a broken file may quote the file, so it is never passed on: the errors here
say in their own words what is wrong and where.
"""

import codecs
import csv
import hashlib
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import polars as pl

from pipelines.errors import OutOfBounds, RefusedInput, UnreadableFile
from pipelines.mapping.landing_folder import SourceFile
from pipelines.reading.csv_text import checked_lines, csv_form, csv_frame, plain_text, refuse_large_text
from pipelines.reading.encodings import SAMPLE, detect_encoding, named_encoding, utf_16_of
from pipelines.reading.file_kinds import refuse_other_kind
from pipelines.reading.isolation import read_isolated
from pipelines.reading.parquet_types import plain_types
from pipelines.reading.raw_file import LINE, MOST_TITLES, RawFile, cut_off_notice, lined
from pipelines.reading.workbooks import read_workbook

ROWS_AT_ONCE = 200_000
"""Rows of a Parquet file that are sent at once."""


def file_id(path: Path) -> str:
    """SHA-256 of the file's bytes: the same file is known again under any name.

    Raises:
        UnreadableFile: it is no regular file.
    """
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_source(source: SourceFile) -> RawFile:
    """Read a whole file.

    Raises:
        UnreadableFile: it is empty, truncated, not what its ending says, beyond the profile's bounds, or in an encoding that
            cannot be told; names the file, the line where there is one, and the remedy.
        RefusedInput: its mapping names a sheet it does not have, or two sheets of the table differ in their headings.
    """
    raw = _read(source)
    return replace(raw, notices=(*raw.notices, *cut_off_notice(len(raw.frame))))


def refuse_unreadable(source: SourceFile) -> None:
    """Refuse what is no regular file, larger than the profile lets in, or of another kind than its name says.

    Raises:
        UnreadableFile: says which, and the remedy.
    """
    if source.refusal:
        raise UnreadableFile(source.refusal)
    with open_regular(source.path) as file:
        size = os.fstat(file.fileno()).st_size
    if size > source.limits.megabytes << 20:
        raise OutOfBounds(
            f"{source.path.name}: {size >> 20:,} megabytes, and no more than {source.limits.megabytes:,} are read. "
            "Send it in smaller files, or raise `limits: {megabytes: ...}` in profile.yml"
        )
    refuse_other_kind(source.path)


def open_regular(path: Path) -> io.BufferedReader:
    """A file open for reading, which is a file and no pipe, device or folder: to open those may never end.

    Raises:
        UnreadableFile: it is something else, or cannot be opened.
    """
    try:
        file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb")
    except OSError as problem:
        raise UnreadableFile(f"{path.name}: cannot be opened ({problem.strerror})") from None
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise UnreadableFile(f"{path.name}: is no file but a pipe or a device. Take it away.")
    return file


@contextmanager
def understandably(path: Path) -> Iterator[None]:
    """Say of a broken file that it cannot be read, in place of what the library that reads it says.

    Raises:
        UnreadableFile: the library failed in whatever way.
    """
    try:
        yield
    except (RefusedInput, MemoryError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException:  # a library in another language panics outside Exception
        raise UnreadableFile(
            f"{path.name}: cannot be read as {path.suffix[1:].lower()} (damaged, truncated or of another kind). "
            "Export it again and send the whole file."
        ) from None


def csv_headings(path: Path, header_row: int, separator: str | None = None) -> list[str]:
    """The headings of a CSV, from its first lines alone; none for a file of another kind or without any."""
    if path.suffix.lower() != ".csv":
        return []
    with open_regular(path) as file:
        start = file.read(SAMPLE)
    wide = utf_16_of(start)
    for encoding in (wide,) if wide else ("utf-8-sig", "gb18030"):
        text = plain_text(codecs.getincrementaldecoder(encoding)("ignore").decode(start))
        whole = start if len(start) < SAMPLE else start[: start.rfind(b"\n") + 1]
        if (encoding == "utf-8-sig" and not _is(whole, encoding)) or not text.strip():
            continue
        form = csv_form(path.name, text, separator, header_row)
        lines = text.split("\n")[form.header_line - 1 : form.header_line]
        try:
            return next(csv.reader(lines, delimiter=form.separator), [])
        except csv.Error:
            return []
    return []


def parquet_frames(source: SourceFile) -> Iterator[pl.DataFrame]:
    """The rows of a Parquet file, at most `ROWS_AT_ONCE` in a frame, at least one frame.

    Raises:
        UnreadableFile: it is beyond the profile's bounds.
        ValueError: it is damaged.
    """
    with open_regular(source.path) as file:
        try:
            for block in read_isolated(file, ".parquet", source.limits, rows_at_once=ROWS_AT_ONCE):
                if block.frame is not None:
                    yield block.frame
        except RefusedInput as refusal:
            raise type(refusal)(f"{source.path.name}: {refusal}.") from None


def read_parquet_frame(name: str, frame: pl.DataFrame, first: int) -> RawFile:
    """Rows of a Parquet file as a file; `first` is the line of the first one."""
    plain, unreadable = plain_types(frame)
    return replace(lined(name, None, plain, first), unreadable=unreadable)


def wrong_encoding(path: Path, encoding: str) -> UnreadableFile:
    """The error for a file that its mapping's encoding does not decode."""
    return UnreadableFile(f"{path.name}: is not in the encoding {encoding!r} the profile's mapping names")


def _read(source: SourceFile) -> RawFile:
    path = source.path
    refuse_unreadable(source)
    with understandably(path):
        if path.suffix.lower() == ".csv":
            return _read_csv(source)
        if path.suffix.lower() == ".parquet":
            frames = list(parquet_frames(source))
            return read_parquet_frame(path.name, pl.concat(frames, how="vertical_relaxed"), 1)
        with open_regular(path) as file:
            return read_workbook(source, file)


def _read_csv(source: SourceFile) -> RawFile:
    path, mapping = source.path, source.mapping
    content, table, encoding = _decoded(path, mapping.encoding)
    form = csv_form(path.name, content, mapping.separator, mapping.header_row)
    refuse_large_text(path.name, content, form, source.limits)
    frame = csv_frame(path.name, table, form)
    raw = lined(path.name, encoding, frame.clone(), form.header_line + 1, table.count(b"\n"))
    return replace(raw, faults=checked_lines(raw, table, form, frame))


def _decoded(path: Path, stated: str | None) -> tuple[str, bytes, str]:
    """The text of a CSV in its plain form, as letters and in UTF-8, and the encoding it is written in."""
    content = path.read_bytes()
    text = _utf_8(content) if stated is None else None
    encoding = "utf-8" if text is not None else named_encoding(stated) if stated else detect_encoding(path)
    if text is None:
        try:
            text = content.decode(encoding)
        except (UnicodeError, LookupError):
            raise wrong_encoding(path, encoding) from None
    plain = plain_text(text)
    in_utf_8 = content if plain is text and encoding == "utf-8" else plain.encode()
    return plain, in_utf_8, encoding


def _utf_8(content: bytes) -> str | None:
    """The text of UTF-8 without zero bytes; None where it is none."""
    try:
        return None if b"\0" in content else content.decode()
    except UnicodeError:
        return None


def _is(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeError:
        return False
    return True


__all__ = ["LINE", "MOST_TITLES", "RawFile", "csv_headings", "file_id", "read_source"]
