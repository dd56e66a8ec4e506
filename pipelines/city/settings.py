"""What `profile.yml` and `model.yml` may hold: every setting of a profile, its bounds and what stands where it is silent."""

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from pipelines.city.checked_yaml import Checked


class Levels(Checked):
    """Lowest probability of each level; below yellow everything is blue."""

    red: float = Field(gt=0, lt=1)
    orange: float = Field(gt=0, lt=1)
    yellow: float = Field(gt=0, lt=1)

    @model_validator(mode="after")
    def _descending(self) -> "Levels":
        if not self.red > self.orange > self.yellow:
            raise ValueError("levels must fall from red over orange to yellow")
        return self


class Outcome(Checked):
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


class Season(Checked):
    """A part of the year: around a day of the lunar calendar (`lunar: "01-01"`), or whole months."""

    code: str
    name_zh: str
    name_en: str
    lunar: str | None = None
    days_before: int = 0
    days_after: int = 0
    months: tuple[int, ...] = ()


class ChecklistItem(Checked):
    """One line of the expert checklist: so many points when a catalogue feature reaches a value."""

    feature: str
    at_least: float
    points: float


class Backtest(Checked):
    """How the past is replayed: folds of `fold_weeks` weekly as-of dates each."""

    folds: int = Field(default=12, ge=1)
    fold_weeks: int = Field(default=4, ge=1)
    calibration_weeks: int = Field(default=26, ge=4)
    bootstrap: int = Field(default=200, ge=50)
    negative_share: float = Field(default=0.1, gt=0, le=1)


class Promotion(Checked):
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


class Needs(Checked):
    """Below this no model is trained: the checklist's order is published and the reason is said."""

    history_weeks: int = 52
    matured_outcomes: int = 100


class DemandSettings(Checked):
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


class CoverageSettings(Checked):
    """Forecasts of the care services: from how much history, and at which share overdue each level begins."""

    history_weeks: int = Field(default=26, ge=8)
    overdue_share: dict[Literal["red", "orange", "yellow"], float] = {
        "red": 0.40,
        "orange": 0.30,
        "yellow": 0.22,
    }


class MonitoringLimits(Checked):
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


class Linkage(Checked):
    """When two records count as one quarrel registered twice: so likely, and registered so few days apart.

    `apart` names pairs of case numbers that somebody has found to be two matters after all.
    """

    threshold: float = Field(ge=0.5, le=1)
    days: int = Field(default=5, ge=1)
    apart: tuple[tuple[str, str], ...] = ()


class Retention(Checked):
    """Closed disputes leave the warehouse this many weeks after closing (boundary 16)."""

    closed_weeks: int = 520


class Term(Checked):
    """One word of the work in both languages; `en` is a singular that takes a plural by `en_plural` or an s."""

    zh: str = Field(min_length=1, max_length=12)
    en: str = Field(min_length=1, max_length=40)
    en_plural: str | None = None


class Vocabulary(Checked):
    """What a case, a party, a mediator and a mediation are called in this work, on screens and papers."""

    case: Term = Term(zh="纠纷", en="dispute")
    party: Term = Term(zh="当事人", en="party", en_plural="parties")
    mediator: Term = Term(zh="调解员", en="mediator")
    mediation: Term = Term(zh="调解", en="mediation")


class Settings(Checked):
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
    watch: MonitoringLimits = MonitoringLimits()
    retention: Retention = Retention()
    linkage: Linkage | None = None
    words: Vocabulary = Vocabulary()
    model_parameters: dict[str, float | int] = Field(default_factory=dict)
    card_valid_days: int = 180


class ModelFile(Checked):
    """`model.yml`: LightGBM settings that `fengqiao retrain --tune` found, and what they were found on."""

    parameters: dict[str, float | int]
    found_on: dict[str, str | float | int] = Field(default_factory=dict)
