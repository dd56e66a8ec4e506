"""Where one city's data lives: a home folder, and the names of everything under it."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import RefusedInput

REPO = Path(__file__).resolve().parents[1]
SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Home:
    """The folder that holds a city's warehouse, models, publications and decisions."""

    root: Path

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        return self.root / "published"

    @property
    def backtests(self) -> Path:
        return self.root / "backtests"

    @property
    def mlflow(self) -> Path:
        return self.root / "mlflow"

    @property
    def dagster(self) -> Path:
        return self.root / "dagster"

    @property
    def decisions(self) -> Path:
        return self.root / "decisions.db"

    @property
    def briefs(self) -> Path:
        return self.root / "briefs"

    @property
    def features(self) -> Path:
        return self.root / "features"

    @property
    def run_state(self) -> Path:
        return self.root / "run.json"

    @property
    def marker(self) -> Path:
        return self.root / "home.json"

    def owner(self) -> dict[str, str] | None:
        """Which profile and origin (`simulated` or `real`) this home holds, or None when it is empty."""
        if not self.marker.exists():
            return None
        return json.loads(self.marker.read_text(encoding="utf-8"))

    def claim(self, profile: str, origin: str) -> None:
        """Mark the home as holding one profile's data of one origin.

        Raises:
            RefusedInput: the home already holds another profile, or made-up data where real data
                come (or the reverse): the two are never mixed.
        """
        owner = self.owner()
        wanted = {"profile": profile, "origin": origin, "schema_version": SCHEMA_VERSION}
        if owner is None:
            self.root.mkdir(parents=True, exist_ok=True)
            partial = self.marker.with_suffix(".partial")
            partial.write_text(json.dumps(wanted, sort_keys=True) + "\n", encoding="utf-8")
            partial.replace(self.marker)
        elif owner != wanted:
            raise RefusedInput(
                f"{self.root} holds {owner['origin']} data of profile {owner['profile']} (schema "
                f"{owner['schema_version']}), and these are {origin} data of {profile} (schema "
                f"{SCHEMA_VERSION}). Choose another folder with --home or FENGQIAO_HOME."
            )


def find_home(given: Path | None, profile: str) -> Home:
    """The home to use: the one given, else `$FENGQIAO_HOME`, else `data/local` of the checkout.

    Where the default `data/local` already belongs to another profile, the profile gets
    `data/local/<profile>`, so that two cities can be tried one after the other.
    """
    chosen = given or (Path(os.environ["FENGQIAO_HOME"]) if os.environ.get("FENGQIAO_HOME") else None)
    if chosen is not None:
        return Home(chosen.expanduser().resolve())
    default = Home(REPO / "data" / "local")
    owner = default.owner()
    if owner is not None and owner["profile"] != profile:
        return Home(default.root / profile)
    return default


def origin_of(home: Home) -> str:
    """`simulated` or `real`: what kind of data the home holds."""
    return (home.owner() or {"origin": "real"})["origin"]
