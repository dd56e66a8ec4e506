"""YAML text as plain data or as its tree: by libyaml where it is at hand, which takes a tenth of the time.

What libyaml refuses, and what holds a tab, of which the two think differently, is read by the parser written in
Python: it has the last word and the clearer messages.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import yaml

T = TypeVar("T")

QUICK: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def yaml_data(text: str) -> Any:
    """What a YAML text says, in plain types.

    Raises:
        yaml.YAMLError: it is no YAML; names the line.
    """
    return _by_either(text, lambda loader: yaml.load(text, Loader=loader))


def yaml_tree(text: str) -> yaml.Node | None:
    """The nodes of a YAML text with their lines; None where it is empty.

    Raises:
        yaml.YAMLError: it is no YAML; names the line.
    """
    return _by_either(text, lambda loader: yaml.compose(text, Loader=loader))


def _by_either(text: str, read: Callable[[type[Any]], T]) -> T:
    try:
        return read(yaml.SafeLoader if "\t" in text else QUICK)
    except (yaml.YAMLError, ValueError):
        return read(yaml.SafeLoader)
