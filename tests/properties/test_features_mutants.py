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

from pipelines.city.profile import load_profile
from pipelines.home import REPO
from tests.deep import some

QUJING = load_profile("qujing")
MONDAYS = [
    date(2024, 6, 3) + timedelta(weeks=w)
    for w in (3, 4, 5, 8, 9, 11, 13, 14, 16, 18, 20, 23, 26, 29, 31, 33, 40, 48, 80, 115)
]
CHECKED = ("open_now", "threat", "steps_all", "threat_reports_all", "days_since_threat", "township_open_disputes",
           "township_category_registrations_52w", "village_threat_reports_13w", "township_report_hours_13w",
           "township_visits_overdue_13w")  # fmt: skip

MUTANTS = [
    ("known before t becomes known at t", "asked", "(seconds - FIRST_MONDAY) // WEEK + 1", "(seconds - FIRST_MONDAY - 1) // WEEK + 1"),
    ("a Monday asked about is looked for too late", "asked", "np.arange(weeks[0], weeks[-1] + 2))", "np.arange(weeks[0], weeks[-1] + 2), side='right')"),
    ("counts from first known, not from this version", "kernel", "np.maximum(self.known, self.first + ago)", "self.first + ago"),
    ("a record known after its window had passed is taken away", "kernel", "self.question(np.maximum(begin, end))", "self.question(end)"),
    ("a record without a word meets a condition", "kernel", "in self.words[column]), False]", "in self.words[column]), True]"),
    ("a record without a value is taken", "kernel", "test &= self.frame[measure].is_not_null().to_numpy()", "pass"),
    ("numbers too large to be packed are packed", "kernel", "math.prod(sizes) > ROOM", "False"),
    ("of two values the earlier known speaks", "kernel", "(first, value)))", "(value, first)))"),
    ("corrections and withdrawals are not looked at in a window", "kernel", "np.minimum(self.retired, self.first + (weeks + ago))", "self.first + (weeks + ago)"),
    ("corrections and withdrawals are not looked at without a window", "kernel", "self.retired if weeks is None", "self.retired + 520 if weeks is None"),
    ("the window starts at this version's time", "kernel", "self.first + (weeks + ago)", "self.known + (weeks + ago)"),
    ("the window has no start", "kernel", "np.minimum(self.retired, self.first + (weeks + ago))", "self.retired"),
    ("the window is a week longer", "kernel", "self.first + (weeks + ago)", "self.first + (weeks + ago + 1)"),
    ("the window that ended weeks ago ends today", "kernel", "np.maximum(self.known, self.first + ago)", "np.maximum(self.known, self.first)"),
    ("a record counts on in the next entity", "kernel", "self._shift, self.start, self.end)", "self._shift, self.start, self.asked.size)"),
    ("a record from before the first Monday asked about is lost", "asked", "np.clip(week - weeks[0], 0,", "np.clip(week - weeks[0], 1,"),
    ("a record to be withdrawn speaks for good", "kernel", "(low < high) & (high == end)", "low < high"),
    ("a withdrawn record speaks a week longer", "kernel", "np.flatnonzero((low < high) & (high < end))\n    lengths = (high - low)", "np.flatnonzero((low < high) & (high < end))\n    lengths = (high - low + 1)"),
    ("the last record of one entity speaks for the next", "kernel", "strongest[~stands] = -1", "pass"),
    ("a value counts again for each record", "kernel", "np.maximum(low, covered)", "low"),
    ("a mean counts records without a value", "kernel", "n = records.count(*what)", "n = records.count(*what[:2])"),
    ("a share is of all records", "kernel", "(f.among + f.where, f.among)", "(f.among + f.where, ())"),
    ("a step is known when it happens", "sources", "select {_JOINED}, u.no as unit, e.event_type", "select {_JOINED.replace('e.known_at', 'e.event_at').replace('e.first_known_at', 'e.event_at')}, u.no as unit, e.event_type"),
    ("a correction of a step is not looked at", "sources", "least(e.retired_at, d.taken_back_at) as retired_at", "d.taken_back_at as retired_at"),
    ("a dispute taken back still counts", "sources", "least(e.retired_at, d.taken_back_at) as retired_at", "e.retired_at"),
    ("a dispute's facts are today's", "sources", "where known_at = first_known_at and", "where retired_at is null and"),
    ("a long dispute's first steps are forgotten", "sources", "select name as dispute_id from asked_dispute union select", "select"),
    ("a dispute open for years is none of the township's", "sources", "select dispute_id from states union all", ""),
    ("a withdrawal dated back works back", "sources", "min(greatest(known_at, withdrawn_at))", "min(withdrawn_at)"),
    ("a report is dealt with before that is known", "sources", "greatest(known_at, {{moment}}) as known_at, greatest(first_known_at, {{moment}}) as first_known_at", "{{moment}} as known_at, {{moment}} as first_known_at"),
    ("coverage is today's", "sources", "caseload, known_at, first_known_at,\n            retired_at", "caseload, known_at, first_known_at,\n            null::timestamp as retired_at"),
    ("a closing is known when it happens", "cohort", "greatest(known_at, r.from_at) as known_at", "greatest(event_at, r.from_at) as known_at"),
    ("the last closing is today's", "cohort", "(s.retired_at is null or s.retired_at > t.turned_at)", "s.retired_at is null"),
    ("a corrected closing still closes", "cohort", "and (s.retired_at is null or s.retired_at > t.turned_at)", ""),
    ("a version counts before it is known", "cohort", "greatest(s.from_at, v.known_at) as from_at", "s.from_at as from_at"),
    ("a corrected version still counts", "cohort", "v.retired_at, v.withdrawn_at) as until_at", "v.withdrawn_at) as until_at"),
    ("a dispute registered at t is in the cohort", "cohort", 'periods["from_at"].to_numpy(), side="right")', 'periods["from_at"].to_numpy(), side="left")'),
    ("a stretch ends a week early", "cohort", 'until, side="right")', 'until, side="left")'),
    ("a sign known at t marks the household", "cohort", 'pl.col("sign_at") < pl.col("as_of")', 'pl.col("sign_at") <= pl.col("as_of")'),
]  # fmt: skip


MODULE = {
    "kernel": "features.engine.kernel",
    "matrix": "features.engine.matrix",
    "asked": "features.engine.entity_weeks",
    "sources": "features.engine.sources",
    "cohort": "features.cohort",
    "canary": "features.leakage_canary",
}
"""What the table above calls each module."""


@contextmanager
def engine(module: str | None = None, old: str = "", new: str = "") -> Iterator[Callable[[str], ModuleType]]:
    """The package loaded anew, one line of one module rewritten; gives its modules by name."""
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] == "features"}
    try:
        if module is not None:
            spec = importlib.util.find_spec(MODULE[module])
            assert spec is not None
            text = Path(str(spec.origin)).read_text(encoding="utf-8")
            assert text.count(old) >= 1, f"{module} no longer holds {old!r}"
            mutant = importlib.util.module_from_spec(spec)
            sys.modules[MODULE[module]] = mutant
            exec(compile(text.replace(old, new), f"mutant of {module}", "exec"), mutant.__dict__)
        yield lambda name: importlib.import_module(MODULE[name])
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
    if specification_fails() or large_numbers_are_disordered(load("kernel")):
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


def large_numbers_are_disordered(kernel: ModuleType) -> bool:
    """More than fit into one whole number beside the entity."""
    entity, value = np.array([9, 1, 9, 1]), np.array([-(2**60), 2**60, 5, -(2**60)])
    return kernel._ascending(entity, value).tolist() != [3, 1, 0, 2]


def equals_by_hand(matrix: object, expected: dict[str, dict[str, float]]) -> bool:
    cohort, values, names = matrix.cohort, matrix.values, matrix.names  # type: ignore[attr-defined]
    if cohort["dispute_id"].to_list() != sorted(expected):
        return False
    if cohort["is_domestic"].to_list() != [
        expected[dispute]["is_domestic"] == 1 for dispute in sorted(expected)
    ]:
        return False
    return all(
        np.float32(expected[dispute].get(name, np.nan)).tobytes() == values[row, names.index(name)].tobytes()
        for row, dispute in enumerate(sorted(expected))
        for name in CHECKED
    )


TRIED = some(MUTANTS, 14)


def test_the_engine_as_it_is_passes_every_proof(
    world: duckdb.DuckDBPyConnection, by_hand: Callable, as_it_stood: Callable
) -> None:
    with engine() as load:
        assert not proofs_fail(load, world, by_hand, as_it_stood)


@pytest.mark.parametrize(("module", "old", "new"), [m[1:] for m in TRIED], ids=[m[0] for m in TRIED])
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


AHEAD = (
    "a dispute's facts are today's",
    "a step is known when it happens",
    "the last closing is today's",
)
LOOKING_AHEAD = [mutant for mutant in MUTANTS if mutant[0] in AHEAD]


def leaks(load: Callable[[str], ModuleType], world: duckdb.DuckDBPyConnection) -> bool:
    """Whether the canary that guards each week's publication stops one of the Mondays."""
    return not all(load("canary").leakage(world, QUJING, monday).passed for monday in MONDAYS[5:15])


def test_the_canary_lets_the_engine_pass(world: duckdb.DuckDBPyConnection) -> None:
    with engine() as load:
        assert not leaks(load, world)


@pytest.mark.parametrize(
    ("module", "old", "new"), [m[1:] for m in LOOKING_AHEAD], ids=[m[0] for m in LOOKING_AHEAD]
)
def test_the_canary_stops_an_engine_that_looks_ahead(
    world: duckdb.DuckDBPyConnection, module: str, old: str, new: str
) -> None:
    assert len(LOOKING_AHEAD) == len(AHEAD)
    with engine(module, old, new) as load:
        assert leaks(load, world)
