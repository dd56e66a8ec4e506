"""What code a result was made by: the files a module imports, directly or not, and their digest."""

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pipelines.home import REPO

IMPORT = re.compile(r"^\s*import ([\w.]+)", re.MULTILINE)
FROM_IMPORT = re.compile(r"^\s*from ([\w.]+) import (\([^)]*\)|[^\n]*)", re.MULTILINE)
"""What only looks like an import, in a document, counts as one: too many files are safe, too few are not."""
WORD = re.compile(r"\w+")
FLOORS = ("pipelines", "features", "models", "dashboards", "dagster_project")


@cache
def code_digest(*modules: str, repo: Path = REPO) -> str:
    """SHA-256 over the files of `code_files`: it changes with every one of them, and with nothing else."""
    digest = hashlib.sha256()
    for path in code_files(*modules, repo=repo):
        digest.update(path.relative_to(repo).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def code_files(*modules: str, repo: Path = REPO) -> list[Path]:
    """The files of these modules and of all they import from this repository, inside functions too; sorted.

    Args:
        modules: dotted names, such as `features.week_matrix`.
        repo: the folder the floors lie in.

    Raises:
        FileNotFoundError: a module named here is none.
    """
    waiting: list[Path] = []
    for module in modules:
        file = _file(module, repo)
        if file is None:
            raise FileNotFoundError(f"no module {module}")
        waiting.append(file)
    reached: set[Path] = set()
    while waiting:
        file = waiting.pop()
        if file not in reached:
            reached.add(file)
            waiting.extend(_imported(file, repo))
    return sorted(reached)


def _imported(file: Path, repo: Path) -> Iterator[Path]:
    text = file.read_text(encoding="utf-8")
    modules = IMPORT.findall(text)
    for module, names in FROM_IMPORT.findall(text):
        modules += [module, *(f"{module}.{name}" for name in WORD.findall(names))]
    yield from filter(None, (_file(name, repo) for name in modules))


def _file(module: str, repo: Path) -> Path | None:
    """The module's file; None for another library's, a package's (which is empty here), or a name inside a module."""
    parts = module.split(".")
    path = repo.joinpath(*parts).with_suffix(".py")
    return path if parts[0] in FLOORS and path.is_file() else None
