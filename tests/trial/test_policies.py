"""Whom each policy attends to, on a Monday small enough to see."""

from datetime import date

import polars as pl
import pytest

from models.trial.policies import POLICIES, chosen

MONDAY = date(2025, 3, 3)
WORKS = {"D1": 0.5, "D2": 1.0}


def week(**columns: list) -> pl.DataFrame:
    usual = {
        "dispute_id": ["a", "b", "c", "d"],
        "category": ["D1", "D1", "D1", "D2"],
        "is_open": [True, True, False, True],
        "days_open": [3, 40, 7, 9],
        "rank": [1, 2, 3, 4],
        "probability": [0.10, 0.08, 0.07, 0.06],
        "hazard": [0.01, 0.02, 0.20, 0.03],
    }
    return pl.DataFrame(usual | columns)


def picked(policy: str, k: int, frame: pl.DataFrame | None = None, random_share: float = 0.0) -> pl.DataFrame:
    frame = week() if frame is None else frame
    return chosen(policy, frame, MONDAY, k, random_share, 1, WORKS, 0.5)


@pytest.mark.parametrize(
    ("policy", "first"),
    [("oldest", "b"), ("ranking", "a"), ("checklist", "a"), ("oracle", "c"), ("uplift", "d")],
)
def test_the_first_place_goes_to(policy: str, first: str) -> None:
    assert picked(policy, 1)["dispute_id"].to_list() == [first]


def test_nothing_attends_to_nobody() -> None:
    assert picked("nothing", 3).is_empty()


def test_by_category_every_category_gets_its_share_of_the_places() -> None:
    many = pl.DataFrame(
        {
            "dispute_id": [f"q{n:02d}" for n in range(20)],
            "category": ["D1"] * 15 + ["D2"] * 5,
            "rank": list(range(1, 21)),
        }
    )
    assert picked("by_category", 4, many)["category"].value_counts().sort("category").rows() == [
        ("D1", 3),
        ("D2", 1),
    ]
    assert picked("by_category", 4, many)["dispute_id"].to_list() == ["q00", "q01", "q02", "q15"]


def test_without_a_usable_model_uplift_follows_the_published_order() -> None:
    frame = week(probability=[None] * 4).cast({"probability": pl.Float64})
    assert picked("uplift", 2, frame)["dispute_id"].to_list() == ["a", "b"]


@pytest.mark.parametrize("policy", [p for p in POLICIES if p != "nothing"])
def test_some_places_are_drawn_from_below_the_line_and_said_so(policy: str) -> None:
    visits = picked(policy, 2, random_share=0.5)
    assert sorted(visits["selection"].to_list()) == ["random", "ranked"]
    assert picked(policy, 2, random_share=0.5).equals(visits)


def test_more_places_than_disputes_attend_to_all() -> None:
    assert len(picked("ranking", 9, random_share=0.05)) == 4
