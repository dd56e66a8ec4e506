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
from datetime import date
from pathlib import Path

import duckdb
import lightgbm  # noqa: F401
import mlflow  # noqa: F401

# Imported before the first fork, so that a run's time is its work. Nothing is called: no thread may run at a fork.
import models.list_check
import models.weekly  # noqa: F401
from dagster_project.main_job import run_week
from dagster_project.resources import City
from models.saving import digest_of
from pipelines.home import Home
from pipelines.profile import load_profile
from pipelines.run_state import last_run


def main() -> None:
    """Report the counts as one JSON object; exit 1 if any kill did harm."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--profile", required=True, help="profile folder")
    asked.add_argument("--data", type=Path, required=True, help="landing folder with next week's files in it")
    asked.add_argument("--home", type=Path, required=True, help="home as the run finds it; it is copied")
    asked.add_argument("--as-of", type=date.fromisoformat, required=True, help="Monday of the run")
    asked.add_argument("--points", type=int, default=60)
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        trial = Trial(given.profile, given.data, given.home, given.as_of, Path(scratch))
        counts = trial.kill(given.points, random.Random(given.seed))
    sys.stdout.write(json.dumps(counts, indent=1) + "\n")
    sys.exit(1 if counts["harmed"] else 0)


class Trial:
    """One home, run again and again from the same start."""

    def __init__(self, profile: str, data: Path, start: Path, as_of: date, scratch: Path) -> None:
        self.profile, self.data, self.start, self.as_of = profile, data, start, as_of
        self.home = Home(scratch / "home")

    def kill(self, points: int, dice: random.Random) -> dict:
        """Kill `points` runs, each at its own moment."""
        self._put_back()
        began = time.monotonic()
        assert self._run_to_end(), "the undisturbed run failed"
        seconds = time.monotonic() - began
        wanted = self._state()
        steps, harmed, looks = Counter(), [], 0
        for _ in range(points):
            self._put_back()
            after = dice.uniform(0, seconds)
            with Reader(self.home) as reader:
                step = self._run_and_kill(after)
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
            "kills": points, "killed_in": dict(sorted(steps.items())), "undisturbed_seconds": round(seconds, 2),
            "publications_read_meanwhile": looks, "harmed": harmed,
        }  # fmt: skip

    def _put_back(self) -> None:
        shutil.rmtree(self.home.root, ignore_errors=True)
        shutil.copytree(self.start, self.home.root, symlinks=True)
        self.home.run_state.unlink(missing_ok=True)

    def _run(self) -> None:
        run_week(City(load_profile(self.profile), self.home, self.data), self.as_of)

    def _run_to_end(self) -> bool:
        return os.waitstatus_to_exitcode(os.waitpid(_forked(self._run), 0)[1]) == 0

    def _run_and_kill(self, after: float) -> str:
        """The step it was killed in; `over` where it was quicker than the knife."""
        child = _forked(self._run)
        time.sleep(after)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        run = last_run(self.home)
        return "over" if ended == 0 else "before the first step" if run is None else run.step

    def _state(self) -> str:
        """What must come out the same: every published name and byte, and every row of the warehouse."""
        told = hashlib.sha256()
        for path in sorted(self.home.published.rglob("*")):
            if path.is_symlink():
                told.update(f"{path.name} -> {path.readlink()}".encode())
            elif path.is_file():
                told.update(str(path.relative_to(self.home.published)).encode() + path.read_bytes())
        # Another process reads the warehouse: DuckDB's threads must not live here when the next run is forked.
        with tempfile.NamedTemporaryFile() as answer:
            child = _forked(
                lambda: Path(answer.name).write_text(_rows(self.home.warehouse), encoding="utf-8")
            )
            os.waitpid(child, 0)
            told.update(Path(answer.name).read_bytes())
        return told.hexdigest()


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
                told = json.loads((self.home.published / "current.json").read_text(encoding="utf-8"))
                if not digest_of(self.home.published / told["folder"]).startswith(told["digest"]):
                    self.torn.append(told["folder"])
            except (OSError, ValueError) as problem:
                self.torn.append(repr(problem))
            self.looks += 1
            time.sleep(0.02)


def _rows(warehouse: Path) -> str:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        tables = con.execute("select table_name from information_schema.tables order by 1").fetchall()
        return json.dumps(
            [
                [
                    t,
                    con.execute(
                        f'select count(*), sum(hash(t::varchar)::hugeint)::varchar from "{t}" t'
                    ).fetchall(),
                ]
                for (t,) in tables
            ]
        )


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
