"""The record of decisions as next week's source: the table `decisions` of the contracts, read like any other.

A decision is known when it was entered, and its undoing when that was: what stood on a day can be asked.
Notes and offices stay in the record (boundary 6).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import polars as pl

from dashboards.decisions.store import DecisionStore, Entry
from pipelines.home import Home
from pipelines.mapping.landing_folder import SourceFile
from pipelines.mapping.mapping import FileMapping, TableMapping
from pipelines.tables.contracts import Decisions

FILE = "decisions.parquet"


@contextmanager
def exported_decisions(home: Home) -> Iterator[list[SourceFile]]:
    """The home's decisions as a file to take in, gone again afterwards; nothing where there are none."""
    rows = decision_rows(DecisionStore.of(home).everything())
    path = home.root / FILE
    try:
        if len(rows):
            rows.write_parquet(path)
            table = TableMapping(table="decisions", lettered=("dispute_id",))
            mapping = FileMapping(files=FILE, tables=(table,))
            yield [SourceFile(path, mapping)]
        else:
            yield []
    finally:
        path.unlink(missing_ok=True)


def decision_rows(entries: Sequence[Entry]) -> pl.DataFrame:
    """The columns of the contract, one row per entry and one more for each that was taken back, by number.

    Args:
        entries: in the order of the record.
    """
    row_of_entry = {entry.seq: _row(entry) for entry in entries if entry.decision.action != "undo"}
    rows = list(row_of_entry.values())
    for entry in entries:
        taken_back = row_of_entry.get(entry.decision.undoes or 0)
        if taken_back is not None:
            later = max(entry.at, taken_back["recorded_at"] + timedelta(seconds=1))
            rows.append(taken_back | {"undone": True, "recorded_at": later})
    schema = {name: column.dtype for name, column in Decisions.columns().items()}
    return pl.DataFrame(rows, schema=schema).sort("recorded_at", "decision_id")


def _row(entry: Entry) -> dict[str, Any]:
    decision = entry.decision
    of_decision = {
        name: getattr(decision, name)
        for name in ("dispute_id", "as_of", "action", "reason", "unit_id", "due_on", "visited_on")
    }
    return of_decision | {
        "decision_id": str(entry.seq),
        "decided_at": entry.at,
        "recorded_at": entry.at,
        "found_after_warning": decision.found_after_warning,
        "undone": False,
    }
