"""A small city that went the whole way once: its landing files, its profile and its home."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

from pipelines.home import REPO
from tests.worlds.command import fengqiao
from tests.worlds.store import world

QUICK = """
backtest: {folds: 3, bootstrap: 50, calibration_weeks: 16}
needs: {history_weeks: 52, matured_outcomes: 20}
"""
"""Appended to qujing's profile, so that two years of 3 % of the city give a model in seconds."""


@dataclass(frozen=True)
class SmallCity:
    """Two made-up years of 3 % of Qujing, with one published week.

    Attributes:
        root: holds the rest, and nothing else.
    """

    root: Path

    @property
    def profile(self) -> Path:
        """The profile's folder; pass it as `--profile`."""
        return self.root / "qujing"

    @property
    def data(self) -> Path:
        """The landing folder."""
        return self.root / "landing"

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def key(self) -> Path:
        """The key file of the pair hashes."""
        return self.root / "pair.key"

    def command(self, *words: str | Path) -> CompletedProcess[str]:
        """Run `fengqiao` with these words and this city's key, in this process."""
        return fengqiao(*words, FENGQIAO_KEY_FILE=self.key)


def small_city() -> SmallCity:
    """Checklist in use, for no model beats it here; read it only, or copy it."""
    return SmallCity(world(two_years, False))


def scored_city() -> SmallCity:
    """The small city where a model is used; read it only, or copy it.

    It has what a checklist cannot know: quarrels over wages end badly twenty times as often. So a model learned from
    its two years beats the checklist, as on a city of full size.
    """
    return SmallCity(world(two_years, True))


def two_years(folder: Path, scored: bool) -> None:
    """Take a city through simulate and run, as an engineer would."""
    city = SmallCity(folder)
    own_profile(city.profile)
    if scored:
        put(city.profile / "profile.yml", "capacity: 40", "capacity: 10")
        put(city.profile / "simulator.yml", "relative_risk: 0.5", "relative_risk: 12.0")
    profile = ("--profile", city.profile)
    for words in (
        ("simulate", "--out", city.data, *profile, "--scale", "0.03", "--weeks", "104"),
        ("run", "--data", city.data, *profile, "--home", city.home),
    ):
        done = city.command(*words)
        assert done.returncode == 0, done.stdout + done.stderr


def own_profile(folder: Path) -> None:
    """Copy qujing's profile and let it learn from little."""
    shutil.copytree(REPO / "data" / "profiles" / "qujing", folder)
    with (folder / "profile.yml").open("a", encoding="utf-8") as file:
        file.write(QUICK)


def put(path: Path, before: str, after: str) -> None:
    """Replace what stands once in a file."""
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), encoding="utf-8")
