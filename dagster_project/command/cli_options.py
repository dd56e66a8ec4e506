"""Options shared by the commands, and the objects made from them."""

import os
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.errors import RefusedInput
from pipelines.memory import SETTING, memory_of

if TYPE_CHECKING:
    from dagster_project.operations.city import City
    from dagster_project.operations.progress import Stages

ProfileName = Annotated[str, typer.Option("--profile", help="Profile name, or a profile folder.")]
HomeFolder = Annotated[
    Path | None,
    typer.Option("--home", help="Home folder; $FENGQIAO_HOME, else data/local.", show_default=False),
]
AsOf = Annotated[
    datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="A Monday.", show_default=False)
]


def _use_memory(amount: str | None) -> str | None:
    if amount is not None:
        memory_of(amount)
        os.environ[SETTING] = amount
    return amount


Memory = Annotated[
    str | None,
    typer.Option(
        "--memory",
        callback=_use_memory,
        help="Memory to use, such as 8G; $FENGQIAO_MEMORY, else half of what is there.",
        show_default=False,
    ),
]


def city_of(profile: str, home: Path | None, data: Path | None = None) -> "City":
    """The profile and its home; `data` is its landing folder."""
    from dagster_project.operations.city import City
    from pipelines.city.profile import load_profile
    from pipelines.home import find_home

    loaded = load_profile(profile)
    home_of_city = find_home(home, loaded.name)
    if home_of_city.marker.exists():
        with suppress(PermissionError):
            home_of_city.root.chmod(0o700)
    return City(loaded, home_of_city, data)


def say(text: object, err: bool = False) -> None:
    """Print a command's answer; control characters are spelled out."""
    from pipelines.terminal_text import printable

    typer.echo(printable(str(text)), err=err)


def new_stages() -> "Stages":
    """Progress of a run, shown stage by stage on the terminal."""
    from dagster_project.operations.progress import Stages

    return Stages()


def monday_of(as_of: datetime | None, option: str = "--as-of") -> date | None:
    """The Monday asked for.

    Raises:
        RefusedInput: it is no Monday.
    """
    if as_of is not None and as_of.weekday() != 0:
        raise RefusedInput(f"{option} {as_of:%Y-%m-%d} is a {as_of:%A}; as-of dates are Mondays")
    return as_of.date() if as_of is not None else None
