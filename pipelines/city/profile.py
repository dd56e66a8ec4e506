"""A profile: everything that is particular to one city or one kind of casework, as checked data."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal

import polars as pl

from pipelines.city.checked_yaml import check_yaml
from pipelines.city.settings import ModelFile, Settings
from pipelines.errors import RefusedInput
from pipelines.home import REPO

PROFILES = REPO / "data" / "profiles"
REFERENCE = REPO / "data" / "reference"

AREA_COLUMNS = (
    "area_code",
    "name_zh",
    "name_en",
    "tier",
    "parent_code",
    "population",
    "households",
    "urban",
    "lon",
    "lat",
)
MODEL_FILE = "model.yml"
TIERS = ("city", "county", "township", "village", "grid")

FAMILY_WORDS = ("婚", "家庭")
"""What the name of a category of marriage and family holds."""


@dataclass(frozen=True)
class Profile:
    """One profile folder, read and checked. Two profiles are equal when they are the same folder."""

    name: str
    folder: Path
    settings: Settings

    @cached_property
    def areas(self) -> pl.DataFrame:
        """One row per area: the columns of `areas.csv` and its own village, township and county code."""
        path = self.folder / "areas.csv"
        raw = _read_csv(path, AREA_COLUMNS).with_columns(
            pl.col("population", "households").cast(pl.Int64, strict=False),
            pl.col("lon", "lat").cast(pl.Float64, strict=False),
            pl.col("urban").str.to_lowercase().is_in(["true", "1", "yes"]),
        )
        wrong = raw.filter(~pl.col("tier").is_in(TIERS))
        if len(wrong):
            raise RefusedInput(
                f"{path}: area {wrong['area_code'][0]} has tier {wrong['tier'][0]!r}; use one of {', '.join(TIERS)}"
            )
        orphans = raw.filter(
            pl.col("parent_code").is_not_null() & ~pl.col("parent_code").is_in(raw["area_code"].implode())
        )
        if len(orphans):
            raise RefusedInput(
                f"{path}: area {orphans['area_code'][0]} has parent {orphans['parent_code'][0]!r}, which the file does not hold"
            )
        merged = self.merged_areas
        kept = raw.filter(~pl.col("area_code").is_in(list(merged)))
        return _with_ancestors(kept.with_columns(pl.col("parent_code").replace(merged)))

    @cached_property
    def merged_areas(self) -> dict[str, str]:
        """Areas that were merged into others, and which they are part of today: `merged_into` of `areas.csv`.

        What happened there before is history of the area they became, for it is there that the quarrels now are.

        Raises:
            RefusedInput: the area merged into is unknown, or merged areas go round in a circle, or a day is none.
        """
        path = self.folder / "areas.csv"
        raw = _read_csv(path, AREA_COLUMNS)
        if "merged_into" not in raw.columns:
            return {}
        rows = raw.filter(pl.col("merged_into").fill_null("") != "")
        into = dict(zip(rows["area_code"], rows["merged_into"], strict=True))
        _refuse_wrong_mergers(path, rows, set(raw["area_code"]), into)
        while any(code in into for code in into.values()):
            into = {code: into.get(new, new) for code, new in into.items()}
        return into

    @cached_property
    def merged_on(self) -> dict[str, date | None]:
        """Since when each merged area is part of another: `merged_on` of `areas.csv`; None where it says no day."""
        merged = self.merged_areas
        if not merged:
            return {}
        raw = _read_csv(self.folder / "areas.csv", AREA_COLUMNS)
        if "merged_on" not in raw.columns:
            return dict.fromkeys(merged)
        days = dict(zip(raw["area_code"], raw["merged_on"].str.to_date(strict=False), strict=True))
        return {code: days[code] for code in merged}

    @cached_property
    def categories(self) -> pl.DataFrame:
        """`risk_categories.csv`: code, name_zh, name_en, kind (`dispute` or `service`), in file order."""
        return _read_csv(self.folder / "risk_categories.csv", ("code", "name_zh", "name_en", "kind"))

    @cached_property
    def units(self) -> pl.DataFrame:
        """`units.csv`: mediation units with weekly capacity in disputes; empty where the profile has none."""
        columns = ("unit_id", "name_zh", "kind", "tier", "area_code", "weekly_capacity", "specialities")
        path = self.folder / "units.csv"
        if not path.exists():
            return pl.DataFrame(schema=dict.fromkeys(columns, pl.String)).with_columns(
                pl.col("weekly_capacity").cast(pl.Int64)
            )
        return _read_csv(path, columns).with_columns(pl.col("weekly_capacity").cast(pl.Int64))

    def family_categories(self) -> list[str]:
        """Codes of the categories of marriage and family (boundary 12); none where no domestic relation is named.

        Where the profile does not name them, those whose Chinese name speaks of marriage or family.
        """
        if not self.settings.domestic_relations:
            return []
        if self.settings.domestic_categories is not None:
            return list(self.settings.domestic_categories)
        named = self.categories.select("code", "name_zh").iter_rows()
        return sorted(code for code, name in named if any(word in (name or "") for word in FAMILY_WORDS))

    def codes_of_kind(self, kind: Literal["dispute", "service"]) -> list[str]:
        """Category codes of one kind, in file order."""
        return self.categories.filter(pl.col("kind") == kind)["code"].to_list()

    @property
    def mapping_files(self) -> list[Path]:
        return sorted((self.folder / "mappings").glob("*.yml"))


def load_profile(name: str) -> Profile:
    """Read the profile of that name, or the profile folder at that path.

    Raises:
        RefusedInput: there is no such profile, a file is missing, or `profile.yml` holds an unknown
            or wrong entry; the message names file, line and entry.
    """
    folder = Path(name) if Path(name).is_dir() else PROFILES / name
    path = folder / "profile.yml"
    if not path.is_file():
        known = ", ".join(sorted(p.parent.name for p in PROFILES.glob("*/profile.yml")))
        raise RefusedInput(f"no profile {name!r}: expected {path}. Profiles here: {known}")
    settings = check_yaml(path, Settings)
    tuned = folder / MODEL_FILE
    if tuned.is_file():
        parameters = check_yaml(tuned, ModelFile).parameters | settings.model_parameters
        settings = settings.model_copy(update={"model_parameters": parameters})
    return Profile(name=folder.resolve().name, folder=folder.resolve(), settings=settings)


def reference_codes() -> pl.DataFrame:
    """`data/reference/codes.csv`: list, code, name_zh, name_en, variants (separated by |)."""
    return _read_csv(REFERENCE / "codes.csv", ("list", "code", "name_zh", "name_en", "variants"))


def recommendations() -> Mapping[str, Mapping[str, str]]:
    """The closed list of what a warning may recommend (boundary 9), by code."""
    with (REFERENCE / "recommendations.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


def _read_csv(path: Path, columns: tuple[str, ...]) -> pl.DataFrame:
    if not path.is_file():
        raise RefusedInput(f"{path} is missing; it must hold the columns {', '.join(columns)}")
    frame = pl.read_csv(path, infer_schema=False)
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise RefusedInput(f"{path}: column {missing[0]!r} is missing; it must hold {', '.join(columns)}")
    return frame


def _refuse_wrong_mergers(path: Path, rows: pl.DataFrame, codes: set[str], into: dict[str, str]) -> None:
    for code, new in into.items():
        if new not in codes:
            raise RefusedInput(f"{path}: area {code} is merged into {new!r}, which the file does not hold")
        seen = {code}
        while new in into:
            if new in seen:
                raise RefusedInput(f"{path}: area {code} is merged into itself by way of others")
            seen.add(new)
            new = into[new]
    if "merged_on" in rows.columns:
        wrong = rows.filter(
            pl.col("merged_on").is_not_null() & pl.col("merged_on").str.to_date(strict=False).is_null()
        )
        if len(wrong):
            raise RefusedInput(
                f"{path}: area {wrong['area_code'][0]}: merged_on is no day such as 2025-07-01"
            )


def _with_ancestors(areas: pl.DataFrame) -> pl.DataFrame:
    """Add each area's own ancestor (or itself) at village, township and county tier; null above it."""
    parent_of = dict(zip(areas["area_code"], areas["parent_code"], strict=True))
    tier_of = dict(zip(areas["area_code"], areas["tier"], strict=True))
    ancestors: dict[str, list[str | None]] = {"village": [], "township": [], "county": []}
    for code in areas["area_code"]:
        at: dict[str, str] = {}
        step: str | None = code
        while step is not None and tier_of[step] not in at:
            at[tier_of[step]] = step
            step = parent_of[step]
        for tier, codes in ancestors.items():
            codes.append(at.get(tier))
    return areas.with_columns(
        *(pl.Series(f"{tier}_code", codes, dtype=pl.String) for tier, codes in ancestors.items())
    )
