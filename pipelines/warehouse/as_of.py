"""Which Monday is next: the newest as-of date a home's records allow."""

from datetime import date, datetime, time, timedelta

import duckdb

from pipelines.city.profile import Profile
from pipelines.errors import FengqiaoError
from pipelines.home import Home
from pipelines.warehouse.warehouse import data_until, first_monday_after, open_warehouse

DATED = ("core_dispute", "core_dispute_event", "core_outcome", "core_grid_report")
LEAST_RECORDS, FEW_RECORDS = 20, 2
LONG_GAP_DAYS, LONG_GAP_TIMES = 28, 3
"""A gap of more days, and so many times longer than any other, cuts a record or two off from all others."""


def newest_as_of(home: Home, profile: Profile) -> date:
    """The first Monday after the newest record's known time, or after the profile's `complete_until`.

    Raises:
        FengqiaoError: the warehouse holds no record yet.
    """
    monday = None
    if home.warehouse.exists():
        with open_warehouse(home.warehouse, read_only=True) as con:
            monday = newest_monday(con, profile)
    if monday is None:
        raise FengqiaoError(f"{home.root} holds no records yet: run `fengqiao run --data FOLDER` first")
    return monday


def newest_monday(con: duckdb.DuckDBPyConnection, profile: Profile) -> date | None:
    """The newest as-of date the records of an open warehouse allow; None where it holds none."""
    until = dense_until(con)
    if until is None:
        return None
    complete = profile.settings.complete_until
    return first_monday_after(min(until, datetime.combine(complete, time())) if complete else until)


def dense_until(con: duckdb.DuckDBPyConnection) -> datetime | None:
    """The newest known time of any record but of one or two that lie long after all others: no slip of the pen decides."""
    days = _days(con)
    last = _outermost(days[::-1])
    return data_until(con, before=last + timedelta(days=1)) if last is not None else None


def dense_from(con: duckdb.DuckDBPyConnection) -> date | None:
    """The first day on which disputes were known, but for one or two that lie long before all others."""
    return _outermost(_days(con, ("core_dispute",)))


def _days(con: duckdb.DuckDBPyConnection, tables: tuple[str, ...] = DATED) -> list[tuple[date, int]]:
    known = " union all ".join(f"select known_at from {table}" for table in tables)
    return con.execute(
        f"select known_at::date as day, count(*) from ({known}) group by all order by all"
    ).fetchall()


def _outermost(days: list[tuple[date, int]]) -> date | None:
    """The first of the days, from the outermost inward, that no gap longer than any usual one cuts off with a record or two."""
    if sum(n for _, n in days) < LEAST_RECORDS:
        return days[0][0] if days else None
    gaps = [abs((after - day).days) for (day, _), (after, _) in zip(days, days[1:], strict=False)]
    outside, start = 0, 0
    for at, gap in enumerate(gaps):
        outside += days[at][1]
        if outside > FEW_RECORDS:
            break
        usual = sorted([0, 0, *gaps[at + 1 :]])[-2]  # the longest may be a slip at the other end
        if gap > max(LONG_GAP_DAYS, LONG_GAP_TIMES * usual):
            start = at + 1
    return days[start][0]
