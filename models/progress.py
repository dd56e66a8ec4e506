"""How long work tells how far it is: a function that takes words and the share done, 0 to 1."""

from collections.abc import Callable

Progress = Callable[[str, float], None]


def silent(words: str, share: float) -> None:
    """Progress nobody watches."""
