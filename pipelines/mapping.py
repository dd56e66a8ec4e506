"""How a source's files become input tables: the profile's `mappings/*.yml`, or the contracts' own headings."""

import fnmatch
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from pipelines.checked_yaml import Checked, check_yaml
from pipelines.contracts import PAIR_COLUMNS, TABLES
from pipelines.errors import RefusedInput
from pipelines.privacy import MASK, is_personal
from pipelines.profile import Profile

SUFFIXES = (".csv", ".xlsx", ".parquet")
NAMES_SHOWN = 3
CORRECTIONS = ".corrections.xlsx"
"""How a workbook of held rows ends that was written to be corrected: its headings are those of the file it names."""


class TableMapping(Checked):
    """One input table out of one kind of file.

    `columns` names the source heading of a canonical column; `templates` composes one from several
    (`"{unique_key}-closed"`, `{line}` is the file's line); `codes` translates values, `"*"` any other and
    `""` an empty one. `dates` gives a column's own strptime formats. `where` and `present` choose the
    source's rows. `lettered` names columns of record numbers that may be a few capital letters alone (`PNG`):
    of any other, one without a digit is held, for it may be a name.
    """

    table: str
    columns: dict[str, str] = Field(default_factory=dict)
    templates: dict[str, str] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)
    codes: dict[str, dict[str, str]] = Field(default_factory=dict)
    dates: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    present: str | None = None
    lettered: tuple[str, ...] = ()


class FileMapping(Checked):
    """One kind of source file: a file name pattern and the tables it feeds."""

    files: str = Field(min_length=1)
    encoding: str | None = None
    sheet: str | int = 0
    header_row: int = Field(default=1, ge=1)
    tables: tuple[TableMapping, ...] = Field(default=(), min_length=1)


@dataclass(frozen=True)
class SourceFile:
    """A file of the landing folder and how it is to be read."""

    path: Path
    mapping: FileMapping


def find_sources(data: Path, profile: Profile) -> list[SourceFile]:
    """The files of a landing folder that a mapping or the contracts know, in order of name.

    Raises:
        RefusedInput: the folder is missing or holds no such file, or a mapping is wrong.
    """
    mappings = load_mappings(profile)
    found = [(path, _mapping_of(path.name, mappings)) for path in landing_files(data)]
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
    from pipelines.mapping_check import problems

    return [check_yaml(path, FileMapping, lambda m: problems(m, profile)) for path in profile.mapping_files]


def mapping_of_name(name: str, profile: Profile) -> FileMapping | None:
    """How a file of that name is read under the profile; None where it is not known."""
    return _mapping_of(name, load_mappings(profile))


def headings_of(table: str) -> dict[str, tuple[str, ...]]:
    """The headings each column of a table may stand under: its own name and its Chinese one."""
    known = {name: (name, str((c.metadata or {})["zh"])) for name, c in TABLES[table].columns().items()}
    if table == "disputes":
        known |= {name: (name, heading) for name, heading in PAIR_COLUMNS.items()}
    return known


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
