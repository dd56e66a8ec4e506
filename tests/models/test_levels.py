import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError

from models.publishing.levels import assign_levels
from models.publishing.recommendation import recommendation
from pipelines.city.profile import recommendations
from pipelines.city.settings import Levels, Recommendations

THRESHOLDS = Levels(red=0.10, orange=0.05, yellow=0.02)


def test_levels_follow_the_thresholds() -> None:
    p = np.array([0.10, 0.0999, 0.05, 0.02, 0.0199])
    assert assign_levels(p, np.arange(1, 6), THRESHOLDS, 40).tolist() == [
        "red",
        "orange",
        "orange",
        "yellow",
        "blue",
    ]


def test_red_never_exceeds_capacity_and_what_is_over_becomes_orange() -> None:
    p = np.array([0.3, 0.5, 0.4, 0.01])
    rank = np.array([3, 1, 2, 4])
    assert assign_levels(p, rank, THRESHOLDS, 2).tolist() == ["orange", "red", "red", "blue"]


def test_recommendations_come_from_the_closed_list_and_domestic_goes_first() -> None:
    rows = pl.DataFrame(
        [
            # is_domestic, is_open, level, listed, expected
            (True, True, "red", True, "safety_support"),
            (True, False, "blue", False, "safety_support"),
            (True, True, None, True, "safety_support"),
            (False, False, "blue", True, "after_care"),
            (False, False, "yellow", True, "after_care"),
            (False, False, "red", True, "expert_consultation"),
            (False, False, "orange", False, "higher_tier"),
            (False, True, "red", True, "expert_consultation"),
            (False, True, "orange", True, "higher_tier"),
            (False, True, "yellow", True, "early_mediation"),
            (False, True, "blue", False, "routine"),
            (False, True, None, True, "early_mediation"),
            (False, True, None, False, "routine"),
            (False, False, None, True, "after_care"),
        ],
        schema=["is_domestic", "is_open", "level", "listed", "expected"],
        orient="row",
    )
    offered = rows.with_columns(offered=recommendation(Recommendations()))
    assert offered["offered"].to_list() == rows["expected"].to_list()
    assert set(offered["offered"]) <= set(recommendations())


def test_a_profile_chooses_what_is_offered_but_never_for_domestic_violence() -> None:
    rows = pl.DataFrame(
        [(True, True, "red", True, "safety_support"), (False, True, "red", True, "higher_tier"), (False, False, "blue", False, "routine")],
        schema=["is_domestic", "is_open", "level", "listed", "expected"],
        orient="row",
    )  # fmt: skip
    chosen = Recommendations(red="higher_tier", closed="routine")
    assert rows.select(offered=recommendation(chosen))["offered"].to_list() == rows["expected"].to_list()
    with pytest.raises(ValidationError):
        Recommendations.model_validate({"red": "safety_support"})
