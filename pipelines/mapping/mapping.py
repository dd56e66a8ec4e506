"""How a source's files become input tables: the profile's `mappings/*.yml`, or the contracts' own headings."""

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from pipelines.city.checked_yaml import Checked
from pipelines.tables.contracts import PAIR_COLUMNS, TABLES
from pipelines.tables.number_form import NumberForms


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

    from_: date = Field(alias="from", description="first day on which they hold", examples=["2025-07-01"])
    codes: dict[str, Translation] = Field(
        description="as `codes` of the table", examples=[{"category": {"3": "D3"}}]
    )


class TableMapping(Checked):
    """One input table out of one kind of file. Headings are the source's; columns are those of docs/data_dictionary.md."""

    table: str = Field(description="the input table", examples=["disputes"])
    columns: dict[str, str] = Field(
        default_factory=dict,
        description="the heading each column is taken from; the contracts' own headings where silent",
        examples=[{"dispute_id": "案号", "registered_at": "日期"}],
    )
    templates: dict[str, str] = Field(
        default_factory=dict,
        description="a column composed of headings in braces; `{line}` is the file's line",
        examples=[{"event_id": "{案号}-closed"}],
    )
    constants: dict[str, str] = Field(
        default_factory=dict,
        description="a column that is the same in every row",
        examples=[{"channel": "window"}],
    )
    codes: dict[str, Translation] = Field(
        default_factory=dict,
        description='the source\'s word and our code, also yes and no and days; `*` any other word, `""` an empty cell',
        examples=[{"category": {"邻里吵架": "D2", "*": "D0"}}],
    )
    since: tuple[LaterCodes, ...] = Field(
        default=(),
        description="translations that begin on a day",
        examples=[[{"from": "2025-07-01", "codes": {"category": {"3": "D3"}}}]],
    )
    empty: dict[str, Words] = Field(
        default_factory=dict,
        description="what the source writes for nothing, by column",
        examples=[{"due_at": ["1900-01-01", "9999-12-31"]}],
    )
    dates: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="a column's own strptime formats, tried first",
        examples=[{"registered_at": ["%d/%m/%Y %H:%M"]}],
    )
    where: dict[str, Words] = Field(
        default_factory=dict,
        description="take only rows with one of these words under a heading",
        examples=[{"状态": ["办结"]}],
    )
    present: str | None = Field(
        default=None, description="take only rows with something under this heading", examples=["结案日期"]
    )
    lettered: tuple[str, ...] = Field(
        default=(),
        description="columns of record numbers that may be a few capital letters alone (`PNG`)",
        examples=[["dispute_id"]],
    )
    number_form: NumberForms = Field(
        default_factory=dict,
        description="how the source writes record numbers, the dispute's alone or by column; nothing else is then admitted, and without one only Latin letters, digits and - _ / (places: {n} {year} {month} {day} {date} {area} {letters} {hex}, a width as {n:8}, one of several as {a|b})",
        examples=[{"dispute_id": ["（{year}）麒调字第{n}号"]}],
    )
    key_within: tuple[str, ...] = Field(
        default=(),
        description="numbers are unique only within a place (`area_code`), the year of registration (`year`) or a heading",
        examples=[["area_code", "year"]],
    )
    first: bool = Field(
        default=False,
        description="take only a key's first row, of a log with one row per step",
        examples=[True],
    )
    whole: bool = Field(
        default=False,
        description="each file holds every record, so one that no longer comes is withdrawn",
        examples=[True],
    )
    without: tuple[str, ...] = Field(
        default=(), description="columns this source does not have any more", examples=[["minor_involved"]]
    )
    earliest: date | None = Field(
        default=None,
        description="days from then on are meant, however far they lie from the others",
        examples=["1995-01-01"],
    )
    latest: date | None = Field(
        default=None,
        description="days up to then are meant, however far they lie from the others",
        examples=["2035-12-31"],
    )


class FileMapping(Checked):
    """One kind of source file: a file name pattern and the tables it feeds."""

    files: str = Field(
        min_length=1,
        description="file name pattern, the first mapping that fits is taken; `2025/*.csv` reads a sub-folder, "
        "`week.zip/*.csv` what is in an archive",
        examples=["台账*.csv"],
    )
    encoding: str | None = Field(
        default=None, description="of a CSV, only where it cannot be told", examples=["gb18030"]
    )
    separator: str | None = Field(
        default=None,
        pattern=r"^[ !#-~\t]$",
        description="between the fields of a CSV, only where it is none of comma, semicolon, tab and bar",
        examples=["^"],
    )
    sheet: str | int | tuple[str | int, ...] | None = Field(
        default=None,
        description="of a workbook: a name or a number, from 0, or several; every visible sheet with the headings where silent",
        examples=["登记表"],
    )
    header_row: int = Field(default=1, ge=1, description="the row of the headings", examples=[3])
    whole: bool = Field(
        default=False, description="each file holds every record of all its tables", examples=[True]
    )
    tables: tuple[TableMapping, ...] = Field(
        default=(),
        min_length=1,
        description="the tables it feeds; one file may feed several",
        examples=[[{"table": "disputes"}]],
    )


def headings_of(table: str) -> dict[str, tuple[str, ...]]:
    """The headings each column of a table may stand under: its own name and its Chinese one."""
    known = {name: (name, str((c.metadata or {})["zh"])) for name, c in TABLES[table].columns().items()}
    if table == "disputes":
        known |= {name: (name, heading) for name, heading in PAIR_COLUMNS.items()}
    return known


def known_headings(mapping: FileMapping) -> frozenset[str]:
    """The headings of a source file that its mapping may read."""
    known: set[str] = set()
    for table in mapping.tables:
        pieces = [t.replace("}", "{").split("{")[1::2] for t in table.templates.values()]
        known |= {
            *table.columns.values(),
            *table.where,
            *(h for piece in pieces for h in piece),
            table.present or "",
        }
        if not table.columns:
            known |= {heading for headings in headings_of(table.table).values() for heading in headings}
    return frozenset(known - {"", "line"})
