"""A small city that went the whole way once: its landing files, its profile and its home.

Made by the product's own commands, once per test run: workers of pytest-xdist share it.
Read it only, or copy it.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from pipelines.home import REPO

QUICK = """
backtest: {folds: 3, bootstrap: 50, calibration_weeks: 16}
needs: {history_weeks: 52, matured_outcomes: 20}
"""
"""Appended to qujing's profile, so that two years of 3 % of the city give a model in seconds."""


@dataclass(frozen=True)
class SmallCity:
    """Two made-up years of 3 % of Qujing.

    Attributes:
        profile: the profile's folder; pass it as `--profile`.
        data: the landing folder.
        home: with one published week.
        key: the key file of the pair hashes.
    """

    profile: Path
    data: Path
    home: Path
    key: Path

    def command(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """Run `fengqiao` with these words and this city's key."""
        return subprocess.run(
            [str(Path(sys.executable).parent / "fengqiao"), *map(str, words)],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"FENGQIAO_KEY_FILE": str(self.key)},
        )


@pytest.fixture(scope="session")
def small_city(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> SmallCity:
    """The city, taken through simulate and run."""
    base = tmp_path_factory.getbasetemp()
    root = (base if worker_id == "master" else base.parent) / "small-city"
    city = SmallCity(root / "qujing", root / "landing", root / "home", root / "pair.key")
    with FileLock(root.with_suffix(".lock")):
        if not (root / "whole").exists():
            own_profile(city.profile)
            live(city)
            (root / "whole").touch()
    return city


def own_profile(folder: Path) -> None:
    """Copy qujing's profile and let it learn from little."""
    shutil.copytree(REPO / "data" / "profiles" / "qujing", folder)
    with (folder / "profile.yml").open("a", encoding="utf-8") as file:
        file.write(QUICK)


def live(city: SmallCity) -> None:
    """Take a city that has a profile through simulate and run."""
    profile = ("--profile", city.profile)
    for words in (
        ("simulate", "--out", city.data, *profile, "--scale", "0.03", "--weeks", "104"),
        ("run", "--data", city.data, *profile, "--home", city.home),
    ):
        told = city.command(*words)
        assert told.returncode == 0, told.stdout + told.stderr
