"""Which role somebody has who logged in with the office's own identity provider (OpenID Connect).

Configured by one TOML file outside home and repository: `[auth]` is Streamlit's own, and `[roles]` says which
claim of the provider names a person's groups and which groups have which role. What is not whole does not open.
"""

import base64
import binascii
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import platformdirs

from dashboards.access.roles import Role, role_of
from pipelines.errors import RefusedInput

VARIABLE = "FENGQIAO_LOGIN_FILE"
REQUIRED = "FENGQIAO_LOGIN_REQUIRED"
"""Set once for a served dashboard: `1` where a log-in is required, `0` where the command says the role."""
NEEDED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
LONGEST = timedelta(hours=12)
"""After so long somebody logs in again: a role taken away at the provider ends within a working day."""
SKEW = timedelta(minutes=5)
CLIENT_SETTINGS = ("scope", "prompt", "code_challenge_method", "token_endpoint_auth_method", "timeout")
"""What may be set of the client; others could switch off the check of the provider's certificate."""
SECRET_BYTES = 32
_DISTINCT_BYTES = 16
"""32 random bytes have fewer distinct ones about once in 10^9 times."""
METADATA_PATH = "/.well-known/openid-configuration"
"""What a provider's address of its description ends with, after its issuer."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Reader:
    """Who looks: a role and, with a log-in, the office and the provider's name for the account.

    Attributes:
        role: what they may see.
        office: as the provider gives it; None without a log-in.
        subject: issuer and number of the account, never shown or kept; None without a log-in.
    """

    role: Role
    office: str | None = None
    subject: str | None = None


@dataclass(frozen=True)
class Rules:
    """Which groups have which role, in the file's order: the first that fits decides.

    Attributes:
        claim: names the groups.
        groups: by role.
        office_claim: names the office; the group that gave the role where None or missing.
        redirect_uri: where the provider sends people back to.
        issuer: the provider's name for itself.
        client_id: the provider's name for these screens.
    """

    claim: str
    groups: tuple[tuple[Role, frozenset[str]], ...]
    office_claim: str | None = None
    redirect_uri: str = ""
    issuer: str = ""
    client_id: str = ""

    def accepts(self, claims: Mapping[str, Any], now: datetime) -> bool:
        """Whether the provider made these claims for these screens alone, not longer ago than a session lasts."""
        is_ours = claims.get("iss") == self.issuer and claims.get("aud") in (self.client_id, [self.client_id])
        return claims.get("is_logged_in") is True and is_ours and not is_stale(claims, now)

    def role(self, claims: Mapping[str, Any]) -> Role | None:
        """The role of somebody with these claims, or None where no group of theirs has one."""
        return next((role for role, groups in self.groups if groups & self._groups_of(claims)), None)

    def reader(self, claims: Mapping[str, Any]) -> Reader | None:
        """Who has these claims, or None where no group of theirs has a role."""
        role = self.role(claims)
        if role is None or not isinstance(claims.get("sub"), str) or not claims["sub"]:
            return None
        named = claims.get(self.office_claim) if self.office_claim else None
        shared = sorted(dict(self.groups)[role] & self._groups_of(claims))
        office = named if isinstance(named, str) and named.strip() else shared[0]
        return Reader(role, office, f"{claims.get('iss', '')} {claims['sub']}")

    def _groups_of(self, claims: Mapping[str, Any]) -> set[str]:
        named = claims.get(self.claim)
        several = named if isinstance(named, list | tuple) else [named]
        return {each for each in several if isinstance(each, str)}


def login_file() -> Path | None:
    """The configuration of the log-in: `$FENGQIAO_LOGIN_FILE`, else `login.toml` in the user's folder, if any.

    Raises:
        RefusedInput: the variable names a file that is not there, or a log-in is required and there is none.
    """
    given = os.environ.get(VARIABLE)
    path = Path(given) if given else Path(platformdirs.user_config_dir("fengqiao")) / "login.toml"
    if path.is_file():
        return path
    if given or os.environ.get(REQUIRED) == "1":
        raise RefusedInput(f"no log-in file {path}: unset {VARIABLE}, or put the file there")
    return None


def read_rules(path: Path) -> Rules:
    """Check a log-in file and read who has which role.

    Raises:
        RefusedInput: others may read it, a setting is missing or weak, or a role is unknown; names file and remedy.
    """
    try:
        if path.stat().st_mode & 0o077:
            raise RefusedInput(f"the log-in file {path} may be read by others: chmod 600 it")
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as problem:
        raise RefusedInput(f"the log-in file {path} is no TOML: {problem}") from problem
    except (OSError, UnicodeDecodeError) as problem:
        raise RefusedInput(f"the log-in file {path} cannot be read: {problem}") from problem
    auth, roles = _table(settings, "auth"), _table(settings, "roles")
    _check_auth(path, auth)
    claim, office = roles.pop("claim", None), roles.pop("office", None)
    missing = ["roles.claim"] * (not _is_text(claim)) + ["roles.analyst"] * (not roles)
    if missing:
        raise RefusedInput(f"the log-in file {path} lacks {', '.join(missing)}")
    if office is not None and not _is_text(office):
        raise RefusedInput(f"the log-in file {path}: roles.office names the claim with the office, as text")
    groups: list[tuple[Role, frozenset[str]]] = [
        (role_of(name), _groups(path, name, named)) for name, named in roles.items()
    ]
    issuer = auth["server_metadata_url"].removesuffix(METADATA_PATH)
    return Rules(str(claim), tuple(groups), office, auth["redirect_uri"], issuer, auth["client_id"])


def is_stale(claims: Mapping[str, Any], now: datetime) -> bool:
    """Whether somebody logged in too long ago, in the future, or nobody can say when."""
    at = claims.get("iat")
    if isinstance(at, bool) or not isinstance(at, int | float):
        return True
    age = now.timestamp() - at
    return not -SKEW.total_seconds() <= age <= LONGEST.total_seconds()


def _check_auth(path: Path, auth: Mapping[str, Any]) -> None:
    missing = [f"auth.{name}" for name in NEEDED if not _is_text(auth.get(name))]
    if missing:
        raise RefusedInput(f"the log-in file {path} lacks {', '.join(missing)}")
    for name, value in auth.items():
        if isinstance(value, dict) and name != "client_kwargs":
            raise RefusedInput(f"the log-in file {path}: one provider only, remove [auth.{name}]")
    kwargs = auth.get("client_kwargs", {})
    if not isinstance(kwargs, dict) or set(kwargs) - set(CLIENT_SETTINGS) or not _keeps_checks(kwargs):
        raise RefusedInput(
            f"the log-in file {path}: auth.client_kwargs may name {', '.join(CLIENT_SETTINGS)}, "
            "with openid in the scope and S256 for the code, nothing else"
        )
    if not is_random(auth["cookie_secret"]):
        raise RefusedInput(
            f"the log-in file {path}: auth.cookie_secret must be {SECRET_BYTES} random bytes: "
            'python3 -c "import secrets; print(secrets.token_hex(32))"'
        )
    for name in ("redirect_uri", "server_metadata_url"):
        parts = urlsplit(auth[name])
        if not parts.hostname or parts.username is not None or parts.query or parts.fragment:
            raise RefusedInput(f"the log-in file {path}: auth.{name} must be a plain address of a host")
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise RefusedInput(f"the log-in file {path}: auth.{name} must begin with https://")
    if not auth["server_metadata_url"].endswith(METADATA_PATH):
        raise RefusedInput(
            f"the log-in file {path}: auth.server_metadata_url must be the issuer's address and {METADATA_PATH}"
        )


def _keeps_checks(kwargs: Mapping[str, Any]) -> bool:
    """Whether the settings leave the identity token and the proof of the code as they are."""
    has_token = "openid" in str(kwargs.get("scope", "openid")).split()
    return has_token and kwargs.get("code_challenge_method", "S256") == "S256"


def is_random(secret: str) -> bool:
    """Whether a secret is at least 32 bytes in hexadecimal digits or base64 that look drawn at random."""
    try:
        content = bytes.fromhex(secret)
    except ValueError:
        try:
            padded = secret + "=" * (-len(secret) % 4)
            content = base64.b64decode(padded.replace("-", "+").replace("_", "/"), validate=True)
        except (binascii.Error, ValueError):
            return False
    steps = {(after - before) % 256 for before, after in zip(content, content[1:], strict=False)}
    return len(content) >= SECRET_BYTES and min(len(set(content)), len(steps)) >= _DISTINCT_BYTES


def _table(settings: Mapping[str, Any], name: str) -> dict[str, Any]:
    table = settings.get(name)
    return dict(table) if isinstance(table, dict) else {}


def _groups(path: Path, role: str, named: object) -> frozenset[str]:
    if not isinstance(named, list) or not named or not all(_is_text(each) for each in named):
        raise RefusedInput(f"the log-in file {path}: roles.{role} must be a list of groups with at least one")
    return frozenset(named)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
