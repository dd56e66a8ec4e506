"""A profile: everything that is particular to one city or one kind of casework, as checked data."""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, Literal, TypeVar

import polars as pl
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

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


T = TypeVar("T", bound=BaseModel)


class _Checked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Levels(_Checked):
    """Lowest probability of each level; below yellow everything is blue."""

    red: float = Field(gt=0, lt=1)
    orange: float = Field(gt=0, lt=1)
    yellow: float = Field(gt=0, lt=1)

    @model_validator(mode="after")
    def _descending(self) -> "Levels":
        if not self.red > self.orange > self.yellow:
            raise ValueError("levels must fall from red over orange to yellow")
        return self


class Outcome(_Checked):
    """What is to be prevented: exactly one of a table, kinds of event, or a deadline missed."""

    table: Literal["outcomes"] | None = None
    min_severity: int = 1
    event_types: tuple[str, ...] = ()
    overdue_days: int | None = Field(default=None, gt=0)
    overdue: Literal["due_at"] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "Outcome":
        if (
            sum(
                (
                    self.table is not None,
                    bool(self.event_types),
                    self.overdue_days is not None,
                    self.overdue is not None,
                )
            )
            != 1
        ):
            raise ValueError("outcome takes exactly one of table, event_types, overdue_days, overdue")
        return self

    @property
    def recurs(self) -> bool:
        """Whether it can happen to one dispute more than once; a missed deadline cannot."""
        return self.overdue_days is None and self.overdue is None


class Season(_Checked):
    """A part of the year: around a day of the lunar calendar (`lunar: "01-01"`), or whole months."""

    code: str
    name_zh: str
    name_en: str
    lunar: str | None = None
    days_before: int = 0
    days_after: int = 0
    months: tuple[int, ...] = ()


class ChecklistItem(_Checked):
    """One line of the expert checklist: so many points when a catalogue feature reaches a value."""

    feature: str
    at_least: float
    points: float


class Backtest(_Checked):
    """How the past is replayed: folds of `fold_weeks` weekly as-of dates each."""

    folds: int = Field(default=12, ge=1)
    fold_weeks: int = Field(default=4, ge=1)
    calibration_weeks: int = Field(default=26, ge=4)
    bootstrap: int = Field(default=200, ge=50)
    negative_share: float = Field(default=0.1, gt=0, le=1)


class Promotion(_Checked):
    """How far a challenger may fall short and still become champion.

    `recall_margin`: lower end of the paired interval of recall at capacity against the champion.
    `ece_share_of_base_rate`: calibration error as a share of how often the outcome comes.
    `recall_share_of_whole`: recall at capacity of every county, of town and country, and of places that report little,
    over the whole's. `calibration_factor`: harms over expected ones of any group of the audit, or the reverse. A group is
    beyond these two only if its whole interval is.
    """

    recall_margin: float = Field(default=0.02, ge=0, lt=1)
    ece_share_of_base_rate: float = Field(default=0.5, gt=0)
    recall_share_of_whole: float = Field(default=0.5, ge=0, lt=1)
    calibration_factor: float = Field(default=1.5, gt=1)


class Needs(_Checked):
    """Below this no model is trained: the checklist's order is published and the reason is said."""

    history_weeks: int = 52
    matured_outcomes: int = 100


class DemandSettings(_Checked):
    """Forecasts of places: from how much history, and how far above the usual each level begins.

    `history_weeks`: matured weeks below which the usual of the season is published instead of a model.
    `ratio`: expected over usual at which a level begins.
    `least_disputes`: places expected to have fewer are never above blue: a ratio of small numbers says little.
    `few_records`: share of the records of places of its kind below which a township's silence is told, not trusted.
    """

    history_weeks: int = Field(default=26, ge=8)
    ratio: dict[Literal["red", "orange", "yellow"], float] = {"red": 1.4, "orange": 1.25, "yellow": 1.1}
    least_disputes: float = Field(default=3.0, ge=0)
    few_records: float = Field(default=0.6, ge=0, lt=1)


class CoverageSettings(_Checked):
    """Forecasts of the care services: from how much history, and at which share overdue each level begins."""

    history_weeks: int = Field(default=26, ge=8)
    overdue_share: dict[Literal["red", "orange", "yellow"], float] = {
        "red": 0.40,
        "orange": 0.30,
        "yellow": 0.22,
    }


class Watch(_Checked):
    """From where on somebody should look: limits of the weekly watch.

    `departure`: standard deviations of a count from its usual. `stability`: population stability index
    of codes, chance taken off. `missing_share`: more left empty than usual, as a share. `delay_chance`: that a new record
    came in later than an earlier one. `drifted_share`: of the features, how many may have a stability index
    above `drift`. `calibration_factor`: outcomes over expected ones, or the reverse. `recall_share`: of the
    backtest's recall. `turnover`: lowest and highest share of the list that is new.
    `alarms_per_year`: what a quiet year may raise (tests/models/watching).
    """

    departure: float = Field(default=4.5, gt=0)
    stability: float = Field(default=0.10, gt=0)
    missing_share: float = Field(default=0.10, gt=0, lt=1)
    delay_chance: float = Field(default=0.65, gt=0.5, lt=1)
    drift: float = Field(default=0.25, gt=0)
    drifted_share: float = Field(default=0.15, gt=0, le=1)
    calibration_factor: float = Field(default=1.5, gt=1)
    recall_share: float = Field(default=0.5, gt=0, lt=1)
    turnover: tuple[float, float] = (0.02, 0.80)
    alarms_per_year: int = Field(default=4, ge=0)


class Linkage(_Checked):
    """When two records count as one quarrel registered twice: so likely, and registered so few days apart.

    `apart` names pairs of case numbers that somebody has found to be two matters after all.
    """

    threshold: float = Field(ge=0.5, le=1)
    days: int = Field(default=5, ge=1)
    apart: tuple[tuple[str, str], ...] = ()


class Retention(_Checked):
    """Closed disputes leave the warehouse this many weeks after closing (boundary 16)."""

    closed_weeks: int = 520


class Settings(_Checked):
    """`profile.yml`, checked."""

    title_zh: str
    title_en: str
    outcome_zh: str = Field(description="what is to be prevented, as it completes a sentence: 发生肢体暴力")
    outcome_en: str = Field(description="the same in English: turn violent")
    horizon_days: int = Field(default=28, gt=0)
    label_maturity_days: int = Field(default=30, ge=0)
    watch_days: int = Field(default=90, ge=0)
    complete_until: date | None = Field(
        default=None, description="last day of complete records; a few later ones set no as-of date"
    )
    capacity: int = Field(default=40, gt=0)
    random_share: float = Field(default=0.05, ge=0, lt=1)
    seed: int = 20260101
    levels: Levels = Levels(red=0.10, orange=0.05, yellow=0.02)
    outcome: Outcome = Outcome(table="outcomes")
    seasons: tuple[Season, ...] = ()
    checklist: tuple[ChecklistItem, ...] = ()
    domestic_relations: tuple[str, ...] = ()
    backtest: Backtest = Backtest()
    needs: Needs = Needs()
    promotion: Promotion = Promotion()
    demand: DemandSettings = DemandSettings()
    coverage: CoverageSettings = CoverageSettings()
    watch: Watch = Watch()
    retention: Retention = Retention()
    linkage: Linkage | None = None
    model_parameters: dict[str, float | int] = Field(default_factory=dict)
    card_valid_days: int = 180


class ModelFile(_Checked):
    """`model.yml`: LightGBM settings that `fengqiao retrain --tune` found, and what they were found on."""

    parameters: dict[str, float | int]
    found_on: dict[str, str | float | int] = Field(default_factory=dict)


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
        return _with_ancestors(raw)

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
        found = check_yaml(tuned, ModelFile).parameters | settings.model_parameters
        settings = settings.model_copy(update={"model_parameters": found})
    return Profile(name=folder.resolve().name, folder=folder.resolve(), settings=settings)


Problem = tuple[tuple[int | str, ...], str]
"""Where in a file something is wrong, and what."""


def check_yaml(path: Path, model: type[T], further: Callable[[T], Iterator[Problem]] | None = None) -> T:
    """Read a YAML file into a checked model.

    Args:
        path: the file.
        model: what it must hold.
        further: finds what is wrong beyond the model's own shape.

    Raises:
        RefusedInput: the file is no YAML, or an entry is unknown, missing, double or wrong; names file and line.
    """
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        raise RefusedInput(f"{path}: not readable as YAML: {problem}") from problem
    try:
        checked = model.model_validate(raw if raw is not None else {})
    except ValidationError as problem:
        first = problem.errors()[0]
        loc, message = first["loc"], first["msg"]
    else:
        found = next(chain(_double_entries(node), further(checked) if further else ()), None)
        if found is None:
            return checked
        loc, message = found
    where = ".".join(str(part) for part in loc) or "the file"
    raise RefusedInput(f"{path}, line {_line_of(node, loc)}: {where}: {message}")


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


def _with_ancestors(areas: pl.DataFrame) -> pl.DataFrame:
    """Add each area's own ancestor (or itself) at village, township and county tier; null above it."""
    parent_of = dict(zip(areas["area_code"], areas["parent_code"], strict=True))
    tier_of = dict(zip(areas["area_code"], areas["tier"], strict=True))
    found: dict[str, list[str | None]] = {"village": [], "township": [], "county": []}
    for code in areas["area_code"]:
        at: dict[str, str] = {}
        step: str | None = code
        while step is not None and tier_of[step] not in at:
            at[tier_of[step]] = step
            step = parent_of[step]
        for tier, codes in found.items():
            codes.append(at.get(tier))
    return areas.with_columns(
        *(pl.Series(f"{tier}_code", codes, dtype=pl.String) for tier, codes in found.items())
    )


def _double_entries(node: Any, loc: tuple[int | str, ...] = ()) -> Iterator[Problem]:
    """Entries of a YAML node tree that stand twice under one parent; YAML itself keeps the last in silence."""
    if isinstance(node, yaml.SequenceNode):
        for at, child in enumerate(node.value):
            yield from _double_entries(child, (*loc, at))
    elif isinstance(node, yaml.MappingNode):
        names = [key.value for key, _ in node.value]
        yield from (((*loc, name), "stands twice") for name in names if names.count(name) > 1)
        for key, child in node.value:
            yield from _double_entries(child, (*loc, key.value))


def _line_of(node: Any, loc: tuple[int | str, ...]) -> int:
    """The line of the deepest part of `loc` that the YAML node tree holds."""
    for part in loc:
        if isinstance(node, yaml.MappingNode):
            match = [(key, value) for key, value in node.value if key.value == str(part)]
            if not match:
                break
            key, node = match[-1]
            if part == loc[-1]:
                return key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
    return node.start_mark.line + 1 if node is not None else 1
