"""From a file's headings and text to a table's columns and types, every failure named by column and rule.

Frame in, frame out: good rows have the contract's columns and `file_line`; bad ones their line and `__rules`,
every rule they broke.
"""

from dataclasses import dataclass
from functools import cache

import dataframely as dy
import polars as pl

from pipelines.city.code_lists import list_of
from pipelines.city.profile import Profile
from pipelines.errors import RefusedInput
from pipelines.intake.admission import (
    DOUBT,
    UNADMITTED,
    of_own_day_and_place,
    personal_in,
    unadmitted,
    unadmitted_piece,
)
from pipelines.intake.cell_values import (
    UNITS,
    Reading,
    end_of_day_where_bare,
    filled_cells,
    happened_on,
    in_unit_of_heading,
    looks_personal,
    typed,
    within_place_or_year,
)
from pipelines.mapping.mapping import TableMapping, headings_of
from pipelines.reading.raw_file import LINE, NO_VALUE, RawFile
from pipelines.tables.contracts import PAIR_COLUMNS, TABLES, number_columns
from pipelines.tables.normal_form import normal_form, normal_forms

RULES = "__rules"
PERSONAL = "holds what looks like an identity or phone number"
BOUNDS = {
    "min": "below what it can be",
    "max": "above what it can be",
    "max_length": "longer than a number can be",
}


def choose_rows(raw: RawFile, mapping: TableMapping) -> pl.DataFrame:
    """The source rows a table mapping takes, and those of which nobody can say: to be held.

    Raises:
        RefusedInput: the mapping names a heading the file does not have.
    """
    frame = raw.frame
    named = [*mapping.where, *([mapping.present] if mapping.present else [])]
    for heading in named:
        if heading not in frame.columns:
            raise RefusedInput(
                f"{raw.name}: no column {heading!r}, which the profile's mapping chooses rows by"
            )
    unclear = pl.col(LINE).is_in(raw.faults[LINE].implode())
    for heading, values in mapping.where.items():
        wanted = [normal_form(value) for value in values]
        frame = frame.filter(_normal(heading).is_in(wanted) | _valueless(heading) | unclear)
    if mapping.present:
        frame = frame.filter((_normal(mapping.present).fill_null("") != "") | unclear)
    return frame


def name_columns(raw: RawFile, mapping: TableMapping, rows: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """The mapped columns of the source under their canonical names, plus `file_line`; all else is dropped unread.

    Raises:
        RefusedInput: a required column is missing; names file, column and the headings it may stand under.
    """
    chosen: dict[str, pl.Expr] = {}
    for name, headings in headings_of(mapping.table).items():
        source = mapping.columns.get(name)
        if source is not None and source not in rows.columns:
            raise RefusedInput(f"{raw.name}: no column {source!r}, which the mapping takes {name!r} from")
        heading_found = source or next(
            (h for h in headings if h in rows.columns and not mapping.columns), None
        )
        if heading_found in raw.repeated:
            raise RefusedInput(
                f"{raw.name}: column {heading_found!r} stands more than once; keep the one that is meant"
            )
        if name in mapping.templates:
            chosen[name] = _template(mapping.templates[name])
            if name in number_columns(mapping.table):
                chosen[DOUBT + name] = unadmitted_piece(name, mapping, profile)
        elif name in mapping.constants:
            chosen[name] = pl.lit(mapping.constants[name])
        elif heading_found is not None:
            chosen[name] = in_unit_of_heading(heading_found, TABLES[mapping.table].columns().get(name))
        elif name not in PAIR_COLUMNS and not TABLES[mapping.table].columns()[name].nullable:
            raise RefusedInput(
                f"{raw.name}: column {name!r} of {mapping.table} is missing; it may stand under "
                f"{' or '.join(headings)}. {_where_it_is(raw, headings)}"
            )
    return rows.select(LINE, **within_place_or_year(chosen, rows, mapping))


def _where_it_is(raw: RawFile, headings: tuple[str, ...]) -> str:
    """What to do about a heading that is missing: it may stand further down, or all of them be in one field."""
    for mark, called in (("；", "'；'"), ("，", "'，'"), ("、", "'、'"), ("^", "'^'")):
        if len(raw.headings) == 1 and mark in raw.headings[0]:
            return f"Its fields are parted by {called}: save it as CSV, with commas."
    for line, cells in raw.first_rows().items():
        if any(cell.strip() in headings for cell in cells):
            return f"Its headings stand in row {line}: take away the rows above, or say `header_row: {line}` in a mapping."
    return "Add it to the file, or map it in the profile's mappings."


@dataclass(frozen=True)
class Parsed:
    """A file's rows for one table: `good` ones in the contract's types, `bad` ones as line and rules broken."""

    good: pl.DataFrame
    bad: pl.DataFrame


def with_bad(bad: pl.DataFrame, lines: list[int], rule: str) -> pl.DataFrame:
    """The bad rows of `Parsed`, and these lines as having broken one more rule; by line."""
    more = pl.DataFrame({LINE: lines, RULES: [[rule]] * len(lines)}, schema=bad.schema)
    return pl.concat([bad, more]).sort(LINE)


def headings_used(raw: RawFile, mapping: TableMapping) -> dict[str, str | None]:
    """The headings of the file that a table takes, and the column each becomes (none: it composes or chooses)."""
    composed = {h for h in raw.headings for t in mapping.templates.values() if f"{{{h}}}" in t}
    chooses = {*mapping.where, *([mapping.present] if mapping.present else [])}
    column_of = {h: name for name, h in mapping.columns.items()}
    if not mapping.columns:
        column_of = {
            h: name for name, headings in headings_of(mapping.table).items() for h in reversed(headings)
        }
    return {h: column_of.get(h) for h in raw.headings if h in column_of or h in composed | chooses}


def parse(named: pl.DataFrame, mapping: TableMapping, profile: Profile, file_name: str) -> Parsed:
    """Parse named columns to the contract's types and check every row.

    Args:
        named: what `name_columns` gave.
        mapping: translates codes and says how the source writes its dates.
        profile: whose categories, areas and codes are known.
        file_name: for errors.

    Raises:
        RefusedInput: a code column holds a value the boundary refuses.
    """
    contract = TABLES[mapping.table]
    frame = named.with_columns(pl.col(pl.String).str.strip_chars().replace("", None))
    columns: dict[str, pl.Series] = {LINE: frame[LINE]} | {
        c: frame[c] for c in PAIR_COLUMNS if c in frame.columns
    }
    broken: list[tuple[str, pl.Series]] = []
    reading = Reading(mapping, profile, file_name, happened_on(frame, mapping))
    for name, column in contract.columns().items():
        if name not in frame.columns:
            columns[name] = pl.Series(name, [None] * len(frame), dtype=column.dtype)
            continue
        source = filled_cells(frame[name], name, column, mapping)
        value = columns[name] = typed(source, name, column, reading).alias(name)
        if list_of(mapping.table, name) == UNITS:
            continue
        broken += _broken_by_column(source, value, name, mapping)
    with_days = end_of_day_where_bare(pl.DataFrame(columns), mapping.table)
    for name in number_columns(mapping.table):
        broken += _broken_numbers(
            with_days, name, mapping, profile, frame.get_column(DOUBT + name, default=None)
        )
    return _checked_by_contract(with_days, _broken_rows(frame[LINE], broken), contract)


def _broken_by_column(
    source: pl.Series, value: pl.Series, name: str, mapping: TableMapping
) -> list[tuple[str, pl.Series]]:
    """Each rule of one column, and which rows break it."""
    lost, table = value.is_null(), mapping.table
    broken = [(f"{name}: {_expectation(table, name)}", lost & source.is_not_null())]
    if not TABLES[table].columns()[name].nullable:
        broken.append((f"{name}: missing", lost & source.is_null()))
    if list_of(table, name) is None and name not in number_columns(table):
        broken.append((f"{name}: {PERSONAL}", looks_personal(source, value)))
    return broken


def _broken_numbers(
    rows: pl.DataFrame, name: str, mapping: TableMapping, profile: Profile, doubt: pl.Series | None
) -> list[tuple[str, pl.Series]]:
    """The rules of a column of record numbers, which need the whole row, and which rows break them."""
    numbers = rows[name]
    refused = unadmitted(numbers, name, mapping, profile)
    personal = personal_in(numbers, name, mapping, profile)
    if personal.any():
        personal = personal & ~of_own_day_and_place(rows, name)
    return [
        (f"{name}: {UNADMITTED}", refused if doubt is None else refused | doubt.fill_null(value=False)),
        (f"{name}: {PERSONAL}", personal),
    ]


def _broken_rows(lines: pl.Series, broken: list[tuple[str, pl.Series]]) -> pl.DataFrame:
    """The lines that broke a rule, each with every rule it broke."""
    parts = [
        pl.DataFrame({LINE: lines.filter(mask)}).with_columns(pl.lit(rule).alias(RULES))
        for rule, mask in broken
        if mask.any()
    ]
    if not parts:
        return pl.DataFrame(schema={LINE: pl.Int64, RULES: pl.List(pl.String)})
    return pl.concat(parts).group_by(LINE, maintain_order=True).agg(RULES).sort(LINE)


def _checked_by_contract(frame: pl.DataFrame, bad: pl.DataFrame, contract: type[dy.Schema]) -> Parsed:
    """Sort the rows by the contract's own rules as well."""
    whole = frame.join(bad, on=LINE, how="anti", maintain_order="left") if len(bad) else frame
    failure = _lined(contract).filter(whole.select(LINE, *contract.columns())).failure
    if not len(failure):
        return Parsed(whole, bad)
    details = failure.details()
    rules = [c for c in details.columns if c != LINE and c not in contract.columns()]
    more = _broken_rows(
        details[LINE], [(_in_words(r), details[r].cast(pl.String) == "invalid") for r in rules]
    )
    return Parsed(
        whole.join(more, on=LINE, how="anti", maintain_order="left"), pl.concat([bad, more]).sort(LINE)
    )


@cache
def _lined(contract: type[dy.Schema]) -> type[dy.Schema]:
    """The contract of rows that carry their line."""
    return type("Lined", (contract,), {LINE: dy.Int64()})


def _in_words(rule: str) -> str:
    """A contract's rule as a person reads it: `n_parties|min` is a column and its bound."""
    column, _, bound = rule.partition("|")
    return f"{column}: {BOUNDS.get(bound, bound)}" if bound else rule.replace("_", " ")


def _normal(heading: str) -> pl.Expr:
    """A source column as text in normal form."""
    return pl.col(heading).cast(pl.String).map_batches(normal_forms, return_dtype=pl.String)


def _valueless(heading: str) -> pl.Expr:
    """Where a column holds the error of a formula in place of a value."""
    return pl.col(heading).cast(pl.String).str.contains(NO_VALUE)


def _template(template: str) -> pl.Expr:
    """A text composed of source columns named in braces; `{line}` is the file's line."""
    parts: list[pl.Expr] = []
    for piece in template.replace("}", "{").split("{")[::2]:
        parts.append(pl.lit(piece))
    for at, heading in enumerate(template.replace("}", "{").split("{")[1::2]):
        column = pl.col(LINE if heading == "line" else heading).cast(pl.String)
        parts.insert(2 * at + 1, column)
    return pl.concat_str(parts)


def _expectation(table: str, name: str) -> str:
    if codes := list_of(table, name):
        return f"not in the list {codes}"
    kinds = {
        pl.Boolean: "not yes or no",
        pl.Int64: "not a whole number",
        pl.Float64: "not a number",
        pl.String: "not a text",
    }
    return kinds.get(TABLES[table].columns()[name].dtype, "not a date")
