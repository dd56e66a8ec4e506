"""What acting prevented, in worlds small enough to count."""

import polars as pl
import pytest

from models.trial.effects import effects, without_help

PLACE = {"category": "D2", "county_code": "530302", "urban": "rural"}


def harms(*rows: tuple[int, str, int, str]) -> pl.DataFrame:
    frame = pl.DataFrame(list(rows), schema=["seed", "arm", "week", "dispute_id"], orient="row").with_columns(
        is_recorded=pl.lit(value=True)
    )
    return frame.with_columns(**{name: pl.lit(value) for name, value in PLACE.items()})


def visits(*rows: tuple[int, str, int, str]) -> pl.DataFrame:
    return harms(*rows).with_columns(days_open=pl.col("week") * 7 + 3, is_found=pl.lit(value=False))


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
    table = effects(VISITS, HARMS, years("nothing", "ranking", "oracle"), city_years=0.5)
    return {
        (r["arm"], r["segment"], r["metric"]): (r["seeds"], r["value"]) for r in table.iter_rows(named=True)
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
        ("ranking", "all", "weeks_by_model", 1.0),
        ("oracle", "all", "share_of_oracle", 1.0),
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
    table = effects(VISITS, HARMS, played, city_years=0.5)
    more = {
        (row["arm"], row["metric"].split("_")[3]): (row["seeds"], row["value"])
        for row in table.filter(pl.col("metric").str.contains("more_than")).iter_rows(named=True)
    }
    assert more == {
        ("ranking", "checklist"): (2, 4.0),
        ("ranking+random", "checklist"): (2, 3.0),
        ("ranking+random", "plain"): (2, -1.0),
        ("ranking+random@silence", "plain"): (2, -1.0),
    }


def test_what_became_of_the_attended_is_told_from_the_world_where_nobody_acts() -> None:
    unseen = HARMS.with_columns(is_recorded=pl.col("dispute_id") != "e")
    rows = visits(
        (1, "ranking", 3, "d"), (1, "ranking", 1, "d"), (1, "ranking", 2, "e"), (0, "ranking", 0, "b")
    )
    fates = without_help(rows, unseen)
    assert fates.select("before", "after", "recorded_in").rows() == [
        (True, False, None),
        (False, True, 0),
        (False, True, None),
        (False, True, 5),
    ]


def test_shares_of_the_attended_leave_out_what_too_little_follows_and_what_was_found_next_door() -> None:
    longer = pl.concat([years("nothing", "ranking").with_columns(week=pl.lit(week)) for week in range(20)])
    attended = pl.concat(
        [
            visits(
                (0, "ranking", 1, "a"), (0, "ranking", 6, "b"), (0, "ranking", 3, "x"), (1, "ranking", 7, "d")
            ),
            visits((1, "ranking", 8, "e")),
            visits((1, "ranking", 0, "f")).with_columns(is_found=pl.lit(value=True)),
        ]
    )
    table = effects(attended, HARMS, longer, city_years=1.0).filter(
        pl.col("arm") == "ranking", pl.col("segment") == "all"
    )
    shares = dict(table.select("metric", "value").iter_rows())
    assert shares["never_violent"] == pytest.approx(1 / 4)
    assert shares["peaceful_after"] == pytest.approx(3 / 4)
    assert shares["recorded_within_4_weeks"] == pytest.approx(2 / 5)
    assert shares["recorded_within_26_weeks"] is None


def test_weeks_of_a_model_trained_in_the_year_are_told_apart() -> None:
    versions = [*["v1"] * 14, *["v2"] * 5, "checklist"]
    played = pl.concat(
        [
            years("nothing", "ranking").with_columns(week=pl.lit(week), model_version=pl.lit(version))
            for week, version in enumerate(versions)
        ]
    )
    table = effects(VISITS, HARMS, played, city_years=1.0).filter(pl.col("arm") == "ranking")
    shares = dict(table.select("metric", "value").iter_rows())
    assert (shares["weeks_by_model"], shares["weeks_by_new_model"]) == pytest.approx((19 / 20, 5 / 20))


def test_in_a_fault_the_checklist_beside_is_the_one_in_the_same_fault() -> None:
    arms = ("nothing", "checklist", "checklist@silence", "ranking@silence")
    harmed = dict(zip(arms, (10.0, 7.0, 9.0, 8.0), strict=True))
    played = years(*arms).with_columns(expected_harms=pl.col("arm").replace_strict(harmed))
    table = effects(VISITS, HARMS, played, city_years=1.0).filter(
        pl.col("arm") == "ranking@silence", pl.col("metric") == "expected_more_than_checklist_per_year"
    )
    assert table["value"].to_list() == [1.0]


def test_only_worlds_that_have_both_arms_are_compared() -> None:
    played = pl.concat([years("nothing", "ranking", seeds=1), years("nothing", seeds=2)]).unique()
    table = effects(VISITS, HARMS, played, city_years=1.0)
    row = table.filter(
        pl.col("arm") == "ranking", pl.col("metric") == "prevented_per_100", pl.col("segment") == "all"
    )
    assert row["seeds"].to_list() == [1]
    assert row["value"][0] == pytest.approx(100 * 2 / 3)
    assert row["low"].to_list() == [None]
