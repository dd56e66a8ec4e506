"""A YAML file as checked data: what is wrong in it is told with file, line and entry."""

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.city.yaml_text import yaml_data, yaml_tree
from pipelines.errors import RefusedInput

T = TypeVar("T", bound=BaseModel)


class Checked(BaseModel):
    """What a file of a profile may hold; an entry it does not name is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Problem = tuple[tuple[int | str, ...], str]
"""Where in a file something is wrong, and what."""


def check_yaml(path: Path, model: type[T], further: Callable[[T], Iterator[Problem]] | None = None) -> T:
    """Read a YAML file into a checked model.

    Args:
        path: the file.
        model: what it must hold.
        further: finds what is wrong beyond the model's own shape.

    Raises:
        RefusedInput: the file is no YAML, or an entry is unknown, missing, double or wrong; names file and line.
    """
    try:
        text = path.read_text(encoding="utf-8")
        node, raw = yaml_tree(text), yaml_data(text)
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        raise RefusedInput(f"{path}: not readable as YAML: {problem}") from problem
    try:
        checked = model.model_validate(raw if raw is not None else {})
    except ValidationError as problem:
        first = problem.errors()[0]
        loc, message = first["loc"], first["msg"]
    else:
        problem_within = next(chain(_double_entries(node), further(checked) if further else ()), None)
        if problem_within is None:
            return checked
        loc, message = problem_within
    where = ".".join(str(part) for part in loc) or "the file"
    raise RefusedInput(f"{path}, line {_line_of(node, loc)}: {where}: {message}")


def _double_entries(node: Any, loc: tuple[int | str, ...] = ()) -> Iterator[Problem]:
    """Entries of a YAML node tree that stand twice under one parent; YAML itself keeps the last in silence."""
    if isinstance(node, yaml.SequenceNode):
        for at, child in enumerate(node.value):
            yield from _double_entries(child, (*loc, at))
    elif isinstance(node, yaml.MappingNode):
        names = [key.value for key, _ in node.value]
        yield from (((*loc, name), "stands twice") for name in names if names.count(name) > 1)
        for key, child in node.value:
            yield from _double_entries(child, (*loc, key.value))


def _line_of(node: Any, loc: tuple[int | str, ...]) -> int:
    """The line of the deepest part of `loc` that the YAML node tree holds."""
    for part in loc:
        if isinstance(node, yaml.MappingNode):
            match = [(key, value) for key, value in node.value if key.value == str(part)]
            if not match:
                break
            key, node = match[-1]
            if part == loc[-1]:
                return key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
    return node.start_mark.line + 1 if node is not None else 1
