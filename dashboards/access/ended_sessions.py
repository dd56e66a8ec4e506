"""Sessions that are over, kept on the server: the cookie alone would go on opening the door.

Those that were left are kept as digests in one small file of the home, for as long as such a cookie could be used; when
somebody was last active is known to the serving process alone.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from dashboards.access.login import LONGEST, SKEW

IDLE = timedelta(hours=1)
"""After so long without a press or a page somebody logs in again."""


@dataclass
class ActiveSessions:
    """When each session was last active, in seconds since 1970, by digest; a log-in is the first activity."""

    last: dict[str, float] = field(default_factory=dict)

    def is_idle(self, claims: Mapping[str, Any], now: datetime) -> bool:
        """Whether the session was left alone too long; else it is active now. Once idle it stays so."""
        digest, at = _digest(claims), now.timestamp()
        last = self.last.setdefault(digest, float(claims["iat"]))
        if at - last > IDLE.total_seconds():
            return True
        self.last[digest] = max(last, at)
        oldest = at - _kept_seconds()
        for each in [each for each, seen in list(self.last.items()) if seen < oldest]:
            self.last.pop(each, None)
        return False


@dataclass(frozen=True)
class EndedSessions:
    """The sessions of one home that were ended.

    Attributes:
        path: one line each: digest, and when it ended in seconds since 1970.
    """

    path: Path

    def end(self, claims: Mapping[str, Any], now: datetime) -> None:
        """Note that the session of these claims is over."""
        lines = [
            line for line in self._lines() if now.timestamp() - float(line.split()[1]) <= _kept_seconds()
        ]
        lines.append(f"{_digest(claims)} {now.timestamp():.0f}")
        partial = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        with open(
            os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write("\n".join(lines) + "\n")
        partial.replace(self.path)

    def __contains__(self, claims: Mapping[str, Any]) -> bool:
        return any(line.split()[0] == _digest(claims) for line in self._lines())

    def _lines(self) -> list[str]:
        return self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else []


def ended_sessions() -> EndedSessions:
    """Those of the home that this process serves."""
    return EndedSessions(Path(os.environ.get("FENGQIAO_HOME", ".")) / "ended_sessions.txt")


def _digest(claims: Mapping[str, Any]) -> str:
    """What tells this log-in from any other, also of the same account."""
    parts = [str(claims.get(name)) for name in ("iss", "sub", "iat", "nonce", "at_hash")]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _kept_seconds() -> float:
    return (LONGEST + 2 * SKEW).total_seconds()
