"""Which Monday a run is for: the newest that has begun by the city's clock and that the records reach."""

from datetime import date, datetime, time, timedelta

import duckdb

from pipelines.city import clock
from pipelines.city.profile import Profile
from pipelines.errors import FengqiaoError
from pipelines.home import Home
from pipelines.warehouse.warehouse import data_until, first_monday_after, open_warehouse, read_row

DATED = ("core_dispute", "core_dispute_event", "core_outcome", "core_grid_report")
LEAST_RECORDS, FEW_RECORDS = 20, 2
LONG_GAP_DAYS, LONG_GAP_TIMES = 28, 3
"""A gap of more days, and so many times longer than any other, cuts a record or two off from all others."""


def newest_as_of(home: Home, profile: Profile) -> date:
    """The Monday that the command, the timer and the schedule publish when none is asked for.

    Raises:
        FengqiaoError: the warehouse holds no record known before such a Monday; says which one there will be.
    """
    if not home.warehouse.exists():
        raise FengqiaoError(f"{home.root} holds no records yet: run `fengqiao run --data FOLDER` first")
    now = clock.local_now()
    with open_warehouse(home.warehouse, read_only=True) as con:
        monday = newest_monday(con, profile, now)
        first, last = first_known(con), data_until(con)
        is_early = monday is not None and data_until(con, before=monday) is None
    if first is None or last is None:
        raise FengqiaoError(f"{home.root} holds no records yet: run `fengqiao run --data FOLDER` first")
    if monday is None or is_early:
        ahead = first_monday_after(first)
        raise FengqiaoError(
            f"the records of {home.root} begin on {first:%Y-%m-%d %H:%M}, and by the city's clock it is {now:%Y-%m-%d %H:%M}: "
            f"the first list is that of {ahead}. Where that is wrong, set the machine's clock, or give --as-of {ahead}"
        )
    return monday


def newest_monday(con: duckdb.DuckDBPyConnection, profile: Profile, now: datetime) -> date | None:
    """The newest Monday that has begun and that the records of an open warehouse reach.

    Records reach the first Monday after the newest of them, or after the profile's `complete_until`. What is known later
    than that Monday, a date typed wrongly too, waits for its week and moves nothing.

    Args:
        con: the warehouse.
        profile: its city.
        now: the city's time.

    Returns:
        The Monday; None where no record was known by now.
    """
    until = dense_until(con, now)
    if until is None:
        return None
    complete = profile.settings.complete_until
    reached = first_monday_after(min(until, datetime.combine(complete, time())) if complete else until)
    return min(reached, clock.monday_begun(now))


def dense_until(con: duckdb.DuckDBPyConnection, now: datetime | None = None) -> datetime | None:
    """The newest known time (by `now`) of any record but of one or two that lie long after all others: no slip of the pen decides."""
    days = _days(con, until=now)
    last = _outermost(days[::-1])
    if last is None:
        return None
    after = datetime.combine(last + timedelta(days=1), time())
    return data_until(con, before=min(after, now + timedelta(microseconds=1)) if now else after)


def first_known(con: duckdb.DuckDBPyConnection) -> datetime | None:
    """The known time of the first record; None where there is none."""
    known = " union all ".join(f"select known_at from {table}" for table in DATED)
    return read_row(con, f"select min(known_at) from ({known})")[0]


def dense_from(con: duckdb.DuckDBPyConnection) -> date | None:
    """The first day on which disputes were known, but for one or two that lie long before all others."""
    return _outermost(_days(con, ("core_dispute",)))


def _days(
    con: duckdb.DuckDBPyConnection, tables: tuple[str, ...] = DATED, until: datetime | None = None
) -> list[tuple[date, int]]:
    """The days on which records were known (by `until`), oldest first, with how many."""
    known = " union all ".join(f"select known_at from {table}" for table in tables)
    return con.execute(
        f"""
        select known_at::date as day, count(*) from ({known})
        where $until is null or known_at <= $until group by all order by all
        """,
        {"until": until},
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
