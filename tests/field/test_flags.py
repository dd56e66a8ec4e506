"""Flags of minors and of scale: any row that raises one takes the dispute off the list, until a later one takes it back."""

from datetime import date

import pytest

from tests.field.landing import DISPUTES, TOWN, TOWN_2, landing

BASE = f"JF1,2025-11-04 09:00,邻里,{TOWN}"
DAY = date(2025, 12, 1)
MONDAYS = ("2025-11-10", "2025-11-17", "2025-11-24", "2025-12-01", "2025-12-08")


@pytest.mark.parametrize(
    ("flag", "said"),
    [("minor_involved", "是"), ("minor_involved", "true"), ("scale", "02"), ("scale", "03")],
)
@pytest.mark.parametrize(
    "row",
    [
        BASE,
        "JF1,2025-11-04 09:00,邻里,999",
        f"JF1,,邻里,{TOWN}",
        f"JF1,2025-11-20 09:00,D4,{TOWN_2}",
        f"JF1,2025-11-04 09:00,没有,{TOWN}",
    ],
    ids=["contradicts", "place unknown", "no day", "another matter", "category unknown"],
)
def test_a_held_row_that_raises_a_flag_takes_the_dispute_off_the_list(flag: str, said: str, row: str) -> None:
    with landing() as city:
        city.load("disputes_1.csv", DISPUTES, [BASE, f"JF2,2025-11-04 09:00,邻里,{TOWN}"])
        assert city.load("disputes_2.csv", f"{DISPUTES},{flag}", [f"{row},{said}"]).quarantined == 1
        assert city.at_risk(DAY) == ["JF2"]


def test_the_past_is_as_it_was_known() -> None:
    with landing() as city:
        city.load("disputes_1.csv", DISPUTES, [BASE, f"JF2,2025-11-04 09:00,邻里,{TOWN}"])
        row_held = "JF1,2025-11-04 09:00,邻里,999,是,2025-11-20 09:00"
        city.load("disputes_2.csv", f"{DISPUTES},minor_involved,recorded_at", [row_held])
        cleared = f"{BASE},否,2025-12-03 09:00"
        city.load("disputes_3.csv", f"{DISPUTES},minor_involved,recorded_at", [cleared])
        listed = {day: "JF1" in city.at_risk(day) for day in map(date.fromisoformat, MONDAYS)}
        assert list(listed.values()) == [True, True, False, False, True]


@pytest.mark.parametrize("when", ["", "never", "2052-11-20 09:00"])
def test_a_flag_without_its_time_holds_from_the_newest_record_on(when: str) -> None:
    with landing() as city:
        city.load("disputes_1.csv", DISPUTES, [BASE, f"JF2,2025-11-26 09:00,邻里,{TOWN}"])
        city.load("disputes_2.csv", f"{DISPUTES},minor_involved", [f"JF1,{when},邻里,{TOWN},是"])
        listed = {day: "JF1" in city.at_risk(day) for day in map(date.fromisoformat, MONDAYS[:4])}
        assert list(listed.values()) == [True, True, True, False]


def test_a_later_version_that_says_no_puts_it_back() -> None:
    with landing() as city:
        city.load("disputes_1.csv", DISPUTES, [BASE])
        city.load("disputes_2.csv", f"{DISPUTES},minor_involved", [f"{BASE},是"])
        city.load("disputes_3.csv", f"{DISPUTES},minor_involved,recorded_at", [f"{BASE},否,2025-11-10 09:00"])
        assert city.at_risk(DAY) == ["JF1"]


@pytest.mark.parametrize(
    ("flag", "said", "taken_back"), [("minor_involved", "是", "否"), ("scale", "02", "01")]
)
def test_a_later_version_that_leaves_a_flag_empty_takes_nothing_back(
    flag: str, said: str, taken_back: str
) -> None:
    with landing() as city:
        for nth, (word, day) in enumerate(((said, "04"), ("", "10"), (taken_back, "24"))):
            city.load(
                f"disputes_{nth}.csv",
                f"{DISPUTES},{flag},recorded_at",
                [f"{BASE},{word},2025-11-{day} 10:00"],
            )
        assert [city.at_risk(date(2025, *day)) for day in ((11, 10), (11, 17), (12, 1))] == [[], [], ["JF1"]]


def test_a_held_row_that_says_no_changes_nothing() -> None:
    with landing() as city:
        city.load("disputes_1.csv", f"{DISPUTES},minor_involved", [f"{BASE},是"])
        city.load("disputes_2.csv", f"{DISPUTES},minor_involved", [f"{BASE},否"])
        assert city.at_risk(DAY) == []
