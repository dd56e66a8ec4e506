from pathlib import Path

import polars as pl

from pipelines.city.profile import Profile
from pipelines.simulator.areas import as_csv, make_areas, make_units


def test_committed_files_are_what_the_generator_writes(qujing: Profile) -> None:
    areas = make_areas(qujing.folder / "sources")
    assert (qujing.folder / "areas.csv").read_bytes() == as_csv(areas)
    assert (qujing.folder / "units.csv").read_bytes() == as_csv(make_units(areas))


def test_counties_and_townships_are_those_of_the_source_tables(qujing: Profile) -> None:
    counties = pl.read_csv(qujing.folder / "sources" / "qujing_counties.csv", infer_schema=False)
    towns = pl.read_csv(qujing.folder / "sources" / "qujing_townships.csv", infer_schema=False)
    by_tier = {tier: qujing.areas.filter(pl.col("tier") == tier) for tier in ("county", "township")}
    assert dict(zip(by_tier["county"]["area_code"], by_tier["county"]["name_zh"], strict=True)) == dict(
        zip(counties["county_code6"], counties["name"], strict=True)
    )
    assert dict(zip(by_tier["township"]["area_code"], by_tier["township"]["name_zh"], strict=True)) == dict(
        zip(towns["town_code9"], towns["town_name"], strict=True)
    )
    assert len(by_tier["county"]) == 9
    assert len(by_tier["township"]) == 137


def test_every_tier_holds_the_same_people(qujing: Profile) -> None:
    by_tier = qujing.areas.group_by("tier").agg(pl.col("population").sum())
    assert by_tier["population"].to_list() == [5_766_000] * 5
    below = qujing.areas.group_by("parent_code").agg(pl.col("population").sum().alias("below"))
    both = qujing.areas.join(below, left_on="area_code", right_on="parent_code")
    assert both.filter(pl.col("population") != pl.col("below")).is_empty()


def test_codes_extend_the_parents_code_and_stand_once(qujing: Profile) -> None:
    areas = qujing.areas
    assert areas["area_code"].is_unique().all()
    lengths = {"city": 4, "county": 6, "township": 9, "village": 12, "grid": 15}
    assert areas.filter(
        pl.col("area_code").str.len_chars() != pl.col("tier").replace_strict(lengths)
    ).is_empty()
    assert areas.filter(
        pl.col("parent_code").is_not_null() & ~pl.col("area_code").str.starts_with(pl.col("parent_code"))
    ).is_empty()


def test_villages_and_grids_say_that_they_are_made_up(qujing: Profile) -> None:
    below = qujing.areas.filter(pl.col("tier").is_in(["village", "grid"]))
    assert below["name_zh"].str.contains("虚构").all()
    assert (below["made_up"] == "true").all()
    assert (qujing.areas.filter(~pl.col("tier").is_in(["village", "grid"]))["made_up"] == "false").all()
    assert qujing.units["name_zh"].str.contains("虚构").all()


def test_urban_is_what_a_subdistrict_is(qujing: Profile) -> None:
    towns = qujing.areas.filter(pl.col("tier") == "township")
    assert (towns["urban"] == towns["name_zh"].str.ends_with("街道")).all()


def test_units_know_their_kind_tier_area_and_categories(qujing: Profile) -> None:
    units = qujing.units
    tier_of = dict(zip(qujing.areas["area_code"], qujing.areas["tier"], strict=True))
    assert units["unit_id"].is_unique().all()
    assert [tier_of[code] for code in units["area_code"]] == units["tier"].to_list()
    assert set(units["specialities"].str.split("|").explode()) == set(qujing.codes_of_kind("dispute"))
    assert set(units["kind"]) == {
        "people", "administrative", "judicial", "industry", "womens_federation", "centre"
    }  # fmt: skip
    assert (units["weekly_capacity"] > 0).all()


def test_the_area_file_stays_small(qujing: Profile) -> None:
    assert Path(qujing.folder / "areas.csv").stat().st_size < 1_000_000
