"""Markdown tables."""

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A Markdown table without a final line end."""
    return "\n".join([_row(head), "|---" * len(head) + "|", *map(_row, lines)])


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
