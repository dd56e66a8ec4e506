"""The plan of a trial: its world, length and arms, and the profile it uses."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from models.trial.policies import BY_MODEL, NOTHING, POLICIES
from pipelines.city.capacity import Capacity
from pipelines.city.profile import Profile
from pipelines.code_digest import code_digest
from pipelines.errors import RefusedInput

Fault = Literal["none", "silence", "thorough", "shortage"]
FAULTS: tuple[Fault, ...] = ("silence", "thorough", "shortage")
RETRAIN_EVERY_WEEKS = 13
PLAYED_BY = "dagster_project.trial.one_year"
"""Packages whose code determines a year (simulator, intake, models, publishing); a change of them gives another run."""


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One policy with its variants, played through the year of one seed.

    Attributes:
        policy: whom to attend to.
        random: whether the profile's share of the places is drawn at random.
        naive: labels are taken as they come: nobody marks what was found because somebody was sent there.
        fault: what goes wrong in the world.
    """

    policy: str
    random: bool = False
    naive: bool = False
    fault: Fault = "none"

    @property
    def name(self) -> str:
        """`ranking+random`, `ranking@silence`."""
        parts = (("+random", self.random), ("+naive", self.naive), (f"@{self.fault}", self.fault != "none"))
        return self.policy + "".join(mark for mark, there in parts if there)

    @property
    def learns(self) -> bool:
        """Whether a model is trained in this arm."""
        return self.policy in BY_MODEL


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A trial's world and length; the same plan over the same code is the same run.

    `profile` is a profile's name or folder; `history_weeks` is a multiple of 52, a city's files being a year long.
    """

    profile: str
    scale: float
    history_weeks: int = 104
    weeks: int = 52

    @property
    def city_years(self) -> float:
        """Years of a whole city that one seed simulates."""
        return self.scale * self.weeks / 52

    @property
    def run(self) -> str:
        """The run's name; results of the same name are kept and added to."""
        world = asdict(self) | {"profile": Path(self.profile).name, "code": code_digest(PLAYED_BY)}
        text = json.dumps(world, sort_keys=True)
        return f"scale-{self.scale:g}-{self.weeks}w-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def arm_of(name: str) -> Arm:
    """The arm with this name.

    Raises:
        RefusedInput: there is none.
    """
    rest, _, fault = name.partition("@")
    policy, *marks = rest.split("+")
    if policy not in POLICIES or set(marks) - {"random", "naive"} or fault not in ("", *FAULTS):
        raise RefusedInput(
            f"no arm {name!r}: a policy ({', '.join(POLICIES)}), then +random, +naive, "
            f"then one of {', '.join('@' + known for known in FAULTS)}"
        )
    return Arm(policy=policy, random="random" in marks, naive="naive" in marks, fault=fault or "none")  # pyright: ignore[reportArgumentType]


def arms_of(names: str) -> tuple[Arm, ...]:
    """The arms named in a comma-separated text; `main` means `main_arms`."""
    return main_arms() if names == "main" else tuple(arm_of(name) for name in names.split(","))


def main_arms() -> tuple[Arm, ...]:
    """Every policy, with and without places drawn at random."""
    plain = [Arm(policy=policy) for policy in POLICIES]
    drawn = [Arm(policy=policy, random=True) for policy in POLICIES if policy not in (NOTHING, "random")]
    return (*plain, *drawn)


def trial_profile(profile: Profile, plan: Plan) -> Profile:
    """The profile with capacity in proportion to the world, four backtest folds per year, and one thread."""
    settings = profile.settings
    quick = settings.backtest.model_copy(
        update={"folds": 4, "fold_weeks": RETRAIN_EVERY_WEEKS, "bootstrap": 20}
    )
    change = {
        "capacity": Capacity(city=max(2, round(settings.capacity.city * plan.scale))),
        "backtest": quick,
        "model_parameters": settings.model_parameters | {"num_threads": 1},
    }
    return replace(profile, settings=settings.model_copy(update=change))
