"""Which Monday is next: the newest as-of date a home's records allow."""

from datetime import date, datetime, time

import duckdb

from pipelines.city.profile import Profile
from pipelines.errors import FengqiaoError
from pipelines.home import Home
from pipelines.warehouse.warehouse import data_until, first_monday_after, open_warehouse


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
    until = data_until(con)
    if until is None:
        return None
    complete = profile.settings.complete_until
    return first_monday_after(min(until, datetime.combine(complete, time())) if complete else until)
