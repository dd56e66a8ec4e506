"""Progress of long work: the type of a function that takes a text and the share done, 0 to 1."""

from collections.abc import Callable

Progress = Callable[[str, float], None]


def silent(words: str, share: float) -> None:
    """A progress function that does nothing."""
