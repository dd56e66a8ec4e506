from datetime import date, timedelta

import numpy as np
import polars as pl

from models.protocol.hash_random import dispute_hash
from models.publishing.week_list import week_list

MONDAY = date(2025, 6, 2)
BITS = dispute_hash(pl.Series([f"Q{number}" for number in range(500)]))
RANK = np.arange(1, 501)


def test_a_twentieth_of_the_list_is_drawn_from_below_the_line() -> None:
    listed = week_list(RANK, BITS, MONDAY, capacity=40, random_share=0.05, seed=1)
    assert listed["listed"].sum() == 40
    assert np.flatnonzero(listed["selection"] == "ranked").tolist() == list(range(38))
    assert listed["selection"].value_counts().sort("selection")["count"].to_list() == [460, 2, 38]


def test_at_least_one_is_drawn_unless_the_profile_says_none() -> None:
    assert (week_list(RANK, BITS, MONDAY, 5, 0.05, 1)["selection"] == "random").sum() == 1
    assert (week_list(RANK, BITS, MONDAY, 5, 0.0, 1)["selection"] == "random").sum() == 0


def test_everything_is_listed_by_rank_when_all_fit() -> None:
    listed = week_list(RANK[:30], BITS[:30], MONDAY, 40, 0.05, 1)
    assert listed["selection"].to_list() == ["ranked"] * 30


def test_other_weeks_and_seeds_draw_others() -> None:
    draws = {
        tuple(np.flatnonzero(week_list(RANK, BITS, day, 40, 0.05, seed)["selection"] == "random"))
        for day in (MONDAY, MONDAY + timedelta(weeks=1))
        for seed in (1, 2)
    }
    assert len(draws) == 4


def test_everyone_below_the_line_is_drawn_about_equally_often() -> None:
    weeks = [MONDAY + timedelta(weeks=week) for week in range(600)]
    drawn = np.sum(
        [
            (week_list(RANK[:100], BITS[:100], day, 20, 0.05, 1)["selection"].eq_missing("random")).to_numpy()
            for day in weeks
        ],
        axis=0,
    )
    assert drawn[:19].sum() == 0
    assert drawn[19:].max() <= 20  # 600 draws over 81 rows: 7.4 each
