"""Prospects of an intake: cases, closings, outcomes, the list, and whether a model would be trained.

Counted in the throw-away warehouse of a dry run; numbers only, never a case or a person.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from features.cohort import at_risk, excluded_counts, states
from features.labels import outcome_moments
from models.escalation.default_order import default_order
from models.escalation.matured_history import matured_mondays, why_not_trainable
from models.wording import ORDERS
from pipelines.city import clock
from pipelines.city.profile import Profile
from pipelines.onboarding.dry_run import CheckReport, check_folder
from pipelines.warehouse.as_known import as_known
from pipelines.warehouse.as_of import first_known, newest_monday
from pipelines.warehouse.warehouse import first_monday_after, read_frame

CASES = f"""
with steps as (
    select dispute_id, max(event_at) filter (event_type = 'closed') as closed_at,
        max(event_at) filter (event_type = 'reopened') as reopened_at
    from {as_known("core_dispute_event")} group by dispute_id)
select year(registered_at) as year, dispute_id, closed_at is not null and coalesce(reopened_at <= closed_at, true) as is_closed,
    date_diff('minute', registered_at, closed_at) / 1440 as days
from {as_known("core_dispute")} left join steps using (dispute_id)
"""


@dataclass(frozen=True)
class YearCounts:
    """Cases registered in a year, those of them closed by now, and cases with an outcome in that year."""

    year: int
    cases: int
    closed: int
    outcomes: int


@dataclass(frozen=True)
class Prospects:
    """The counts of `prospects`.

    `median_days` is from registration to the last closing; None where nothing is closed. `listed` of the `at_risk` would be
    on the list, in `order` where no model may be used; `not_ranked` counts what is kept off it, by reason. `why_no_model` is None where one would be
    trained and judged.
    """

    as_of: date
    cases: int
    closed: int
    median_days: float | None
    years: tuple[YearCounts, ...]
    matured_weeks: int
    at_risk: int
    listed: int
    not_ranked: dict[str, int]
    order: str
    why_no_model: str | None
    capacity: int

    @property
    def open(self) -> int:
        """Cases not closed, or opened again."""
        return self.cases - self.closed

    def as_json(self) -> dict[str, Any]:
        """The counts as JSON."""
        return asdict(self) | {"open": self.open, "as_of": self.as_of.isoformat()}


def dry_run(data: Path, profile: Profile, corrections: Path | None) -> tuple[CheckReport, Prospects | None]:
    """A dry run of the intake with its prospects; None for them where a file would be refused or nothing loaded."""
    counted: list[Prospects | None] = []
    report = check_folder(data, profile, corrections, lambda con: counted.append(prospects(con, profile)))
    return report, counted[0] if counted and not report.refusals else None


def prospects(con: duckdb.DuckDBPyConnection, profile: Profile) -> Prospects | None:
    """Counts of the records that a run would publish from; None where no record would be loaded."""
    first = first_known(con)
    if first is None:
        return None
    as_of = newest_monday(con, profile, clock.local_now()) or first_monday_after(first)
    cases = read_frame(con, CASES, {"as_of": datetime.combine(as_of, time())})
    closed = cases.filter("is_closed")
    with states(con, profile.settings.watch_days, [as_of]):
        kept_off = excluded_counts(con, profile, as_of)
    n_at_risk = len(at_risk(con, profile, [as_of]))
    why = why_not_trainable(con, profile, as_of)
    return Prospects(
        as_of=as_of,
        cases=len(cases),
        closed=len(closed),
        median_days=closed["days"].median(),  # pyright: ignore[reportArgumentType]
        years=_years(cases, outcome_moments(con, profile.settings.outcome, as_of)),
        matured_weeks=len(matured_mondays(con, profile, as_of)),
        at_risk=n_at_risk,
        listed=min(n_at_risk, profile.settings.capacity.city),
        not_ranked=kept_off,
        order=ORDERS[default_order(profile.settings)].en,
        why_no_model=why.en if why else None,
        capacity=profile.settings.capacity.city,
    )


def _years(cases: pl.DataFrame, outcomes: pl.DataFrame) -> tuple[YearCounts, ...]:
    """Counts by year, oldest first; an outcome counts once for each case and year."""
    registered = cases.group_by("year").agg(cases=pl.len(), closed=pl.col("is_closed").sum())
    with_outcome = (
        outcomes.filter(pl.col("until_at").is_null())
        .select("dispute_id", year=pl.col("happened_at").dt.year().cast(pl.Int64))
        .unique()
        .group_by("year")
        .agg(outcomes=pl.len())
    )
    rows = registered.with_columns(pl.col("year").cast(pl.Int64)).join(
        with_outcome, on="year", how="full", coalesce=True
    )
    return tuple(
        YearCounts(*row)
        for row in rows.select("year", pl.col("cases", "closed", "outcomes").fill_null(0))
        .sort("year")
        .iter_rows()
    )
