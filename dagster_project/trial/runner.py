"""Runner of a trial: several seeds at a time, each in a process of its own; first their histories, then all arms.

Results lie under HOME/trials/<run>/years/<seed>/<arm>/ as `year.live_year` wrote them. What is there is kept: a
trial that was broken off goes on where it stopped, and one that was finished can be given more seeds or arms.
"""

import ctypes
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import polars as pl

from dagster_project.trial.one_year import live_year, make_history
from dagster_project.trial.plan import Arm, Plan, arm_of, trial_profile
from dagster_project.trial.report import report
from dagster_project.trial.sweep import sweep
from models.progress import Progress
from pipelines.city.profile import Profile, load_profile
from pipelines.deterministic_write import write_parquet
from pipelines.home import Home

SWEPT = ("checklist", "ranking", "uplift", "oracle")
ONE_THREAD = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""Environment of a worker: a year is thousands of small steps, for which threads cost more than they save."""
PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of Linux (prctl(2))."""


def play_and_report(
    home: Home,
    profile: Profile,
    plan: Plan,
    seeds: int,
    arms: Sequence[Arm],
    workers: int,
    minutes: float | None,
    with_sweep: bool,
    progress: Progress,
) -> str:
    """Play the missing years of a trial under HOME/trials, then report on all of them.

    Returns:
        The result in a sentence, in Chinese and English.
    """
    folder = home.root / "trials" / plan.run
    numbers = range(1, seeds + 1)
    play(folder, plan, numbers, arms, workers, minutes, progress)
    if with_sweep:
        play_sweeps(folder, plan, numbers, workers, progress)
    return report(home, profile, plan, folder)


def play(
    folder: Path,
    plan: Plan,
    seeds: Sequence[int],
    arms: Sequence[Arm],
    workers: int,
    minutes: float | None,
    progress: Progress,
) -> None:
    """Play all arms of all seeds that have no result yet.

    Args:
        folder: HOME/trials/<run>.
        plan: the world and its length.
        seeds: of the worlds.
        arms: of each seed.
        workers: processes, and seeds, at a time.
        minutes: no year is begun after so many; None for no limit.
        progress: told after every year.
    """
    years = folder / "years"
    todo = [(seed, arm) for seed in seeds for arm in arms if not (years / str(seed) / arm.name).is_dir()]
    ends = time.time() + 60 * minutes if minutes is not None else float("inf")
    done = 0
    with processes(workers) as pool:
        left = list(dict.fromkeys(seed for seed, _ in todo))
        while left and time.time() < ends:
            now, left = left[:workers], left[workers:]
            for _ in _completed(pool, history_task, [(plan, seed, folder) for seed in now]):
                progress("histories", done / len(todo))
            tasks = [(plan, seed, arm.name, folder, ends) for seed, arm in todo if seed in now]
            for result in _completed(pool, year_task, tasks):
                done += 1
                progress(result, done / len(todo))
            for seed in now:
                shutil.rmtree(_history(folder, seed), ignore_errors=True)


def play_sweeps(folder: Path, plan: Plan, seeds: Sequence[int], workers: int, progress: Progress) -> None:
    """Replay the lists of every seed that has been played, into `folder/sweeps`."""
    played = [seed for seed in seeds if (folder / "years" / str(seed)).is_dir()]
    missing = [(plan, seed, folder) for seed in played if not _swept(folder, seed).is_file()]
    with processes(workers) as pool:
        for done, _ in enumerate(_completed(pool, sweep_task, missing), start=1):
            progress("other assumptions", done / len(missing))


def sweep_task(plan: Plan, seed: int, folder: Path) -> None:
    """Replay one seed's lists: of the arms without a fault, and without places drawn at random."""
    profile = trial_profile(load_profile(plan.profile), plan)
    paths = [path for path in (folder / "years" / str(seed)).iterdir() if path.name in SWEPT]
    lists = [
        pl.read_parquet(path / "attended.parquet", columns=["week", "dispute_id"]).with_columns(
            arm=pl.lit(path.name)
        )
        for path in sorted(paths)
    ]
    _swept(folder, seed).parent.mkdir(exist_ok=True)
    write_parquet(sweep(profile, plan, seed, pl.concat(lists)), _swept(folder, seed))


def _swept(folder: Path, seed: int) -> Path:
    return folder / "sweeps" / f"{seed}.parquet"


def history_task(plan: Plan, seed: int, folder: Path) -> None:
    """Make one seed's history, unless an interrupted trial has left it."""
    if not _history(folder, seed).is_dir():
        make_history(trial_profile(load_profile(plan.profile), plan), plan, seed, _history(folder, seed))


def year_task(plan: Plan, seed: int, arm: str, folder: Path, ends: float) -> str:
    """Play one arm of one seed unless the time budget is over; returns a message with the duration."""
    begun = time.time()
    if begun >= ends:
        return "out of time"
    profile = trial_profile(load_profile(plan.profile), plan)
    out = folder / "years" / str(seed) / arm
    live_year(profile, plan, seed, arm_of(arm), _history(folder, seed), out)
    return f"seed {seed}, {arm}, {time.time() - begun:.0f} s"


def _history(folder: Path, seed: int) -> Path:
    return folder / "histories" / str(seed)


def _completed(pool: ProcessPoolExecutor, task: Callable, arguments: list[tuple]) -> Iterator:
    for future in as_completed([pool.submit(task, *given) for given in arguments]):
        yield future.result()


@contextmanager
def processes(workers: int) -> Iterator[ProcessPoolExecutor]:
    """A pool of single-threaded processes that end when this process ends, even if it is killed."""
    context = get_context("spawn")
    with _one_thread_each(), ProcessPoolExecutor(workers, context, initializer=_end_with_parent) as pool:
        yield pool


def _end_with_parent() -> None:
    """Ask Linux to end this process with its parent (prctl(2)); otherwise it would go on writing into the trial's folder."""
    ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
