"""Three faults planted in a quiet city are seen within two weeks, and a quiet city is left in peace."""

from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from models.monitoring.monitoring import watch_entry, watch_findings
from models.monitoring.recent_records import known_records
from models.monitoring.signal import watch_frame
from models.monitoring.source_signals import source_signals
from pipelines.city.profile import Profile
from pipelines.warehouse.warehouse import open_warehouse

FIRST = date(2023, 1, 2)
SINCE = FIRST + timedelta(weeks=40)
FAULTS = {
    "a county stops reporting": (
        """
        delete from core_dispute where county_code = '530325' and first_known_at >= $since;
        delete from core_grid_report where county_code = '530325' and first_known_at >= $since""",
        {("arrivals", "disputes county=530325"), ("arrivals", "grid_reports county=530325")},
    ),
    "a code list changes": (
        """
        update core_dispute set category = case category when 'D1' then 'D2' when 'D2' then 'D3' when 'D3' then 'D1'
            else category end where first_known_at >= $since""",
        {("codes", "disputes.category_by_relation")},
    ),
    "outcomes double": (
        """
        insert into core_outcome select * replace ('again' || outcome_id as outcome_id) from core_outcome
            where first_known_at >= $since""",
        {("arrivals", "outcomes")},
    ),
}


def crossed(warehouse: Path, profile: Profile, as_of: date) -> pl.DataFrame:
    with open_warehouse(warehouse, read_only=True) as con:
        signals = source_signals(known_records(con, as_of), profile.settings.watch)
        return watch_frame(list(signals)).filter("crossed")


def named(frame: pl.DataFrame) -> set[tuple[str, str]]:
    return set(frame.select("signal", "segment").rows())


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_seen_within_two_weeks(
    fault: str, calm: Path, profile: Profile, tmp_path: Path
) -> None:
    change, expected = FAULTS[fault]
    broken = tmp_path / "warehouse.duckdb"
    broken.write_bytes(calm.read_bytes())
    with open_warehouse(broken) as con:
        for statement in change.split(";"):
            con.execute(statement, {"since": datetime.combine(SINCE, datetime.min.time())})
    before, one, two = (named(crossed(broken, profile, SINCE + timedelta(weeks=n))) for n in (0, 1, 2))
    assert not before & expected
    assert expected <= one | two


def test_quiet_weeks_raise_no_more_alarms_than_a_year_may(calm: Path, profile: Profile) -> None:
    mondays = [FIRST + timedelta(weeks=n) for n in range(28, 45)]
    alarmed = [day for day in mondays if len(crossed(calm, profile, day))]
    assert len(alarmed) <= profile.settings.watch.alarms_per_year * len(mondays) / 52 + 1


def test_with_less_than_a_quarter_behind_it_nothing_is_watched(calm: Path, profile: Profile) -> None:
    with open_warehouse(calm, read_only=True) as con:
        early = list(source_signals(known_records(con, FIRST + timedelta(weeks=8)), profile.settings.watch))
    assert early == []


def test_what_crossed_is_told_in_both_languages(calm: Path, profile: Profile, tmp_path: Path) -> None:
    broken = tmp_path / "warehouse.duckdb"
    broken.write_bytes(calm.read_bytes())
    with open_warehouse(broken) as con:
        con.execute(
            "delete from core_grid_report where county_code = '530325' and first_known_at >= $since",
            {"since": datetime.combine(SINCE, datetime.min.time())},
        )
        signals = source_signals(known_records(con, SINCE + timedelta(weeks=2)), profile.settings.watch)
        frame = watch_frame(list(signals))
    entry = watch_entry(frame)
    assert entry["crossed"] == 1
    (row,) = entry["rows"]  # type: ignore[misc]
    assert row["reason_en"].startswith("grid_reports county=530325: 0 records in two weeks")
    assert "近两周收到0条" in row["reason_zh"]
    arrivals = next(one for one in watch_findings(frame) if one.name == "arrivals")
    assert not arrivals.passed
    assert arrivals.facts["crossed"] == 1
    assert all(one.passed for one in watch_findings(frame) if one.name != "arrivals")
