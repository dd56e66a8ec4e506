"""What a world depends on: every module its recipe imports, however far away, and the city's own files."""

import ast
import hashlib
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from pipelines.home import REPO

ROOTS = ("pipelines", "features", "models", "dashboards", "dagster_project", "tests")
MODULE = re.compile(rf"({'|'.join(ROOTS)})(\.\w+)+")
SETTINGS = ("data/profiles", "data/reference", "uv.lock")
"""Read by any recipe, wherever it is in the house."""


def digest_of_recipe(make: Callable[..., object]) -> str:
    """Hex digest of the code a recipe runs, of the profiles and of the libraries' versions.

    Code is what the recipe's module imports, directly or not; a world of landing files is no other for a change
    on the screens.
    """
    files = sorted(modules_under(Path(str(inspect.getsourcefile(make))).resolve()) | set(_settings()))
    digest = hashlib.sha256(sys.version.encode())
    for path in files:
        digest.update(f"{path.relative_to(REPO)}\0{_content_digest(path)}\0".encode())
    return digest.hexdigest()[:16]


def modules_under(path: Path) -> set[Path]:
    """Files of the modules that a file imports, whatever it imports them for, and its own."""
    seen: set[Path] = set()
    waiting = [path]
    while waiting:
        file = waiting.pop()
        if file not in seen:
            seen.add(file)
            waiting.extend(_imports(file))
    return seen


@cache
def _imports(path: Path) -> tuple[Path, ...]:
    if path.suffix != ".py":
        return ()
    names = {name for node in ast.walk(ast.parse(path.read_bytes())) for name in _names(node)}
    return tuple(file for name in sorted(names) for file in _files(name))


def _names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names):
            yield from (one.name for one in names)
        case ast.ImportFrom(str(module), names, 0):
            yield module
            yield from (f"{module}.{one.name}" for one in names)
        case ast.Constant(str(text)) if MODULE.fullmatch(text):
            yield text


def _files(name: str) -> Iterator[Path]:
    """File of a module, `__init__.py` of the packages around it, and what is no code on its floor."""
    parts = name.split(".")
    if parts[0] not in ROOTS:
        return
    for depth in range(1, len(parts) + 1):
        place = REPO.joinpath(*parts[:depth])
        for file in (place / "__init__.py", place.with_suffix(".py")):
            if file.is_file():
                yield file
    if parts[0] != "tests":
        yield from _no_code(REPO / parts[0])


@cache
def _no_code(floor: Path) -> tuple[Path, ...]:
    return tuple(file for file in _all_files(floor) if file.suffix not in (".py", ".pyc"))


def _settings() -> Iterator[Path]:
    for name in SETTINGS:
        yield from _all_files(REPO / name)


def _all_files(place: Path) -> list[Path]:
    return [place] if place.is_file() else sorted(file for file in place.rglob("*") if file.is_file())


@cache
def _content_digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
