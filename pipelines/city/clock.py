"""The city's clock: what day and hour it is where the disputes are, wherever the machine stands."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

LOCAL_ZONE = "Asia/Shanghai"


def local_now() -> datetime:
    """The city's time, without zone as all times of the warehouse."""
    return datetime.now(ZoneInfo(LOCAL_ZONE)).replace(tzinfo=None)


def monday_begun(moment: datetime) -> date:
    """The newest Monday whose 00:00 has come by the moment.

    >>> monday_begun(datetime(2025, 12, 28, 23, 59)), monday_begun(datetime(2025, 12, 29, 0, 0))
    (datetime.date(2025, 12, 22), datetime.date(2025, 12, 29))
    """
    return moment.date() - timedelta(days=moment.weekday())
