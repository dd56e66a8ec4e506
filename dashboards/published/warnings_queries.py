"""What the screens and papers ask of a publication: each question one function, each answer ready to show.

Screen, paper and workbook call the same functions, so they cannot disagree. A role's limits are applied
here and nowhere else: no function returns a row its role may not see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from dashboards.access.roles import Role, visible
from dashboards.published.publication import CHECKLIST, Publication
from dashboards.published.role_list import CITY_LIST, ListOf, role_list, role_lists
from dashboards.published.rows_as_seen import LEVELS, as_seen
from pipelines.run_state import RunState
from pipelines.tables.publication_meta import FamilyEntry, ModelEntry

MODEL = "lightgbm"
OLD_AFTER_DAYS = 8
NEXT_LIST_DAYS = 7
PAGE_ROWS = 50
ALIKE = 1.5
"""A probability more than this many times the highest bin's is not compared with that bin."""


@dataclass(frozen=True)
class Notice:
    """Information for the top of a page: `code` names the sentence, `facts` are filled in.

    Attributes:
        code: key of the sentence under `notice` in the wording.
        facts: both languages where a fact is a sentence itself: `reason_zh`, `reason_en`.
        grave: whether the figures must not be used as they stand.
    """

    code: str
    facts: dict[str, Any]
    grave: bool


@dataclass(frozen=True, eq=False)
class Week:
    """One week's list, or everything at risk, as one role may see it.

    Attributes:
        rows: one row per dispute, by rank: the columns of `dispute_warnings.parquet`, `listed` and `list_tier` to
            `list_position` being of the role's own lists, and `position` (1, 2, ... of what the role sees), `due_in_days` (negative when
            overdue, null without a deadline), `top_reason_zh`, `top_reason_en` and `change` since the week
            before (`new` on that list, `risen` to a higher level, or null).
        hidden: disputes with domestic violence indicated that the role does not see, of the city's first
            `k`, or of all where everything is shown; not told of one county or township, where a few would point at somebody.
        k: how many the city's list is made for; None where everything or another list is shown.
    """

    rows: pl.DataFrame
    hidden: int
    k: int | None = None


@dataclass(frozen=True, eq=False)
class Dispute:
    """One dispute's page.

    Attributes:
        warning: its row of `Week.rows`.
        facts: its row of `dispute_facts.parquet`.
        steps: what is recorded of it in time order: happened_at, known_at, `late_days` (whole days from
            the one to the other), kind, tier, unit_id, result.
        record: how past chances like this one's came true: `observed`, `low`, `high` (shares) and `of`,
            `alike` for disputes with a chance near it, `list` for the whole list where so high a chance is
            rare; None without a backtest or without a score.
    """

    warning: dict[str, Any]
    facts: dict[str, Any]
    steps: pl.DataFrame
    record: dict[str, Any] | None

    @property
    def not_asked(self) -> list[str]:
        """Questions of the intake checklist that nobody answered."""
        return [item for item in CHECKLIST if self.facts[item] is None]


def notices(publication: Publication, today: date) -> list[Notice]:
    """The notices for the top of every page, the most serious first.

    Made-up data stand still in time, so only real data can be old.

    Args:
        publication: what is shown.
        today: the reader's date.
    """
    meta, messages = publication.meta, []
    if publication.synthetic:
        messages.append(Notice("simulated", {}, grave=True))
    age_days = (today - publication.as_of).days
    if not publication.synthetic and age_days >= NEXT_LIST_DAYS:
        messages.append(Notice("old", {"as_of": publication.as_of, "days": age_days}, grave=True))
    until = publication.data_until.date()
    if (publication.as_of - until).days > OLD_AFTER_DAYS:
        messages.append(Notice("data_end_early", {"until": until}, grave=True))
    if not publication.scored:
        messages.append(Notice("no_scores", _both(meta.model), grave=True))
    messages += [
        Notice(f"family_{family}", _both(state), grave=False)
        for family, state in sorted(meta.families.items())
        if not state.published
    ]
    return messages


def run_notice(run: RunState | None) -> list[Notice]:
    """The notice that the newest run published nothing, and why, so that the week shown is an older one.

    Args:
        run: what is kept of it.
    """
    if run is None or not (run.state in ("blocked", "failed") or run.broke_off):
        return []
    code = "run_broke_off" if run.broke_off else f"run_{run.state}"
    facts = {"at": run.at.replace("T", " "), "reason_zh": run.reason_zh, "reason_en": run.reason_en}
    return [Notice(code, facts, grave=True)]


def week(
    publication: Publication,
    role: Role,
    k: int | None = None,
    earlier: Publication | None = None,
    of: ListOf = CITY_LIST,
) -> Week:
    """This week's list, the city's for a capacity of `k` disputes that the role may see.

    Args:
        publication: the week.
        role: who looks.
        k: how many can be taken up; the profile's capacity where None.
        earlier: the week before, to tell what changed.
        of: whose list.
    """
    if of != CITY_LIST:
        return Week(as_seen(publication, role, role_list(publication, role, of=of), earlier), hidden=0)
    k = k or publication.meta.capacity
    first = role_list(publication, "protection", k)
    return Week(
        rows=as_seen(publication, role, role_list(publication, role, k), earlier),
        hidden=len(first) - len(first.filter(visible(role))),
        k=k,
    )


@lru_cache(maxsize=8)
def queue(publication: Publication, role: Role, earlier: Publication | None = None) -> Week:
    """Everything at risk, by rank."""
    rows = publication.warnings.filter(visible(role))
    return Week(as_seen(publication, role, rows, earlier), len(publication.warnings) - len(rows))


def left_list(
    publication: Publication, role: Role, earlier: Publication, of: ListOf = CITY_LIST
) -> pl.DataFrame:
    """Disputes on one of the role's previous lists and not on the same one now.

    Returns:
        dispute_id, category, area_code, level then, `still`: whether it is at risk now, and `elsewhere`: whether
            on another list, else only lower down.
    """
    now = publication.warnings
    any_list = role_lists(publication, role)["dispute_id"]
    return (
        role_list(earlier, role, of=of)
        .join(role_list(publication, role, of=of), on="dispute_id", how="anti")
        .join(now.filter(~visible(role)), on="dispute_id", how="anti")
        .select(
            "dispute_id",
            "category",
            "area_code",
            "level",
            still=pl.col("dispute_id").is_in(now["dispute_id"].implode()),
            elsewhere=pl.col("dispute_id").is_in(any_list.implode()),
        )
    )


def narrowed(
    rows: pl.DataFrame,
    counties: Sequence[str] = (),
    categories: Sequence[str] = (),
    levels: Sequence[str] = (),
) -> pl.DataFrame:
    """The rows of these counties, categories and levels; an empty choice means all."""
    chosen = {"county_code": counties, "category": categories, "level": levels}
    return rows.filter(
        pl.lit(value=True),
        *(pl.col(column).is_in(list(codes)) for column, codes in chosen.items() if codes),
    )


def choices(publication: Publication) -> tuple[list[str], list[str]]:
    """County and category codes that occur this week, sorted; the values of the filters."""
    present = [
        publication.warnings[column].drop_nulls().unique().sort() for column in ("county_code", "category")
    ]
    return present[0].to_list(), present[1].to_list()


def pages_in(rows: pl.DataFrame) -> int:
    """Number of pages of `PAGE_ROWS` rows, at least one."""
    return max(1, -(-len(rows) // PAGE_ROWS))


def page_of(rows: pl.DataFrame, number: int) -> pl.DataFrame:
    """The rows of one page, numbered from 1."""
    return rows.slice((number - 1) * PAGE_ROWS, PAGE_ROWS)


def level_counts(rows: pl.DataFrame) -> dict[str, int]:
    """How many rows each level has, all four named; empty where there are no scores."""
    counted = dict(rows.group_by("level").len().iter_rows())
    return {} if set(counted) <= {None} else {level: counted.get(level, 0) for level in LEVELS}


def one_dispute(publication: Publication, role: Role, dispute_id: str) -> Dispute | None:
    """One dispute's page, or None where the week has no such dispute or the role may not see it."""
    row = publication.warnings.filter(visible(role), pl.col("dispute_id") == dispute_id)
    seen = as_seen(publication, role, row, None)
    if seen.is_empty():
        return None
    facts = publication.facts.filter(pl.col("dispute_id") == dispute_id)
    return Dispute(
        warning=seen.row(0, named=True),
        facts=facts.row(0, named=True) if len(facts) else dict.fromkeys(publication.facts.columns),
        steps=publication.timeline.filter(pl.col("dispute_id") == dispute_id).with_columns(
            late_days=(pl.col("known_at").dt.date() - pl.col("happened_at").dt.date()).dt.total_days()
        ),
        record=_record(publication, seen["probability"][0]),
    )


def _record(publication: Publication, probability: float | None) -> dict[str, Any] | None:
    """The reliability bin whose predicted probability is nearest, or the list's record above the highest bin."""
    bins = reliability(publication)
    if probability is None or bins.is_empty():
        return None
    nearest = bins.sort((pl.col("predicted") - probability).abs(), "bin").row(0, named=True)
    if probability <= nearest["predicted"] * ALIKE:
        return nearest | {"of": "alike"}
    listed = publication.metrics.filter(
        pl.col("as_of").is_null(), model=MODEL, segment="all", metric="precision_at_capacity"
    ).drop_nulls(["value", "low", "high"])
    if listed.is_empty():
        return None
    return listed.select("low", "high", observed="value", of=pl.lit("list")).row(0, named=True)


def reliability(publication: Publication, segment: str = "all") -> pl.DataFrame:
    """Predicted and observed probabilities of our model in the backtest: bin, predicted, observed, low, high, n."""
    return publication.calibration.filter((pl.col("model") == MODEL) & (pl.col("segment") == segment)).sort(
        "bin"
    )


def _both(entry: ModelEntry | FamilyEntry) -> dict[str, str]:
    return {"reason_zh": entry.reason_zh, "reason_en": entry.reason_en}
