"""What acting prevented, in worlds small enough to count."""

import polars as pl
import pytest

from models.trial.effects import effects, would_have_been_harmed

PLACE = {"category": "D2", "county_code": "530302", "urban": "rural"}


def harms(*rows: tuple[int, str, int, str]) -> pl.DataFrame:
    frame = pl.DataFrame(list(rows), schema=["seed", "arm", "week", "dispute_id"], orient="row")
    return frame.with_columns(**{name: pl.lit(value) for name, value in PLACE.items()})


def visits(*rows: tuple[int, str, int, str]) -> pl.DataFrame:
    return harms(*rows).with_columns(days_open=pl.col("week") * 7 + 3)


def years(*arms: str, seeds: int = 2) -> pl.DataFrame:
    rows = [
        (s, a, 0, 10.0 if a == "nothing" else 8.0, "v1" if a == "ranking" else None)
        for s in range(seeds)
        for a in arms
    ]
    columns = ["seed", "arm", "week", "expected_harms", "model_version"]
    return pl.DataFrame(rows, schema=columns, orient="row")


HARMS = harms(
    (0, "nothing", 2, "a"), (0, "nothing", 5, "b"), (0, "nothing", 7, "c"),
    (1, "nothing", 1, "d"), (1, "nothing", 9, "e"),
    (0, "ranking", 7, "c"), (1, "ranking", 1, "d"), (1, "ranking", 9, "e"),
    (0, "oracle", 5, "b"), (1, "oracle", 9, "e"),
)  # fmt: skip
VISITS = visits(
    *((0, "ranking", 1, name) for name in "abx"),
    (1, "ranking", 3, "d"),
    *((0, "oracle", 1, name) for name in "ac"),
    (1, "oracle", 0, "d"),
)


@pytest.fixture(scope="module")
def table() -> dict[tuple[str, str, str], tuple]:
    found = effects(VISITS, HARMS, years("nothing", "ranking", "oracle"), scale=0.5)
    return {
        (r["arm"], r["segment"], r["metric"]): (r["seeds"], r["value"]) for r in found.iter_rows(named=True)
    }


@pytest.mark.parametrize(
    ("arm", "segment", "metric", "value"),
    [
        ("nothing", "all", "harms_per_year", 5.0),
        ("ranking", "all", "prevented_per_year", 2.0),
        ("ranking", "all", "prevented_per_100", 50.0),
        ("ranking", "all", "expected_prevented_per_100", 100.0),
        ("ranking", "category=D2", "prevented_per_100", 50.0),
        ("ranking", "all", "share_of_oracle", 2 / 3),
        ("ranking", "all", "never_violent", 0.5),
        ("ranking", "all", "weeks_by_model", 1.0),
        ("oracle", "all", "share_of_oracle", 1.0),
        ("oracle", "all", "never_violent", 0.0),
    ],
)
def test_figures_are_those_one_counts_by_hand(
    table: dict[tuple[str, str, str], tuple], arm: str, segment: str, metric: str, value: float
) -> None:
    assert table[arm, segment, metric] == (2, pytest.approx(value))


def test_doing_nothing_is_what_others_are_set_beside(table: dict[tuple[str, str, str], tuple]) -> None:
    assert [key for key in table if key[0] == "nothing"] == [("nothing", "all", "harms_per_year")]


def test_an_arm_is_set_beside_the_checklist_and_itself_without_its_mark_or_fault() -> None:
    arms = ("nothing", "checklist", "ranking", "ranking+random", "ranking+random@silence")
    harmed = dict(zip(arms, (10.0, 9.0, 7.0, 7.5, 8.0), strict=True))
    played = years(*arms).with_columns(expected_harms=pl.col("arm").replace_strict(harmed))
    found = effects(VISITS, HARMS, played, scale=0.5)
    more = {
        (row["arm"], row["metric"].split("_")[3]): (row["seeds"], row["value"])
        for row in found.filter(pl.col("metric").str.contains("more_than")).iter_rows(named=True)
    }
    assert more == {
        ("ranking", "checklist"): (2, 4.0),
        ("ranking+random", "checklist"): (2, 3.0),
        ("ranking+random@silence", "checklist"): (2, 2.0),
        ("ranking+random", "plain"): (2, -1.0),
        ("ranking+random@silence", "plain"): (2, -1.0),
    }


def test_a_dispute_harmed_before_it_was_attended_to_counts_as_never_violent_since() -> None:
    late = visits((1, "ranking", 3, "d"), (1, "ranking", 1, "d"))
    assert would_have_been_harmed(late, HARMS).to_list() == [False, True]


def test_only_worlds_that_have_both_arms_are_compared() -> None:
    played = pl.concat([years("nothing", "ranking", seeds=1), years("nothing", seeds=2)]).unique()
    found = effects(VISITS, HARMS, played, scale=1.0)
    row = found.filter(
        pl.col("arm") == "ranking", pl.col("metric") == "prevented_per_100", pl.col("segment") == "all"
    )
    assert row["seeds"].to_list() == [1]
    assert row["value"][0] == pytest.approx(100 * 2 / 3)
    assert row["low"].to_list() == [None]
