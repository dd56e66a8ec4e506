"""A chapter on the meaning of aggregations, and its tables."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Spec:
    """One paragraph: a rule in words, records, an entry, and the value on each Monday asked about."""

    title: str
    says: str
    records: str
    entry: dict[str, Any]
    gives: str


@dataclass(frozen=True)
class Chapter:
    """The paragraphs of one aggregation."""

    title: str
    specs: list[Spec] = field(default_factory=list)


HEAD = "of | known      | version    | until      | type      | n"
"""Entity; first known; this version known (blank: the same); corrected or withdrawn (blank: not); two columns."""
