"""What `profile.yml` and `model.yml` may hold: every setting of a profile, its bounds and what stands where it is silent."""

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from pipelines.city.capacity import Capacity
from pipelines.city.checked_yaml import Checked
from pipelines.city.file_limits import FileLimits
from pipelines.city.model_settings import (
    Backtest,
    CoverageSettings,
    DemandSettings,
    Linkage,
    MonitoringLimits,
    Needs,
    Promotion,
    Retention,
)
from pipelines.city.vocabulary import Vocabulary
from pipelines.tables.number_form import NumberForms

Offer = Literal["expert_consultation", "higher_tier", "early_mediation", "after_care", "routine"]
"""Codes of the closed list that a profile may choose among; `safety_support` answers domestic violence alone."""


class Levels(Checked):
    """Lowest probability of each level; below yellow everything is blue."""

    red: float = Field(
        gt=0, lt=1, description="from this probability on red; never more than capacity", examples=[0.10]
    )
    orange: float = Field(gt=0, lt=1, description="from this probability on orange", examples=[0.05])
    yellow: float = Field(gt=0, lt=1, description="from this probability on yellow", examples=[0.02])

    @model_validator(mode="after")
    def _descending(self) -> "Levels":
        if not self.red > self.orange > self.yellow:
            raise ValueError("levels must fall from red over orange to yellow")
        return self


class Outcome(Checked):
    """What is to be prevented: exactly one of a table, kinds of event, or a deadline missed."""

    table: Literal["outcomes"] | None = Field(
        default=None, description="harms recorded in the table `outcomes`", examples=["outcomes"]
    )
    min_severity: int = Field(
        default=1, ge=1, le=3, description="of `table`: harms from this severity on (1 to 3)", examples=[1]
    )
    event_types: tuple[str, ...] = Field(
        default=(), description="steps of these kinds, by their codes", examples=[["reopened"]]
    )
    at_least: int = Field(
        default=1,
        ge=1,
        description="of `event_types`: the how-manieth of them it is; 2 is again",
        examples=[2],
    )
    overdue_days: int | None = Field(
        default=None, gt=0, description="not closed this many days after registration", examples=[60]
    )
    overdue: Literal["due_at"] | None = Field(
        default=None, description="not closed at its deadline", examples=["due_at"]
    )

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
        if self.at_least > 1 and not self.event_types:
            raise ValueError("at_least counts event_types and nothing else")
        return self


class Season(Checked):
    """A part of the year: around a day of the lunar calendar (`lunar: "01-01"`), or whole months."""

    code: str = Field(description="of the season, in small letters", examples=["spring_festival"])
    name_zh: str = Field(description="its Chinese name", examples=["春节前后"])
    name_en: str = Field(description="its English name", examples=["Spring Festival"])
    lunar: str | None = Field(
        default=None, description="month and day of the lunar calendar it lies around", examples=["01-01"]
    )
    days_before: int = Field(
        default=0, ge=0, description="of `lunar`: it begins so many days before", examples=[10]
    )
    days_after: int = Field(
        default=0, ge=0, description="of `lunar`: it ends so many days after", examples=[15]
    )
    months: tuple[int, ...] = Field(
        default=(), description="whole months, instead of `lunar`", examples=[[4, 5, 6]]
    )


class ChecklistItem(Checked):
    """One line of the expert checklist: so many points when a catalogue feature reaches a value."""

    feature: str = Field(description="a feature of docs/feature_dictionary.md", examples=["threat"])
    at_least: float = Field(description="the value that gives the points", examples=[1])
    points: float = Field(description="what it gives", examples=[2])


class Recommendations(Checked):
    """What a warning offers (boundary 9), by code of `data/reference/recommendations.csv`; domestic violence has its own answer."""

    red: Offer = Field(default="expert_consultation", description="at red", examples=["expert_consultation"])
    orange: Offer = Field(default="higher_tier", description="at orange", examples=["higher_tier"])
    yellow: Offer = Field(default="early_mediation", description="at yellow", examples=["early_mediation"])
    blue: Offer = Field(default="routine", description="at blue", examples=["routine"])
    closed: Offer = Field(default="after_care", description="closed and not grave", examples=["after_care"])
    listed: Offer = Field(
        default="early_mediation", description="on the list without a model", examples=["early_mediation"]
    )


class Settings(Checked):
    """`profile.yml`, checked."""

    title_zh: str = Field(description="title of screens and papers", examples=["曲靖市矛盾纠纷预警（枫桥）"])
    title_en: str = Field(description="the same in English", examples=["Qujing dispute early warning"])
    outcome_zh: str = Field(
        description="what is to be prevented, as it completes a sentence", examples=["发生肢体暴力"]
    )
    outcome_en: str = Field(description="the same in English", examples=["turn violent"])
    horizon_days: int = Field(default=28, gt=0, description="how many days ahead is warned", examples=[28])
    label_maturity_days: int = Field(
        default=30, ge=0, description="days after the horizon until its outcomes are recorded", examples=[30]
    )
    watch_days: int = Field(
        default=90, ge=0, description="days a closed case stays at risk; 0: closed is closed", examples=[90]
    )
    complete_until: date | None = Field(
        default=None,
        description="last day of complete records; a few later ones set no as-of date",
        examples=["2023-12-03"],
    )
    capacity: Capacity = Field(
        default=Capacity(city=40),
        description="length of the weekly list; by tier, of every county's and township's list too",
        examples=[{"city": 12, "county": 8, "township": 3}],
    )
    random_share: float = Field(
        default=0.05,
        ge=0,
        lt=1,
        description="share of the list drawn at random from below it",
        examples=[0.05],
    )
    seed: int = Field(default=20260101, description="of everything drawn at random", examples=[20260101])
    levels: Levels = Field(
        default=Levels(red=0.10, orange=0.05, yellow=0.02),
        description="lowest probability of each level",
        examples=[{"red": 0.10, "orange": 0.05, "yellow": 0.02}],
    )
    outcome: Outcome = Field(
        default=Outcome(table="outcomes"),
        description="what is to be prevented",
        examples=[{"overdue_days": 60}],
    )
    seasons: tuple[Season, ...] = Field(
        default=(),
        description="parts of the year that a forecast knows",
        examples=[[{"code": "harvest", "name_zh": "秋收", "name_en": "Harvest", "months": [9, 10]}]],
    )
    checklist: tuple[ChecklistItem, ...] = Field(
        default=(),
        description="the experts' points, the order of the list without a model",
        examples=[[{"feature": "threat", "at_least": 1, "points": 2}]],
    )
    domestic_relations: tuple[str, ...] = Field(
        default=(),
        description="relations between which violence is domestic (boundary 12)",
        examples=[["spouse", "ex_partner", "kin"]],
    )
    domestic_categories: tuple[str, ...] | None = Field(
        default=None,
        description="categories of marriage and family, where signs of violence are domestic though the relation is unknown "
        "(boundary 12); silent: those whose Chinese name speaks of marriage or family",
        examples=[["D1"]],
    )
    recommendations: Recommendations = Field(
        default=Recommendations(),
        description="what is offered at each level, of the closed list",
        examples=[{"red": "higher_tier", "orange": "early_mediation"}],
    )
    backtest: Backtest = Field(
        default=Backtest(), description="how the past is replayed", examples=[{"folds": 12, "fold_weeks": 4}]
    )
    needs: Needs = Field(
        default=Needs(), description="below this no model is trained", examples=[{"history_weeks": 52}]
    )
    promotion: Promotion = Field(
        default=Promotion(), description="what a new model must reach", examples=[{"recall_margin": 0.02}]
    )
    demand: DemandSettings = Field(
        default=DemandSettings(), description="forecasts of places", examples=[{"least_disputes": 3.0}]
    )
    coverage: CoverageSettings = Field(
        default=CoverageSettings(), description="forecasts of care services", examples=[{"history_weeks": 26}]
    )
    watch: MonitoringLimits = Field(
        default=MonitoringLimits(),
        description="from where on somebody should look",
        examples=[{"departure": 4.5}],
    )
    retention: Retention = Field(
        default=Retention(), description="when closed cases are erased", examples=[{"closed_weeks": 520}]
    )
    limits: FileLimits = Field(
        default=FileLimits(),
        description="how large a landing file may be, and what reading it may cost",
        examples=[{"memory_megabytes": 8192}],
    )
    linkage: Linkage | None = Field(
        default=None,
        description="when two records count as one quarrel; nothing is linked where silent",
        examples=[{"threshold": 0.9, "days": 5}],
    )
    words: Vocabulary = Field(
        default=Vocabulary(),
        description="what things are called in this work, on screens and papers",
        examples=[{"case": {"zh": "诉求", "en": "request"}}],
    )
    number_forms: NumberForms = Field(
        default_factory=dict,
        description="how the city's offices write record numbers, by column, beside plain letters and digits",
        examples=[{"dispute_id": ["（{year}）麒调字第{n}号"]}],
    )
    model_parameters: dict[str, float | int] = Field(
        default_factory=dict,
        description="LightGBM settings that go before those of `model.yml`",
        examples=[{"num_leaves": 15}],
    )
    card_valid_days: int = Field(
        default=180, gt=0, description="days after which a model expires (boundary 15)", examples=[180]
    )


class ModelFile(Checked):
    """`model.yml`: LightGBM settings that `fengqiao retrain --tune` found, and what they were found on."""

    parameters: dict[str, float | int] = Field(
        description="LightGBM settings, by their own names",
        examples=[{"num_leaves": 15, "learning_rate": 0.05}],
    )
    found_on: dict[str, str | float | int] = Field(
        default_factory=dict, description="what they were found on; for readers", examples=[{"weeks": 104}]
    )
