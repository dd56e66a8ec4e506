"""A process of its own that opens workbooks and Parquet files, under a limit of memory and of time.

It waits on a socket for a request and three file descriptors (the file to read, the pipe to answer into, the pipe to
say the end into) and forks a reader for each, so that a file which exhausts its reader costs itself and nothing else.
An answer is a row of blocks: the length of a JSON header, the header, and an Arrow stream where the header says
`stream`. The end is one JSON object: exit code, peak memory, seconds. Imports stay few: every run pays for them.
"""

import io
import json
import os
import resource
import signal
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.errors import OutOfBounds, RefusedInput
from pipelines.reading.workbook_sheets import read_sheets

LENGTH = struct.Struct("<I")
OUT_OF_MEMORY = 2
"""Exit code of a reader that could still say why it ends."""


def serve(requests: socket.socket) -> None:
    """Answer requests until the other end is closed."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        data, descriptors, _, _ = socket.recv_fds(requests, 1 << 16, 3)
        if not data:
            return
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            requests.close()
            _supervise(json.loads(data), *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _supervise(request: dict[str, Any], source: int, target: int, end: int) -> None:
    """Fork the reader itself, and say how it ended."""
    reader = os.fork()
    if reader == 0:
        os.close(end)
        code = 1
        with suppress(BaseException):
            code = _read(request, source, target)
        os._exit(code)
    os.close(source)
    os.close(target)
    _, status, used = os.wait4(reader, 0)
    words = {
        "code": os.waitstatus_to_exitcode(status),
        "peak_bytes": used.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        "seconds": used.ru_utime + used.ru_stime,
    }
    with suppress(OSError):
        os.write(end, json.dumps(words).encode())
    os._exit(0)


def _read(request: dict[str, Any], source: int, target: int) -> int:
    limits = request["limits"]
    _limit(limits["memory_megabytes"] << 20, limits["seconds"])
    with os.fdopen(source, "rb") as given, os.fdopen(target, "wb") as out:
        file = given if given.seekable() else io.BytesIO(given.read())
        try:
            if request["kind"] == ".parquet":
                _write_parquet(file, request["rows_at_once"], limits, out)
            else:
                for header, table in read_sheets(file, request["sheets"], limits):
                    _write(out, header, table)
        except RefusedInput as problem:
            _write(out, {"refused": str(problem), "error": type(problem).__name__})
        except (MemoryError, pa.ArrowMemoryError):
            return OUT_OF_MEMORY
    return 0


def _limit(memory: int, seconds: int) -> None:
    """Bound this process; what it would say of its end goes nowhere, since it may quote the file."""
    bounds = {resource.RLIMIT_AS: memory, resource.RLIMIT_CPU: seconds, resource.RLIMIT_CORE: 0}
    for kind, most in bounds.items():
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for standard in (1, 2):
        os.dup2(nowhere, standard)


def _write(out: BinaryIO, header: dict[str, Any], table: pa.Table | None = None) -> None:
    batches = None if table is None else iter(table.to_batches())
    _write_stream(out, header, batches, None if table is None else table.schema)


def _write_stream(
    out: BinaryIO, header: dict[str, Any], batches: Iterator[pa.RecordBatch] | None, schema: pa.Schema | None
) -> None:
    text = json.dumps(header | {"stream": batches is not None}).encode()
    out.write(LENGTH.pack(len(text)) + text)
    if batches is not None:
        with pa.ipc.new_stream(out, schema) as stream:
            for batch in batches:
                stream.write_batch(batch)
    out.flush()


def _write_parquet(file: BinaryIO, rows: int, limits: dict[str, int], out: BinaryIO) -> None:
    with pq.ParquetFile(file) as parquet:
        _refuse_large(parquet.metadata, limits)
        schema = pa.schema([pa.field(f.name, _sent_type(f.type)) for f in parquet.schema_arrow])
        _write_stream(out, {}, _batches(parquet, schema, rows, limits["unpacked_megabytes"] << 20), schema)


def _refuse_large(metadata: pq.FileMetaData, limits: dict[str, int]) -> None:
    """Refuse a Parquet file by what its own last bytes say of it, before any row is read."""
    depth = max((metadata.schema.column(n).path.count(".") for n in range(metadata.num_columns)), default=0)
    unpacked = sum(metadata.row_group(n).total_byte_size for n in range(metadata.num_row_groups))
    measured = {
        "row_groups": metadata.num_row_groups,
        "columns": metadata.num_columns,
        "rows": metadata.num_rows,
        "cells": metadata.num_rows * metadata.num_columns,
        "nesting": depth,
        "unpacked_megabytes": unpacked >> 20,
    }
    for name, value in measured.items():
        refuse_above(name, value, limits)


def refuse_above(name: str, value: int, limits: dict[str, int]) -> None:
    """Refuse a file that is above one of the profile's bounds.

    Raises:
        OutOfBounds: names the bound, the value and how a profile raises it.
    """
    if value > limits[name]:
        raise OutOfBounds(
            f"{value:,} {name.replace('_', ' ')}, and no more than {limits[name]:,} are read. Send it in smaller files, "
            f"or raise `limits: {{{name}: ...}}` in profile.yml"
        )


def _sent_type(dtype: pa.DataType) -> pa.DataType:
    """The type a column is sent in: lists and structures as nothing, dictionaries as their values."""
    if pa.types.is_dictionary(dtype):
        return _sent_type(dtype.value_type)
    return pa.null() if pa.types.is_nested(dtype) else dtype


def _batches(
    parquet: pq.ParquetFile, schema: pa.Schema, rows: int, most_bytes: int
) -> Iterator[pa.RecordBatch]:
    """The rows in batches; nested columns are not read, unless two columns bear one name.

    Raises:
        ArrowInvalid: headings or texts are no UTF-8.
        OutOfBounds: all batches together take more than `most_bytes`.
    """
    names = [field.name for field in schema if not pa.types.is_null(field.type)]
    chosen = names if len({*schema.names}) == len(schema) else None
    if chosen == []:
        empty = [pa.nulls(parquet.metadata.num_rows)] * len(schema)
        yield pa.RecordBatch.from_arrays(empty, schema=schema)
        return
    sent = 0
    for batch in parquet.iter_batches(rows, columns=chosen):
        batch.validate(full=True)
        read = dict(zip(batch.schema.names, batch.columns, strict=True))
        arrays = (
            batch.columns if chosen is None else [read.get(n, pa.nulls(len(batch))) for n in schema.names]
        )
        sent += batch.nbytes
        if sent > most_bytes:
            raise OutOfBounds(
                f"its rows take more than {most_bytes >> 20:,} megabytes unpacked. Send it in smaller files, "
                "or raise `limits: {unpacked_megabytes: ...}` in profile.yml"
            )
        yield pa.RecordBatch.from_arrays(
            [_sent(array, field.type) for array, field in zip(arrays, schema, strict=True)], schema=schema
        )


def _sent(array: pa.Array, dtype: pa.DataType) -> pa.Array:
    if pa.types.is_null(dtype):
        return pa.nulls(len(array))
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def main(descriptor: int) -> None:
    """Serve the requests of an inherited socket."""
    serve(socket.socket(fileno=descriptor))
