"""libyaml says what the parser written in Python says: the same data, the same lines, the same refusals."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipelines.city.profile import PROFILES, REFERENCE
from pipelines.city.yaml_text import yaml_data, yaml_tree

TEXTS = ["", "a: [1, b\n", "a: 1\n\tb: 2\n", "a: &x {b: 1}\nc: *x\n", "c: *x\n", "a: !!python/name:os.system\n", "a: b: c\n", "\x07", "a: 𠮷 😀\n", "- 2025-01-01\n- 0o7\n- 1e3\n- yes\n"]  # fmt: skip
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.dates() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


def by_python(text: str) -> Any:
    try:
        return lines(yaml.compose(text, Loader=yaml.SafeLoader)), yaml.safe_load(text)
    except yaml.YAMLError as refusal:
        return str(refusal)


def by_the_product(text: str) -> Any:
    try:
        return lines(yaml_tree(text)), yaml_data(text)
    except yaml.YAMLError as refusal:
        return str(refusal)


def lines(node: Any) -> Any:
    """A tree as tags, lines and values."""
    if isinstance(node, (list, tuple)):
        return [lines(child) for child in node]
    return (node.tag, node.start_mark.line, lines(node.value)) if isinstance(node, yaml.Node) else node


@pytest.mark.parametrize("text", TEXTS)
def test_odd_texts(text: str):
    assert by_the_product(text) == by_python(text)


@pytest.mark.parametrize(
    "path", [*sorted(PROFILES.rglob("*.yml")), *sorted(REFERENCE.glob("*.yml"))], ids=lambda p: p.stem
)
def test_files_of_the_product(path: Path):
    assert by_the_product(path.read_text(encoding="utf-8")) == by_python(path.read_text(encoding="utf-8"))


@given(PLAIN, st.integers(0, 40), st.sampled_from(["", ":", "[", "\t", "'", "&a ", "#", "\n"]))
def test_any_data_and_texts_a_hand_slipped_in(data: Any, at: int, slip: str):
    text = yaml.safe_dump(data, allow_unicode=True)
    assert by_the_product(text[:at] + slip + text[at:]) == by_python(text[:at] + slip + text[at:])
