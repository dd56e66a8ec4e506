"""What stands in a landing folder: files that may be read, and what is left alone and why.

Links are followed only to files of the folder itself, and nothing but a regular file is ever opened: a link may lead to a
secret, a pipe or a device may never end.
"""

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from pipelines.city.file_limits import FileLimits
from pipelines.errors import UnreadableFile

SUFFIXES = (".csv", ".xlsx", ".xls", ".parquet")
ARCHIVE = ".zip"
SEALED = "sealed"
TEMPORARY = ("~$", "._", ".~")
"""How the files begin that programs put beside a file somebody has open, or copies from another system."""
NOTHING = b"\xef\xbb\xbf\xff\xfe \t\r\n\0"
SMALL = 64
SUSPICIOUS = 1 << 26
"""Unpacked bytes below which no ratio is suspicious."""
DEEPEST = 8
"""Folders within folders that are looked into."""

LEFT_ALONE = {
    "temporary": ("打开文件时的临时文件", "a temporary file of a program"),
    "empty": ("空文件", "empty"),
    "too_large": (
        "解压后过大；如确需读入，请自行解压或在 profile.yml 提高 limits",
        "unpacks to more than is read: unpack it yourself, or raise `limits` in profile.yml",
    ),
    "forbidden": ("没有读取权限", "may not be read: give read permission, or send it again"),
    "outside": ("链接到文件夹之外，或不是普通文件", "a link out of the folder, or no regular file"),
}
"""Why a file of a readable kind is left alone, in both languages."""


def why_left_alone(path: Path, root: Path) -> str | None:
    """The reason not to open a file of the folder `root`, a key of `LEFT_ALONE`; None where it may be read."""
    if path.name.startswith(TEMPORARY):
        return "temporary"
    try:
        real = path.resolve(strict=True)
        folder = root.resolve(strict=True)
        inside = real.is_relative_to(folder) and SEALED not in real.relative_to(folder).parts
        if not inside or not stat.S_ISREG(real.stat().st_mode):
            return "outside"
        if not os.access(real, os.R_OK):
            return "forbidden"
        return "empty" if _is_empty(real) else None
    except (OSError, RuntimeError):  # a link to nothing, or to itself
        return "outside"


def files_below(root: Path, depth: int = DEEPEST) -> Iterator[Path]:
    """Files of readable kinds, and archives, in the sub-folders of a landing folder, in order; links to folders are not entered."""
    if depth:
        for folder in sorted(p for p in root.iterdir() if p.is_dir() and not p.is_symlink()):
            if folder.name != SEALED and not folder.name.startswith("."):
                yield from sorted(p for p in folder.iterdir() if p.suffix.lower() in (*SUFFIXES, ARCHIVE))
                yield from files_below(folder, depth - 1)


def members(archive: Path) -> list[zipfile.ZipInfo]:
    """The files of readable kinds in an archive, under the names they bear; none in one that is damaged."""
    try:
        with zipfile.ZipFile(archive, metadata_encoding="gb18030") as file:
            entries = file.infolist()
    except (zipfile.BadZipFile, OSError, UnicodeError, NotImplementedError):
        return []
    return [
        entry
        for entry in entries
        if PurePosixPath(entry.filename).suffix.lower() in SUFFIXES
        and not PurePosixPath(entry.filename).name.startswith(TEMPORARY)
        and entry.file_size
    ]


def too_large(member: zipfile.ZipInfo, limits: FileLimits) -> bool:
    """Whether a file of an archive unpacks to more than the profile lets in, by what the archive says of it."""
    ratio = member.file_size > SUSPICIOUS and member.file_size > member.compress_size * limits.unpacked_ratio
    return ratio or member.file_size > limits.unpacked_megabytes << 20


def unpack(archive: Path, member: zipfile.ZipInfo, target: Path) -> None:
    """Write one file of an archive to a path of our own choosing.

    Raises:
        UnreadableFile: it has a password or is damaged.
    """
    try:
        with (
            zipfile.ZipFile(archive, metadata_encoding="gb18030") as file,
            file.open(member) as packed,  # not by its name, which another file in it may bear too
            target.open("xb") as out,
        ):
            while block := packed.read(1 << 20):
                out.write(block)
    except (zipfile.BadZipFile, OSError, RuntimeError, EOFError, NotImplementedError, ValueError, zlib.error):
        raise UnreadableFile(
            f"{archive.name}: a file in it has a password or is damaged. Unpack it and send what is in it."
        ) from None


def _is_empty(path: Path) -> bool:
    size = path.stat().st_size
    if size > SMALL:
        return False
    with path.open("rb") as file:
        return not file.read(SMALL).strip(NOTHING)
