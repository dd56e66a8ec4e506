"""Worlds that tests look at: each is made once, shared by all workers, and kept until what it depends on changes.

    folder = world(small_city)            # the folder that `small_city(folder)` filled
    folder = world(landing, 40, 0.01)     # the folder that `landing(folder, 40, 0.01)` filled
    matrix = value_of(matrix_until, 40)   # what `matrix_until(40)` returned

A world belongs to everybody: read it only, or copy it (`copy_of`). The session that altered one fails, and forgets
it. A recipe stands in a file of its own in this folder, for that file is part of what the world depends on.
"""

import json
import pickle
import re
import shutil
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path
from typing import TypeVar

from filelock import FileLock

from pipelines.home import REPO
from tests.worlds.digest import digest_of_recipe

T = TypeVar("T")

STORE = REPO / ".pytest_cache" / "d" / "worlds"
"""Emptied by `pytest --cache-clear`."""

KEPT = 3
"""How many states of the code one recipe's worlds are kept for."""

LIST = "files.json"
LEFT_BY_READERS = ("*.lock", "*-wal", "*-shm", "*.wal")

used: set[Path] = set()
"""Where the worlds lie that this process has asked for."""


def world(make: Callable[..., object], *recipe: object) -> Path:
    """The folder that `make(folder, *recipe)` filled, in this session or one before it.

    Args:
        make: a function of a module in this folder; gets a folder that is there and empty.
        recipe: numbers and names; as text they tell one world of a recipe from another.
    """
    return _kept(make, recipe, lambda folder: make(folder, *recipe))


def value_of(answer: Callable[..., T], *recipe: object) -> T:
    """What `answer(*recipe)` returned; it is kept as a world is, pickled."""

    def fill(folder: Path) -> None:
        (folder / "value").write_bytes(pickle.dumps(answer(*recipe)))

    return pickle.loads((_kept(answer, recipe, fill) / "value").read_bytes())


def copy_of(folder: Path, target: Path) -> Path:
    """A copy of a world, or of a part of it, to do things to."""
    return shutil.copytree(folder, target, symlinks=True, dirs_exist_ok=True)


def altered() -> list[str]:
    """Worlds this process asked for that are no longer as they were made; they are forgotten."""
    names = []
    for place in sorted(used):
        if (place / LIST).exists() and json.loads((place / LIST).read_text()) != _files(place / "world"):
            (place / LIST).unlink()
            names.append(str(place.relative_to(STORE)))
    return names


def _kept(recipe: Callable[..., object], words: tuple[object, ...], fill: Callable[[Path], None]) -> Path:
    name = re.sub(r"[^\w.]+", "-", " ".join([recipe.__name__, *map(str, words)])).strip("-")
    place = STORE / name / digest_of_recipe(recipe)
    if place not in used:
        place.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(place.with_suffix(".lock")):
            if not (place / LIST).exists():
                _make(place, fill)
        (place / LIST).touch()
        used.add(place)
    return place / "world"


def _make(place: Path, fill: Callable[[Path], None]) -> None:
    """Fill a world where it stays, for homes know their own folder; the list comes last."""
    shutil.rmtree(place, ignore_errors=True)
    (place / "world").mkdir(parents=True)
    fill(place / "world")
    (place / LIST).write_text(json.dumps(_files(place / "world")))
    whole = sorted(place.parent.glob(f"*/{LIST}"), key=lambda path: path.stat().st_mtime)
    for old in whole[:-KEPT]:
        shutil.rmtree(old.parent)


def _files(folder: Path) -> dict[str, list[int]]:
    return {
        str(path.relative_to(folder)): [path.lstat().st_size, path.lstat().st_mtime_ns]
        for path in sorted(folder.rglob("*"))
        if not path.is_dir() and not any(fnmatch(path.name, name) for name in LEFT_BY_READERS)
    }
