"""How a source's files become input tables: the profile's `mappings/*.yml`, or the contracts' own headings."""

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from pipelines.city.checked_yaml import Checked
from pipelines.tables.contracts import PAIR_COLUMNS, TABLES


def _as_text(value: Any) -> Any:
    """A value of YAML as the text of a cell: it reads 1900-01-01 as a date, 1 as a number and yes as true."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return {_as_text(word): _as_text(code) for word, code in value.items()}
    if isinstance(value, list | tuple):
        return [_as_text(one) for one in value]
    return str(value) if isinstance(value, int | float | date) else value


Translation = Annotated[dict[str, str], BeforeValidator(_as_text)]
Words = Annotated[tuple[str, ...], BeforeValidator(_as_text)]


class LaterCodes(Checked):
    """Translations that hold for rows that happened on a day or after it, before those of `codes`."""

    from_: date = Field(alias="from", description="first day on which they hold")
    codes: dict[str, Translation] = Field(description="as `codes` of the table")


class TableMapping(Checked):
    """One input table out of one kind of file.

    `columns` names the source heading of a canonical column; `templates` composes one from several
    (`"{unique_key}-closed"`, `{line}` is the file's line); `codes` translates values, `"*"` any other and
    `""` an empty one. `dates` gives a column's own strptime formats. `where` and `present` choose the
    source's rows. `lettered` names columns of record numbers that may be a few capital letters alone (`PNG`):
    of any other, one without a digit is held, for it may be a name.

    `codes` also translates answers (to yes and no) and days (to another day, or to `""`, nothing); `since` holds translations
    that begin on a day: `[{from: 2025-07-01, codes: {category: {"3": D3}}}]`. `empty` names what a source writes for
    nothing, by column: `{closed_at: [1900-01-01]}`. `key_within: [area_code]` or `[year]` says that numbers are unique only
    within a place or the year of registration; a heading of the source may stand there too. `first: true` takes only a
    key's first row, of a log with one row per step. `whole: true`: each file holds every record, so one that no longer
    comes is withdrawn. `without: [minor_involved]`: this source has no such column any more. `earliest: 1995-01-01`: days
    from then on are meant, however far they lie from the others.
    """

    table: str
    columns: dict[str, str] = Field(default_factory=dict)
    templates: dict[str, str] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)
    codes: dict[str, Translation] = Field(default_factory=dict)
    since: tuple[LaterCodes, ...] = ()
    empty: dict[str, Words] = Field(default_factory=dict)
    dates: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    where: dict[str, Words] = Field(default_factory=dict)
    present: str | None = None
    lettered: tuple[str, ...] = ()
    key_within: tuple[str, ...] = ()
    first: bool = False
    whole: bool = False
    without: tuple[str, ...] = ()
    earliest: date | None = None


class FileMapping(Checked):
    """One kind of source file: a file name pattern and the tables it feeds."""

    files: str = Field(min_length=1)
    encoding: str | None = None
    sheet: str | int = 0
    header_row: int = Field(default=1, ge=1)
    whole: bool = Field(default=False, description="each file holds every record of all its tables")
    tables: tuple[TableMapping, ...] = Field(default=(), min_length=1)


def headings_of(table: str) -> dict[str, tuple[str, ...]]:
    """The headings each column of a table may stand under: its own name and its Chinese one."""
    known = {name: (name, str((c.metadata or {})["zh"])) for name, c in TABLES[table].columns().items()}
    if table == "disputes":
        known |= {name: (name, heading) for name, heading in PAIR_COLUMNS.items()}
    return known
