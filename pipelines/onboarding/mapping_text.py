"""A drafted mapping as YAML that a person reads: every guess with its reason beside it, nothing of a row in it."""

from collections.abc import Iterator

import yaml

from pipelines.onboarding.column_guess import TableGuess, left_outside
from pipelines.onboarding.source_sample import SourceSample
from pipelines.privacy.harmless_texts import shown_heading
from pipelines.privacy.inferred_forms import inferred_forms
from pipelines.privacy.personal_numbers import CODE
from pipelines.tables.contracts import PAIR_COLUMNS, TABLES, number_columns


def mapping_text(
    pattern: str, reading: dict[str, object], sample: SourceSample, guesses: list[TableGuess]
) -> str:
    """The mapping of one kind of file.

    Args:
        pattern: which files.
        reading: settings of the file beside the tables, such as `header_row`.
        sample: the file that was looked at.
        guesses: its tables.
    """
    return "\n".join(_lines(pattern, reading, sample, guesses)) + "\n"


def _lines(
    pattern: str, reading: dict[str, object], sample: SourceSample, guesses: list[TableGuess]
) -> Iterator[str]:
    yield "# Drafted: every line is a guess until somebody has read it."
    yield f"files: {_quoted(pattern)}"
    for name, value in reading.items():
        yield f"{name}: {_quoted(value) if isinstance(value, str) else value}"
    yield "tables:"
    for guess in guesses:
        yield from _table_lines(sample, guess)
    read = {heading for guess in guesses for heading, _ in guess.columns.values()}
    left = left_outside(sample)
    for number, heading in enumerate(sample.raw.headings, 1):
        if heading in left and heading not in read:
            why = left[heading]
            yield f"      # left outside: {_plain(shown_heading(heading, number))} ({_plain(why.split(': ', 1)[-1])})"


def _table_lines(sample: SourceSample, guess: TableGuess) -> Iterator[str]:
    yield f"  - table: {guess.table}"
    for note in guess.notes:
        yield f"    # note: {_plain(note)}"
    if guess.first:
        yield "    first: true"
    if guess.key_within:
        yield f"    key_within: [{', '.join(map(_quoted, guess.key_within))}]  # the same number stands for several cases otherwise"
    if guess.present:
        yield f"    present: {_quoted(guess.present)}"
    for heading, words in guess.where.items():
        yield f"    where: {{{_quoted(heading)}: [{', '.join(map(_quoted, words))}]}}"
    yield "    columns:"
    for column, (heading, why) in guess.columns.items():
        yield f"      {column}: {_quoted(heading)}  # {_plain(why)}"
    for column in guess.missing:
        yield f"      # {column}: needed, and no heading looks like it; name one, or give it under constants"
    yield from _more(guess.templates, "templates")
    yield from _more(guess.constants, "constants")
    yield from _date_lines(sample, guess)
    lettered = _lettered(sample, guess)
    if lettered:
        yield f"    lettered: [{', '.join(lettered)}]  # numbers of capital letters alone"
    forms = _number_forms(sample, guess)
    if forms:
        yield "    number_form:  # nothing else is admitted as a number; see whether these are all"
    for column, of_column in forms.items():
        yield f"      {column}: [{', '.join(map(_quoted, of_column))}]"
    for column, words in guess.codes.items():
        yield "    codes:"
        yield f"      {column}:"
        for word, code in words.items():
            yield f"        {_quoted(word)}: {code}"


def _date_lines(sample: SourceSample, guess: TableGuess) -> Iterator[str]:
    """Formats of the moments that are not understood by themselves; of two readings none is taken."""
    formats: list[str] = []
    for column, (heading, _) in guess.columns.items():
        if column in PAIR_COLUMNS or not _is_moment(guess.table, column) or heading not in sample.habits:
            continue
        habit = sample.habits[heading]
        if habit.either:
            one, other = (
                " or ".join(f"[{', '.join(map(_quoted, f))}]" for f in [each]) for each in habit.either
            )
            formats.append(f"      # {column}: day and month cannot be told apart; write {one} or {other}")
        elif habit.formats:
            formats.append(f"      {column}: [{', '.join(map(_quoted, habit.formats))}]")
    if any(not line.lstrip().startswith("#") for line in formats):
        yield "    dates:"
    elif formats:
        yield "    dates: {}"
    yield from formats


def _is_moment(table: str, column: str) -> bool:
    return TABLES[table].columns()[column].dtype.is_temporal()


def _lettered(sample: SourceSample, guess: TableGuess) -> list[str]:
    """The columns of record numbers, composed ones too, whose numbers are mostly capital letters alone."""
    own = {
        column: heading
        for column, (heading, _) in guess.columns.items()
        if column in number_columns(guess.table) and _mostly_letters(sample, heading)
    }
    composed = [c for c, t in guess.templates.items() if any(f"{{{h}}}" in t for h in own.values())]
    return [*own, *composed]


def _number_forms(sample: SourceSample, guess: TableGuess) -> dict[str, list[str]]:
    """Forms of the columns whose record numbers are not letters and digits alone, as their values show them."""
    by_column = {
        column: inferred_forms(sample.text(heading))
        for column, (heading, _) in guess.columns.items()
        if column in number_columns(guess.table)
    }
    return {column: forms for column, forms in by_column.items() if forms}


def _mostly_letters(sample: SourceSample, heading: str) -> bool:
    words = sample.text(heading).drop_nulls()
    return len(words) > 0 and int(words.str.contains(CODE).sum()) > len(words) / 2


def _more(entries: dict[str, str], name: str) -> Iterator[str]:
    if entries:
        yield f"    {name}:"
    for column, text in entries.items():
        yield f"      {column}: {_quoted(text)}"


def _quoted(text: object) -> str:
    return yaml.dump(text, allow_unicode=True, default_style='"', width=10_000).strip()


def _plain(text: str) -> str:
    """A text on one line of a comment."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
