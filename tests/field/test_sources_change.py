"""Sources that change: columns that stop, closings emptied, places merged, references that lead nowhere."""

import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipelines.city.profile import PROFILES, load_profile
from pipelines.errors import RefusedInput
from pipelines.intake.intake import refresh_reference
from pipelines.intake.open_questions import open_questions
from tests.field.landing import DISPUTES, REPORTS, STEPS, TOWN, TOWN_2, landing

ROW = f"2025-03-04 09:00,邻里,{TOWN}"


@pytest.mark.parametrize(
    ("column", "cell"), [("minor_involved", "否"), ("scale", "01"), ("found_after_warning", "否")]
)
@pytest.mark.parametrize("renamed", ["涉未成年", None])
def test_a_column_the_boundary_needs_may_not_stop(column: str, cell: str, renamed: str | None) -> None:
    with landing() as city:
        city.load("disputes_2025w1.csv", f"{DISPUTES},{column}", [f"JF1,{ROW},{cell}"])
        headings, row = (
            (f"{DISPUTES},{renamed}", f"JF2,{ROW},{cell}") if renamed else (DISPUTES, f"JF2,{ROW}")
        )
        with pytest.raises(RefusedInput, match=column):
            city.load("disputes_2025w2.csv", headings, [row])
        report = city.load("disputes_2025w3.csv", headings, [row], {"table": "disputes", "without": [column]})
        assert (report.loaded, report.notices) == (1, ())


def test_any_other_column_that_stops_is_told_once() -> None:
    with landing() as city:
        city.load("disputes_w1.csv", f"{DISPUTES},channel,threat", [f"JF1,{ROW},窗口,是"])
        assert city.load("disputes_w2.csv", DISPUTES, [f"JF2,{ROW}"]).notices == (
            "no column channel, threat any more, which earlier files held",
        )
        assert city.load("disputes_w3.csv", DISPUTES, [f"JF3,{ROW}"]).notices == ()


def test_a_file_of_another_source_may_have_other_columns() -> None:
    with landing() as city:
        city.load(
            "disputes_grid_1.csv", f"{DISPUTES},minor_involved", [f"JF1,{ROW},否"], {"table": "disputes"}
        )
        assert city.load("disputes_court_1.csv", DISPUTES, [f"JF2,{ROW}"], {"table": "disputes"}).loaded == 1


def test_a_closing_that_is_emptied_is_told() -> None:
    with landing() as city:
        row = f"W1,2025-03-04 09:00,{TOWN},noise"
        city.load("grid_reports_1.csv", f"{REPORTS},closed_at", [f"{row},2025-03-05 10:00"])
        assert "closed_at" in city.load("grid_reports_2.csv", f"{REPORTS},closed_at", [f"{row},"]).notices[0]


def test_a_step_number_that_stands_for_several_times_is_told() -> None:
    with landing() as city:
        city.load("dispute_events_1.csv", STEPS, ["E1,JF1,2025-03-05 10:00,visit"])
        assert (
            "several times"
            in city.load("dispute_events_2.csv", STEPS, ["E1,JF1,2025-03-12 10:00,visit"]).notices[0]
        )


def test_steps_and_harms_of_no_known_dispute_are_counted() -> None:
    with landing() as city:
        city.load("disputes_1.csv", DISPUTES, [f"JF1,{ROW}"])
        city.load(
            "dispute_events_1.csv",
            STEPS,
            ["E1,JF1,2025-03-05 10:00,closed", "E2,JF9,2025-03-05 10:00,closed"],
        )
        assert "1 steps of 1 disputes" in open_questions(city.con)[0]
        assert len(open_questions(city.con)) == 1


def test_a_later_version_that_empties_a_withdrawal_is_no_older_export() -> None:
    headings = f"{DISPUTES},withdrawn_at,recorded_at"
    with landing() as city:
        for nth, (gone, known) in enumerate((("", "04"), ("2025-03-10 09:00", "10"), ("", "20"))):
            report = city.load(f"disputes_{nth}.csv", headings, [f"JF1,{ROW},{gone},2025-03-{known} 10:00"])
            assert report.notices == ()
        assert city.rows("select withdrawn_at from core_dispute where superseded_at is null") == [(None,)]


def test_a_closing_before_its_registration_is_told() -> None:
    with landing() as city:
        city.load("disputes_1.csv", DISPUTES, [f"JF1,{ROW}"])
        city.load("dispute_events_1.csv", STEPS, ["E1,JF1,2025-03-01 10:00,closed"])
        assert "1 closings lie before" in open_questions(city.con)[0]


def merged_city(folder: Path, **entry: str) -> Path:
    """The profile with one township merged into its neighbour."""
    shutil.copytree(PROFILES / "qujing", folder)
    areas = pl.read_csv(folder / "areas.csv", infer_schema=False)
    is_it = pl.col("area_code") == TOWN_2
    areas.with_columns(
        pl.when(is_it).then(pl.lit(word)).alias(name) for name, word in entry.items()
    ).write_csv(folder / "areas.csv")
    return folder


def test_a_township_merged_in_mid_year_goes_with_its_history(tmp_path: Path) -> None:
    after = load_profile(str(merged_city(tmp_path / "city", merged_into=TOWN, merged_on="2025-07-01")))
    coverage, monday = "area_code,service,week,due,done,overdue", "2025-03-03"
    with landing() as city:
        city.load(
            "disputes_1.csv",
            DISPUTES,
            [f"JF1,2025-03-04 09:00,邻里,{TOWN_2}", f"JF2,2025-03-04 09:00,邻里,{TOWN_2}001"],
        )
        city.load(
            "service_coverage_1.csv", coverage, [f"{TOWN},S1,{monday},10,9,1", f"{TOWN_2},S1,{monday},5,5,0"]
        )
        city.profile = after
        refresh_reference(city.con, after, tmp_path, "real", bytes(32))
        city.load(
            "disputes_2.csv",
            DISPUTES,
            [f"JF3,2025-08-04 09:00,邻里,{TOWN_2}", f"JF4,2025-08-04 09:00,邻里,{TOWN_2}002"],
        )
        assert city.rows("select distinct township_code from core_dispute") == [(TOWN,)]
        assert city.rows("select township_code, due, done, overdue from core_service_coverage") == [
            (TOWN, 15, 14, 1)
        ]
        assert open_questions(city.con) == []
        assert len(city.at_risk(date(2025, 8, 18))) == 4
        (old,) = (notice for notice in city.reports[0].notices if TOWN_2 in notice)
        assert "1 rows still bear" in old
        history = city.load("disputes_3.csv", DISPUTES, [f"JF5,2025-06-30 09:00,邻里,{TOWN_2}"])
        assert not any(TOWN_2 in notice for notice in history.notices)
        weeks = [f"{town},S1,2025-03-10,10,9,1" for town in (TOWN, TOWN_2)]
        assert city.load("service_coverage_2.csv", coverage, weeks).loaded == 2
        assert city.rows("select due, done from core_service_coverage where week = '2025-03-10'") == [
            (20, 18)
        ]
    assert TOWN_2 not in after.areas["area_code"].to_list()


@pytest.mark.parametrize(
    ("entry", "part"),
    [
        ({"merged_into": "999"}, "does not hold"),
        ({"merged_into": TOWN_2}, "into itself"),
        ({"merged_into": TOWN, "merged_on": "im Juli"}, "merged_on is no day"),
    ],
)
def test_a_merger_that_cannot_be_is_refused(entry: dict[str, str], part: str, tmp_path: Path) -> None:
    profile = load_profile(str(merged_city(tmp_path / "city", **entry)))
    with pytest.raises(RefusedInput, match=part):
        _ = profile.areas
