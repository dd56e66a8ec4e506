"""Names of codes (areas, categories, units, code lists) in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import polars as pl

from dashboards.wording.language import Words, words_of
from pipelines.city.profile import Profile, load_profile, recommendations, reference_codes


@dataclass(frozen=True, eq=False)
class Names:
    """Names by code, of one profile in one language.

    Attributes:
        words: the language's wording.
        areas: name by area code.
        county_of: area code of the county by area code; None above it.
        township_of: the same for the township.
        categories: name by category code, in the profile's order.
        units: name by unit id.
        lists: code lists of `data/reference/codes.csv`: list, then code, then name.
        county_seats: longitude and latitude by county code, of counties that have them.
        offers: what each recommendation is called and says.
    """

    words: Words
    areas: Mapping[str, str]
    county_of: Mapping[str, str | None]
    township_of: Mapping[str, str | None]
    categories: Mapping[str, str]
    units: Mapping[str, str]
    lists: Mapping[str, Mapping[str, str]]
    county_seats: Mapping[str, tuple[float, float]]
    offers: Mapping[str, tuple[str, str]]

    def code(self, of: str, code: str | None) -> str:
        """The name of a code of a list."""
        return self.lists[of].get(code or "", self.words("general.unknown"))

    def area(self, code: str | None) -> str:
        return self.areas.get(code or "", self.words("general.unknown"))

    def category(self, code: str | None) -> str:
        return self.categories.get(code or "", self.words("general.unknown"))

    def unit(self, unit_id: str | None) -> str:
        return self.units.get(unit_id or "", self.words("general.unknown_unit"))

    def place(self, area_code: str | None) -> str:
        """Full name of county and township of an area; a higher area by its own name."""
        parts = [self.county_of.get(area_code or ""), self.township_of.get(area_code or "")]
        named = [self.areas[code] for code in parts if code]
        return self.words("general.place_between").join(self._inside_out(named)) or self.area(area_code)

    def _inside_out(self, named: list[str]) -> list[str]:
        """Parts of a place's name in the language's order: Chinese from large to small, English from small to large."""
        return named if self.words.lang == "zh" else named[::-1]


def names_of(profile: Profile, words: Words) -> Names:
    """All names of a profile; read once per folder and language."""
    return _names(profile.folder, words.lang)


@lru_cache(maxsize=8)
def _names(folder: Path, lang: str) -> Names:
    profile = load_profile(str(folder))
    words = words_of(lang, profile.settings.words)
    name_column = f"name_{lang}"
    areas = profile.areas
    lists: dict[str, dict[str, str]] = {}
    for row in reference_codes().iter_rows(named=True):
        lists.setdefault(row["list"], {})[row["code"]] = row[name_column]
    by_area = dict(areas.select("area_code", name_column).iter_rows())
    return Names(
        words=words,
        areas=by_area,
        county_of=dict(areas.select("area_code", "county_code").iter_rows()),
        township_of=dict(areas.select("area_code", "township_code").iter_rows()),
        categories=dict(profile.categories.select("code", name_column).iter_rows()),
        units=_units(profile, words, by_area, lists),
        lists=lists,
        county_seats={
            code: (lon, lat)
            for code, lon, lat in areas.filter(pl.col("tier") == "county")
            .drop_nulls(["lon", "lat"])
            .select("area_code", "lon", "lat")
            .iter_rows()
        },
        offers={
            code: (words.renamed(row[name_column]), words.renamed(row[f"text_{words.lang}"]))
            for code, row in recommendations().items()
        },
    )


def _units(
    profile: Profile, words: Words, areas: Mapping[str, str], lists: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """Names of units: Chinese names from the profile; in other languages their kind and place."""
    if words.lang == "zh":
        return dict(profile.units.select("unit_id", "name_zh").iter_rows())
    return {
        unit_id: words("general.unit_at", kind=lists["unit_kind"].get(kind, kind), place=areas.get(area, ""))
        for unit_id, kind, area in profile.units.select("unit_id", "kind", "area_code").iter_rows()
    }
