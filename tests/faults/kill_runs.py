"""Kills a weekly run at random moments and looks whether anything was lost: `make faults`.

Each time the home is put back as it was before the run, a run is started and killed with SIGKILL after a
random part of what a run takes, and the next run is let finish. It must end with the same published bytes
and the same warehouse as a run that nobody disturbed, and at no moment, before, during or after, may a
reader find anything but a whole publication.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

# Imported before the first fork, so that a run's time is its work. None of our own modules that compute anything:
# no thread of Polars or DuckDB may live here when a run is forked.
import dagster  # noqa: F401
import lightgbm  # noqa: F401
import mlflow  # noqa: F401
import scipy.stats  # noqa: F401

from pipelines.deterministic_write import digest_of
from pipelines.home import Home
from pipelines.run_state import last_run
from tests.quick_machine import wait_for_no_disk


def main() -> None:
    """Report the counts as one JSON object; exit 1 if any kill did harm."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--points", type=int, default=60)
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    wait_for_no_disk()
    with tempfile.TemporaryDirectory() as scratch:
        assert waitpid(_forked(lambda: _city(Path(scratch)))) == 0, "no city could be made"
        counts = Trial(Path(scratch)).kill(given.points, random.Random(given.seed))
    sys.stdout.write(json.dumps(counts, indent=1) + "\n")
    sys.exit(1 if counts["harmed"] else 0)


class Trial:
    """One home, run again and again from the same start."""

    def __init__(self, folder: Path) -> None:
        self.data, self.start, self.home = folder / "landing", folder / "home", Home(folder / "disturbed")

    def kill(self, points: int, dice: random.Random) -> dict:
        """Kill `points` runs, each at its own moment; one that was over before is no kill and shortens the next."""
        self._put_back()
        began = time.monotonic()
        assert self._run_to_end(), "the undisturbed run failed"
        seconds = undisturbed = time.monotonic() - began
        wanted = self._state()
        steps, harmed, looks = Counter(), [], 0
        while steps.total() < points:
            self._put_back()
            after = dice.uniform(0, seconds)
            with Reader(self.home) as reader:
                step = self._run_and_kill(after)
                if step is None:
                    seconds = after
                    continue
                finished = self._run_to_end()
            steps[step] += 1
            looks += reader.looks
            if not finished or self._state() != wanted or reader.torn:
                harmed.append(
                    {
                        "step": step,
                        "after_seconds": round(after, 3),
                        "torn": reader.torn,
                        "finished": finished,
                    }
                )
        return {
            "kills": points, "killed_in": dict(sorted(steps.items())), "undisturbed_seconds": round(undisturbed, 2),
            "publications_read_meanwhile": looks, "harmed": harmed,
        }  # fmt: skip

    def _put_back(self) -> None:
        shutil.rmtree(self.home.root, ignore_errors=True)
        shutil.copytree(self.start, self.home.root, symlinks=True)
        self.home.run_state.unlink(missing_ok=True)

    def _run_to_end(self) -> bool:
        return waitpid(_forked(lambda: _next_week(self.data, self.home))) == 0

    def _run_and_kill(self, after: float) -> str | None:
        """The step it was killed in; None where it was quicker than the knife."""
        child = _forked(lambda: _next_week(self.data, self.home))
        time.sleep(after)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        ended = waitpid(child)
        run = last_run(self.home)
        if ended == 0:
            return None
        return "before the first step" if run is None else run.step

    def _state(self) -> str:
        """What must come out the same: every published name and byte, and every row of the warehouse."""
        with tempfile.NamedTemporaryFile() as answer:
            child = _forked(lambda: Path(answer.name).write_bytes(_everything(self.home)))
            assert waitpid(child) == 0, "the home cannot be read"
            return Path(answer.name).read_text(encoding="utf-8")


class Reader:
    """A reader beside the run, who looks all the time and counts what is not a whole publication."""

    def __init__(self, home: Home) -> None:
        self.home, self.looks, self.torn = home, 0, []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> "Reader":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _read(self) -> None:
        while not self._stop.is_set():
            try:
                current = json.loads((self.home.published / "current.json").read_text(encoding="utf-8"))
                if not digest_of(self.home.published / current["folder"]).startswith(current["digest"]):
                    self.torn.append(current["folder"])
            except (OSError, ValueError) as problem:
                self.torn.append(repr(problem))
            self.looks += 1
            time.sleep(0.02)


def _city(folder: Path) -> None:
    from tests.worlds.store import copy_of
    from tests.worlds.tiny_city import tiny_city

    copy_of(tiny_city().root, folder)


def _next_week(data: Path, home: Home) -> None:
    from tests.worlds.tiny_city import tiny_city

    tiny_city().run_next_week(home, data)


def _everything(home: Home) -> bytes:
    import duckdb

    from tests.worlds.tiny_city import published

    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        tables = con.execute("select table_name from information_schema.tables order by 1").fetchall()
        query = 'select count(*), sum(hash(t::varchar)::hugeint)::varchar from "{}" t'
        rows = [(table, con.execute(query.format(table)).fetchall()) for (table,) in tables]
    return hashlib.sha256(repr((published(home), rows)).encode()).hexdigest().encode()


def waitpid(child: int) -> int:
    """The exit code of a child, once it has ended."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _forked(work: Callable[[], object]) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        work()
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
