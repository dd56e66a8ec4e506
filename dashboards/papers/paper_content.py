"""What the papers of one week are made from: the read model's answers for one role, in one language."""

from dataclasses import dataclass
from datetime import date, datetime

from dashboards.access.roles import Role
from dashboards.decisions.store import DecisionStore, Entry
from dashboards.published.last_week_queries import LastWeek, last_week
from dashboards.published.model_queries import Measured, pooled
from dashboards.published.publication import Publication, before, current
from dashboards.published.warnings_queries import Dispute, Week, one_dispute, queue, week
from dashboards.wording.code_names import Names, names_of
from dashboards.wording.language import words_of
from pipelines.city.profile import Profile
from pipelines.errors import FengqiaoError
from pipelines.home import Home

FOR_THE_MEETING = 10
"""How many disputes the meeting talks through; the others stand in the workbook."""


@dataclass(frozen=True, eq=False)
class Paper:
    """What the papers tell.

    Attributes:
        publication: the week.
        earlier: the week before, if any.
        profile: the city.
        role: whose papers.
        names: the language.
        listed: the week's list.
        at_risk: everything at risk.
        ten: the first of the list, each as its own page shows it.
        last: what became of the list before, if any.
        measured: how right the ways of ordering were, by method and metric.
        decided: decisions that stand, of the list's disputes.
        head: hash of the newest entry of the decision record.
        entries: how many entries it has.
        today: the day the paper is made.
    """

    publication: Publication
    earlier: Publication | None
    profile: Profile
    role: Role
    names: Names
    listed: Week
    at_risk: Week
    ten: list[Dispute]
    last: LastWeek | None
    measured: dict[str, dict[str, Measured]]
    decided: dict[str, Entry]
    head: str
    entries: int
    today: date


def gather(home: Home, profile: Profile, lang: str, role: Role) -> Paper:
    """Ask the read model everything the papers tell.

    Raises:
        FengqiaoError: nothing is published yet, or the record of decisions does not close.
    """
    publication = current(home)
    if publication is None:
        raise FengqiaoError(f"nothing is published under {home.published}: run `fengqiao run` first")
    earlier = before(home, publication)
    listed = week(publication, role, earlier=earlier)
    numbers = listed.rows["dispute_id"].to_list()
    record = DecisionStore.of(home).verify()
    return Paper(
        publication=publication,
        earlier=earlier,
        profile=profile,
        role=role,
        names=names_of(profile, words_of(lang, profile.settings.words)),
        listed=listed,
        at_risk=queue(publication, role),
        ten=[
            dispute
            for n in numbers[:FOR_THE_MEETING]
            if (dispute := one_dispute(publication, role, n)) is not None
        ],
        last=last_week(publication, role),
        measured=pooled(publication),
        decided=DecisionStore.of(home).standing(numbers),
        head=record.head,
        entries=record.entries,
        today=datetime.now().date(),
    )
