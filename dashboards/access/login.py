"""Which role somebody has who logged in with the office's own identity provider (OpenID Connect).

Configured by one TOML file outside home and repository: `[auth]` is Streamlit's own, and `[roles]` says which
claim of the provider names a person's groups and which groups have which role. Nothing of the person is kept.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import platformdirs

from dashboards.access.roles import Role, role_of
from pipelines.errors import RefusedInput

VARIABLE = "FENGQIAO_LOGIN_FILE"
NEEDED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
LONGEST = timedelta(hours=12)
"""After so long somebody logs in anew: a role taken away at the provider ends within a working day."""


@dataclass(frozen=True)
class Rules:
    """Which groups have which role, in the file's order: the first that fits decides."""

    claim: str
    groups: tuple[tuple[Role, frozenset[str]], ...]

    def role(self, claims: Mapping[str, Any]) -> Role | None:
        """The role of somebody with these claims, or None where no group of theirs has one."""
        named = claims.get(self.claim)
        of_reader = {named} if isinstance(named, str) else {str(each) for each in named or ()}
        return next((role for role, groups in self.groups if groups & of_reader), None)


def login_file() -> Path | None:
    """The configuration of the log-in: `$FENGQIAO_LOGIN_FILE`, else `login.toml` in the user's folder, if any.

    Raises:
        RefusedInput: the variable names a file that is not there.
    """
    given = os.environ.get(VARIABLE)
    path = Path(given) if given else Path(platformdirs.user_config_dir("fengqiao")) / "login.toml"
    if given and not path.is_file():
        raise RefusedInput(f"no log-in file {path}: unset {VARIABLE}, or put the file there")
    return path if path.is_file() else None


def read_rules(path: Path) -> Rules:
    """Check a log-in file and read who has which role.

    Raises:
        RefusedInput: others may read it, a setting is missing, or a role is unknown; names file and remedy.
    """
    if path.stat().st_mode & 0o077:
        raise RefusedInput(f"the log-in file {path} may be read by others: chmod 600 it")
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as problem:
        raise RefusedInput(f"the log-in file {path} is no TOML: {problem}") from problem
    missing = [f"auth.{name}" for name in NEEDED if name not in settings.get("auth", {})]
    roles = dict(settings.get("roles", {}))
    claim = roles.pop("claim", None)
    missing += ["roles.claim"] * (claim is None) + ["roles.analyst"] * (not roles)
    if missing:
        raise RefusedInput(f"the log-in file {path} lacks {', '.join(missing)}")
    return Rules(claim, tuple((role_of(name), frozenset(groups)) for name, groups in roles.items()))


def is_stale(claims: Mapping[str, Any], now: datetime) -> bool:
    """Whether somebody logged in too long ago, or nobody can say when."""
    at = claims.get("iat")
    return not isinstance(at, int | float) or now - datetime.fromtimestamp(at) > LONGEST
