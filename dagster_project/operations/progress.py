"""Progress of long work: a moving line on a terminal, plain lines elsewhere."""

import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.text import Text

from pipelines.terminal_text import printable

Progress = Callable[[str, float], None]
"""A function of a text and the share done, 0 to 1."""


@dataclass
class Stages:
    """Duration and peak memory of each stage of a run, shown while it runs and kept afterwards."""

    console: Console = field(
        default_factory=lambda: Console(
            file=sys.stdout, highlight=False, soft_wrap=True, markup=False, emoji=False
        )
    )
    done: list[tuple[str, float, float]] = field(default_factory=list)

    def tell(self, line: str) -> None:
        """Print one line beside the stages; markup and control characters in it have no effect."""
        self.console.print(printable(line))

    @contextmanager
    def stage(self, name: str) -> Iterator[Progress]:
        """A context that runs one stage; it yields a progress function."""
        started = time.perf_counter()
        if self.console.is_terminal:
            with self.console.status(Text(printable(f"{name} ..."))) as status:
                yield lambda words, share: status.update(Text(printable(f"{name}: {words} {share:.0%}")))
        else:
            self.console.print(printable(f"{name} ..."))
            yield _plain_lines(self.console)
        self.done.append((name, time.perf_counter() - started, peak_memory_gib()))
        self.console.print(
            printable(f"{name}: done in {self.done[-1][1]:.1f} s, peak memory {self.done[-1][2]:.2f} GiB")
        )


def peak_memory_gib() -> float:
    """Peak memory of this process so far, in GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _plain_lines(console: Console) -> Progress:
    """A progress function that prints one line whenever the text changes or another quarter is done."""
    last = ("", -1)

    def show(words: str, share: float) -> None:
        nonlocal last
        now = (words, int(share * 4))
        if now != last:
            last = now
            console.print(printable(f"  {words} {share:.0%}"))

    return show
