"""Which Monday is next: the newest as-of date a home's records allow."""

from datetime import date, datetime, time

from pipelines.city.profile import Profile
from pipelines.errors import FengqiaoError
from pipelines.home import Home
from pipelines.warehouse.warehouse import data_until, first_monday_after, open_warehouse


def newest_as_of(home: Home, profile: Profile) -> date:
    """The first Monday after the newest record's known time, or after the profile's `complete_until`.

    Raises:
        FengqiaoError: the warehouse holds no record yet.
    """
    until = None
    if home.warehouse.exists():
        with open_warehouse(home.warehouse, read_only=True) as con:
            until = data_until(con)
    if until is None:
        raise FengqiaoError(f"{home.root} holds no records yet: run `fengqiao run --data FOLDER` first")
    complete = profile.settings.complete_until
    return first_monday_after(min(until, datetime.combine(complete, time())) if complete else until)
