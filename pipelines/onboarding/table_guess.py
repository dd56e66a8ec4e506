"""Which tables a source file may hold: guesses for a person to correct.

A register may hold the closing of each case in a column; a log holds one row per step. Both become two tables.
"""

from dataclasses import replace

from pipelines.mapping.heading_suggestions import likely_table
from pipelines.onboarding.column_guess import TableGuess, closing_headings, one_table
from pipelines.onboarding.log_guess import log_tables
from pipelines.onboarding.source_sample import SourceSample
from pipelines.onboarding.step_words import step_code


def guess_tables(sample: SourceSample, has_register: bool = False) -> list[TableGuess]:
    """The tables of one file, the likeliest first.

    Args:
        sample: the file.
        has_register: whether another file of the folder is a register of disputes, which a log then only adds steps to.
    """
    table = likely_table(sample.raw.headings)
    if table in ("disputes", "dispute_events") and (log := log_tables(sample)):
        opened, steps = log
        return [steps] if has_register else [opened, steps]
    guess = one_table(sample, table)
    closing = _closing(sample, guess) if table == "disputes" else None
    if closing is not None:
        return [guess, closing]
    said = _closed_without_a_day(sample) if table == "disputes" else []
    return [replace(guess, notes=(*guess.notes, *said))]


def _closing(sample: SourceSample, register: TableGuess) -> TableGuess | None:
    """The closing step of a register that holds a closing date."""
    closings = closing_headings(sample)
    key = register.columns.get("dispute_id")
    if not closings or key is None:
        return None
    heading, *others = closings
    notes = [
        f"{other}: a closing as well, left out; take it if it is the one that counts" for other in others
    ]
    by_year = [
        "numbers begin anew each year, and a step does not say the year of its case: ask for whole numbers"
    ] * ("year" in register.key_within)
    return TableGuess(
        "dispute_events",
        {"dispute_id": (key[0], "as above"), "event_at": (heading, "says when the case was closed")},
        constants={"event_type": "closed"},
        templates={"event_id": f"{{{key[0]}}}-closed"},
        present=heading,
        key_within=tuple(
            register.columns["area_code"][0] for part in register.key_within if part == "area_code"
        ),
        notes=tuple(notes + by_year),
    )


def _closed_without_a_day(sample: SourceSample) -> list[str]:
    """What is to be said where a column of states holds a closing and no column holds its day."""
    states = [
        h
        for h in sample.raw.headings
        if sample.fits(h, "dispute_events", "event_type", strictly=True)
        and any(step_code(word) == "closed" for word in sample.words(h))
    ]
    return [
        f"{h}: says which cases are closed, but no column says when; ask for the day of closing"
        for h in states[:1]
    ]
