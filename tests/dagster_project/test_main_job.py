"""Which Monday a run is for, and what running again changes."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from dagster_project.main_job import newest_as_of
from dagster_project.resources import City
from pipelines.home import Home
from pipelines.profile import load_profile


def test_a_run_is_for_the_first_monday_after_the_newest_record(small_city: Any) -> None:
    city = City(load_profile(str(small_city.profile)), Home(small_city.home))
    assert newest_as_of(city) == date(2024, 12, 30)


def test_stray_records_after_the_complete_ones_set_no_as_of_date(small_city: Any) -> None:
    profile = load_profile(str(small_city.profile))
    settings = profile.settings.model_copy(update={"complete_until": date(2024, 6, 2)})
    assert newest_as_of(City(replace(profile, settings=settings), Home(small_city.home))) == date(2024, 6, 3)


def test_running_again_changes_no_published_byte(small_city: Any, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(small_city.home, home, symlinks=True)
    before = published_bytes(home)
    told = small_city.command(
        "run", "--data", small_city.data, "--profile", small_city.profile, "--home", home
    )
    assert told.returncode == 0, told.stderr
    assert published_bytes(home) == before


def published_bytes(home: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(home)): path.read_bytes()
        for folder in ("published", "backtests")
        for path in sorted((home / folder).rglob("*"))
        if path.is_file()
    }
