"""Files read by a process of their own, so that one that exhausts memory or time costs itself and not the week.

The process is started once and forks a reader for each file, within the bounds of the profile.
"""

import atexit
import json
import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl

from pipelines.city.file_limits import FileLimits
from pipelines.errors import OutOfBounds, RefusedInput, UnreadableFile

LENGTH = struct.Struct("<I")
REPO = Path(__file__).resolve().parents[2]
START = "import sys; from pipelines.reading.isolated_reader import main; main(int(sys.argv[1]))"
OUT_OF_MEMORY = (2, -6, -9)
"""How a reader ends that ran out of memory: it could say so, its allocator gave up, or the system did."""
OUT_OF_TIME = (-24, -14)
REFUSALS = {error.__name__: error for error in (RefusedInput, UnreadableFile, OutOfBounds)}


@dataclass(frozen=True)
class Block:
    """A part of an answer: what the reader says of it, and its rows where it has any."""

    header: dict[str, Any]
    frame: pl.DataFrame | None


@dataclass
class _Server:
    process: subprocess.Popen[bytes]
    requests: socket.socket
    owner: int


last_reader: dict[str, Any] = {}
"""How the last reader ended: exit code, peak bytes of memory, seconds; for measurements."""
_server: _Server | None = None
_lock = threading.Lock()


def read_isolated(file: BinaryIO, kind: str, limits: FileLimits, **request: object) -> Iterator[Block]:
    """Read a file in a process of its own.

    Args:
        file: open for reading, at its beginning.
        kind: `.xlsx`, `.xls` or `.parquet`.
        limits: bounds of memory, time and size.
        request: what the reader of that kind needs to know besides.

    Yields:
        The blocks of the answer, each as it comes.

    Raises:
        RefusedInput: the reader refuses the file, or it needs more memory or time than the bounds allow. Names no file.
        ValueError: the reader ended in another way: the file is damaged.
    """
    words = json.dumps(request | {"kind": kind, "limits": limits.model_dump()}).encode()
    answer, target = os.pipe()
    ended, end = os.pipe()
    with os.fdopen(answer, "rb") as blocks, os.fdopen(ended, "rb") as status:
        try:
            _send(words, file.fileno(), target, end)
        finally:
            os.close(target)
            os.close(end)
        while size := blocks.read(LENGTH.size):
            header = json.loads(blocks.read(LENGTH.unpack(size)[0]))
            if "refused" in header:
                raise REFUSALS[header["error"]](header["refused"])
            yield from _frames(header, blocks)
        last_reader.clear()
        last_reader.update(json.loads(status.read() or '{"code": 1}'))
    _raise_for(last_reader["code"], limits)


def _frames(header: dict[str, Any], blocks: BinaryIO) -> Iterator[Block]:
    """The rows that follow a header, batch by batch; one block without rows where none follow."""
    import pyarrow as pa

    if not header.pop("stream"):
        yield Block(header, None)
        return
    try:
        with pa.ipc.open_stream(blocks) as stream:
            empty = True
            for batch in stream:
                empty = False
                yield Block(header, _frame(pa.Table.from_batches([batch])))
            if empty:
                yield Block(header, _frame(stream.schema.empty_table()))
    except (pa.ArrowInvalid, OSError):  # it breaks off: how the reader ended says why
        blocks.read()


def _frame(table: Any) -> pl.DataFrame:
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame


def _raise_for(code: int, limits: FileLimits) -> None:
    if code in OUT_OF_MEMORY:
        raise OutOfBounds(
            f"takes more than {limits.memory_megabytes:,} megabytes of memory to read. Clear cells far away from the table, "
            "send it as CSV or in smaller files, or raise `limits: {memory_megabytes: ...}` in profile.yml"
        )
    if code in OUT_OF_TIME:
        raise OutOfBounds(
            f"takes more than {limits.seconds:,} seconds to read. Send it as CSV or in smaller files, "
            "or raise `limits: {seconds: ...}` in profile.yml"
        )
    if code < 0:
        raise OutOfBounds("its reader broke down. Export it again, or send it as CSV")
    if code:
        raise ValueError(f"the reader ended with {code}")


def _send(words: bytes, *descriptors: int) -> None:
    global _server
    with _lock:
        if _server is None or _server.owner != os.getpid() or _server.process.poll() is not None:
            _server = _started()
        try:
            socket.send_fds(_server.requests, [words], list(descriptors))
        except OSError:
            _server = _started()
            socket.send_fds(_server.requests, [words], list(descriptors))


def _started() -> _Server:
    """Start the process; it ends when this one does, since its socket is then closed."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    path = os.pathsep.join(filter(None, (str(REPO), os.environ.get("PYTHONPATH"))))
    with its:
        process = subprocess.Popen(
            [sys.executable, "-c", START, str(its.fileno())],
            pass_fds=[its.fileno()],
            stdin=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": path},
            start_new_session=True,
        )
    atexit.register(stop_readers)
    return _Server(process, ours, os.getpid())


def stop_readers() -> None:
    """End the process; the next file starts another."""
    global _server
    with _lock:
        if _server is not None and _server.owner == os.getpid():
            _server.requests.close()
            with suppress(subprocess.TimeoutExpired):
                _server.process.wait(5)
        _server = None
