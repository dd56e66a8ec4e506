"""Cells that hold no plain value, and lines that are no whole row: held with the reason, whatever the column's type.

A number that lost digits, a date in place of a number of a record, a formula nobody has calculated, a control
character: each would load as another value than the source has, or as none.
"""

from collections.abc import Iterator

import polars as pl

from pipelines.errors import RefusedInput
from pipelines.intake.parsing import RULES, Parsed
from pipelines.mapping.mapping import TableMapping, headings_of
from pipelines.reading.raw_file import FAULTS, LINE, NO_VALUE, RULE, RawFile
from pipelines.tables.contracts import TABLES, number_columns

LOST_DIGITS = r"^\s*[+-]?\d(?:[.,]\d+)?[eE]\+?\d{1,3}\s*$"
"""A number written as a power of ten: what a spreadsheet makes of a long number that is not kept as text."""
SAVED_AS_NUMBER = "saved as a number, which may have lost digits: save the column as text"
SAVED_AS_DATE = "saved as a date: save the column as text"
A_MOMENT = r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\.\d+)?$"
"""How the reader of workbooks writes a cell that is a date."""
NOT_CALCULATED = "a formula that gives no value: calculate it, save the file and send it again"
CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\x{FFFE}\x{FFFF}]"
"""Characters that no document may hold; tabs and line breaks are none of them."""
HAS_CONTROL = "holds a control character"
SERIAL = r"^\d{5}(?:\.\d+)?$"
DAYS_1904 = 1462
"""By how many days the day numbers of a 1904 workbook are smaller."""


def cell_faults(raw: RawFile, mapping: TableMapping) -> pl.DataFrame:
    """The lines of a file that must be held for what one of their mapped cells is: `file_line`, `rule`.

    Raises:
        RefusedInput: a mapped column is of no plain type.
    """
    sources = _sources(raw, mapping)
    for name, headings in sources.items():
        for heading in headings:
            if heading in raw.unreadable and raw.frame[heading].dtype == pl.String:
                raise RefusedInput(
                    f"{raw.name}: column {heading!r}, taken for {name!r}, holds lists, structures or bytes. Export it as plain text."
                )
    numbers, moments = number_columns(mapping.table), _moments(mapping)
    masks = [
        (f"{name}: {rule}", mask)
        for name, headings in sources.items()
        for heading in headings
        for rule, mask in _faulty(
            raw.frame[heading],
            number=name in numbers and not (name in mapping.templates and heading in moments),
        )
    ]
    marked = [
        pl.DataFrame({LINE: raw.frame[LINE].filter(mask.fill_null(value=False))}).with_columns(
            pl.lit(rule).alias(RULE)
        )
        for rule, mask in masks
    ]
    return pl.concat([raw.faults.select(*FAULTS), *(f for f in marked if len(f))]).unique(maintain_order=True)


def hold_faults(parsed: Parsed, faults: pl.DataFrame) -> Parsed:
    """Parsed rows, those of the faulty lines among the bad ones with every rule they broke."""
    if not len(faults):
        return parsed
    lines = pl.concat([parsed.good[LINE], parsed.bad[LINE]])
    faulty = faults.filter(pl.col(LINE).is_in(lines.implode()))
    rules = pl.concat([parsed.bad.explode(RULES), faulty.rename({RULE: RULES})])
    bad = rules.unique(maintain_order=True).group_by(LINE, maintain_order=True).agg(RULES).sort(LINE)
    return Parsed(parsed.good.join(faulty, on=LINE, how="anti", maintain_order="left"), bad)


def with_1900_days(named: pl.DataFrame, raw: RawFile, table: str) -> pl.DataFrame:
    """Mapped columns with the day numbers of a 1904 workbook as those of any other."""
    if not raw.days_from_1904:
        return named
    moments = [n for n, c in TABLES[table].columns().items() if n in named.columns and c.dtype.is_temporal()]
    return named.with_columns(
        pl.when(pl.col(n).str.contains(SERIAL))
        .then((pl.col(n).cast(pl.Float64, strict=False) + DAYS_1904).cast(pl.String))
        .otherwise(pl.col(n))
        .alias(n)
        for n in moments
    )


def _moments(mapping: TableMapping) -> set[str]:
    """The headings that columns of moments are read from, which may be a piece of a composed number."""
    columns = TABLES[mapping.table].columns()
    return {h for name, h in mapping.columns.items() if name in columns and columns[name].dtype.is_temporal()}


def _sources(raw: RawFile, mapping: TableMapping) -> dict[str, list[str]]:
    """The headings of the file that each column is read or composed from."""
    sources: dict[str, list[str]] = {}
    for name, headings in headings_of(mapping.table).items():
        if name in mapping.templates:
            chosen = mapping.templates[name].replace("}", "{").split("{")[1::2]
        elif name in mapping.columns:
            chosen = [mapping.columns[name]]
        else:
            chosen = [] if mapping.columns else [next((h for h in headings if h in raw.headings), "")]
        sources[name] = [h for h in chosen if h in raw.headings]
    chooses = {*mapping.where, *([mapping.present] if mapping.present else [])}
    sources |= {heading: [heading] for heading in chooses if heading in raw.headings}
    return {name: headings for name, headings in sources.items() if headings}


def _faulty(cells: pl.Series, *, number: bool) -> Iterator[tuple[str, pl.Series]]:
    """Each rule that cells of a column break, and which do."""
    if cells.dtype == pl.String:
        if number:
            yield SAVED_AS_NUMBER, cells.str.contains(LOST_DIGITS)
            yield SAVED_AS_DATE, cells.str.contains(A_MOMENT)
        if cells.str.starts_with("#").any():
            yield NOT_CALCULATED, cells.str.contains(NO_VALUE)
        yield HAS_CONTROL, cells.str.contains(CONTROL)
    elif number and cells.dtype.is_float():
        yield SAVED_AS_NUMBER, cells.is_not_null()
    elif number and cells.dtype.is_temporal():
        yield SAVED_AS_DATE, cells.is_not_null()
