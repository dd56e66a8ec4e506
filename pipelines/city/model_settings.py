"""Settings of a profile about models, forecasts, the weekly watch and records: bounds, and what stands where a profile is silent."""

from typing import Literal

from pydantic import Field

from pipelines.city.checked_yaml import Checked


class Backtest(Checked):
    """How the past is replayed: folds of `fold_weeks` weekly as-of dates each."""

    folds: int = Field(default=12, ge=1, description="how many folds", examples=[12])
    fold_weeks: int = Field(default=4, ge=1, description="Mondays of a fold", examples=[4])
    min_train_weeks: int = Field(
        default=26, ge=2, description="matured weeks the first fold must have behind it", examples=[26]
    )
    calibration_weeks: int = Field(
        default=26, ge=4, description="newest weeks that probabilities are calibrated on", examples=[26]
    )
    bootstrap: int = Field(default=200, ge=50, description="draws for intervals", examples=[200])
    negative_share: float = Field(
        default=0.1,
        gt=0,
        le=1,
        description="share of the weeks without an outcome that is trained on",
        examples=[0.1],
    )
    training_rows: int = Field(
        default=500_000,
        ge=1_000,
        description="rows that a training keeps at most: above it the share of weeks without an outcome falls",
        examples=[500000],
    )


class Promotion(Checked):
    """How far a challenger may fall short and still become champion; a group is beyond a limit only if its whole interval is."""

    recall_margin: float = Field(
        default=0.02,
        ge=0,
        lt=1,
        description="lower end of the paired interval of recall at capacity against the champion",
        examples=[0.02],
    )
    ece_share_of_base_rate: float = Field(
        default=0.5,
        gt=0,
        description="calibration error as a share of how often the outcome comes",
        examples=[0.5],
    )
    recall_share_of_whole: float = Field(
        default=0.5,
        ge=0,
        lt=1,
        description="recall of every county, of town and country, and of places that report little, over the whole's",
        examples=[0.5],
    )
    calibration_factor: float = Field(
        default=1.5,
        gt=1,
        description="harms over expected ones of any group of the audit, or the reverse",
        examples=[1.5],
    )


class Needs(Checked):
    """Below this no model is trained: the order without a model is published and the reason is said."""

    history_weeks: int = Field(
        default=52, ge=0, description="weeks since the first registration", examples=[52]
    )
    matured_outcomes: int = Field(
        default=100, ge=0, description="cases with a matured outcome", examples=[100]
    )


class DemandSettings(Checked):
    """Forecasts of places: from how much history, and how far above the usual each level begins."""

    history_weeks: int = Field(
        default=26,
        ge=8,
        description="matured weeks below which the usual of the season is published instead of a model",
        examples=[26],
    )
    publish_weeks: int = Field(
        default=8,
        ge=1,
        description="weeks since the first registration below which nothing is usual yet and nothing is published",
        examples=[8],
    )
    ratio: dict[Literal["red", "orange", "yellow"], float] = Field(
        default={"red": 1.4, "orange": 1.25, "yellow": 1.1},
        description="expected over usual at which a level begins",
        examples=[{"red": 1.4, "orange": 1.25, "yellow": 1.1}],
    )
    least_disputes: float = Field(
        default=3.0,
        ge=0,
        description="places expected to have fewer are never above blue: a ratio of small numbers says little",
        examples=[3.0],
    )
    few_records: float = Field(
        default=0.6,
        ge=0,
        lt=1,
        description="share of the records of places of its kind below which a township's silence is told, not trusted",
        examples=[0.6],
    )


class CoverageSettings(Checked):
    """Forecasts of the care services: from how much history, and at which share overdue each level begins."""

    history_weeks: int = Field(
        default=26, ge=8, description="matured weeks needed for a model", examples=[26]
    )
    publish_weeks: int = Field(
        default=4, ge=1, description="weeks of ledger below which nothing is published", examples=[4]
    )
    overdue_share: dict[Literal["red", "orange", "yellow"], float] = Field(
        default={"red": 0.40, "orange": 0.30, "yellow": 0.22},
        description="share of the visits overdue at which a level begins",
        examples=[{"red": 0.40, "orange": 0.30, "yellow": 0.22}],
    )


class MonitoringLimits(Checked):
    """From where on somebody should look: limits of the weekly watch."""

    departure: float = Field(
        default=4.5, gt=0, description="standard deviations of a count from its usual", examples=[4.5]
    )
    stability: float = Field(
        default=0.10,
        gt=0,
        description="population stability index of codes, chance taken off",
        examples=[0.10],
    )
    missing_share: float = Field(
        default=0.10, gt=0, lt=1, description="more left empty than usual, as a share", examples=[0.10]
    )
    delay_chance: float = Field(
        default=0.65,
        gt=0.5,
        lt=1,
        description="chance that a new record came in later than an earlier one",
        examples=[0.65],
    )
    drift: float = Field(
        default=0.25, gt=0, description="stability index of a feature that has drifted", examples=[0.25]
    )
    drifted_share: float = Field(
        default=0.15, gt=0, le=1, description="of the features, how many may have drifted", examples=[0.15]
    )
    calibration_factor: float = Field(
        default=1.5, gt=1, description="outcomes over expected ones, or the reverse", examples=[1.5]
    )
    recall_share: float = Field(
        default=0.5, gt=0, lt=1, description="of the backtest's recall", examples=[0.5]
    )
    turnover: tuple[float, float] = Field(
        default=(0.02, 0.80),
        description="lowest and highest share of the list that is new",
        examples=[[0.02, 0.80]],
    )
    alarms_per_year: int = Field(
        default=4, ge=0, description="what a quiet year may raise (tests/models/monitoring)", examples=[4]
    )


class Linkage(Checked):
    """When two records count as one quarrel registered twice: so likely, and registered so few days apart."""

    threshold: float = Field(ge=0.5, le=1, description="lowest probability", examples=[0.9])
    days: int = Field(default=5, ge=1, description="most days between the registrations", examples=[5])
    apart: tuple[tuple[str, str], ...] = Field(
        default=(),
        description="pairs of case numbers that somebody has found to be two matters after all",
        examples=[[["JF2025001", "JF2025002"]]],
    )


class Retention(Checked):
    """Closed disputes leave the warehouse this many weeks after closing (boundary 16)."""

    closed_weeks: int = Field(default=520, ge=1, description="weeks after closing", examples=[520])
