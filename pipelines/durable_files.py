"""Files that a power cut leaves as they were or as they are to be, never empty or half; and setting damaged ones aside."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from pipelines.errors import FengqiaoError

DAMAGED = ".damaged"
"""How the name of a file or folder ends that was set aside because it could not be read."""


class DamagedFile(FengqiaoError):
    """A small file of the home holds no JSON object: it is empty, cut off or garbage."""


def write_durably(path: Path, content: str | bytes, mode: int | None = None) -> None:
    """Write a small file in one step that a power cut cannot divide.

    Args:
        path: its folder is there.
        content: text is written as UTF-8.
        mode: of the file; what the process gives new files where None.
    """
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content.encode() if isinstance(content, str) else content)
    if mode is not None:
        partial.chmod(mode)
    put_durably(partial, path)


def put_durably(partial: Path, target: Path) -> None:
    """Put a written file or folder into its place once all of it is on disk."""
    sync_all(partial)
    partial.replace(target)
    sync(target.parent)


def sync_all(path: Path) -> None:
    """Wait until a file, or a folder with every file directly in it, is on disk."""
    if path.is_dir():
        for file in sorted(path.iterdir()):
            sync(file)
    sync(path)


def sync(path: Path) -> None:
    """Wait until one file, or a folder's names, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_object(path: Path) -> dict[str, Any]:
    """The JSON object in a small file.

    Raises:
        DamagedFile: it holds none.
        FileNotFoundError: there is no such file.
    """
    try:
        content = json.loads(path.read_bytes())
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise DamagedFile(f"{path} is damaged: it holds no JSON object")
    return content


def set_aside(path: Path) -> Path:
    """Rename what is damaged, in place of what was set aside under that name before."""
    aside = path.with_name(path.name + DAMAGED)
    if aside.is_dir():
        shutil.rmtree(aside)
    path.replace(aside)
    sync(path.parent)
    return aside
