"""Care visits about to be missed: what counts as missing, and what the week's file shows."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import duckdb
import numpy as np
import polars as pl
import pytest

from models.counts.coverage.inputs import build_inputs
from models.counts.coverage.ledger import read_ledger
from models.counts.coverage.training import Coverage, forecast, judged_rows, train_coverage
from models.counts.coverage.warnings import PERSISTENCE, service_warnings
from pipelines.city.profile import Profile
from pipelines.tables.published import schema_of
from pipelines.tables.published_places import ServiceWarnings
from pipelines.warehouse.warehouse import open_warehouse

FIRST = date(2024, 1, 1)
AS_OF = date(2025, 12, 29)
WEEKS = (AS_OF - FIRST).days // 7
STEADY, RISING, SMALL = "530302001", "530302002", "530302003"
OTHER = "530302004"


def fill(con: duckdb.DuckDBPyConnection, weeks: int = WEEKS) -> None:
    """A ledger of four townships: one steady at a tenth overdue, one rising to a half, one under ten, one like the first."""
    rng = np.random.default_rng(5)
    rows = []
    for week in range(weeks):
        monday = FIRST + timedelta(weeks=week)
        known = datetime(monday.year, monday.month, monday.day) + timedelta(days=7, seconds=-1)
        for town, caseload, share in (
            (STEADY, 260, 0.10),
            (RISING, 260, 0.10 + 0.4 * max(0, week - 60) / 44),
            (SMALL, 8, 0.5),
            (OTHER, 130, 0.10),
        ):
            due = max(1, caseload // 13)
            overdue = int(rng.binomial(due, min(share, 0.9)))
            rows.append((town, "S1", monday, due, due - overdue, overdue, caseload, known, known, "f"))
    columns = ["township_code", "service", "week", "due", "done", "overdue", "caseload"]
    frame = pl.DataFrame(rows, schema=[*columns, "first_known_at", "known_at", "file_id"], orient="row")
    con.register("rows", frame)
    con.execute("insert into core_service_coverage by name select * from rows")
    con.execute(
        f"""insert into core_dispute by name select 'd' as dispute_id, timestamp '{FIRST}' as registered_at,
        'D1' as category, '{STEADY}' as area_code, timestamp '{FIRST}' as first_known_at, timestamp '{FIRST}' as known_at,
        'f' as file_id"""
    )


Week = Callable[..., pl.DataFrame]


@pytest.fixture(scope="module")
def week(profile: Profile) -> Week:
    """Publishes the Monday of a ledger, after something was done to it."""

    def publish(change: str | None = None, trained: bool = True, weeks: int = WEEKS) -> pl.DataFrame:
        with open_warehouse(":memory:") as con:
            fill(con, weeks)
            if change:
                con.execute(change)
            ledger = read_ledger(con, profile, AS_OF)
        assert ledger is not None
        inputs = build_inputs(ledger)
        coverage = train_coverage(ledger, inputs, profile, AS_OF) if trained else None
        version = "coverage-28d-v1" if coverage else PERSISTENCE
        return service_warnings(ledger, inputs, profile, AS_OF, coverage, version, True)

    return publish


def test_the_township_that_falls_behind_comes_first_and_is_red(week: Week) -> None:
    frame = week()
    assert dict(frame.schema) == schema_of(ServiceWarnings)
    first = frame.row(0, named=True)
    assert (first["area_code"], first["rank"], first["level"]) == (RISING, 1, "red")
    assert first["low"] <= first["expected_overdue"] <= first["high"]


def test_a_cell_under_ten_and_its_complement_are_hidden(week: Week) -> None:
    frame = week()
    hidden = frame.filter("suppressed")
    assert set(hidden["area_code"]) == {SMALL, OTHER}
    figures = ("caseload", "overdue", "expected_overdue", "low", "high", "level")
    assert all(hidden[name].null_count() == len(hidden) for name in figures)
    shown = frame.filter(~pl.col("suppressed"))
    for name in ("caseload", "overdue", "expected_overdue", "low", "high"):
        assert (shown[name].drop_nulls() % 5 == 0).all()
    assert shown["caseload"].min() >= 10


def test_what_is_hidden_is_missing_and_not_zero_whatever_it_says(week: Week) -> None:
    changed = f"update core_service_coverage set overdue = due, done = 0 where township_code = '{SMALL}'"
    assert week(changed).equals(week())


def test_weeks_left_out_by_the_source_are_not_read_as_nothing_overdue(week: Week, profile: Profile) -> None:
    gone = f"delete from core_service_coverage where township_code = '{RISING}' and week >= date '2025-11-24'"
    frame = week(gone)
    assert frame.row(0, named=True)["area_code"] == RISING
    assert frame.row(0, named=True)["expected_overdue"] >= 30


def test_what_is_known_later_changes_nothing_to_the_byte(profile: Profile) -> None:
    then = date(2025, 6, 2)

    def model(change: str | None) -> tuple[bytes, bytes]:
        with open_warehouse(":memory:") as con:
            fill(con)
            if change:
                con.execute(change)
            ledger = read_ledger(con, profile, then)
        assert ledger is not None
        inputs = build_inputs(ledger)
        coverage = train_coverage(ledger, inputs, profile, then)
        assert coverage is not None
        rows = service_warnings(ledger, inputs, profile, then, coverage, "v", True)
        return coverage.to_json(), rows.write_ipc(None).getvalue()

    assert model(
        "update core_service_coverage set due = 9, overdue = 7 where known_at >= date '2025-06-02'"
    ) == model(None)


def test_forecasts_beat_persistence_on_weeks_they_had_not_seen(profile: Profile) -> None:
    then = date(2025, 9, 1)
    with open_warehouse(":memory:") as con:
        fill(con)
        ledger = read_ledger(con, profile, AS_OF)
    assert ledger is not None
    inputs = build_inputs(ledger)
    coverage = train_coverage(ledger, inputs, profile, then)
    assert coverage is not None
    assert Coverage.from_json(coverage.to_json()) == coverage
    rows = judged_rows(ledger, inputs, [day for day in ledger.mondays if then <= day <= date(2025, 10, 27)])
    actual = ledger.actual["overdue"].T.ravel()[rows]
    ours, theirs = forecast(inputs, coverage.booster, rows), inputs.recent[rows]
    assert ((ours - actual) ** 2).mean() < ((theirs - actual) ** 2).mean()


def test_without_a_model_the_last_weeks_are_told_without_an_interval(week: Week) -> None:
    frame = week(trained=False).filter(~pl.col("suppressed"))
    assert set(frame["model_version"]) == {PERSISTENCE}
    assert frame["low"].null_count() == len(frame)
    assert (frame["expected_overdue"].drop_nulls() >= 10).all()
