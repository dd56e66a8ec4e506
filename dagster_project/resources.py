"""What the assets are given: which city, where its files come from, where its home is."""

import os
from dataclasses import dataclass
from pathlib import Path

from dagster_project.progress import Progress
from pipelines.errors import RefusedInput
from pipelines.home import Home, find_home
from pipelines.profile import Profile, load_profile


def _silent(words: str, share: float) -> None:
    """Progress nobody watches, as in a scheduled run."""


@dataclass(frozen=True)
class City:
    """One profile with its landing folder and home; `progress` is told how far the work is."""

    profile: Profile
    home: Home
    data: Path | None = None
    progress: Progress = _silent

    @property
    def landing(self) -> Path:
        """The folder the city's files arrive in.

        Raises:
            RefusedInput: none was given.
        """
        if self.data is None:
            raise RefusedInput("no data folder: give --data FOLDER, or set FENGQIAO_DATA for scheduled runs")
        return self.data


def city_from_environment() -> City:
    """The city of scheduled runs and the Dagster screen: FENGQIAO_PROFILE, FENGQIAO_HOME, FENGQIAO_DATA."""
    profile = load_profile(os.environ.get("FENGQIAO_PROFILE", "qujing"))
    data = os.environ.get("FENGQIAO_DATA")
    return City(profile, find_home(None, profile.name), Path(data) if data else None)
