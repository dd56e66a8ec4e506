"""The Monday a run is for: begun by the city's clock, reached by the records, moved by no typed date."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.city import clock
from pipelines.city.clock import monday_begun
from pipelines.intake.intake import load_sources
from pipelines.mapping.landing_folder import SourceFile
from pipelines.mapping.mapping import FileMapping, TableMapping
from pipelines.warehouse.as_of import newest_monday
from pipelines.warehouse.warehouse import first_monday_after
from tests.deep import examples
from tests.field.landing import DISPUTES, QUJING, TOWN, Landing, landing

MONDAY = date(2026, 1, 5)
FIVE = datetime.combine(MONDAY, time(5))
"""When the timer and the schedule run."""
WEEKS_BEFORE = [datetime(2025, 11, 3, 9) + timedelta(days=day) for day in range(60)]


def loaded(city: Landing, moments: list[datetime], name: str = "A") -> None:
    """Load disputes known at these moments, the future too, as a folder of made-up data may hold it."""
    rows = [f"{name}{at},{moment:%Y-%m-%d %H:%M:%S},邻里,{TOWN}" for at, moment in enumerate(moments)]
    path = city.folder / f"disputes_{name}.csv"
    path.write_text("\n".join([DISPUTES, *rows]) + "\n", encoding="utf-8")
    table = TableMapping.model_validate(
        {"table": "disputes", "earliest": "1990-01-01", "latest": "2099-01-01"}
    )
    source = SourceFile(path, FileMapping(files="disputes*.csv", tables=(table,)))
    reports = load_sources(city.con, [source], city.profile, bytes(32), None, lambda words, share: None)
    assert reports[0].loaded == len(moments)


@pytest.mark.parametrize(
    ("newest", "now", "monday"),
    [
        (datetime(2026, 1, 4, 23, 59), FIVE, MONDAY),
        (datetime(2026, 1, 5, 0, 0), FIVE, MONDAY),
        (datetime(2026, 1, 5, 0, 40), FIVE, MONDAY),
        (datetime(2026, 1, 5, 0, 40), datetime(2026, 1, 11, 23, 59), MONDAY),
        (datetime(2026, 1, 5, 0, 40), datetime(2026, 1, 12, 0, 0), date(2026, 1, 12)),
        (datetime(2026, 1, 4, 23, 59), datetime(2026, 11, 29, 12), MONDAY),
        (datetime(2026, 1, 5, 0, 40), datetime(2026, 11, 29, 12), date(2026, 1, 12)),
        (datetime(2025, 12, 28, 23, 59), FIVE, date(2025, 12, 29)),
        (datetime(2052, 2, 2, 2), FIVE, MONDAY),
        (datetime(2052, 2, 2, 2), datetime(2026, 11, 29, 12), MONDAY),
    ],
)
def test_the_newest_monday_that_has_begun_and_that_the_records_reach(
    newest: datetime, now: datetime, monday: date
) -> None:
    before = [moment for moment in WEEKS_BEFORE if moment < newest]
    filled = [datetime(2026, 1, 4, 9)] if newest.year == 2052 else []
    with landing() as city:
        loaded(city, [*before, *filled, newest])
        assert newest_monday(city.con, QUJING, now) == monday


def test_in_a_file_of_few_records_a_date_of_2052_moves_nothing() -> None:
    with landing() as city:
        loaded(city, [datetime(2026, 1, 1, 9), datetime(2026, 1, 3, 9), datetime(2052, 2, 2, 2)])
        assert newest_monday(city.con, QUJING, FIVE) == MONDAY
        assert newest_monday(city.con, QUJING, datetime(2026, 11, 29)) == MONDAY


MOMENTS = st.datetimes(datetime(2025, 12, 1), datetime(2026, 1, 5, 23))
CLOCKS = st.datetimes(datetime(2025, 12, 15), datetime(2026, 3, 1))


@settings(deadline=None, max_examples=examples(10))
@given(
    st.lists(MOMENTS, min_size=1, max_size=8),
    CLOCKS,
    st.datetimes(datetime(2026, 1, 7), datetime(2090, 1, 1)),
)
def test_it_has_always_begun_is_reached_and_what_comes_later_than_the_clock_moves_nothing(
    moments: list[datetime], now: datetime, typed: datetime
) -> None:
    with landing() as city:
        loaded(city, moments)
        monday = newest_monday(city.con, QUJING, now)
        known = [moment.replace(microsecond=0) for moment in moments if moment.replace(microsecond=0) <= now]
        assert (monday is None) == (not known)
        if monday is not None:
            assert monday.weekday() == 0
            assert monday == min(monday_begun(now), first_monday_after(max(known)))
            later = newest_monday(city.con, QUJING, now + timedelta(hours=1))
            assert later is not None
            assert later >= monday
        loaded(city, [max(typed, now + timedelta(seconds=2))], "T")
        assert newest_monday(city.con, QUJING, now) == monday


def test_it_is_monday_in_the_city_when_it_is_sunday_evening_in_london(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class London(datetime):
        @classmethod
        def now(cls, tz: ZoneInfo | None = None) -> datetime:  # type: ignore[override]
            return datetime(2026, 1, 4, 16, 30, tzinfo=ZoneInfo("Europe/London")).astimezone(tz)

    monkeypatch.setattr(clock, "datetime", London)
    assert clock.local_now() == datetime(2026, 1, 5, 0, 30)
    assert monday_begun(clock.local_now()) == MONDAY
