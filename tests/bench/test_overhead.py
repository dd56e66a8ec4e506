"""What Dagster and the command add to the plain functions: `make bench`.

One week of the small city, run again from the same start: by the command, and by the functions its assets
call, each in a process of its own.
"""

import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

ROUNDS = 5
DEFINITIONS = "import dagster_project.definitions"
DAGSTER_ALONE = "import dagster"
PLAIN = """
import sys
from datetime import date
from pathlib import Path
from dagster_project.defs.checks import intake_findings, publication_findings, week_findings
from dagster_project.operations.city import City
from dashboards.papers.weekly_brief import write_brief
from dashboards.decisions.export import exported_decisions
from features.week_matrix import saved_week
from models.weekly import score_and_publish, train_champion_if_none
from pipelines.home import Home
from pipelines.intake.intake import load_folder
from pipelines.city.profile import load_profile
data, profile, home = sys.argv[1], load_profile(sys.argv[2]), Home(Path(sys.argv[3]))
city, monday = City(profile, home, Path(data)), date(2024, 12, 30)
with exported_decisions(home) as decisions:
    load_folder(city.landing, profile, home, also=decisions)
intake_findings(city)
saved_week(home, profile, monday)
week_findings(city, monday)
train_champion_if_none(home, profile, monday)
publication_findings(city, score_and_publish(home, profile, monday))
write_brief(home, profile)
"""


def seconds(city: Any, *words: str | Path) -> float:
    """Wall seconds of a process."""
    began = time.monotonic()
    subprocess.run(
        [*map(str, words)],
        check=True,
        capture_output=True,
        env=os.environ | {"FENGQIAO_KEY_FILE": str(city.key)},
    )
    return time.monotonic() - began


def median(city: Any, *words: str | Path) -> float:
    """Of `ROUNDS` processes."""
    return statistics.median(seconds(city, *words) for _ in range(ROUNDS))


@pytest.mark.bench
def test_what_the_command_adds_to_the_functions(small_city: Any, tmp_path: Path) -> None:
    python, command = sys.executable, Path(sys.executable).parent / "fengqiao"
    homes = {name: tmp_path / name for name in ("command", "plain")}
    for home in homes.values():
        shutil.copytree(small_city.home, home, symlinks=True)
    definitions, alone = (median(small_city, python, "-c", code) for code in (DEFINITIONS, DAGSTER_ALONE))
    data, profile = small_city.data, small_city.profile
    by_command = median(
        small_city, command, "run", "--data", data, "--profile", profile, "--home", homes["command"]
    )
    plain = median(small_city, python, "-c", PLAIN, data, profile, homes["plain"])
    print(  # noqa: T201
        f"\ndefinitions load in {definitions:.2f} s ({definitions / alone:.2f} times `import dagster`)"
        f"\na week by the command {by_command:.2f} s, by the plain functions {plain:.2f} s: {by_command / plain:.2f} times"
    )
    assert definitions < 3 * alone
    assert by_command < 2 * plain + definitions
