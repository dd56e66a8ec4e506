"""Names in the field's words: a refused word is no name of anything and opens no docstring, in product and tests alike."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[1]
FLOORS = ("pipelines", "features", "models", "dashboards", "dagster_project")
REFUSED = {"told", "found", "made", "mine", "came", "held", "here", "one_of", "anew"}
PUBLISHED_COLUMNS = {("pipelines/tables/published_handling.py", "held")}
"""A published column is never renamed (docs/data_dictionary.md)."""


def names_in(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Names of functions, classes, arguments and variables, with their line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno


def openings_in(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """The first word of every docstring, with the line of what it describes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module):
            words = (ast.get_docstring(node) or "").split()
            if words:
                yield words[0].strip(".,:;"), getattr(node, "lineno", 1)


def refused_in(path: Path, name: str) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        f"{name}:{line} {word}"
        for word, line in (*names_in(tree), *openings_in(tree))
        if word.strip("_").lower() in REFUSED and (name, word) not in PUBLISHED_COLUMNS
    ]


@pytest.mark.parametrize("floor", [*FLOORS, "tests"])
def test_no_refused_word_is_a_name_or_opens_a_docstring(floor: str) -> None:
    files = {path: path.relative_to(REPO).as_posix() for path in sorted((REPO / floor).rglob("*.py"))}
    refused = [line for path, name in files.items() for line in refused_in(path, name)]
    assert not refused


def test_no_package_is_called_like_one_of_the_standard_library() -> None:
    """Streamlit puts the folder of its script first on the path: a package `html` there would hide Python's."""
    packages = [init.parent.name for floor in FLOORS for init in (REPO / floor).rglob("__init__.py")]
    assert not set(packages) & sys.stdlib_module_names
