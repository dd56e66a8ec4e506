"""A city of 1 %, forty weeks long, with one published week; and next week's file."""

from datetime import date, timedelta
from pathlib import Path

from dagster_project.command.main_job import run_week
from dagster_project.operations.city import City
from pipelines.city.profile import load_profile
from pipelines.home import Home
from pipelines.simulator.city import simulate

FIRST_MONDAY = date(2023, 10, 9)
NEXT_MONDAY = FIRST_MONDAY + timedelta(weeks=1)
HEAD = "dispute_id,registered_at,category,area_code,channel,relation\n"
NEXT_WEEK = HEAD + "N1,2023-10-10 10:00:00,D2,530302001,grid,neighbour\n"


def make_city(folder: Path) -> None:
    """Write `landing` and `start`, the home after the first week; next week's file arrives afterwards."""
    profile = load_profile("qujing")
    simulate(folder / "landing", profile, weeks=40, scale=0.01, seed=1)
    run_week(City(profile, Home(folder / "start"), folder / "landing"), FIRST_MONDAY)
    (folder / "landing" / "disputes_week.csv").write_text(NEXT_WEEK, encoding="utf-8")


def run_next_week(data: Path, home: Home) -> None:
    """The run that is disturbed, or not."""
    run_week(City(load_profile("qujing"), home, data), NEXT_MONDAY)


def published(home: Home) -> dict[str, bytes | str]:
    """Every published name and byte, links by what they point at."""
    return {
        str(path.relative_to(home.published)): str(path.readlink())
        if path.is_symlink()
        else path.read_bytes()
        for path in sorted(home.published.rglob("*"))
        if path.is_symlink() or path.is_file()
    }
