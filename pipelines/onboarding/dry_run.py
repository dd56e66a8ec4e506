"""A dry run of the intake: what maps to what, what would load, be refused or be held, and why. Nothing is kept."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl

from pipelines.city.code_lists import code_list, fold, known_words, list_of
from pipelines.city.profile import Profile
from pipelines.errors import RefusedInput
from pipelines.intake.cell_values import UNITS
from pipelines.intake.corrections_workbook import write_corrections
from pipelines.intake.intake import latest, load_sources, origin_of, refresh_reference, refuse_by_headings
from pipelines.intake.parsing import headings_used
from pipelines.intake.row_counts import NOT_READ, FileReport
from pipelines.mapping.heading_suggestions import likely_code, suggest
from pipelines.mapping.landing_entries import LEFT_ALONE
from pipelines.mapping.landing_folder import SourceFile, Unread, find_sources, load_mappings, unread_files
from pipelines.mapping.mapping import TableMapping, headings_of
from pipelines.onboarding.likely_faults import (
    HELD_ROWS,
    HINT,
    NOTICE,
    REFUSED,
    RESEMBLES,
    UNREAD,
    Fault,
    faults_of_records,
    faults_of_rules,
    worst_first,
)
from pipelines.privacy.harmless_texts import shown_heading
from pipelines.privacy.inferred_forms import inferred_forms
from pipelines.privacy.personal_numbers import CODE, MASK
from pipelines.privacy.refused_words import resembles_refused
from pipelines.reading.readers import RawFile
from pipelines.tables.contracts import PAIR_COLUMNS, number_columns
from pipelines.warehouse.warehouse import open_warehouse

DRY_KEY = bytes(32)
"""Stands in for the key of the pairs: what is hashed with it is thrown away."""
WORDS_SHOWN = 5


@dataclass
class CheckReport:
    """What a take-in would do.

    `refusals` are the errors a run would stop at, of all files at once; `mapped` the headings of each file that are read,
    `dropped` the others with how they may be printed; `hints` what an unknown heading or word might be; `resembling` those like a refused one; `faults` what is most
    likely wrong, worst first.
    """

    profile: Profile
    files: list[FileReport] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    unread: Unread = Unread((), ())
    mapped: dict[str, list[str]] = field(default_factory=dict)
    dropped: dict[str, dict[str, str]] = field(default_factory=dict)
    hints: dict[str, list[str]] = field(default_factory=dict)
    resembling: dict[str, list[str]] = field(default_factory=dict)
    rules: dict[str, dict[str, int]] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def look(self, raw: RawFile, source: SourceFile) -> None:
        """Note what each heading of a file becomes, and what an unknown one might be."""
        used = {h for mapping in source.mapping.tables for h in headings_used(raw, mapping)}
        dropped = [h for h in raw.headings if h not in used]
        shown = {h: h if h in used else shown_heading(h, number) for number, h in enumerate(raw.headings, 1)}
        self.dropped[raw.name] = {h: shown[h] for h in dropped}
        lines, hints = [], []
        likely: dict[str, tuple[float, str]] = {}
        for mapping in source.mapping.tables:
            columns = headings_used(raw, mapping)
            stated = [*mapping.templates, *mapping.constants]
            arrows = [f"{h} -> {c or '(chooses or composes)'}" for h, c in columns.items()]
            lines.append(f"{mapping.table}: {', '.join(arrows + [f'(mapping) -> {c}' for c in stated])}")
            taken = frozenset(c for c in columns.values() if c) | set(stated)
            lines += _no_units(raw, columns, mapping, self.profile)
            for s in suggest(dropped, mapping.table, frozenset(taken)):
                text = f"{shown[s.heading]}: perhaps {mapping.table}.{s.column} (like {s.like!r}, {s.likeness:.2f})"
                likely[s.heading] = max(likely.get(s.heading, (0.0, "")), (s.likeness, text))
            hints += _letters_alone(raw, columns, mapping)
            hints += _undeclared_forms(raw, columns, mapping)
        self.mapped[raw.name], self.hints[raw.name] = lines, [text for _, text in likely.values()] + hints
        self.resembling[raw.name] = [
            f"{shown[heading]}: {'is left unread; it' if heading in dropped else 'is read, and'} sounds like the refused word {word!r}. See that it is none"
            for heading in raw.headings
            if (word := resembles_refused(heading))
        ]

    def unread_lines(self) -> list[str]:
        """One line for each file that is not read."""
        unmapped = [
            f"{self.unread.shown(name)}: not read, no mapping knows it" for name in self.unread.unmapped
        ]
        other = [
            f"{self.unread.shown(name)}: not read, it is no CSV, XLSX, XLS or Parquet; save it as one, in this folder itself, or name it in a "
            "mapping (`folder/*.csv`, `archive.zip/*.csv`)"
            for name in self.unread.other
        ]
        alone = [
            f"{self.unread.shown(name)}: not read: {' · '.join(LEFT_ALONE[why])}"
            for name, why in self.unread.left_alone
        ]
        return unmapped + other + alone

    def text(self) -> str:
        """The report as an engineer reads it on a terminal."""
        lines: list[str] = []
        for name, mapped in self.mapped.items():
            lines += [name, *(f"  {line}" for line in mapped)]
            if self.dropped[name]:
                lines.append(f"  columns left out unread: {', '.join(self.dropped[name].values())}")
            lines += [f"  {hint}; add it to a mapping if so" for hint in self.hints[name]]
            lines += [f"  {line}" for line in self.resembling[name]]
            lines += [f"  {report.line()}" for report in self.files if report.file == name]
        for table, rules in self.rules.items():
            lines += [f"{table}: {n:,} rows would be quarantined: {rule}" for rule, n in rules.items()]
        lines += self.words
        lines += self.unread_lines()
        lines += [f"refused: {refusal}" for refusal in self.refusals]
        return "\n".join(lines)


def check_folder(
    data: Path,
    profile: Profile,
    corrections: Path | None = None,
    examine: Callable[[duckdb.DuckDBPyConnection], None] | None = None,
) -> CheckReport:
    """Do everything a take-in does in memory, and keep nothing.

    Args:
        data: the landing folder.
        profile: how its files are read.
        corrections: where to write the rows that would be held as XLSX to correct; nowhere if None.
        examine: shown the throw-away warehouse, with everything that would be loaded in it.

    Raises:
        RefusedInput: the folder or the profile itself is wrong.
    """
    report = CheckReport(profile)
    sources = find_sources(data, profile)
    report.unread = unread_files(data, profile)
    origin = origin_of(data)
    with open_warehouse(":memory:") as con:
        refresh_reference(con, profile, data, origin, DRY_KEY)
        try:
            refuse_by_headings(data, sources)
        except RefusedInput as refusal:
            report.refusals.append(str(refusal))
            report.faults = worst_first(_faults_of_files(report))
            return report
        for source in sources:
            try:
                loaded = load_sources(
                    con,
                    [source],
                    profile,
                    DRY_KEY,
                    latest(origin, None),
                    lambda words, share: None,
                    report.look,
                )
                report.files += [file for file in loaded if file.table != NOT_READ]
                report.refusals += [
                    notice for file in loaded if file.table == NOT_READ for notice in file.notices
                ]
            except RefusedInput as refusal:
                report.refusals.append(str(refusal))
        _note_held_rows(con, report)
        report.faults = worst_first((*_faults_of_files(report), *faults_of_records(con, report.dropped)))
        if corrections is not None:
            write_corrections(con, profile, corrections)
        if examine is not None:
            examine(con)
    return report


def _faults_of_files(report: CheckReport) -> Iterator[Fault]:
    """Files refused or not read, rows held, words and headings that nobody knows."""
    yield from (Fault(REFUSED, 1.0, f"refused: {refusal}") for refusal in report.refusals)
    read: dict[str, int] = {}
    for file in report.files:
        read[file.table] = read.get(file.table, 0) + file.read
    yield from faults_of_rules(report.rules, read)
    notices = dict.fromkeys((file.file, notice) for file in report.files for notice in file.notices)
    yield from (Fault(NOTICE, 1.0, f"{name}: {notice}") for name, notice in notices)
    yield from (Fault(HELD_ROWS, 0.0, words) for words in report.words)
    yield from (Fault(UNREAD, 1.0, line) for line in report.unread_lines())
    for name, hints in report.hints.items():
        yield from (Fault(HINT, 0.0, f"{name}: {hint}; add it to a mapping if so") for hint in hints)
    for name, lines in report.resembling.items():
        yield from (Fault(RESEMBLES, 0.0, f"{name}: {line}") for line in lines)


def _no_units(
    raw: RawFile, columns: dict[str, str | None], mapping: TableMapping, profile: Profile
) -> list[str]:
    """How many rows name something that is no unit of the profile's, which is left empty."""
    lines = []
    for heading, column in columns.items():
        if column is None or column in PAIR_COLUMNS or list_of(mapping.table, column) != UNITS:
            continue
        known = known_words(UNITS, profile, mapping.codes.get(column, {}))
        counted = raw.frame[heading].cast(pl.String).str.strip_chars().drop_nulls().value_counts(name="n")
        n = sum(n for word, n in counted.iter_rows() if word and fold(word) not in known)
        if n:
            lines.append(
                f"{mapping.table}.{column}: left empty in {n:,} rows, whose word is no unit of units.csv"
            )
    return lines


def _letters_alone(raw: RawFile, columns: dict[str, str | None], mapping: TableMapping) -> list[str]:
    """Which columns of record numbers are mostly a few capital letters, which are held unless the mapping allows them."""
    lines = []
    for heading, column in columns.items():
        if column is None or column in mapping.lettered or column not in number_columns(mapping.table):
            continue
        words = raw.frame[heading].cast(pl.String).str.strip_chars().drop_nulls()
        if words.str.contains(CODE).sum() > len(words) / 2:
            lines.append(
                f"{heading}: perhaps numbers of letters alone, `lettered: [{column}]` of {mapping.table}"
            )
    return lines


def _undeclared_forms(raw: RawFile, columns: dict[str, str | None], mapping: TableMapping) -> list[str]:
    """Which columns of record numbers are written in a form that must be declared before they are admitted."""
    return [
        f"{heading}: record numbers are admitted by their form, perhaps `number_form: {{{column}: {forms}}}` of {mapping.table}"
        for heading, column in columns.items()
        if column in number_columns(mapping.table) and not mapping.number_form.get(str(column))
        if (forms := inferred_forms(raw.frame[heading]))
    ]


def _note_held_rows(con: duckdb.DuckDBPyConnection, report: CheckReport) -> None:
    """Note the rules broken by table, and the commonest words that are in no code list with what they might be."""
    rows = con.execute(
        """
        select table_name, rule, count(*) from (select table_name, unnest(rules) as rule from quarantine)
        group by all order by 1, 3 desc, 2
        """
    ).fetchall()
    for table, rule, n in rows:
        report.rules.setdefault(table, {})[rule] = n
        column, _, what = rule.partition(": not in the list ")
        if what and column not in PAIR_COLUMNS:
            report.words += _unknown_words(con, report.profile, table, column, rule)


def _unknown_words(
    con: duckdb.DuckDBPyConnection, profile: Profile, table: str, column: str, rule: str
) -> list[str]:
    known = dict(code_list(str(list_of(table, column)), profile))
    commonest = con.execute(
        """
        select word, count(*) as n, arg_min(file_name, (file_name, line)), arg_min(line, (file_name, line)) from (
            select json_extract_string(row_json, '$."' || heading || '"') as word, file_name, line
            from quarantine, (select unnest($headings) as heading)
            where table_name = $table_name and list_contains(rules, $rule))
        where word is not null group by word order by n desc, word limit $shown
        """,
        {
            "headings": _headings(table, column, profile),
            "table_name": table,
            "rule": rule,
            "shown": WORDS_SHOWN,
        },
    ).fetchall()
    return [
        f"{table}.{column}: {_about_word(word, n, file_name, line, known)}"
        for word, n, file_name, line in commonest
    ]


def _about_word(word: str, n: int, file_name: str, line: int, known: dict[str, str]) -> str:
    if word == MASK:
        return f"words of their own in {n:,} rows are in no list; not told, for they may be names (first: {file_name}, line {line})"
    perhaps = f"; perhaps {code}" if (code := likely_code(word, known)) else ""
    return f"{word!r} in {n:,} rows is no known word{perhaps}"


def _headings(table: str, column: str, profile: Profile) -> list[str]:
    mapped = [
        m.columns[column]
        for f in load_mappings(profile)
        for m in f.tables
        if m.table == table and column in m.columns
    ]
    return [*headings_of(table)[column], *mapped]
