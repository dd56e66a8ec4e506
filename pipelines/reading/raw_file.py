"""A file as it is received: its own headings, the line of each row, and what is structurally wrong with lines."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from pipelines.errors import UnreadableFile

LINE = "file_line"
RULE = "rule"
ROUND = (65_535, 65_536, 1_048_575, 1_048_576)
"""Rows after which old and new spreadsheets end."""
MANY = 10_000
MOST_TITLES = 10
"""Rows of titles that may stand above the headings."""
NO_VALUE = r"^\s*#(?:N/A|VALUE!|REF!|DIV/0!|NUM!|NAME\?|NULL!|SPILL!|CALC!|FORMULA)\s*$"
"""What stands in place of the value of a formula that has none."""
FAULTS = {LINE: pl.Int64, RULE: pl.String}


@dataclass(frozen=True)
class RawFile:
    """A file as received: `frame` has one column per heading and `file_line`; text stays text.

    `repeated` are the headings that stand more than once: nobody can say which of them is meant. `unreadable` are columns
    of no plain type (lists, structures, durations). `faults` are lines that cannot be loaded, each with why. `notices` say
    what of the file is not read. `days_from_1904`: the day numbers of a workbook count from then.
    """

    name: str
    encoding: str | None
    frame: pl.DataFrame
    repeated: frozenset[str] = frozenset()
    unreadable: frozenset[str] = frozenset()
    faults: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=FAULTS))
    notices: tuple[str, ...] = ()
    days_from_1904: bool = False

    @property
    def headings(self) -> list[str]:
        return [c for c in self.frame.columns if c != LINE]

    def first_rows(self) -> dict[int, list[str]]:
        """Line to cells as text of the first rows, among which the headings may stand."""
        rows = self.frame.head(MOST_TITLES).select(LINE, pl.col(self.headings).cast(pl.String)).iter_rows()
        return {line: [cell or "" for cell in cells] for line, *cells in rows}


def lined(name: str, encoding: str | None, frame: pl.DataFrame, first: int, newlines: int = 0) -> RawFile:
    """A frame as a file: headings told apart, each row with its line, empty rows left out.

    Args:
        name: of the file.
        encoding: of a CSV.
        frame: every row of the file, or of a chunk of it.
        first: the line of the first row.
        newlines: line breaks of the text up to the frame's end; more than rows say that fields hold some.
    """
    headings, repeated = distinct_headings(frame.columns)
    if not headings:
        raise UnreadableFile(f"{name}: the file is empty; it needs a row of headings")
    frame.columns = headings
    index = pl.int_range(first, first + len(frame), dtype=pl.Int64, eager=True)
    if newlines > first + len(frame) - 1:
        index = index + _newlines_before(frame)
    blank = pl.all_horizontal(pl.col(headings).is_null())
    return RawFile(name, encoding, frame.insert_column(0, index.alias(LINE)).filter(~blank), repeated)


def distinct_headings(columns: Sequence[str]) -> tuple[list[str], frozenset[str]]:
    """Headings without white space around them, later ones of the same name numbered, and which those are."""
    names: dict[str, None] = {}
    repeated: dict[str, str] = {}
    for column in columns:
        stem, _, copy = column.partition("_duplicated_")
        heading = (stem if copy.isdigit() else column).strip().lstrip("\ufeff").strip()
        name = heading
        if name in names or name == LINE:
            name = f"{repeated.get(heading, heading)}+"
            while name in names:
                name = f"{name}+"
            repeated[heading] = name
        names[name] = None
    return list(names), frozenset(repeated)


def _newlines_before(frame: pl.DataFrame) -> pl.Series:
    """How many line breaks stand inside the fields of earlier rows."""
    inside = pl.sum_horizontal(pl.all().str.count_matches("\n", literal=True).fill_null(0))
    return frame.select(inside.cum_sum().shift(1, fill_value=0).cast(pl.Int64)).to_series()


def cut_off_notice(rows: int) -> tuple[str, ...]:
    """What to say of a file whose number of rows is one at which exports and spreadsheets stop."""
    if not rows:
        return ("只有表头，没有数据行 · headings alone, and no row below them",)
    if rows not in ROUND and rows % MANY:
        return ()
    return (
        f"正好{rows}行，导出可能被截断 · exactly {rows:,} rows: the export may have been cut off at its limit",
    )
