"""Features of a history's rows: those that train lie in memory, the whole weeks in a file without a name.

The file has no entry in any folder: it is gone when the process ends, however it ends.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np

from pipelines.errors import FengqiaoError

MERGED_GAP = 256
"""Rows between two wanted ones that are read along, since one longer read costs less than two."""


class RowValues:
    """float32 [rows, features]; indexed by row numbers, as an array would be."""

    def __init__(self, shape: tuple[int, int], trains: np.ndarray, whole: np.ndarray, folder: Path) -> None:
        """Make room for the values.

        Args:
            shape: rows and features.
            trains: which rows may train, and stay in memory; bool [rows].
            whole: which rows lie in the file; bool [rows]. Each row is one or the other, or both.
            folder: on whose disk the file lies.

        Raises:
            FengqiaoError: the disk has no room for it.
        """
        self.shape = shape
        self._width = shape[1] * np.dtype(np.float32).itemsize
        self._in_memory = np.cumsum(trains) - 1
        self._in_memory[~trains] = -1
        self._kept = np.empty((int(trains.sum()), shape[1]), dtype=np.float32)
        self._whole = whole
        self._place = np.full(shape[0], -1, dtype=np.int64)
        self._n_written = 0
        needed, free = int(whole.sum()) * self._width, shutil.disk_usage(folder).free
        if needed > free:
            raise FengqiaoError(
                f"{needed >> 20:,} MB are needed for a while on the disk of {folder}, and {free >> 20:,} MB are free: "
                "make room there"
            )
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115 it lives as long as this does

    def put(self, rows: np.ndarray, values: np.ndarray) -> None:
        """Keep the values of some rows, float32 [len(rows), features]; each row once."""
        trains = self._in_memory[rows] >= 0
        self._kept[self._in_memory[rows[trains]]] = values[trains]
        whole = self._whole[rows]
        self._place[rows[whole]] = np.arange(self._n_written, self._n_written + whole.sum())
        self._file.seek(self._n_written * self._width)
        self._file.write(np.ascontiguousarray(values[whole], dtype=np.float32).data)
        self._file.flush()
        self._n_written += int(whole.sum())

    def __getitem__(self, rows: np.ndarray) -> np.ndarray:
        """The values of these rows, float32 [len(rows), features]; safe to ask from several threads."""
        at = self._in_memory[rows]
        if (at >= 0).all():
            return self._kept[at]
        place = self._place[rows]
        order = np.argsort(place, kind="stable")
        taken = np.empty((len(rows), self.shape[1]), dtype=np.float32)
        for first, last in _runs(place[order]):
            wanted = order[first:last]
            start, end = int(place[wanted[0]]), int(place[wanted[-1]]) + 1
            block = self._read(start, end - start)
            taken[wanted] = block[place[wanted] - start]
        return taken

    def _read(self, start: int, n: int) -> np.ndarray:
        block = bytearray(n * self._width)
        if start < 0 or os.preadv(self._file.fileno(), [block], start * self._width) != len(block):
            raise FengqiaoError(
                "features of rows are asked for that were never computed, or their file was cut off"
            )
        return np.frombuffer(block, dtype=np.float32).reshape(n, self.shape[1])


def _runs(places: np.ndarray) -> Iterator[tuple[int, int]]:
    """Ranges of ascending places that lie close together."""
    cuts = np.flatnonzero(np.diff(places) > MERGED_GAP) + 1
    yield from zip(np.r_[0, cuts], np.r_[cuts, len(places)], strict=True)
