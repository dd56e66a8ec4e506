"""The landing folder: which files are read, under which mapping, and which are not."""

import fnmatch
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from pipelines.city.checked_yaml import check_yaml
from pipelines.city.file_limits import FileLimits
from pipelines.city.profile import Profile
from pipelines.errors import RefusedInput, UnreadableFile
from pipelines.mapping.landing_entries import (
    ARCHIVE,
    LEFT_ALONE,
    SEALED,
    SUFFIXES,
    files_below,
    members,
    too_large,
    unpack,
    why_left_alone,
)
from pipelines.mapping.mapping import FileMapping, TableMapping
from pipelines.mapping.profile_words import refuse_profile_words
from pipelines.mapping.unpacked_folder import UnpackedFolder
from pipelines.mapping.validation import problems
from pipelines.privacy.file_names import kept_file_name
from pipelines.privacy.harmless_texts import shown_file_name
from pipelines.tables.contracts import TABLES

NAMES_SHOWN = 3
CORRECTIONS = ".corrections.xlsx"
"""How a workbook of held rows ends that was written to be corrected: its headings are those of the file it names."""


@dataclass(frozen=True)
class SourceFile:
    """A file of the landing folder, how it is to be read and within which bounds.

    `refusal` says why it cannot be read, of a file of an archive that could not be unpacked; `path` is then the archive's.
    """

    path: Path
    mapping: FileMapping
    limits: FileLimits = FileLimits()
    refusal: str | None = None
    unpacked: UnpackedFolder | None = field(default=None, compare=False, repr=False)

    @property
    def kept_name(self) -> str:
        """The file's name as it may be kept and logged: without what may name a person."""
        pattern = Path(self.mapping.files).name
        if pattern == self.path.name:
            pattern = f"{self.mapping.tables[0].table}*{self.path.suffix}"
        return kept_file_name(self.path.name, pattern)


def find_sources(data: Path, profile: Profile) -> list[SourceFile]:
    """The files of a landing folder that a mapping or the contracts know, in order of name; corrections after what they correct.

    Sub-folders and archives are read where a mapping names them.

    Raises:
        RefusedInput: the folder is missing or holds no such file, a mapping is wrong, a name of the profile is refused, or an archive is out of bounds.
    """
    refuse_profile_words(profile)
    mappings, limits = load_mappings(profile), profile.settings.limits
    in_order = sorted(landing_files(data), key=lambda path: (path.name.endswith(CORRECTIONS), path))
    named = [(path, _mapping_of(path.name, mappings)) for path in in_order]
    sources = [SourceFile(path, mapping, limits) for path, mapping in named if mapping is not None]
    sources += _sources_below(data, mappings, limits)
    if not sources:
        expected = ", ".join(
            [m.files for m in mappings] or [f"{table}*.csv|.xlsx|.xls|.parquet" for table in TABLES]
        )
        reasons = [why for path in _readable(data) if (why := why_left_alone(path, data))]
        alone = "".join(
            f"; {reasons.count(why)} left alone: {LEFT_ALONE[why][1]}" for why in dict.fromkeys(reasons)
        )
        raise RefusedInput(
            f"{data} holds no file the profile {profile.name} knows; expected {expected}{alone}. "
            "`fengqiao check DATA --draft FOLDER` drafts a profile for other files."
        )
    return sources


def landing_files(data: Path) -> list[Path]:
    """The files of a landing folder that are of a readable kind and may be opened, known or not, in order of name.

    Raises:
        RefusedInput: there is no such folder.
    """
    return [path for path in _readable(data) if why_left_alone(path, data) is None]


@dataclass(frozen=True)
class Unread:
    """Names of what stands in a landing folder and is not read.

    `unmapped` are files that no mapping knows; `other` files of no readable kind, folders and archives; `left_alone` files
    that are not opened, by why (a key of `LEFT_ALONE`); `places` the number of each name in the folder. A name may be a
    person's: it is printed as `shown` has it, and only how many there are is kept.
    """

    unmapped: tuple[str, ...]
    other: tuple[str, ...]
    left_alone: tuple[tuple[str, str], ...] = ()
    places: Mapping[str, int] = field(default_factory=dict)

    def shown(self, name: str) -> str:
        """The name of such a file as it may be printed."""
        return shown_file_name(name, self.places.get(name))

    def lines(self) -> list[str]:
        """One line for a terminal, in both languages, with the first names; none where everything is read."""
        groups = [
            (self.unmapped, "没有映射认得", "no mapping knows"),
            (self.other, "不是CSV、XLSX、XLS或Parquet文件", "no CSV, XLSX, XLS or Parquet"),
            *(
                (tuple(name for name, why in self.left_alone if why == key), *words)
                for key, words in LEFT_ALONE.items()
            ),
        ]
        zh = [
            f"{len(names)}个{what}（{'、'.join(self._first(names))}）" for names, what, _ in groups if names
        ]
        en = [f"{len(names)} {what} ({', '.join(self._first(names))})" for names, _, what in groups if names]
        line = f"未读入：{'，'.join(zh)}；`fengqiao check` 逐一列出 · not read: {', '.join(en)}; `fengqiao check` names all"
        return [line] if zh else []

    def _first(self, names: tuple[str, ...]) -> list[str]:
        shown = [self.shown(name) for name in names[:NAMES_SHOWN]]
        return [*shown, "..."] if len(names) > NAMES_SHOWN else shown


def unread_files(data: Path, profile: Profile) -> Unread:
    """What of a landing folder is not read, in order of name; hidden files and our own are left out.

    Raises:
        RefusedInput: the folder is missing, or a mapping is wrong.
    """
    mappings = load_mappings(profile)
    unmapped = [path.name for path in landing_files(data) if _mapping_of(path.name, mappings) is None]
    left_alone = [(path.name, why) for path in _readable(data) if (why := why_left_alone(path, data))]
    below = list(_named_below(data, mappings))
    left_alone += [
        (path.name, "too_large")
        for path, entry, _ in below
        if entry and too_large(entry, profile.settings.limits)
    ]
    used = {path.relative_to(data).parts[0] for path, _, _ in below}
    other = [
        path.name
        for path in data.iterdir()
        if (path.is_dir() or path.suffix.lower() not in (*SUFFIXES, ".json")) and path.name not in used
    ]
    shown = sorted(name for name in other if not name.startswith(".") and name != SEALED)
    return Unread(tuple(unmapped), tuple(shown), tuple(left_alone), places_in_folder(data))


def places_in_folder(data: Path) -> dict[str, int]:
    """The number of each entry of a landing folder, from 1, in order of name."""
    return {path.name: number for number, path in enumerate(sorted(data.iterdir()), 1)}


def _readable(data: Path) -> list[Path]:
    """What of a folder bears the name of a readable kind, in order of name."""
    if not data.is_dir():
        raise RefusedInput(f"no folder {data}: give the folder that holds the city's files")
    return sorted(p for p in data.iterdir() if p.suffix.lower() in SUFFIXES and not p.is_dir())


def _named_below(
    data: Path, mappings: list[FileMapping]
) -> Iterator[tuple[Path, zipfile.ZipInfo | None, FileMapping]]:
    """The files of sub-folders and archives that a mapping names, by a pattern with a slash."""
    patterns = [mapping for mapping in mappings if "/" in mapping.files]
    if not patterns:
        return
    archives = sorted(p for p in data.iterdir() if p.suffix.lower() == ARCHIVE and not p.is_dir())
    for path in (*archives, *files_below(data)):
        if why_left_alone(path, data) is not None:
            continue
        entries = members(path) if path.suffix.lower() == ARCHIVE else [None]
        for entry in entries:
            place = path.relative_to(data) / (entry.filename if entry else "")
            for mapping in patterns:
                if _fits(place, mapping.files):
                    yield path, entry, mapping
                    break


def _fits(place: Path, pattern: str) -> bool:
    """Whether a path below the landing folder is what a pattern names, step by step."""
    steps = pattern.split("/")
    return len(steps) == len(place.parts) and all(map(fnmatch.fnmatchcase, place.parts, steps))


def _sources_below(data: Path, mappings: list[FileMapping], limits: FileLimits) -> list[SourceFile]:
    sources: list[SourceFile] = []
    unpacked: UnpackedFolder | None = None
    for path, entry, mapping in _named_below(data, mappings):
        if entry is not None and too_large(entry, limits):
            continue
        if entry is None:
            sources.append(SourceFile(path, mapping, limits))
            continue
        unpacked = unpacked or UnpackedFolder()
        target = unpacked.new_folder() / PurePosixPath(entry.filename).name
        try:
            unpack(path, entry, target)
            sources.append(SourceFile(target, mapping, limits, unpacked=unpacked))
        except UnreadableFile as problem:
            sources.append(SourceFile(path, mapping, limits, refusal=str(problem)))
    return sources


def load_mappings(profile: Profile) -> list[FileMapping]:
    """The profile's mappings, every entry checked.

    Raises:
        RefusedInput: one of them is wrong; names file, line and entry.
    """
    return [check_yaml(path, FileMapping, lambda m: problems(m, profile)) for path in profile.mapping_files]


def mapping_of_name(name: str, profile: Profile) -> FileMapping | None:
    """How a file of that name is read under the profile; None where it is not known."""
    mappings = load_mappings(profile)
    below = [m.model_copy(update={"files": m.files.rsplit("/", 1)[-1]}) for m in mappings if "/" in m.files]
    return _mapping_of(name, mappings) or _mapping_of(name, below)


def _mapping_of(name: str, mappings: list[FileMapping]) -> FileMapping | None:
    if name.endswith(CORRECTIONS):
        original = _of_source(name.removesuffix(CORRECTIONS), mappings)
        return original and original.model_copy(update={"sheet": 0})
    return _of_source(name, mappings)


def _of_source(name: str, mappings: list[FileMapping]) -> FileMapping | None:
    """The mapping whose pattern a file name fits; a name without a kind fits a pattern of any kind."""
    bare = not name.lower().endswith(SUFFIXES)
    for mapping in mappings:
        pattern = mapping.files.rsplit("/", 1)[-1] if bare else mapping.files
        if fnmatch.fnmatch(name, Path(pattern).stem if bare else pattern):
            return mapping
    stem = (name if bare else Path(name).stem).lower()
    for table in sorted(TABLES, key=len, reverse=True):
        if re.match(rf"{table}(?![a-z])", stem):
            return FileMapping(files=name, tables=(TableMapping(table=table),))
    return None
