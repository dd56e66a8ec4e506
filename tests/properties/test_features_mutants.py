"""Take a guard away and a proof must fail: each mutant of the engine's source text is killed.

A mutant is the package loaded anew with one line rewritten. It is put before the specification tables, the
loops by hand, and the same warehouse with nonsense where the future was.
"""

import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from types import ModuleType

import duckdb
import numpy as np
import pytest

from pipelines.home import REPO
from pipelines.profile import load_profile

QUJING = load_profile("qujing")
MONDAYS = [
    date(2024, 6, 3) + timedelta(weeks=w)
    for w in (3, 4, 5, 8, 9, 11, 13, 14, 16, 18, 20, 23, 26, 29, 31, 33, 40, 48)
]
CHECKED = ("open_now", "threat", "steps_all", "threat_reports_all", "days_since_threat", "township_open_disputes",
           "township_category_registrations_52w", "village_threat_reports_13w", "township_report_hours_13w",
           "township_visits_overdue_13w")  # fmt: skip

MUTANTS = [
    ("known before t becomes known at t", "kernel", 'np.searchsorted(self.key, key, side="left")', 'np.searchsorted(self.key, key, side="right")'),
    ("the last record may be known at t", "kernel", 'np.searchsorted(asked.key, begin, side="right")', 'np.searchsorted(asked.key, begin, side="left")'),
    ("a record stops a week before its end", "kernel", 'np.searchsorted(asked.key, end, side="right")', 'np.searchsorted(asked.key, end, side="left")'),
    ("distinct values may be known at t", "kernel", 'asked.key, side="left") for moments', 'asked.key, side="right") for moments'),
    ("counts from first known, not from this version", "kernel", "np.maximum(self.known, self.first + window[1] * WEEK)", "(self.first + window[1] * WEEK)"),
    ("corrections and withdrawals are not looked at", "kernel", "np.minimum(self.retired, passed)", "passed"),
    ("the window starts at this version's time", "kernel", "else self.first + (weeks + ago) * WEEK", "else self.known + (weeks + ago) * WEEK"),
    ("the window has no start", "kernel", "passed = NEVER if weeks is None else", "passed = NEVER if True else"),
    ("the window that ended weeks ago ends today", "kernel", "self.first + window[1] * WEEK", "self.first + 0 * WEEK"),
    ("a record to be withdrawn speaks for good", "kernel", "np.where(retired == NEVER, begin,", "np.where(retired >= 0, begin,"),
    ("a value counts again for each record", "kernel", "np.where(fresh, 0, np.roll(until, 1) & NEVER)", "np.where(True, 0, until)"),
    ("a mean counts records without a value", "kernel", "(Amount(f.where, f.measure), window)", "(Amount(f.where), window)"),
    ("a share is of all records", "kernel", "(Amount(f.among), window)", "(Amount(()), window)"),
    ("a step is known when it happens", "sources", "select {_JOINED}, u.no as unit, e.event_type", "select {_JOINED.replace('e.known_at', 'e.event_at').replace('e.first_known_at', 'e.event_at')}, u.no as unit, e.event_type"),
    ("a correction of a step is not looked at", "sources", "least(e.superseded_at, d.taken_back_at) as retired_at", "d.taken_back_at as retired_at"),
    ("a dispute taken back still counts", "sources", "least(e.superseded_at, d.taken_back_at) as retired_at", "e.superseded_at as retired_at"),
    ("a dispute's facts are today's", "sources", "where d.known_at = d.first_known_at and", "where d.superseded_at is null and"),
    ("a withdrawal dated back works back", "sources", "min(greatest(known_at, withdrawn_at))", "min(withdrawn_at)"),
    ("a report is dealt with before that is known", "sources", "greatest(known_at, {{moment}}) as known_at, greatest(first_known_at, {{moment}}) as first_known_at", "{{moment}} as known_at, {{moment}} as first_known_at"),
    ("coverage is today's", "sources", "caseload, known_at, first_known_at,\n            superseded_at as retired_at", "caseload, known_at, first_known_at,\n            null::timestamp as retired_at"),
    ("a closing is known when it happens", "cohort", "greatest(known_at, r.from_at) as known_at", "greatest(event_at, r.from_at) as known_at"),
    ("the last closing is today's", "cohort", "(s.superseded_at is null or s.superseded_at > t.turned_at)", "s.superseded_at is null"),
    ("a corrected closing still closes", "cohort", "and (s.superseded_at is null or s.superseded_at > t.turned_at)", ""),
    ("a version counts before it is known", "cohort", "greatest(s.from_at, v.known_at) as from_at", "s.from_at as from_at"),
    ("a corrected version still counts", "cohort", "v.superseded_at, v.withdrawn_at) as until_at", "v.withdrawn_at) as until_at"),
    ("a dispute registered at t is in the cohort", "cohort", 'held["from_at"].to_numpy(), side="right")', 'held["from_at"].to_numpy(), side="left")'),
    ("a stretch ends a week early", "cohort", 'until, side="right")', 'until, side="left")'),
    ("violence known at t marks the household", "cohort", 'pl.col("violence_at") < pl.col("as_of")', 'pl.col("violence_at") <= pl.col("as_of")'),
]  # fmt: skip


@contextmanager
def engine(module: str | None = None, old: str = "", new: str = "") -> Iterator[Callable[[str], ModuleType]]:
    """The package loaded anew, one line of one module rewritten; gives its modules by name."""
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] == "features"}
    try:
        if module is not None:
            spec = importlib.util.find_spec(f"features.{module}")
            assert spec is not None
            text = Path(str(spec.origin)).read_text(encoding="utf-8")
            assert text.count(old) >= 1, f"{module} no longer holds {old!r}"
            mutant = importlib.util.module_from_spec(spec)
            sys.modules[f"features.{module}"] = mutant
            exec(compile(text.replace(old, new), f"mutant of {module}", "exec"), mutant.__dict__)
        yield lambda name: importlib.import_module(f"features.{name}")
    finally:
        for name in [n for n in sys.modules if n.split(".")[0] == "features"]:
            del sys.modules[name]
        sys.modules.update(kept)


def proofs_fail(
    load: Callable[[str], ModuleType],
    world: duckdb.DuckDBPyConnection,
    by_hand: Callable,
    as_it_stood: Callable,
) -> bool:
    """Whether one of the proofs notices."""
    if specification_fails():
        return True
    build = load("matrix").build_matrix
    many = build(world, QUJING, MONDAYS)
    before = [many.rows((many.cohort["as_of"] == monday).to_numpy()) for monday in MONDAYS]
    for monday, matrix in zip(MONDAYS, before, strict=True):
        if not equals_by_hand(matrix, by_hand(world, monday)):
            return True
    for monday, matrix in list(zip(MONDAYS, before, strict=True))[::-5]:
        as_it_stood(world, datetime.combine(monday, time()))
        after = build(world, QUJING, [monday])
        if not matrix.cohort.equals(after.cohort) or matrix.values.tobytes() != after.values.tobytes():
            return True
    return False


def specification_fails() -> bool:
    """Run the specification tables on the engine that is loaded now."""
    path = REPO / "tests" / "spec" / "test_features_spec.py"
    spec = importlib.util.spec_from_file_location("specification", path)
    assert spec is not None
    assert spec.loader is not None
    tables = importlib.util.module_from_spec(spec)
    sys.modules["specification"] = tables
    spec.loader.exec_module(tables)
    try:
        for one in tables.SPECS:
            tables.test_an_aggregation_means_what_its_paragraph_says(one)
    except (AssertionError, IndexError, ValueError):
        return True
    finally:
        del sys.modules["specification"]
    return False


def equals_by_hand(matrix: object, expected: dict[str, dict[str, float]]) -> bool:
    cohort, values, names = matrix.cohort, matrix.values, matrix.names  # type: ignore[attr-defined]
    if cohort["dispute_id"].to_list() != sorted(expected):
        return False
    return all(
        np.float32(expected[dispute].get(name, np.nan)).tobytes() == values[row, names.index(name)].tobytes()
        for row, dispute in enumerate(sorted(expected))
        for name in CHECKED
    )


def test_the_engine_as_it_is_passes_every_proof(
    world: duckdb.DuckDBPyConnection, by_hand: Callable, as_it_stood: Callable
) -> None:
    with engine() as load:
        assert not proofs_fail(load, world, by_hand, as_it_stood)


@pytest.mark.parametrize(("module", "old", "new"), [m[1:] for m in MUTANTS], ids=[m[0] for m in MUTANTS])
def test_a_mutant_is_killed(
    world: duckdb.DuckDBPyConnection,
    by_hand: Callable,
    as_it_stood: Callable,
    module: str,
    old: str,
    new: str,
) -> None:
    with engine(module, old, new) as load:
        assert proofs_fail(load, world, by_hand, as_it_stood), "no proof noticed"
