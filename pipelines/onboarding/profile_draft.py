"""The first draft of a profile, written from a folder of files: what a person then corrects, never what is run unread.

Every guess stands with its reason beside it; what the boundary keeps outside is left out and named.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import RefusedInput
from pipelines.intake.intake import quoting_nothing
from pipelines.mapping.heading_suggestions import likeness_of
from pipelines.mapping.landing_folder import SourceFile, landing_files, places_in_folder
from pipelines.mapping.mapping import FileMapping, TableMapping
from pipelines.onboarding.column_guess import TableGuess
from pipelines.onboarding.mapping_text import mapping_text
from pipelines.onboarding.profile_text import areas_text, categories_text, profile_text
from pipelines.onboarding.source_sample import MOST_CODES, SourceSample
from pipelines.onboarding.table_guess import guess_tables
from pipelines.privacy.harmless_texts import is_harmless, shown_file_name
from pipelines.privacy.personal_numbers import masked
from pipelines.privacy.refused_words import refuse_headings, refuse_values
from pipelines.reading.readers import MOST_TITLES, RawFile, read_source


@dataclass(frozen=True)
class Draft:
    """The files written, and what a person is told of each mapping beside them."""

    paths: tuple[Path, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class FileKind:
    """Files whose names are alike but for digits: their pattern, how they are read, and the first of them."""

    pattern: str
    reading: dict[str, object]
    paths: list[Path]
    sample: SourceSample


def draft_profile(data: Path, folder: Path) -> Draft:
    """Write a profile folder for the files of a landing folder.

    Raises:
        RefusedInput: the profile folder exists, or a file is one the boundary refuses.
    """
    if folder.exists():
        raise RefusedInput(f"{folder} is there already; give a folder that does not exist yet")
    kinds, notes = _kinds(data)
    if not kinds:
        raise RefusedInput(f"{data} holds no CSV, XLSX or Parquet file that can be read. {' '.join(notes)}")
    guesses = _guesses(kinds)
    written = {
        "profile.yml": profile_text(folder, [g for of_kind in guesses for g in of_kind], kinds[0].sample)
    }
    areas: dict[str, None] = {}
    categories: dict[str, None] = {}
    for kind, of_kind in zip(kinds, guesses, strict=True):
        name = _unused(f"mappings/{_stem(kind.pattern)}", written)
        written[name] = mapping_text(kind.pattern, kind.reading, kind.sample, of_kind)
        notes += [f"{name}: {note}" for guess in of_kind for note in (*guess.notes, *_needs(guess))]
        for guess in of_kind:
            areas |= dict.fromkeys(sorted(_words(kind, guess, "area_code")))
            if guess.table == "disputes":
                categories |= dict.fromkeys(_words(kind, guess, "category"))
    written["areas.csv"] = areas_text(list(areas) or ["all"])
    written["risk_categories.csv"] = categories_text(list(categories) or ["其他"])
    for name, text in written.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Draft(tuple(folder / name for name in written), tuple(notes))


def _needs(guess: TableGuess) -> list[str]:
    return [f"{guess.table}.{column} is needed, and no heading looks like it" for column in guess.missing]


def _guesses(kinds: list[FileKind]) -> list[list[TableGuess]]:
    """The tables of every kind of file; a log only adds steps where another file is the register."""
    alone = [guess_tables(kind.sample) for kind in kinds]
    registers = [
        not guesses[0].first and guesses[0].table == "disputes" and not guesses[0].missing
        for guesses in alone
    ]
    return [
        guess_tables(kind.sample, has_register=True) if guesses[0].first and any(registers) else guesses
        for kind, guesses in zip(kinds, alone, strict=True)
    ]


def _kinds(data: Path) -> tuple[list[FileKind], list[str]]:
    """The kinds of file in a folder, and what is to be said of files that cannot be read."""
    paths: dict[str, list[Path]] = {}
    for path in landing_files(data):
        stem = re.sub(r"[\d\-_.年月日季度第()（）]+$", "", path.stem)
        paths.setdefault(f"{stem}*{path.suffix}" if stem else path.name, []).append(path)
    kinds: list[FileKind] = []
    notes: list[str] = []
    places = places_in_folder(data)
    for pattern, alike in paths.items():
        first = next((path for path in alike if path.stat().st_size), alike[0])
        shown = shown_file_name(first.name, places[first.name])
        try:
            with quoting_nothing(first.name, shown):
                raw, reading = _read_at_headings(first)
        except RefusedInput as refusal:
            notes.append(f"not drafted: {refusal}")
            continue
        refuse_headings(raw.name, raw.headings, shown)
        kinds.append(FileKind(pattern, reading, alike, SourceSample(raw)))
    return kinds, notes


def _read_at_headings(path: Path) -> tuple[RawFile, dict[str, object]]:
    """A file read under the row, of its first ones, that is likest to headings; titles may stand above it."""
    for first in range(1, MOST_TITLES):
        with suppress(RefusedInput):
            raw = _read(path, first)
            break
    else:
        return _read(path, 1), {}
    rows = raw.first_rows()
    likest = max(rows, key=lambda line: likeness_of(rows[line]), default=first)
    if likeness_of(raw.headings) >= likeness_of(rows.get(likest, [])):
        likest = first
    else:
        raw = _read(path, likest)
    return raw, {"header_row": likest} if likest > 1 else {}


def _read(path: Path, header_row: int) -> RawFile:
    tables = (TableMapping(table="disputes"),)
    return read_source(SourceFile(path, FileMapping(files=path.name, header_row=header_row, tables=tables)))


def _words(kind: FileKind, guess: TableGuess, column: str) -> list[str]:
    """The commonest words of a column of codes in all files of a kind, none that could name a person."""
    if column not in guess.columns:
        return []
    heading = guess.columns[column][0]
    counted: dict[str, int] = {}
    for path in kind.paths:
        with suppress(RefusedInput):
            header_row = int(str(kind.reading.get("header_row", 1)))
            raw = kind.sample.raw if path.name == kind.sample.raw.name else _read(path, header_row)
            if heading in raw.headings:
                for word, rows in SourceSample(raw).words(heading).items():
                    counted[word] = counted.get(word, 0) + rows
    words = [w for w in sorted(counted, key=lambda w: -counted[w]) if masked(w) == w]
    if column == "category":
        refuse_values(shown_file_name(kind.sample.raw.name), column, words)
        return words[:MOST_CODES]
    return words


def _stem(pattern: str) -> str:
    stem = pattern.split("*")[0].split(".")[0]
    return (re.sub(r"\W+", "_", stem).strip("_") if is_harmless(stem) else "") or "files"


def _unused(name: str, written: dict[str, str]) -> str:
    numbered = (f"{name}{'' if n == 1 else f'_{n}'}.yml" for n in range(1, len(written) + 2))
    return next(candidate for candidate in numbered if candidate not in written)
