"""How a source's files become input tables: the profile's `mappings/*.yml`, or the contracts' own headings."""

import fnmatch
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from pipelines.contracts import PAIR_COLUMNS, TABLES
from pipelines.errors import RefusedInput
from pipelines.profile import Profile, check_yaml

SUFFIXES = (".csv", ".xlsx", ".parquet")


class TableMapping(BaseModel):
    """One input table out of one kind of file.

    `columns` names the source heading of a canonical column; `templates` composes one from several
    (`"{unique_key}-closed"`, `{line}` is the file's line); `codes` translates values, `"*"` any other and
    `""` an empty one.
    `where` and `present` choose the source's rows.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: str
    columns: dict[str, str] = Field(default_factory=dict)
    templates: dict[str, str] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)
    codes: dict[str, dict[str, str]] = Field(default_factory=dict)
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    present: str | None = None


class FileMapping(BaseModel):
    """One kind of source file: a file name pattern and the tables it feeds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: str
    encoding: str | None = None
    sheet: str | int = 0
    header_row: int = Field(default=1, ge=1)
    tables: tuple[TableMapping, ...] = ()


@dataclass(frozen=True)
class SourceFile:
    """A file of the landing folder and how it is to be read."""

    path: Path
    mapping: FileMapping


def find_sources(data: Path, profile: Profile) -> list[SourceFile]:
    """The files of a landing folder that a mapping or the contracts know, in order of name.

    Raises:
        RefusedInput: the folder is missing or holds no such file.
    """
    if not data.is_dir():
        raise RefusedInput(f"no folder {data}: give the folder that holds the city's files")
    mappings = [check_yaml(path, FileMapping) for path in profile.mapping_files]
    for mapping in mappings:
        for table in mapping.tables:
            if table.table not in TABLES:
                raise RefusedInput(
                    f"profile {profile.name}, mapping of {mapping.files}: no table {table.table!r}; use {', '.join(TABLES)}"
                )
    files = sorted(p for p in data.iterdir() if p.is_file() and p.suffix.lower() in SUFFIXES)
    sources = [SourceFile(path, mapping) for path in files if (mapping := _mapping_of(path, mappings))]
    if not sources:
        expected = ", ".join(
            [m.files for m in mappings] or [f"{table}*.csv|.xlsx|.parquet" for table in TABLES]
        )
        raise RefusedInput(f"{data} holds no file the profile {profile.name} knows; expected {expected}")
    return sources


def headings_of(table: str) -> dict[str, tuple[str, ...]]:
    """The headings each column of a table may stand under: its own name and its Chinese one."""
    known = {name: (name, str((c.metadata or {})["zh"])) for name, c in TABLES[table].columns().items()}
    if table == "disputes":
        known |= {name: (name, heading) for name, heading in PAIR_COLUMNS.items()}
    return known


def _mapping_of(path: Path, mappings: list[FileMapping]) -> FileMapping | None:
    for mapping in mappings:
        if fnmatch.fnmatch(path.name, mapping.files):
            return mapping
    for table in sorted(TABLES, key=len, reverse=True):
        if path.stem == table or path.stem.startswith((f"{table}_", f"{table}-", f"{table}.")):
            return FileMapping(files=path.name, tables=(TableMapping(table=table),))
    return None
