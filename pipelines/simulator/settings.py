"""`simulator.yml` of a profile, checked: how its quarrels arise, and what attending to one does.

Basis as in `parameters`: [S] read in a source, [A] assumed, [C] set by calibration.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipelines.city.checked_yaml import Checked, Problem, check_yaml
from pipelines.city.profile import Profile
from pipelines.errors import RefusedInput

Share = Annotated[float, Field(ge=0, le=1)]
NotNegative = Annotated[float, Field(ge=0)]


class Span(Checked):
    """Days around a feast."""

    before: int
    after: int


class Festival(Checked):
    """What the feast does to registrations and to quarrels; `season` is a season of the profile."""

    season: str
    shut_days: Span
    shut_factor: float
    rebound_days: int
    rebound_factor: float
    hazard_factor: float


class Peak(Checked):
    """A season of the profile in which more of a category is registered."""

    season: str
    factor: float


class CategoryFigures(Checked):
    """One category of disputes; shares of relations in per cent, of checklist truths as shares."""

    rural_pct: float
    urban_pct: float
    relative_risk: float
    relations: dict[str, float]
    flags: dict[Literal["threat", "violence", "weapon", "alcohol", "fear", "separation"], float]
    amount_yuan: float
    has_amount: float
    long_stays: bool = False
    peak: Peak | None = None


class ServiceFigures(Checked):
    """One care service: cases at scale 1, rhythm of visits, usual share of visits made late."""

    cases: int
    visit_every_weeks: int
    late_share: float


class Attending(Checked):
    """What an early mediation does to a dispute, once and for as long as it is followed.

    The effect is drawn for each dispute: on `nothing_share` of them it does nothing, on `worse_share` it
    adds `worse_by` to the hazard, on the others it takes away a share of it, normal around `helps_mean`,
    times the category's factor in `works`, times `works_when_closed` where the dispute is closed.
    """

    helps_mean: Share
    helps_sd: NotNegative
    nothing_share: Share
    worse_share: Share
    worse_by: NotNegative
    works: dict[str, NotNegative]
    works_when_closed: NotNegative
    harm_recorded: Share
    found_per_mediation: NotNegative

    @model_validator(mode="after")
    def _leaves_some(self) -> "Attending":
        if self.nothing_share + self.worse_share > 1:
            raise ValueError(
                "nothing_share and worse_share are shares of the same disputes: at most 1 together"
            )
        return self


class TrialFigures(Checked):
    """The trial's own world: how much harm is on record where nobody is sent, and what may go wrong in it."""

    harm_recorded: Share
    harm_recorded_silent: Share
    fault_weeks: int = Field(ge=0)
    shortage_season: str
    shortage_capacity: Share


class CityFigures(Checked):
    """`simulator.yml` of a profile."""

    attending: Attending
    trial: TrialFigures
    festival: Festival
    month_hazard: dict[int | Literal["other"], float]
    categories: dict[str, CategoryFigures]
    services: dict[str, ServiceFigures]


def city_figures(profile: Profile) -> CityFigures:
    """Read `simulator.yml` of the profile.

    Raises:
        RefusedInput: the profile has none, or it does not fit the profile's categories and seasons.
    """
    path = profile.folder / "simulator.yml"
    if not path.is_file():
        raise RefusedInput(f"profile {profile.name} cannot be simulated: {path} is missing")
    return check_yaml(path, CityFigures, lambda figures: _strangers(figures, profile))


def _strangers(figures: CityFigures, profile: Profile) -> Iterator[Problem]:
    """Seasons and categories that the profile does not know, and a category whose mediation nothing is said of."""
    peaks = {code: category.peak for code, category in figures.categories.items() if category.peak}
    seasons = {
        ("festival", "season"): figures.festival.season,
        ("trial", "shortage_season"): figures.trial.shortage_season,
        **{("categories", code, "peak", "season"): peak.season for code, peak in peaks.items()},
    }
    known = {season.code for season in profile.settings.seasons}
    for where, season in seasons.items():
        if season not in known:
            yield where, f"profile {profile.name} has no season {season!r}"
    disputes, services = profile.codes_of_kind("dispute"), profile.codes_of_kind("service")
    for entry, codes, kind, allowed in (
        (("categories",), figures.categories, "dispute", disputes),
        (("services",), figures.services, "service", services),
        (("attending", "works"), figures.attending.works, "dispute", disputes),
    ):
        for code in codes:
            if code not in allowed:
                yield (*entry, code), f"profile {profile.name} has no {kind} category {code!r}"
    for code in figures.categories:
        if code not in figures.attending.works:
            yield ("attending", "works"), f"category {code!r} is missing"
