"""`fengqiao` without a process of its own: what is heavy to import is imported once per worker."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest


def fengqiao(*words: str | Path, **variables: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command with these words, here, and with these variables of the environment."""
    from dagster_project.command.cli import main

    arguments = ["fengqiao", *map(str, words)]
    out, err, code = io.StringIO(), io.StringIO(), 0
    with environment(**variables), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", arguments)
        with redirect_stdout(out), redirect_stderr(err):
            try:
                main()
            except SystemExit as end:
                code = int(end.code or 0)
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def fengqiao_process(*words: str | Path, **variables: str | Path) -> subprocess.CompletedProcess[str]:
    """The same as a process, as an engineer runs it; a few seconds each: one smoke test per command is enough."""
    return subprocess.run(
        [str(Path(sys.executable).parent / "fengqiao"), *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {name: str(value) for name, value in variables.items()},
    )


@contextmanager
def environment(**variables: str | Path) -> Iterator[None]:
    """These variables of the environment, for as long as the block lasts."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, str(value))
        yield
