"""`scripts/backup.sh`: a home as one archive with a list of its files' hashes, and back again.

Nothing writes while a home is saved: the intake's lock is held. SQLite files may be open elsewhere (screens,
MLflow), so SQLite itself copies them; everything else is copied as it lies.
"""

import hashlib
import json
import shutil
import sqlite3
import sys
import tarfile
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from filelock import FileLock

from dagster_project.command.cli import plain_errors
from dagster_project.command.cli_options import say
from pipelines.erasure.search_files import is_sqlite
from pipelines.errors import FengqiaoError

LIST = "backup.json"
LEFT_OUT = ("*.lock", "*.pid", "*.partial", ".partial-*", "*.db-wal", "*.db-shm", "*-journal", "logs")


def save(home: Path, archive: Path) -> str:
    """Write the home into one archive, which appears whole or not at all; says how many files."""
    with TemporaryDirectory(dir=archive.parent) as scratch, FileLock(home / "intake.lock"):
        copy = Path(scratch) / "home"
        shutil.copytree(
            home, copy, symlinks=True, copy_function=_copied, ignore=shutil.ignore_patterns(*LEFT_OUT)
        )
        hashes = _hashes(copy)
        (copy / LIST).write_text(json.dumps(hashes, indent=1, sort_keys=True), encoding="utf-8")
        partial = Path(scratch) / "archive"
        with tarfile.open(partial, "w:gz") as tar:
            tar.add(copy, arcname="home")
        partial.replace(archive)
    return f"{len(hashes)} files of {home} in {archive}"


def restore(archive: Path, home: Path) -> str:
    """Put a backup into a new folder, which appears whole or not at all, every file as its hash says.

    Raises:
        FengqiaoError: a file is missing or is not what was saved, or an entry is none that `save` writes.
    """
    home.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=home.parent) as scratch:
        _unpack(archive, Path(scratch))
        copy = Path(scratch) / "home"
        wanted = json.loads((copy / LIST).read_text(encoding="utf-8"))
        (copy / LIST).unlink()
        restored = _hashes(copy)
        wrong = sorted(name for name in wanted | restored if wanted.get(name) != restored.get(name))
        if wrong:
            raise FengqiaoError(f"{archive}: {wrong[0]} is not what was saved; {home} was not made")
        copy.rename(home)
    return f"{len(wanted)} files of {archive} in {home}, each as it was saved"


def main() -> None:
    """`save HOME ARCHIVE` or `restore ARCHIVE HOME`."""
    work = {"save": save, "restore": restore}[sys.argv[1]]
    say(work(Path(sys.argv[2]).resolve(), Path(sys.argv[3]).resolve()))


def _copied(source: str, target: str) -> str:
    if is_sqlite(Path(source)):
        with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as copy:
            original.backup(copy)
        return target
    return shutil.copy2(source, target)


def _unpack(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as tar:
        entries = tar.getmembers()
        for entry in entries:
            if not _is_of_a_home(entry):
                raise FengqiaoError(f"{archive}: {entry.name} is no entry of a backup; nothing was restored")
            entry.mode &= 0o777
        # Debian 12 has Python 3.11.2; extraction filters came with 3.11.4.
        filters: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        tar.extractall(folder, entries, **filters)


def _is_of_a_home(entry: tarfile.TarInfo) -> bool:
    """Whether it is a folder, a file or a link down from where it stands (as publications have), in `home`."""
    parts = entry.name.split("/")
    if parts[0] != "home" or ".." in parts:
        return False
    if entry.issym():
        return not {"", ".."} & set(entry.linkname.split("/"))
    return entry.isdir() or entry.isreg()


def _hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


if __name__ == "__main__":
    with plain_errors():
        main()
