"""Which published week is in force: the pointer `current.json`, read, healed and switched.

The pointer names a folder of `.versions`. Where it is damaged, readers take the newest whole week in its place, and the next
command or run writes it again. A switch by hand stands in `switches.log` with its reason.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl

from pipelines.deterministic_write import digest_of
from pipelines.durable_files import DamagedFile, read_object, write_durably
from pipelines.errors import FengqiaoError, RefusedInput
from pipelines.home import Home
from pipelines.tables.publication_meta import read_meta

CURRENT = "current.json"
VERSIONS = ".versions"
SWITCHES = "switches.log"


@dataclass(frozen=True, kw_only=True)
class Pointer:
    """The week in force.

    Attributes:
        as_of: its Monday.
        folder: below HOME/published.
        digest: of its content when it was published.
        instead_of: the folder that a person switched away from; publishing the same again does not bring it back.
    """

    as_of: date
    folder: str
    digest: str
    instead_of: str | None = None

    @classmethod
    def to(cls, folder: Path, instead_of: str | None = None) -> "Pointer":
        """The pointer to a folder of `.versions`."""
        as_of, digest = folder.name[:10], folder.name[11:]
        return cls(
            as_of=date.fromisoformat(as_of), folder=f"{VERSIONS}/{folder.name}", digest=digest, instead_of=instead_of
        )  # fmt: skip

    def as_text(self) -> str:
        """The content of `current.json`."""
        content = {"as_of": self.as_of.isoformat(), "folder": self.folder, "digest": self.digest}
        content |= {"instead_of": self.instead_of} if self.instead_of else {}
        return json.dumps(content, sort_keys=True) + "\n"


def read_pointer(home: Home) -> Pointer | None:
    """The week in force; the newest whole one where the pointer is damaged, None where nothing is published.

    Raises:
        DamagedFile: the pointer is damaged, and no week is whole.
    """
    try:
        return _stored(home)
    except FileNotFoundError:
        return None
    except DamagedFile:
        whole = _newest_whole(home)
        if whole is None:
            raise
        return whole


def write_pointer(home: Home, pointer: Pointer) -> None:
    """Put a week in force; the same one again changes nothing."""
    path, text = home.published / CURRENT, pointer.as_text()
    if not path.exists() or path.read_bytes() != text.encode():
        write_durably(path, text)


def heal_pointer(home: Home) -> str | None:
    """Write a damaged pointer again; what was done, None where it is whole or nothing is published.

    Raises:
        FengqiaoError: no published week is whole.
    """
    path = home.published / CURRENT
    try:
        _stored(home)
    except FileNotFoundError:
        return None
    except DamagedFile as problem:
        whole = _newest_whole(home)
        if whole is None:
            path.unlink()
            return f"{problem}; no published week is whole, so none is in force until the next run"
        write_pointer(home, whole)
        return f"{problem}; the newest whole week, {whole.as_of}, is in force again"
    return None


def switch_to(home: Home, as_of: date, reason: str, now: datetime) -> Pointer:
    """Put a week published before in force, by a person's decision.

    Args:
        home: its pointer is switched, and its record of switches gets a line.
        as_of: the week's Monday.
        reason: why, without a person's number.
        now: the city's time.

    Raises:
        RefusedInput: the week was never published.
        FengqiaoError: its files are damaged.
    """
    link = home.published / as_of.isoformat()
    if not link.is_dir():
        weeks = sorted(week.name for week in home.published.glob("????-??-??"))
        raise RefusedInput(
            f"{as_of} was never published ({', '.join(weeks[-4:]) or 'nothing'} was): "
            f"`fengqiao run --data FOLDER --as-of {as_of}` publishes it"
        )
    folder = link.resolve()
    if not is_whole(folder):
        raise FengqiaoError(
            f"the files of {as_of} are damaged: `fengqiao run --data FOLDER --as-of {as_of}` publishes them again"
        )
    before = read_pointer(home)
    left = None if before is None else Path(before.folder).name
    switched = Pointer.to(folder, left if left != folder.name else before and before.instead_of)
    _record_switch(home, switched, reason, now)
    write_pointer(home, switched)
    return switched


def newest_switch(home: Home) -> dict[str, str] | None:
    """The last switch by hand: at, as_of, instead_of, reason; None where there was none."""
    try:
        lines = (home.published / SWITCHES).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    for line in reversed(lines):
        try:
            return json.loads(line)
        except ValueError:  # the last line of a machine that went down
            continue
    return None


def is_whole(folder: Path) -> bool:
    """Whether every file of a published folder can be read; an erasure alters some and damages none."""
    try:
        if folder.name[11:] == digest_of(folder)[:12]:
            return True
        read_meta(folder)
        for path in folder.glob("*.parquet"):
            pl.read_parquet(path)
    except (OSError, FengqiaoError, pl.exceptions.PolarsError):
        return False
    return True


def _stored(home: Home) -> Pointer:
    path = home.published / CURRENT
    content = read_object(path)
    try:
        as_of = date.fromisoformat(content.pop("as_of"))
        pointer = Pointer(as_of=as_of, **content)
    except (KeyError, TypeError, ValueError):
        raise DamagedFile(f"{path} is damaged: it names no week") from None
    if not (home.published / pointer.folder).is_dir():
        raise DamagedFile(f"{path} names {pointer.folder}, and there is no such folder")
    return pointer


def _newest_whole(home: Home) -> Pointer | None:
    """The newest week whose files can be read, but for one that a person switched away from."""
    switch = newest_switch(home)
    left = switch["instead_of"] if switch else None
    for link in sorted(home.published.glob("????-??-??"), reverse=True):
        folder = link.resolve()
        if folder.name != left and folder.is_dir() and is_whole(folder):
            return Pointer.to(folder, left if switch and switch["as_of"] == link.name else None)
    return None


def _record_switch(home: Home, switched: Pointer, reason: str, now: datetime) -> None:
    """Add a line to the record of switches, on disk before the pointer is."""
    line = {
        "at": now.isoformat(timespec="seconds"),
        "as_of": switched.as_of.isoformat(),
        "instead_of": switched.instead_of,
        "reason": reason,
    }
    path = home.published / SWITCHES
    whole = path.read_text(encoding="utf-8") if path.exists() else ""
    write_durably(path, f"{whole}{json.dumps(line, ensure_ascii=False, sort_keys=True)}\n")
