"""Which heading of a source file each column of one table may stand under: guesses with their reasons."""

import re
from dataclasses import dataclass, field

import polars as pl

from pipelines.city.code_lists import fold, list_of, reference_words
from pipelines.intake.cell_values import unit_of_heading
from pipelines.intake.value_parsers import SCALES, moments
from pipelines.mapping.heading_roles import CLOSING, DEADLINE, LAST_CHANGE, may_become, roles_of
from pipelines.mapping.heading_suggestions import LIKE_ENOUGH, suggest
from pipelines.mapping.mapping import headings_of
from pipelines.onboarding.moments_compared import later_share
from pipelines.onboarding.source_sample import SourceSample
from pipelines.privacy.refused_words import why_never_mapped
from pipelines.tables.contracts import PAIR_COLUMNS, key_columns, required_columns

UNIQUE = 0.999
"""Share of different values from which a column names its rows."""
REPEATED = 0.9
"""A register with more different numbers than this share of its rows holds corrections, or slips of the pen."""
ENDS_LIKE_A_NUMBER = re.compile(
    r"(?:(?<![a-zA-Z])(?:id|no|nr|number|num|ref|reference)\.?|ID|No\.?|Ref|[^门车证]号码?|编号)$"
)
"""`request_id`, `Permit No.`, 受理单号; 门牌号 and 身份证号 are none of a record."""
PLACEHOLDER = {"category": "D1", "area_code": "all"}
"""What all rows are given where nothing in the file looks like a kind or a place."""


@dataclass(frozen=True)
class TableGuess:
    """One table of a file. `columns` names heading and reason by column; `notes` are remarks for the reader."""

    table: str
    columns: dict[str, tuple[str, str]]
    missing: tuple[str, ...] = ()
    constants: dict[str, str] = field(default_factory=dict)
    templates: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    where: dict[str, tuple[str, ...]] = field(default_factory=dict)
    present: str | None = None
    first: bool = False
    key_within: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def left_outside(sample: SourceSample) -> dict[str, str]:
    """Headings the boundary keeps out of every mapping but the pair's, and why."""
    return {h: why for h in sample.raw.headings if (why := why_never_mapped(h))}


def _counted_in(heading: str) -> str:
    """A remark on a heading that counts in thousands or more, as the intake will read it."""
    unit = unit_of_heading(heading)
    return f"; counts in {unit}: a bare 1 is read as {SCALES[unit]:,.0f}" if unit else ""


def one_table(sample: SourceSample, table: str, taken: frozenset[str] = frozenset()) -> TableGuess:
    """The columns of one table out of a file, by likeness, roles and values.

    Args:
        sample: the file.
        table: the table.
        taken: headings that already have another meaning.
    """
    columns = {
        s.column: (s.heading, f"like {s.like}, {s.likeness:.2f}{_counted_in(s.heading)}")
        for s in suggest([h for h in mappable(sample) if h not in taken], table)
        if s.column in PAIR_COLUMNS or _holds(sample, s.heading, table, s.column)
    }
    notes: list[str] = []
    key = key_columns(table)[0]
    if len(key_columns(table)) == 1:
        columns, notes = _with_key(sample, table, key, columns)
    columns |= _by_values(sample, table, columns, taken)
    columns, later = _known_while_open(sample, columns)
    within = key_within(sample, columns) if table == "disputes" else ()
    if within:
        notes = [f"{columns[key][0]}: unique only within {' and '.join(within)}, so `key_within`"]
    missing = [c for c in required_columns(table) if c not in columns]
    constants = {c: PLACEHOLDER[c] for c in missing if c in PLACEHOLDER}
    notes += later + [f"{c}: nothing looks like it, so all rows are given {v}" for c, v in constants.items()]
    return TableGuess(
        table,
        columns,
        tuple(c for c in missing if c not in constants),
        constants,
        key_within=within,
        notes=tuple(notes),
    )


def key_within(sample: SourceSample, columns: dict[str, tuple[str, str]]) -> tuple[str, ...]:
    """Within what the numbers of a register are unique: its places, its years or both; nothing where they are unique, or in neither."""
    needed = ("dispute_id", "area_code", "registered_at")
    if any(column not in columns for column in needed):
        return ()
    key, place, day = (sample.text(columns[column][0]) for column in needed)
    year = moments(day, sample.habits[day.name].formats if day.name in sample.habits else ()).dt.year()
    rows = pl.DataFrame({"key": key, "area_code": place, "year": year}).drop_nulls("key")
    if not len(rows) or _differing(rows, "key") > REPEATED:
        return ()
    choices = (("area_code",), ("year",), ("area_code", "year"))
    return next((choice for choice in choices if _differing(rows, "key", *choice) >= UNIQUE), ())


def _differing(rows: pl.DataFrame, *columns: str) -> float:
    """Share of the rows that differ in these columns."""
    return rows.select(columns).n_unique() / len(rows)


def mappable(sample: SourceSample) -> list[str]:
    """The headings that a mapping may take: once in the file, and not last changes."""
    return [
        h
        for h in sample.raw.headings
        if h not in sample.raw.repeated and not (h in sample.habits and LAST_CHANGE in roles_of(h))
    ]


def _holds(sample: SourceSample, heading: str, table: str, column: str) -> bool:
    codes = list_of(table, column)
    if codes is None:
        return sample.fits(heading, table, column)
    if sample.may_be_persons(heading):
        return False
    known = reference_words(codes)
    return not known or any(fold(word) in known for word in sample.words(heading))


def _with_key(
    sample: SourceSample, table: str, key: str, columns: dict[str, tuple[str, str]]
) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """The columns with the heading as key whose values name the rows, and what is to be said of it."""
    best = _best_key(sample, table, key)
    rest = {c: guess for c, guess in columns.items() if c != key and guess[0] != best}
    running = [h for h in sample.raw.headings if sample.is_running_number(h)]
    if best is None:
        said = [
            f"{h}: counts the rows of one file and begins anew in the next, so it is no {key}"
            for h in running
        ]
        return rest, said
    notes = []
    share = sample.unique_share(best)
    if best in running:
        notes.append(f"{best}: counts 1, 2, 3 ...; if every file begins at 1 again it is no {key}")
    if share < UNIQUE:
        notes.append(
            f"{best}: {1 - share:.0%} of the rows repeat a number; they are corrections only where a later row tells of the same case"
        )
    likeness = key_likeness(best, table, key)
    why = f"like {key}, {likeness:.2f}" if likeness else "by its values alone"
    return {key: (best, f"{why}; {share:.0%} of its values are different"), **rest}, notes


def _best_key(sample: SourceSample, table: str, key: str) -> str | None:
    """The heading that names the rows best: different in every row first, then likest; never a running number beside another."""
    candidates = [
        (sample.unique_share(h) >= UNIQUE, not sample.is_running_number(h), key_likeness(h, table, key), h)
        for h in mappable(sample)
        if key_likeness(h, table, key) >= LIKE_ENOUGH or (may_become(h, table, key) and sample.fits(h, table, key, strictly=True))
        if not sample.may_be_persons(h) and h not in sample.habits
    ]  # fmt: skip
    if not candidates:
        return None
    likely = [c for c in candidates if c[2] >= LIKE_ENOUGH]
    return max(likely if any(c[0] and c[1] for c in likely) else candidates, key=lambda c: c[:3])[-1]


def key_likeness(heading: str, table: str, key: str) -> float:
    """How like a heading is to those of a key; a heading that ends like a number of something is like any."""
    like = next((s.likeness for s in suggest([heading], table, other_columns(table, key))), 0.0)
    if like or why_never_mapped(heading) or not may_become(heading, table, key):
        return like
    return LIKE_ENOUGH if ENDS_LIKE_A_NUMBER.search(heading.strip()) else 0.0


def other_columns(table: str, key: str) -> frozenset[str]:
    """The columns of a table but one."""
    return frozenset(headings_of(table)) - {key}


def _by_values(
    sample: SourceSample, table: str, columns: dict[str, tuple[str, str]], without: frozenset[str]
) -> dict[str, tuple[str, str]]:
    """Headings for the required columns that no heading is like, by their values alone."""
    by_values: dict[str, tuple[str, str]] = {}
    outside = left_outside(sample)
    for column in required_columns(table):
        if column in columns or column in key_columns(table):
            continue
        taken = {heading for heading, _ in (columns | by_values).values()} | set(outside) | without
        for heading in mappable(sample):
            if (
                heading not in taken
                and may_become(heading, table, column)
                and sample.fits(heading, table, column, strictly=True)
            ):
                by_values[column] = (heading, "by its values alone")
                break
    return by_values


def _known_while_open(
    sample: SourceSample, columns: dict[str, tuple[str, str]]
) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """The columns without a time of entry that mostly equals or follows the closing: such a case would never be known open."""
    entered, closings = columns.get("recorded_at"), closing_headings(sample)
    if entered is None or not closings or later_share(sample, entered[0], closings[0]) < 0.5:
        return columns, []
    rest = {c: guess for c, guess in columns.items() if c != "recorded_at"}
    return rest, [
        f"{entered[0]}: looks like a time of entry but is mostly not before {closings[0]}, so no recorded_at"
    ]


def closing_headings(sample: SourceSample) -> list[str]:
    """The headings that say when a case was closed, the likeliest first."""
    named = [
        h
        for h in sample.raw.headings
        if CLOSING in roles_of(h) and DEADLINE not in roles_of(h) and h in sample.habits
    ]
    return sorted(named, key=lambda h: LAST_CHANGE in roles_of(h))
