"""What is most likely wrong in a take-in, worst first: said of tables and columns, with counts and a way out, never of persons.

Asked of the throw-away warehouse of a dry run; each fault is one sentence.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import duckdb
import polars as pl

from pipelines.mapping.heading_roles import CLOSING, roles_of
from pipelines.tables.contracts import TABLES
from pipelines.tables.core import CORE_TABLES
from pipelines.warehouse.warehouse import read_frame, read_row

REFUSED, NO_CLOSING, REFERENCE, KEY, STOPPED, RESEMBLES, NOTICE, DATE, HELD_ROWS, UNREAD, HINT = range(11)
"""How grave a kind of fault is, the gravest first."""
FAR_AWAY = timedelta(days=365)
FEW = 0.01
"""Share of a column's days that may lie far away from all others and are then told as slips of the pen."""
RECENT_WEEKS = 8
MOST = 0.5
"""A rule that holds more of a table's rows than this is as grave as a refusal."""
LEAST_ROWS = 20
WAS_FILLED = 0.2
COMES_LATER = frozenset(
    ("withdrawn_at", "closed_at", "first_response_at", "resolved", "satisfaction", "found_after_warning")
)
"""Columns that are empty in new records by nature."""
MOMENTS = {
    "disputes": ("registered_at", "due_at"),
    "dispute_events": ("event_at",),
    "outcomes": ("occurred_at",),
    "grid_reports": ("reported_at", "closed_at"),
}


@dataclass(frozen=True)
class Fault:
    """One likely fault: how grave, how much of the rows it touches (0 to 1), and what to do about it."""

    grave: int
    share: float
    text: str


def worst_first(faults: Iterable[Fault]) -> list[Fault]:
    """The gravest kinds first, within a kind what touches most rows."""
    return sorted(faults, key=lambda f: (f.grave, -f.share, f.text))


def faults_of_records(
    con: duckdb.DuckDBPyConnection, dropped: Mapping[str, Mapping[str, str]]
) -> Iterator[Fault]:
    """What the records themselves tell.

    Args:
        con: the warehouse of the dry run.
        dropped: the headings left out unread, each with how it may be printed, by file.
    """
    yield from _closings(con, dropped)
    yield from _references(con)
    yield from _keys(con)
    yield from _stopped_columns(con)
    yield from _days(con)


def faults_of_rules(rules: dict[str, dict[str, int]], read: dict[str, int]) -> Iterator[Fault]:
    """Rows that would be held, by table and rule.

    Args:
        rules: rows held by table and rule.
        read: rows read by table.
    """
    for table, n_by_rule in rules.items():
        for rule, n in n_by_rule.items():
            share = n / max(read.get(table, n), 1)
            yield Fault(
                REFUSED if share > MOST else HELD_ROWS,
                share,
                f"{table}: {n:,} rows ({percent(share)}) would be held, {rule}; `--corrections FOLDER` writes them out",
            )


def percent(share: float) -> str:
    """A share as people read it; something is never 0 %.

    >>> percent(0.004), percent(0.126), percent(0)
    ('under 1 %', '13 %', '0 %')
    """
    return "under 1 %" if 0 < share < 0.01 else f"{share * 100:.0f} %"


def _closings(con: duckdb.DuckDBPyConnection, dropped: Mapping[str, Mapping[str, str]]) -> Iterator[Fault]:
    cases, closed = read_row(
        con,
        "select (select count(*) from core_dispute), (select count(*) from core_dispute_event where event_type = 'closed')",
    )
    if not cases or closed:
        return
    named = [
        f"{shown} ({file})"
        for file, headings in dropped.items()
        for h, shown in headings.items()
        if CLOSING in roles_of(h)
    ]
    remedy = (
        f"perhaps {', '.join(named[:3])}: map it as a step with `event_type: closed`"
        if named
        else "name the column with the day of closing, or a step that closes"
    )
    yield Fault(NO_CLOSING, 1.0, f"no case is ever closed, so all {cases:,} stay open: {remedy}")


def _references(con: duckdb.DuckDBPyConnection) -> Iterator[Fault]:
    for table in ("dispute_events", "outcomes"):
        core = CORE_TABLES[table]
        n, lost = read_row(
            con,
            f"select count(*), count(*) filter (dispute_id not in (select dispute_id from core_dispute)) from {core}",
        )
        if lost:
            yield Fault(
                REFERENCE,
                lost / n,
                f"{table}: {lost:,} of {n:,} rows ({percent(lost / n)}) are of no known dispute; are both files written with the same numbers, and is the register whole?",
            )


def _keys(con: duckdb.DuckDBPyConnection) -> Iterator[Fault]:
    keys = {"disputes": ("dispute_id", "registered_at"), "dispute_events": ("event_id", "event_at"),
            "outcomes": ("outcome_id", "occurred_at"), "grid_reports": ("report_id", "reported_at")}  # fmt: skip
    for table, (key, moment) in keys.items():
        n, again, moved = read_row(
            con,
            f"""
            select count(*), count(*) filter (n > 1), count(*) filter (moments > 1)
            from (select count(*) as n, count(distinct {moment}) as moments from {CORE_TABLES[table]} group by {key})
            """,
        )
        if moved:
            yield Fault(
                KEY,
                moved / n,
                f"{table}: {moved:,} numbers come with more than one {moment}; one number may stand for several records, or the file has one row per step (`first: true`)",
            )
        elif again > n / 20:
            yield Fault(
                KEY,
                again / n,
                f"{table}: {again:,} of {n:,} numbers come again with other content, each taken for a correction",
            )


def _stopped_columns(con: duckdb.DuckDBPyConnection) -> Iterator[Fault]:
    for table, moments in MOMENTS.items():
        columns = [
            name
            for name, column in TABLES[table].columns().items()
            if column.nullable and name not in (*COMES_LATER, "recorded_at", "parties_key")
        ]
        counted = ", ".join(f"count({c}) as {c}" for c in columns)
        rows = read_frame(
            con,
            f"""
            with newest as (select quantile_disc({moments[0]}, 0.99) - interval {RECENT_WEEKS} weeks as day from {CORE_TABLES[table]})
            select {moments[0]} > day as recent, count(*) as n, {counted}
            from {CORE_TABLES[table]}, newest group by all
            """,
        )
        yield from _stopped(table, columns, rows)


def _stopped(table: str, columns: list[str], rows: pl.DataFrame) -> Iterator[Fault]:
    by_age = {bool(row["recent"]): row for row in rows.iter_rows(named=True)}
    if len(by_age) < 2 or min(row["n"] for row in by_age.values()) < LEAST_ROWS:
        return
    for column in columns:
        before, recent = (by_age[age][column] / by_age[age]["n"] for age in (False, True))
        if before >= WAS_FILLED and recent <= before / LEAST_ROWS:
            yield Fault(
                STOPPED,
                before,
                f"{table}.{column}: filled in {percent(before)} of the older rows, in {percent(recent)} of the last {RECENT_WEEKS} weeks'; was the column renamed?",
            )


def _days(con: duckdb.DuckDBPyConnection) -> Iterator[Fault]:
    for table, moments in MOMENTS.items():
        for moment in moments:
            days = read_frame(
                con, f"select {moment}::date as day from {CORE_TABLES[table]} where {moment} is not null"
            )
            n, first, last = _far_away(days["day"].sort())
            if n:
                yield Fault(
                    DATE,
                    n / len(days),
                    f"{table}.{moment}: {n:,} days lie over a year away from all others ({first} to {last}); slips of the pen, or a mark for none (`empty`)?",
                )
    early, n = read_row(
        con,
        """
        select count(*) filter (e.event_at::date < d.opened), count(*) from core_dispute_event e
        join (select dispute_id, min(registered_at)::date as opened from core_dispute group by 1) d using (dispute_id)
        where e.event_type = 'closed'
        """,
    )
    if early:
        yield Fault(
            DATE, early / n, f"dispute_events: {early:,} of {n:,} closings lie before their registration"
        )


def _far_away(days: pl.Series) -> tuple[int, object, object]:
    """How many sorted days stand beyond a gap of a year with hardly any on their side; the first and last of them."""
    few = max(int(len(days) * FEW), 1)
    gaps = (days.diff() > FAR_AWAY).arg_true().to_list()
    low = max((at for at in gaps if at <= few), default=0)
    high = min((at for at in gaps if len(days) - at <= few), default=len(days))
    beyond = [*days[:low].to_list(), *days[high:].to_list()]
    if not beyond or len(days) <= LEAST_ROWS:
        return 0, None, None
    return len(beyond), beyond[0], beyond[-1]
