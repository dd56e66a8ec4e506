"""Writing of a publication in one atomic step (contracts.md, output).

The files are written into a folder of their own under `.versions`; then the week's name and, last,
`current.json` are switched, each by one atomic replacement. Whatever is interrupted before that leaves
last week's warnings standing.
"""

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from pipelines.deterministic_write import write_folder
from pipelines.durable_files import sync
from pipelines.errors import FengqiaoError
from pipelines.home import Home
from pipelines.publication_in_force import VERSIONS, Pointer, read_pointer, write_pointer
from pipelines.tables.published import checked


def write_publication(home: Home, as_of: date, files: Mapping[str, pl.DataFrame | bytes]) -> Path:
    """Write one week's files and make them the week's publication; the same files change nothing.

    `current.json` follows the newest Monday: publishing an earlier week anew renews that week's folder
    and leaves the present one in use. What a person switched away from comes back with new content only.

    Returns:
        HOME/published/<as_of>.

    Raises:
        FengqiaoError: a frame is not what its class in `pipelines/tables` says; nothing is written.
    """
    for name, content in files.items():
        if isinstance(content, pl.DataFrame):
            checked(Path(name).stem, content)
    folder = write_folder(home.published / VERSIONS, as_of.isoformat(), files)
    link = home.published / as_of.isoformat()
    _switch_link(link, Path(VERSIONS) / folder.name)
    in_force = _in_force(home)
    if in_force is None or (in_force.as_of <= as_of and in_force.instead_of != folder.name):
        write_pointer(home, Pointer.to(folder))
    return link


def _in_force(home: Home) -> Pointer | None:
    """The week in force; None where none is, or where what is cannot be told."""
    try:
        return read_pointer(home)
    except FengqiaoError:
        return None


def _switch_link(link: Path, target: Path) -> None:
    if link.is_symlink() and Path(os.readlink(link)) == target:
        return
    fresh = link.with_name(f".link-{link.name}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target, target_is_directory=True)
    fresh.replace(link)
    sync(link.parent)
