"""A city of 1 %, forty weeks long: too little for a model, and a week of it takes seconds.

tiny = tiny_city()
home = tiny.new_home(tmp_path / "home")       # after the first week, to do things to
tiny.run_next_week(home)                      # with next week's file
assert published(home) == published(next_week().home)
"""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from dagster_project.command.main_job import run_week
from dagster_project.operations.city import City
from pipelines.city.profile import load_profile
from pipelines.home import Home
from pipelines.simulator.city import simulate
from tests.worlds.command import environment
from tests.worlds.store import copy_of, world

FIRST_MONDAY = date(2023, 10, 9)
NEXT_MONDAY = FIRST_MONDAY + timedelta(weeks=1)
THIRD_MONDAY = NEXT_MONDAY + timedelta(weeks=1)
HEAD = "dispute_id,registered_at,category,area_code,channel,relation\n"
NEXT_WEEK = HEAD + "N1,2023-10-10 10:00:00,D2,530302001,grid,neighbour\n"
THIRD_WEEK = HEAD + "N2,2023-10-18 10:00:00,D1,530302001,window,spouse\n"


@dataclass(frozen=True)
class TinyCity:
    """Landing folder, key and home of the tiny city; `root` holds them and nothing else."""

    root: Path

    @property
    def landing(self) -> Path:
        """With the files of the weeks that were run, and of the one after them."""
        return self.root / "landing"

    @property
    def home(self) -> Home:
        return Home(self.root / "home")

    @property
    def key(self) -> Path:
        """The key file of the pair hashes: `FENGQIAO_KEY_FILE`."""
        return self.root / "pair.key"

    def new_home(self, folder: Path) -> Home:
        """A copy of the home, to do things to."""
        return Home(copy_of(self.home.root, folder))

    def run_next_week(self, home: Home, landing: Path | None = None) -> None:
        """Run the week after the first on a home, from this landing folder or another."""
        self._run(home, NEXT_MONDAY, landing)

    def _run(self, home: Home, monday: date, landing: Path | None = None) -> None:
        with environment(FENGQIAO_KEY_FILE=self.key):
            run_week(City(load_profile("qujing"), home, landing or self.landing), monday)


def tiny_city() -> TinyCity:
    """After the first week; next week's file has come."""
    return TinyCity(world(first_week))


def next_week() -> TinyCity:
    """After the next week, which nobody disturbed."""
    return TinyCity(world(undisturbed_week))


def three_weeks() -> TinyCity:
    """After three weeks, each run when its file had come."""
    return TinyCity(world(third_week))


def first_week(folder: Path) -> None:
    """Write the landing files, run the first week, and let next week's file come."""
    tiny = TinyCity(folder)
    simulate(tiny.landing, load_profile("qujing"), weeks=40, scale=0.01, seed=1)
    tiny._run(tiny.home, FIRST_MONDAY)
    (tiny.landing / "disputes_week.csv").write_text(NEXT_WEEK, encoding="utf-8")


def undisturbed_week(folder: Path) -> None:
    """Run the next week."""
    copy_of(tiny_city().root, folder)
    TinyCity(folder)._run(TinyCity(folder).home, NEXT_MONDAY)


def third_week(folder: Path) -> None:
    """Let the third week's file come, and run it."""
    copy_of(next_week().root, folder)
    tiny = TinyCity(folder)
    (tiny.landing / "disputes_third_week.csv").write_text(THIRD_WEEK, encoding="utf-8")
    tiny._run(tiny.home, THIRD_MONDAY)


def published(home: Home) -> dict[str, bytes | str]:
    """Every published name and byte, links by what they point at."""
    return {
        str(path.relative_to(home.published)): str(path.readlink())
        if path.is_symlink()
        else path.read_bytes()
        for path in sorted(home.published.rglob("*"))
        if path.is_symlink() or path.is_file()
    }
