"""How a source's files become input tables: the profile's `mappings/*.yml`, or the contracts' own headings."""

from pydantic import Field

from pipelines.city.checked_yaml import Checked
from pipelines.tables.contracts import PAIR_COLUMNS, TABLES


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


def headings_of(table: str) -> dict[str, tuple[str, ...]]:
    """The headings each column of a table may stand under: its own name and its Chinese one."""
    known = {name: (name, str((c.metadata or {})["zh"])) for name, c in TABLES[table].columns().items()}
    if table == "disputes":
        known |= {name: (name, heading) for name, heading in PAIR_COLUMNS.items()}
    return known
