from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.protocol.hash_random import dispute_hash
from models.publishing.list_places import PLACES, list_places, shared_out
from models.publishing.tier_lists import tier_lists
from models.publishing.week_list import week_list
from pipelines.city.capacity import Capacity
from pipelines.city.published_lists import beyond_units, lists_seen, of_the_city, with_tiers

MONDAY = date(2025, 6, 2)
TOWNSHIPS = {"A1": "A", "A2": "A", "B1": "B", "B2": "B", "B3": "B"}
AREAS = pl.DataFrame(
    [("X", "city"), ("B", "county"), ("A", "county"), *((code, "township") for code in TOWNSHIPS)],
    schema=["area_code", "tier"],
    orient="row",
)
ALL = pl.lit(value=True)

capacities = st.fixed_dictionaries(
    {"city": st.integers(1, 15)},
    optional={
        "county": st.one_of(st.integers(1, 8), st.just({"mean": 2.5, "by": "load"})),
        "township": st.one_of(st.integers(1, 5), st.just({"mean": 1.4, "by": "load"})),
    },
).map(Capacity.model_validate)


@st.composite
def weeks(draw: st.DrawFn) -> pl.DataFrame:
    """Disputes at risk in any order, some at the city with no county and some at a county with no township."""
    of = draw(st.lists(st.sampled_from([*TOWNSHIPS, "A", "B", None]), max_size=80))
    ranks = draw(st.permutations(range(1, len(of) + 1)))
    flags = draw(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=len(of), max_size=len(of)))
    return pl.DataFrame(
        {
            "dispute_id": [f"Q{n}" for n in range(len(of))],
            "rank": ranks,
            "township_code": [code if code in TOWNSHIPS else None for code in of],
            "county_code": [TOWNSHIPS.get(code or "", code) for code in of],
            "is_open": [is_open for is_open, _ in flags],
            "is_domestic": [is_domestic for _, is_domestic in flags],
        },
        schema_overrides={
            "dispute_id": pl.String,
            "rank": pl.Int32,
            "township_code": pl.String,
            "county_code": pl.String,
            "is_open": pl.Boolean,
            "is_domestic": pl.Boolean,
        },
    )


def listed(week: pl.DataFrame, capacity: Capacity, share: float = 0.05, seed: int = 1) -> pl.DataFrame:
    places = list_places(capacity, AREAS, week)
    chosen = tier_lists(week, dispute_hash(week["dispute_id"]), places, MONDAY, share, seed)
    return pl.concat([week, chosen], how="horizontal")


def members(week: pl.DataFrame, tier: str, area: str) -> pl.DataFrame:
    """Disputes that could stand on a list: those of its area that no list before it took."""
    before = {"city": (), "county": ("city",), "township": ("city", "county")}[tier]
    of = pl.lit(value=True) if tier == "city" else pl.col(f"{tier}_code") == area
    return week.filter(of, ~pl.col("list_tier").is_in(list(before)).fill_null(False))


@settings(max_examples=60, deadline=None)
@given(weeks(), capacities, st.sampled_from([0.0, 0.05, 0.3]))
def test_every_list_is_full_or_its_area_empty_and_none_is_below_one_left_out(
    week: pl.DataFrame, capacity: Capacity, share: float
) -> None:
    whole = listed(week, capacity, share)
    assert (
        whole["listed"].to_list()
        == whole["list_tier"].is_not_null().to_list()
        == whole["selection"].is_not_null().to_list()
    )
    places = list_places(capacity, AREAS, week)
    names = whole.filter("listed").select("list_tier", "list_area").unique()
    assert names.join(places, on=["list_tier", "list_area"], how="anti").is_empty()
    for tier, area, n in places.iter_rows():
        able = members(whole, tier, area)
        own = able.filter((pl.col("list_tier") == tier) & (pl.col("list_area") == area)).sort("rank")
        assert len(own) == min(n, len(able))
        assert own["list_position"].to_list() == list(range(1, len(own) + 1))
        ranked = own.filter(pl.col("selection") == "ranked")["rank"]
        left_out = able.filter(
            ~pl.col("dispute_id").is_in(ranked.to_frame().join(able, on="rank")["dispute_id"].implode())
        )
        assert ranked.is_empty() or left_out.is_empty() or max(ranked) < min(left_out["rank"])


@settings(max_examples=60, deadline=None)
@given(weeks(), capacities, st.sampled_from([0.0, 0.05, 0.3]))
def test_random_places_are_the_share_of_each_tiers_lists_that_are_too_short(
    week: pl.DataFrame, capacity: Capacity, share: float
) -> None:
    whole = listed(week, capacity, share)
    for (tier,), lists in list_places(capacity, AREAS, week).group_by("list_tier"):
        short = sum(n for _, area, n in lists.iter_rows() if len(members(whole, str(tier), area)) > n)
        drawn = whole.filter(pl.col("list_tier") == tier, pl.col("selection") == "random")
        assert len(drawn) == (max(1, round(share * short)) if share and short else 0)


@settings(max_examples=50, deadline=None)
@given(weeks(), st.integers(1, 40), st.sampled_from([0.0, 0.05, 0.3]), st.integers(1, 9))
def test_with_the_citys_capacity_alone_it_is_the_citys_list(
    week: pl.DataFrame, capacity: int, share: float, seed: int
) -> None:
    alone = week_list(
        week["rank"].to_numpy(), dispute_hash(week["dispute_id"]), MONDAY, capacity, share, seed
    )
    whole = listed(week, Capacity(city=capacity), share, seed)
    assert whole.select("listed", "selection").equals(alone)
    assert set(whole["list_area"].drop_nulls()) <= {"X"}


@settings(max_examples=60, deadline=None)
@given(weeks(), capacities, st.integers(0, 5))
def test_the_order_of_the_rows_changes_nothing(week: pl.DataFrame, capacity: Capacity, seed: int) -> None:
    shuffled = week.sample(fraction=1, shuffle=True, seed=seed) if len(week) else week
    assert listed(shuffled, capacity).sort("rank").equals(listed(week, capacity).sort("rank"))


@settings(max_examples=50, deadline=None)
@given(weeks(), capacities)
def test_who_sees_all_has_what_is_published(week: pl.DataFrame, capacity: Capacity) -> None:
    whole = listed(week, capacity, 0.3)
    assert lists_seen(whole, ALL, capacity.city).equals(whole.filter("listed").sort("rank"))


@settings(max_examples=60, deadline=None)
@given(weeks(), capacities)
def test_hidden_places_go_to_the_next_of_the_same_list(week: pl.DataFrame, capacity: Capacity) -> None:
    whole = listed(week, capacity, 0.3)
    seen = lists_seen(whole, ~pl.col("is_domestic"), capacity.city)
    assert not seen["is_domestic"].any()
    assert seen["dispute_id"].is_unique().all()
    theirs = (
        whole.drop("list_tier", "list_area", "list_position")
        .filter(~pl.col("is_domestic"))
        .join(
            seen.select("dispute_id", "list_tier", "list_area", "list_position"), on="dispute_id", how="left"
        )
    )
    lots = whole.filter(pl.col("selection").eq_missing("random"), ~pl.col("is_domestic"))
    kept = lots.join(seen, on=["dispute_id", "list_tier"], how="semi")
    assert len(kept) == len(lots)
    for tier, area, n in list_places(capacity, AREAS, week).iter_rows():
        able = members(theirs, tier, area)
        own = able.filter((pl.col("list_tier") == tier) & (pl.col("list_area") == area)).sort("rank")
        others = able.filter(pl.col("list_tier").is_null(), pl.col("selection").ne_missing("random"))
        assert len(own) <= n
        assert len(own) == n or others.is_empty()
        ranked = own.filter(pl.col("selection").ne_missing("random"))["rank"]
        assert ranked.is_empty() or others.is_empty() or max(ranked) < min(others["rank"])


@pytest.mark.parametrize(
    ("total", "load", "places"),
    [
        (10, [1, 1, 2], [3, 2, 5]),
        (3, [0, 5, 0], [0, 3, 0]),
        (4, [1, 1, 1], [2, 1, 1]),
        (4, [0, 0], [0, 0]),
        (0, [3, 4], [0, 0]),
        (411, [7] * 137, [3] * 137),
    ],
)
def test_places_by_load_are_shared_out_by_the_largest_remainder(
    total: int, load: list[int], places: list[int]
) -> None:
    assert shared_out(total, np.array(load)).tolist() == places


def test_lists_follow_the_open_disputes_of_their_area() -> None:
    of = ["A1"] * 6 + ["B2"] * 3 + ["B3"]
    week = pl.DataFrame(
        {
            "township_code": of,
            "county_code": [TOWNSHIPS[code] for code in of],
            "is_open": [True] * 9 + [False],
        }
    )
    capacity = Capacity.model_validate({"city": 2, "county": 3, "township": {"mean": 0.6, "by": "load"}})
    assert list_places(capacity, AREAS, week).rows() == [
        ("city", "X", 2),
        ("county", "A", 3),
        ("county", "B", 3),
        ("township", "A1", 2),
        ("township", "B2", 1),
    ]


def test_a_city_without_a_name_still_has_its_list() -> None:
    for areas in (AREAS.filter(pl.col("tier") != "city"), pl.concat([AREAS, AREAS.head(1)])):
        assert list_places(Capacity(city=4), areas, pl.DataFrame()).rows() == [("city", None, 4)]
    assert list_places(Capacity(city=4), AREAS, pl.DataFrame()).schema == PLACES


def test_a_week_older_than_the_tiers_has_the_citys_list() -> None:
    old = pl.DataFrame(
        {
            "dispute_id": ["a", "b", "c"],
            "rank": [1, 2, 3],
            "listed": [True, False, True],
            "selection": ["ranked", None, "random"],
        }
    )
    assert with_tiers(old)["list_tier"].to_list() == ["city", None, "city"]
    assert with_tiers(old)["list_position"].to_list() == [1, None, 2]
    assert of_the_city(old).equals(old)


def test_a_model_is_judged_by_the_citys_list() -> None:
    week = pl.DataFrame(
        {
            "listed": [True, True, False],
            "selection": ["ranked", "random", None],
            "list_tier": ["city", "county", None],
        }
    )
    assert of_the_city(week)["listed"].to_list() == [True, False, False]
    assert of_the_city(week)["selection"].to_list() == ["ranked", None, None]


def test_a_list_longer_than_its_units_week_is_told() -> None:
    rows = [("city", "X")] * 3 + [("county", "A")] * 2 + [("township", "B1")]
    week = pl.DataFrame(rows, schema=["list_tier", "list_area"], orient="row").with_columns(listed=True)
    units = pl.DataFrame(
        [("city", "X", 2), ("county", "A", 1), ("county", "A", 1)],
        schema=["tier", "area_code", "weekly_capacity"],
        orient="row",
    )
    assert beyond_units(week, units).rows() == [("city", "X", 3, 2), ("township", "B1", 1, 0)]
    assert beyond_units(week, units.head(0)).is_empty()
