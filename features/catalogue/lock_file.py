"""`catalogue.lock`: the name of every feature with the file and line that declares it: `python -m features.catalogue.lock_file`.

Names are composed of a place, a word and a window, and cannot be searched for in the entries; here they can.
"""

import ast
from pathlib import Path

from features.catalogue.entries import handling, load, matter, pair, place, reports, season, services
from pipelines.home import REPO

LOCK = Path(__file__).with_name("catalogue.lock")
HEAD = "# Written by `make docs`; do not edit. Feature, and where it is declared.\n"


def lock_text() -> str:
    """The text of `catalogue.lock`, features in the catalogue's order."""
    lines = []
    for module in (matter, handling, pair, place, load, reports, services, season):
        path = Path(str(module.__file__))
        words = _words(path)
        lines += [
            f"{feature.name} {path.relative_to(REPO).as_posix()}:{_declared_at(feature.name, words)}\n"
            for feature in module.ENTRIES
        ]
    return HEAD + "".join(lines)


def _words(path: Path) -> list[tuple[str, int]]:
    """Every text in a file of entries that may be part of a feature's name, with its line number."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        (argument.value, call.lineno)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        for argument in [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "name")]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]


def _declared_at(name: str, words: list[tuple[str, int]]) -> int:
    """The line of the longest text that is part of the feature's name; the first one where several are equally long."""
    fitting = [(-len(word), line) for word, line in words if f"_{word}_" in f"_{name}_"]
    return min(fitting)[1]


if __name__ == "__main__":
    LOCK.write_text(lock_text(), encoding="utf-8")
