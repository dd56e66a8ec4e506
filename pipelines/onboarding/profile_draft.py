"""The first draft of a profile, written from a folder of files: what a person then corrects, never what is run unread.

Every guess stands with its likeness beside it; what the boundary keeps outside is left out and named.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import yaml

from pipelines.city.code_lists import list_of
from pipelines.errors import RefusedInput
from pipelines.intake.value_parsers import answers, moments, numbers
from pipelines.mapping.heading_suggestions import likely_table, likeness_of, suggest
from pipelines.mapping.landing_folder import SourceFile, landing_files
from pipelines.mapping.mapping import FileMapping, TableMapping
from pipelines.privacy.personal_numbers import masked
from pipelines.privacy.refused_words import refuse_headings, refuse_values, why_never_mapped
from pipelines.reading.readers import MOST_TITLES, RawFile, read_source
from pipelines.tables.contracts import PAIR_COLUMNS, TABLES, required_columns

SAMPLE_ROWS = 2_000
MOST_CODES = 60
"""A column with more different words is none of codes."""
PROFILE = """\
# Drafted by `fengqiao check --draft`: read every line, then `fengqiao check DATA --profile {folder}`.
title_zh: {name}
title_en: {name}
# What is to be prevented, as it completes a sentence, and how it is told (outcomes, event_types, overdue_days, overdue):
outcome_zh: 超过60天仍未办结
outcome_en: stay open for more than 60 days
outcome: {{overdue_days: 60}}
label_maturity_days: 0
watch_days: 0
"""


@dataclass(frozen=True)
class Guess:
    """A table's columns in one kind of file: heading and why by column, and the columns nothing was found for."""

    table: str
    columns: dict[str, tuple[str, str]]
    missing: list[str]
    outside: dict[str, str]


def draft_profile(data: Path, folder: Path) -> list[Path]:
    """Write a profile folder for the files of a landing folder.

    Returns:
        The files written.

    Raises:
        RefusedInput: the profile folder exists, or a file is one the boundary refuses.
    """
    if folder.exists():
        raise RefusedInput(f"{folder} is there already; give a folder that does not exist yet")
    kinds = _kinds(data)
    if not kinds:
        raise RefusedInput(f"{data} holds no CSV, XLSX or Parquet file")
    written: dict[str, str] = {"profile.yml": PROFILE.format(name=folder.name, folder=folder)}
    areas: dict[str, None] = {}
    categories: dict[str, None] = {}
    for pattern, (raw, header_row) in kinds.items():
        guess = _guess(raw)
        stem = re.sub(r"\W+", "_", pattern.split("*")[0].split(".")[0]).strip("_") or "files"
        written[f"mappings/{stem}.yml"] = _mapping_text(pattern, header_row, guess)
        areas |= dict.fromkeys(_words(raw, guess, "area_code"))
        if guess.table == "disputes":
            categories |= dict.fromkeys(_words(raw, guess, "category"))
    written["areas.csv"] = _areas_text(list(areas))
    written["risk_categories.csv"] = "code,name_zh,name_en,kind\n" + "".join(
        f"D{at},{_cell(word)},{_cell(word)},dispute\n"
        for at, word in enumerate(categories or {"其他": None}, 1)
    )
    for name, text in written.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [folder / name for name in written]


def _kinds(data: Path) -> dict[str, tuple[RawFile, int]]:
    """A pattern for each kind of file (names alike but for digits), the first file of it, and where its headings stand."""
    kinds: dict[str, tuple[RawFile, int]] = {}
    for path in landing_files(data):
        stem = re.sub(r"[\d\-_.年月日()（）]+$", "", path.stem)
        pattern = f"{stem}*{path.suffix}" if stem else path.name
        if pattern not in kinds:
            raw, header_row = _read_at_headings(path)
            refuse_headings(raw.name, raw.headings)
            sample = RawFile(raw.name, raw.encoding, raw.frame.head(SAMPLE_ROWS), raw.repeated)
            kinds[pattern] = sample, header_row
    return kinds


def _read_at_headings(path: Path) -> tuple[RawFile, int]:
    """A file read under the row, of its first ones, that is likest to headings; titles may stand above it."""
    for first in range(1, MOST_TITLES):
        with suppress(RefusedInput):
            raw = _read(path, first)
            break
    else:
        return _read(path, 1), 1
    rows = raw.first_rows()
    likest = max(rows, key=lambda line: likeness_of(rows[line]), default=first)
    if likeness_of(raw.headings) >= likeness_of(rows.get(likest, [])):
        return raw, first
    return _read(path, likest), likest


def _read(path: Path, header_row: int) -> RawFile:
    tables = (TableMapping(table="disputes"),)
    return read_source(SourceFile(path, FileMapping(files=path.name, header_row=header_row, tables=tables)))


def _guess(raw: RawFile) -> Guess:
    table = likely_table(raw.headings)
    outside = {h: why for h in raw.headings if (why := why_never_mapped(h))}
    found = {
        s.column: (s.heading, f"like {s.like}, {s.likeness:.2f}")
        for s in suggest(raw.headings, table)
        if s.column in PAIR_COLUMNS or _fits(raw.frame[s.heading], table, s.column)
    }
    for column in required_columns(table):
        if column in found:
            continue
        taken = {heading for heading, _ in found.values()} | set(outside)
        free = (
            h for h in raw.headings if h not in taken and _fits(raw.frame[h], table, column, strictly=True)
        )
        if (heading := next(free, None)) is not None:
            found[column] = (heading, "by its values alone")
    missing = [column for column in required_columns(table) if column not in found]
    return Guess(
        table, found, missing, {h: w for h, w in outside.items() if h not in {x for x, _ in found.values()}}
    )


def _fits(values: pl.Series, table: str, column: str, *, strictly: bool = False) -> bool:
    """Whether a sample could be a column's values; strictly: whether it looks like them and like nothing else."""
    contract = TABLES[table].columns()[column]
    text = values.cast(pl.String).str.strip_chars().replace("", None).drop_nulls()
    if not len(text):
        return not strictly
    dtype = contract.dtype
    if dtype == pl.Boolean:
        return answers(text).null_count() == 0
    if isinstance(dtype, pl.Datetime) or dtype == pl.Date:
        return moments(text).null_count() <= len(text) / 10
    if dtype.is_numeric():
        return numbers(text, dtype).null_count() <= len(text) / 10
    several = text.n_unique()
    if list_of(table, column) is not None:
        return not strictly or (1 < several <= MOST_CODES and moments(text).null_count() > len(text) / 2)
    return not strictly or several == len(values)


def _words(raw: RawFile, guess: Guess, column: str) -> list[str]:
    """The commonest words of a column of codes, none that could name a person."""
    if column not in guess.columns:
        return []
    heading = guess.columns[column][0]
    counted = raw.frame[heading].cast(pl.String).str.strip_chars().drop_nulls().value_counts(sort=True)
    words = [word for word in counted[heading].to_list() if word and masked(word) == word]
    if column == "category":
        refuse_values(raw.name, heading, words)
        return words[:MOST_CODES]
    return sorted(words)


def _mapping_text(pattern: str, header_row: int, guess: Guess) -> str:
    return "\n".join(_mapping_lines(pattern, header_row, guess)) + "\n"


def _mapping_lines(pattern: str, header_row: int, guess: Guess) -> Iterator[str]:
    yield "# Drafted: every line is a guess until somebody has read it."
    yield f"files: {_quoted(pattern)}"
    if header_row > 1:
        yield f"header_row: {header_row}"
    yield "tables:"
    yield f"  - table: {guess.table}"
    yield "    columns:"
    for column, (heading, why) in guess.columns.items():
        yield f"      {column}: {_quoted(heading)}  # {why}"
    for column in guess.missing:
        yield f"      # {column}: needed, and no heading looks like it; name one, or give it under constants"
    for heading, why in guess.outside.items():
        yield f"      # left outside: {heading} ({why.split(': ', 1)[-1]})"


def _areas_text(words: list[str]) -> str:
    head = "area_code,name_zh,name_en,tier,parent_code,population,households,urban,lon,lat\n"
    rows = [f"{_cell(word)},{_cell(word)},{_cell(word)},township,,,,false,,\n" for word in words or ["all"]]
    return head + "".join(rows)


def _quoted(text: str) -> str:
    return yaml.dump(text, allow_unicode=True, default_style='"', width=10_000).strip()


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""').replace("\n", " ") + '"'
