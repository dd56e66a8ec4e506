"""Errors a person can act on: one sentence that says what was expected, what came, and what to do.

The command turns each class into its exit code; nothing else in the house does.
"""


class FengqiaoError(Exception):
    """A run that could not be finished. Exit code 1."""

    exit_code = 1


class RefusedInput(FengqiaoError):
    """A file, a profile or an argument that must be changed by whoever sent it. Exit code 2.

    The message names the file, the column or line where there is one, and the remedy.
    """

    exit_code = 2


class UnreadableFile(RefusedInput):
    """A file nothing can be read from (damaged, truncated, of another kind): it is left out and said, and the others are read."""


class OutOfBounds(UnreadableFile):
    """A file larger, or costlier to read, than the profile lets in."""
