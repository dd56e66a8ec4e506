"""Writes the `areas.csv` and `units.csv` of profile `qujing` from its two source tables.

Counties and townships bear national codes and names. Villages, grids, units, the split of the
approximate county populations over townships and every position below a county are made up, and
marked so. `python -m pipelines.simulator.areas` writes the same bytes each time.
"""

import io
from pathlib import Path

import numpy as np
import polars as pl
from pypinyin import lazy_pinyin

from pipelines.city.profile import PROFILES
from pipelines.simulator.wording import made_up_names

SEED = 5303
PEOPLE_PER_VILLAGE = 3_500
PEOPLE_PER_GRID = 1_100
PEOPLE_PER_HOUSEHOLD = 2.79
"""Mean family household of the 2020 census (domain 2.6)."""
WEIGHT_OF_KIND = {"Subdistrict": 1.6, "Town": 1.15, "Township": 0.7}
"""How many times the usual township of its county a place of this kind holds; assumed."""
COLUMNS = ["area_code", "name_zh", "name_en", "tier", "parent_code", "population", "households"]
COLUMNS += ["urban", "lon", "lat", "made_up", "population_basis"]
COUNTY_UNITS = {
    "people": 14,
    "administrative": 10,
    "judicial": 10,
    "industry": 8,
    "womens_federation": 6,
    "centre": 16,
}
"""Kinds of unit of every county and of the city, and disputes each takes on in a week; assumed."""


def main() -> None:
    """Write both files into the profile's folder."""
    folder = PROFILES / "qujing"
    areas = make_areas(folder / "sources")
    (folder / "areas.csv").write_bytes(as_csv(areas))
    (folder / "units.csv").write_bytes(as_csv(make_units(areas)))


def as_csv(frame: pl.DataFrame) -> bytes:
    """The frame as UTF-8 CSV bytes."""
    buffer = io.BytesIO()
    frame.write_csv(buffer)
    return buffer.getvalue()


def make_areas(sources: Path) -> pl.DataFrame:
    """One row per area of all five tiers, in order of tier and code."""
    rng = np.random.default_rng(SEED)
    counties = _counties(sources)
    city = _city(counties)
    townships = _townships(sources, counties, rng)
    villages = _villages(townships, rng)
    grids = _grids(villages, rng)
    return pl.concat([frame.select(COLUMNS) for frame in (city, counties, townships, villages, grids)])


def make_units(areas: pl.DataFrame) -> pl.DataFrame:
    """One row per mediation unit: two in each township, one of every kind above. All made up."""
    names = made_up_names()
    township_kinds = pl.DataFrame({"kind": ["people", "centre"], "tier": "township"})
    upper_kinds = pl.DataFrame({"kind": list(COUNTY_UNITS)})
    upper = (
        areas.filter(pl.col("tier").is_in(["city", "county"]))
        .join(upper_kinds, how="cross")
        .with_columns(weekly_capacity=pl.col("kind").replace_strict(COUNTY_UNITS, return_dtype=pl.Int64))
    )
    lower = (
        areas.filter(pl.col("tier") == "township")
        .join(township_kinds.select("kind"), how="cross")
        .with_columns(weekly_capacity=(pl.col("population") / 6_000).round().cast(pl.Int64).clip(3, 25))
    )
    columns = ["unit_id", "name_zh", "kind", "tier", "area_code", "weekly_capacity", "specialities"]
    short = {kind: kind[0].upper() for kind in COUNTY_UNITS}
    return (
        pl.concat([upper, lower])
        .with_columns(
            unit_id=pl.concat_str(pl.lit("U"), "area_code", pl.lit("-"), pl.col("kind").replace(short)),
            name_zh=pl.concat_str(
                "name_zh", pl.col("kind").replace(names["unit_names"]), pl.lit(names["marks"]["unit"])
            ),
            specialities=pl.col("kind").replace(names["unit_specialities"]),
        )
        .select(columns)
    )


def _counties(sources: Path) -> pl.DataFrame:
    raw = pl.read_csv(sources / "qujing_counties.csv", schema_overrides={"county_code6": pl.String})
    kinds = made_up_names()["place_kinds_en"]
    return raw.select(
        area_code="county_code6",
        name_zh="name",
        name_en=pl.Series([_english(name, kinds) for name in raw["name"]]),
        tier=pl.lit("county"),
        parent_code=pl.lit(made_up_names()["city"]["area_code"]),
        population=pl.col("pop_2020_approx_thousand").cast(pl.Int64) * 1_000,
        households=(pl.col("pop_2020_approx_thousand") * 1_000 / PEOPLE_PER_HOUSEHOLD).round().cast(pl.Int64),
        urban=pl.lit(False),
        lon=pl.col("lon_centroid").round(3),
        lat=pl.col("lat_centroid").round(3),
        made_up=pl.lit(False),
        population_basis=pl.lit("approximate"),
        spread_degrees=(pl.col("area_km2_from_polygon").sqrt() / 111 * 0.42),
    )


def _city(counties: pl.DataFrame) -> pl.DataFrame:
    return counties.select(
        pl.lit(made_up_names()["city"]["area_code"]).alias("area_code"),
        pl.lit(made_up_names()["city"]["name_zh"]).alias("name_zh"),
        pl.lit(made_up_names()["city"]["name_en"]).alias("name_en"),
        pl.lit("city").alias("tier"),
        pl.lit(None, dtype=pl.String).alias("parent_code"),
        pl.col("population").sum(),
        pl.col("households").sum(),
        pl.lit(False).alias("urban"),
        pl.col("lon").mean().round(3),
        pl.col("lat").mean().round(3),
        pl.lit(False).alias("made_up"),
        pl.lit("approximate").alias("population_basis"),
    )


def _townships(sources: Path, counties: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Townships with their county's population split by kind and chance, strewn around its centre."""
    raw = pl.read_csv(
        sources / "qujing_townships.csv",
        schema_overrides={"town_code9": pl.String, "county_code6": pl.String},
    ).sort("town_code9")
    kinds = made_up_names()["place_kinds_en"]
    urban = raw["kind"] == made_up_names()["area_words"]["street"]
    weight = raw["kind"].replace_strict(kinds).replace_strict(WEIGHT_OF_KIND) * np.exp(
        rng.normal(0, 0.35, len(raw))
    )
    county = counties.select(
        county_code6="area_code", total="population", lon="lon", lat="lat", spread_degrees="spread_degrees"
    )
    placed = raw.with_columns(urban=urban, weight=weight).join(county, on="county_code6", how="left")
    share = placed["weight"] / placed.select(pl.col("weight").sum().over("county_code6"))["weight"]
    angle, far = rng.uniform(0, 2 * np.pi, len(raw)), np.sqrt(rng.uniform(0.02, 1, len(raw)))
    far = np.where(urban.to_numpy(), far * 0.35, far)
    population = _split_by_group(placed["total"] * share, placed["county_code6"])
    return placed.select(
        area_code="town_code9",
        name_zh="town_name",
        name_en=pl.Series([_english(name, kinds) for name in raw["town_name"]]),
        tier=pl.lit("township"),
        parent_code="county_code6",
        population=population,
        households=(population / PEOPLE_PER_HOUSEHOLD).round().cast(pl.Int64),
        urban="urban",
        lon=(pl.col("lon") + pl.col("spread_degrees") * (far * np.cos(angle))).round(3),
        lat=(pl.col("lat") + pl.col("spread_degrees") * (far * np.sin(angle))).round(3),
        made_up=pl.lit(False),
        population_basis=pl.lit("made_up"),
    )


def _villages(townships: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Made-up villages and communities, about 3,500 people each; communities where the township is urban."""
    count = (townships["population"] / PEOPLE_PER_VILLAGE).round().cast(pl.Int64).clip(3)
    names = made_up_names()
    children = _children(
        townships, count, rng, width=3, first=pl.when("urban").then(1).otherwise(201), near=0.06
    )
    stems = _stems(children, rng)
    urban = children["urban"].to_numpy()
    words, english = names["area_words"], names["area_words_en"]
    mark = names["marks"]["area"]
    zh = [
        mark + s + (words["community"] if u else words["village"]) for s, u in zip(stems, urban, strict=True)
    ]
    en = [
        (english["community"] if u else english["village"]).format(name=_pinyin(s))
        for s, u in zip(stems, urban, strict=True)
    ]
    return children.with_columns(
        name_zh=pl.Series(zh), name_en=pl.Series(en), tier=pl.lit("village"), stem=pl.Series(stems)
    )


def _grids(villages: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Made-up grids, about 1,100 people each (real ones are far smaller; the file is kept small)."""
    count = (villages["population"] / PEOPLE_PER_GRID).round().cast(pl.Int64).clip(1)
    names = made_up_names()
    children = _children(villages, count, rng, width=3, first=pl.lit(1), near=0.01)
    stems = villages["stem"].gather(children["parent_row"]).to_list()
    number = children["number"].to_list()
    mark, word, english = names["marks"]["area"], names["area_words"]["grid"], names["area_words_en"]["grid"]
    return children.with_columns(
        name_zh=pl.Series([mark + s + word.format(n=n) for s, n in zip(stems, number, strict=True)]),
        name_en=pl.Series([english.format(name=_pinyin(s), n=n) for s, n in zip(stems, number, strict=True)]),
        tier=pl.lit("grid"),
    )


def _children(
    parents: pl.DataFrame,
    count: pl.Series,
    rng: np.random.Generator,
    *,
    width: int,
    first: pl.Expr,
    near: float,
) -> pl.DataFrame:
    """`count` areas below each parent, its population split over them, placed within `near` degrees."""
    parent_row = np.repeat(np.arange(len(parents)), count.to_numpy())
    below = parents[parent_row.tolist()].with_columns(
        parent_row=pl.Series(parent_row, dtype=pl.UInt32),
        number=pl.int_range(1, pl.len() + 1).over("area_code"),
        weight=pl.Series(rng.uniform(0.6, 1.4, len(parent_row))),
    )
    population = _split_by_group(
        below["population"]
        * below["weight"]
        / below.select(pl.col("weight").sum().over("area_code"))["weight"],
        below["area_code"],
    )
    return below.with_columns(
        parent_code="area_code",
        area_code=pl.concat_str("area_code", (first + pl.col("number") - 1).cast(pl.String).str.zfill(width)),
        population=population,
        households=(population / PEOPLE_PER_HOUSEHOLD).round().cast(pl.Int64),
        lon=(pl.col("lon") + rng.uniform(-near, near, len(below))).round(3),
        lat=(pl.col("lat") + rng.uniform(-near, near, len(below))).round(3),
        made_up=pl.lit(True),
        population_basis=pl.lit("made_up"),
    )


def _split_by_group(parts: pl.Series, group: pl.Series) -> pl.Series:
    """Round the parts to whole people so that every group keeps its sum."""
    running = pl.DataFrame({"part": parts, "group": group}).select(
        pl.col("part").cum_sum().over("group").round().cast(pl.Int64).alias("upto"), "group"
    )
    return running.select(pl.col("upto") - pl.col("upto").shift(1, fill_value=0).over("group"))["upto"]


def _stems(children: pl.DataFrame, rng: np.random.Generator) -> list[str]:
    """A two-character stem for every village, none twice in a township."""
    names = made_up_names()
    every = [a + b for a in names["village_first"] for b in names["village_second"] if a != b]
    start = rng.integers(0, len(every), children["parent_row"].n_unique())
    row, number = children["parent_row"].to_numpy(), children["number"].to_numpy()
    return [every[i] for i in (start[row] + number * 367) % len(every)]


def _english(name: str, kinds: dict[str, str]) -> str:
    """`越州镇` becomes `Yuezhou Town`."""
    suffix = next((kind for kind in kinds if name.endswith(kind)), "")
    return f"{_pinyin(name.removesuffix(suffix))} {kinds.get(suffix, '')}".strip()


def _pinyin(name: str) -> str:
    return "".join(lazy_pinyin(name)).capitalize()


if __name__ == "__main__":
    main()
