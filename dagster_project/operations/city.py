"""The city an asset works on: its profile, landing folder and home."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from dagster_project.operations.progress import Progress, Stages
from pipelines.city.profile import Profile, load_profile
from pipelines.errors import FengqiaoError, RefusedInput
from pipelines.home import Home, find_home
from pipelines.run_state import State, keep
from pipelines.warehouse.checks import Finding


def _silent(words: str, share: float) -> None:
    """A progress function that does nothing, as in a scheduled run."""


@dataclass(frozen=True)
class City:
    """One profile with its landing folder and home; `stages` shows the progress of the work."""

    profile: Profile
    home: Home
    data: Path | None = None
    stages: Stages | None = None

    @property
    def landing(self) -> Path:
        """The folder the city's files arrive in.

        Raises:
            RefusedInput: none was given.
        """
        if self.data is None:
            raise RefusedInput("no data folder: give --data FOLDER, or set FENGQIAO_DATA for scheduled runs")
        return self.data

    @contextmanager
    def stage(self, name: str, as_of: date | None = None, last: bool = False) -> Iterator[Progress]:
        """A context for one step of the main job: it is shown while it runs, and its end is recorded in HOME/run.json.

        Args:
            name: of the step.
            as_of: the Monday it works on.
            last: whether the run is done with it.
        """
        self._keep("running", name, as_of)
        try:
            with self.stages.stage(name) if self.stages else nullcontext(_silent) as progress:
                yield progress
        except FengqiaoError as problem:
            self._keep("failed", name, as_of, str(problem), str(problem))
            raise
        except BaseException as problem:
            message = f"{type(problem).__name__}: {problem}".splitlines()[0]
            self._keep("failed", name, as_of, message, message)
            raise
        if last:
            self._keep("done", name, as_of)

    def block(self, step: str, as_of: date | None, findings: list[Finding]) -> None:
        """Record in HOME/run.json why this week is not published, where a finding says so."""
        broken = [finding for finding in findings if not finding.passed]
        if broken:
            zh, en = "；".join(one.zh for one in broken), "; ".join(one.en for one in broken)
            self._keep("blocked", step, as_of, zh, en)

    def _keep(self, state: State, step: str, as_of: date | None, zh: str = "", en: str = "") -> None:
        keep(self.home, datetime.now(), state, step, as_of.isoformat() if as_of else None, zh, en)


def city_from_environment() -> City:
    """The city of scheduled runs and the Dagster screen: FENGQIAO_PROFILE, FENGQIAO_HOME, FENGQIAO_DATA."""
    profile = load_profile(os.environ.get("FENGQIAO_PROFILE", "qujing"))
    data = os.environ.get("FENGQIAO_DATA")
    return City(profile, find_home(None, profile.name), Path(data) if data else None)
