"""The landing folder: which files are read, under which mapping, and which are not."""

import fnmatch
from dataclasses import dataclass
from pathlib import Path

from pipelines.city.checked_yaml import check_yaml
from pipelines.city.profile import Profile
from pipelines.errors import RefusedInput
from pipelines.mapping.mapping import FileMapping, TableMapping
from pipelines.mapping.validation import problems
from pipelines.privacy.personal_numbers import MASK, is_personal
from pipelines.tables.contracts import TABLES

SUFFIXES = (".csv", ".xlsx", ".parquet")
NAMES_SHOWN = 3
CORRECTIONS = ".corrections.xlsx"
"""How a workbook of held rows ends that was written to be corrected: its headings are those of the file it names."""


@dataclass(frozen=True)
class SourceFile:
    """A file of the landing folder and how it is to be read."""

    path: Path
    mapping: FileMapping


def find_sources(data: Path, profile: Profile) -> list[SourceFile]:
    """The files of a landing folder that a mapping or the contracts know, in order of name; corrections after what they correct.

    Raises:
        RefusedInput: the folder is missing or holds no such file, or a mapping is wrong.
    """
    mappings = load_mappings(profile)
    in_order = sorted(landing_files(data), key=lambda path: (path.name.endswith(CORRECTIONS), path))
    found = [(path, _mapping_of(path.name, mappings)) for path in in_order]
    sources = [SourceFile(path, mapping) for path, mapping in found if mapping is not None]
    if not sources:
        expected = ", ".join(
            [m.files for m in mappings] or [f"{table}*.csv|.xlsx|.parquet" for table in TABLES]
        )
        raise RefusedInput(f"{data} holds no file the profile {profile.name} knows; expected {expected}")
    return sources


def landing_files(data: Path) -> list[Path]:
    """The files of a landing folder that are of a readable kind, known or not, in order of name.

    Raises:
        RefusedInput: there is no such folder.
    """
    if not data.is_dir():
        raise RefusedInput(f"no folder {data}: give the folder that holds the city's files")
    return sorted(p for p in data.iterdir() if p.is_file() and p.suffix.lower() in SUFFIXES)


@dataclass(frozen=True)
class Unread:
    """Names of what stands in a landing folder and is not read.

    `unmapped` are files that no mapping knows; `other` files of no readable kind, and folders. A name may be a person's: it is
    told to whoever sent the files, and only how many there are is kept.
    """

    unmapped: tuple[str, ...]
    other: tuple[str, ...]

    def lines(self) -> list[str]:
        """One line for a terminal, in both languages, with the first names; none where everything is read."""
        zh = [
            f"{len(names)}个{what}（{'、'.join(_first(names))}）"
            for names, what in ((self.unmapped, "没有映射认得"), (self.other, "不是CSV、XLSX或Parquet文件"))
            if names
        ]
        en = [
            f"{len(names)} {what} ({', '.join(_first(names))})"
            for names, what in ((self.unmapped, "no mapping knows"), (self.other, "no CSV, XLSX or Parquet"))
            if names
        ]
        told = f"未读入：{'，'.join(zh)}；`fengqiao check` 逐一列出 · not read: {', '.join(en)}; `fengqiao check` names all"
        return [told] if zh else []


def unread_files(data: Path, profile: Profile) -> Unread:
    """What of a landing folder is not read, in order of name; hidden files and our own are left out.

    Raises:
        RefusedInput: the folder is missing, or a mapping is wrong.
    """
    mappings = load_mappings(profile)
    unmapped = [path.name for path in landing_files(data) if _mapping_of(path.name, mappings) is None]
    other = [p.name for p in data.iterdir() if p.is_dir() or p.suffix.lower() not in (*SUFFIXES, ".json")]
    return Unread(tuple(unmapped), tuple(sorted(n for n in other if not n.startswith(".") and n != "sealed")))


def load_mappings(profile: Profile) -> list[FileMapping]:
    """The profile's mappings, every entry checked.

    Raises:
        RefusedInput: one of them is wrong; names file, line and entry.
    """
    return [check_yaml(path, FileMapping, lambda m: problems(m, profile)) for path in profile.mapping_files]


def mapping_of_name(name: str, profile: Profile) -> FileMapping | None:
    """How a file of that name is read under the profile; None where it is not known."""
    return _mapping_of(name, load_mappings(profile))


def _first(names: tuple[str, ...]) -> list[str]:
    """The first names, without what looks like a number of a person."""
    shown = [MASK if is_personal(name) else name for name in names[:NAMES_SHOWN]]
    return [*shown, "..."] if len(names) > NAMES_SHOWN else shown


def _mapping_of(name: str, mappings: list[FileMapping]) -> FileMapping | None:
    if name.endswith(CORRECTIONS):
        original = _of_source(name.removesuffix(CORRECTIONS), mappings)
        return original and original.model_copy(update={"sheet": 0})
    return _of_source(name, mappings)


def _of_source(name: str, mappings: list[FileMapping]) -> FileMapping | None:
    """The mapping whose pattern a file name fits; a name without a kind fits a pattern of any kind."""
    bare = not name.lower().endswith(SUFFIXES)
    for mapping in mappings:
        if fnmatch.fnmatch(name, Path(mapping.files).stem if bare else mapping.files):
            return mapping
    stem = (name if bare else Path(name).stem).lower()
    for table in sorted(TABLES, key=len, reverse=True):
        if stem == table or stem.startswith((f"{table}_", f"{table}-", f"{table}.")):
            return FileMapping(files=name, tables=(TableMapping(table=table),))
    return None
