"""What is counted, in which week, and as known when."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from models.counts.demand.panel import Panel, read_panel
from pipelines.city.profile import Profile
from pipelines.warehouse.warehouse import open_warehouse

AS_OF = date(2025, 6, 30)
DISPUTES = """
dispute_id registered       known            category minor collective
first      2025-01-06T09:00 2025-01-06T09:00 D1       false 01
late       2025-01-07T09:00 2025-01-20T09:00 D1       false 01
too_late   2025-01-08T09:00 2025-04-20T09:00 D1       false 01
other      2025-01-14T09:00 2025-01-14T09:00 D2       false 01
minor      2025-01-14T09:00 2025-01-14T09:00 D1       true  01
collective 2025-01-14T09:00 2025-01-14T09:00 D1       false 02
"""
TOWN = "530302001"


@pytest.fixture
def panel(profile: Profile) -> Panel:
    header, *lines = [line.split() for line in DISPUTES.strip().splitlines()]
    rows = pl.DataFrame(lines, schema=header, orient="row")
    with open_warehouse(":memory:") as con:
        con.register("rows", rows)
        con.execute(
            f"""
            insert into core_dispute by name
            select dispute_id, registered::timestamp as registered_at, category, '{TOWN}' as area_code,
                '{TOWN}' as township_code, '530302' as county_code, minor::boolean as minor_involved, collective as scale,
                known::timestamp as first_known_at, known::timestamp as known_at, 'f' as file_id from rows
            """
        )
        panel = read_panel(con, profile, AS_OF)
    assert panel is not None
    return panel


def counts(panel: Panel, amounts: np.ndarray, category: str) -> dict[str, float]:
    cell = panel.cells.with_row_index().filter(area_code=TOWN, category=category)["index"][0]
    return {day.isoformat(): n for day, n in zip(panel.mondays, amounts[cell], strict=True) if n > 0}


def test_a_dispute_counts_in_the_week_it_became_known(panel: Panel) -> None:
    assert counts(panel, panel.known["disputes"], "D1") == {
        "2025-01-13": 1,
        "2025-01-27": 1,
        "2025-04-21": 1,
    }


def test_what_came_counts_by_registration_if_it_was_known_when_the_week_had_matured(panel: Panel) -> None:
    followed = counts(panel, panel.actual["disputes"], "D2")
    assert followed == {"2025-01-13": 1}
    assert panel.mondays[0] == date(2025, 1, 13)


def test_what_is_still_maturing_is_missing_and_not_zero(panel: Panel) -> None:
    matured = [day for day in panel.mondays if (AS_OF - day).days >= 58]
    missing = np.isnan(panel.actual["disputes"]).all(axis=0)
    assert missing.tolist() == [day not in matured for day in panel.mondays]


def test_minors_and_collective_matters_are_not_counted(panel: Panel) -> None:
    assert panel.known["disputes"].sum() == 4


def test_without_townships_or_records_there_is_no_panel(profile: Profile) -> None:
    with open_warehouse(":memory:") as con:
        assert read_panel(con, profile, AS_OF) is None


def test_a_harm_whose_date_was_corrected_counts_as_told_when_its_week_had_matured(profile: Profile) -> None:
    """First told of 14 January; from May on of 18 February, a week that had matured by then without it."""
    town = f"'{TOWN}' as township_code, '530302' as county_code"
    with open_warehouse(":memory:") as con:
        con.execute(
            f"""
            insert into core_dispute by name
            select 'd' as dispute_id, timestamp '2025-01-06' as registered_at, 'D1' as category, '{TOWN}' as area_code, {town},
                timestamp '2025-01-06' as first_known_at, timestamp '2025-01-06' as known_at, 'f' as file_id;
            insert into core_outcome values
                ('o', 'd', '2025-01-14', 1, '2025-01-22', '2025-01-22', '2025-05-02', 'f'),
                ('o', 'd', '2025-02-18', 1, '2025-01-22', '2025-05-02', null, 'f')
            """
        )
        panel = read_panel(con, profile, AS_OF)
    assert panel is not None
    assert counts(panel, panel.known["outcomes"], "D1") == {"2025-01-27": 1}
    assert set(counts(panel, np.nan_to_num(panel.actual["outcomes"]), "D1")) == {"2025-01-13"}
