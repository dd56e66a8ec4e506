"""Writing of a publication in one atomic step (contracts.md, output).

The files are written into a folder of their own under `.versions`; then the week's name and, last,
`current.json` are switched, each by one atomic replacement. Whatever is interrupted before that leaves
last week's warnings standing.
"""

import json
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from pipelines.deterministic_write import write_folder
from pipelines.home import Home
from pipelines.tables.published import checked

VERSIONS = ".versions"
CURRENT = "current.json"


def write_publication(home: Home, as_of: date, files: Mapping[str, pl.DataFrame | bytes]) -> Path:
    """Write one week's files and make them the week's publication; the same files change nothing.

    `current.json` follows the newest Monday: publishing an earlier week anew renews that week's folder
    and leaves the present one in use.

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
    pointer = home.published / CURRENT
    if not pointer.exists() or json.loads(pointer.read_text(encoding="utf-8"))["as_of"] <= as_of.isoformat():
        _switch_pointer(pointer, as_of, folder)
    return link


def _switch_link(link: Path, target: Path) -> None:
    if link.is_symlink() and Path(os.readlink(link)) == target:
        return
    fresh = link.with_name(f".link-{link.name}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target, target_is_directory=True)
    fresh.replace(link)


def _switch_pointer(pointer: Path, as_of: date, folder: Path) -> None:
    pointer_content = {
        "as_of": as_of.isoformat(),
        "folder": f"{VERSIONS}/{folder.name}",
        "digest": folder.name.removeprefix(f"{as_of.isoformat()}-"),
    }
    text = json.dumps(pointer_content, sort_keys=True) + "\n"
    if pointer.exists() and pointer.read_text(encoding="utf-8") == text:
        return
    partial = pointer.with_suffix(".partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(pointer)
