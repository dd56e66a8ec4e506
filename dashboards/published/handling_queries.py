"""Queries about the handling of cases: deadlines (clocks), units, and similar closed cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from functools import lru_cache

import polars as pl

from dashboards.access.roles import Role, sees_domestic, visible
from dashboards.decisions.store import Entry
from dashboards.published.publication import Publication

RESPONSE_HOURS, FEEDBACK_HOURS = 2, 48
WAITING = ("all", "no_response", "no_feedback", "overdue")
_FEEDBACK = ("mediation", "visit", "agreement", "expert_consultation", "follow_up", "closed")
FEW_CASES = 20
"""A unit with fewer finished cases is not compared with the city."""


@dataclass(frozen=True, eq=False)
class Clocks:
    """Open disputes with the deadlines (clocks) that run for them.

    Attributes:
        rows: one row per open dispute, overdue first, then the longest waiting: dispute_id, category,
            area_code, county_code, level, hours (since registration), response_hours and feedback_hours (null
            while there is none), no_response, no_feedback (the clock ran out without one), overdue_days (of its own
            deadline; 0 or less where it is not over, null without one).
        hidden: open disputes with domestic violence indicated that the role does not see.
        fed: the clocks that some record of the source can stop, of `no_response`, `no_feedback`, `overdue`; no other is shown.
    """

    rows: pl.DataFrame
    hidden: int
    fed: frozenset[str] = frozenset(WAITING)

    def late(self, waiting: str) -> pl.DataFrame:
        """The rows a clock ran out for: `no_response`, `no_feedback` or `overdue`; `all` of them."""
        wanted = {"all": pl.lit(value=True), "overdue": pl.col("overdue_days") > 0}
        return self.rows.filter(wanted.get(waiting, pl.col(waiting)))


@lru_cache(maxsize=8)
def clocks(publication: Publication, role: Role) -> Clocks:
    """The clocks of every open dispute the role may see, at the Monday."""
    moment = datetime.combine(publication.as_of, time())
    first = publication.timeline.filter(pl.col("kind") != "registered").group_by("dispute_id")
    steps = first.agg(
        answered_at=pl.col("happened_at").min(),
        fed_back_at=pl.col("happened_at").filter(pl.col("kind").is_in(_FEEDBACK)).min(),
    )
    hours = {
        "hours": pl.lit(moment) - pl.col("registered_at"),
        "response_hours": pl.col("answered_at") - pl.col("registered_at"),
        "feedback_hours": pl.col("fed_back_at") - pl.col("registered_at"),
    }
    open_now = publication.warnings.filter("is_open")
    seen = open_now.filter(visible(role))
    rows = (
        seen.select("dispute_id", "category", "area_code", "county_code", "level")
        .join(publication.facts.select("dispute_id", "registered_at", "due_at"), on="dispute_id")
        .join(steps, on="dispute_id", how="left")
        .with_columns((span.dt.total_minutes() / 60).alias(name) for name, span in hours.items())
        .with_columns(
            no_response=pl.col("response_hours").is_null() & (pl.col("hours") > RESPONSE_HOURS),
            no_feedback=pl.col("feedback_hours").is_null() & (pl.col("hours") > FEEDBACK_HOURS),
            overdue_days=(pl.lit(publication.as_of) - pl.col("due_at").dt.date()).dt.total_days(),
        )
        .sort("overdue_days", "hours", "dispute_id", descending=[True, True, False], nulls_last=True)
        .select(
            *("dispute_id", "category", "area_code", "county_code", "level", "hours", "response_hours"),
            *("feedback_hours", "no_response", "no_feedback", "overdue_days"),
        )
    )
    return Clocks(rows, len(open_now) - len(seen), _fed(publication))


def _fed(publication: Publication) -> frozenset[str]:
    """The clocks for which the source has records: steps before a closing, and deadlines."""
    steps = set(publication.timeline["kind"].unique()) - {"registered", "closed", "reopened"}
    feeds = {
        "no_response": bool(steps),
        "no_feedback": bool(steps & set(_FEEDBACK)),
        "overdue": publication.facts["due_at"].null_count() < len(publication.facts),
    }
    return frozenset(name for name, is_fed in feeds.items() if is_fed)


def accepted(publication: Publication, role: Role, entries: Sequence[Entry]) -> list[Entry]:
    """Accepted warnings the role may see. One that is no longer at risk is seen by those who see all."""
    if sees_domestic(role):
        return list(entries)
    numbers = [entry.decision.dispute_id for entry in entries]
    seen = set(publication.warnings.filter(pl.col("dispute_id").is_in(numbers), visible(role))["dispute_id"])
    return [entry for entry in entries if entry.decision.dispute_id in seen]


def units(publication: Publication) -> pl.DataFrame | None:
    """Units that had a case this year, by place and not by result; None where the week describes none.

    Returns:
        The columns of `units.parquet` and `stands`: `above` or `below` the same cases in the city where the
        interval leaves the usual out, `like` where it holds it, null with fewer than `FEW_CASES`; and `free`,
        how many more it can take this week at its capacity.
    """
    described = publication.described.get("units")
    if described is None:
        return None
    usual = pl.col("in_time_usual")
    return (
        described.filter(pl.col("disputes") > 0)
        .with_columns(
            stands=pl.when(pl.col("due") < FEW_CASES)
            .then(None)
            .when(pl.col("in_time_share_low") > usual)
            .then(pl.lit("above"))
            .when(pl.col("in_time_share_high") < usual)
            .then(pl.lit("below"))
            .otherwise(pl.lit("like")),
            free=_free(),
        )
        .sort("area_code", "unit_id")
    )


def free_capacity(publication: Publication) -> dict[str, int]:
    """By unit, the number of further disputes it can take this week: its capacity minus its recent weekly load."""
    described = publication.described.get("units")
    return {} if described is None else dict(described.select("unit_id", _free().alias("free")).iter_rows())


def similar(publication: Publication, dispute_id: str) -> pl.DataFrame:
    """The closed disputes most similar to one dispute, the most similar first; empty where none are published."""
    described = publication.described.get("similar")
    if described is None:
        return pl.DataFrame()
    return described.filter(pl.col("dispute_id") == dispute_id).sort("nth")


def _free() -> pl.Expr:
    return (pl.col("weekly_capacity") - (pl.col("recent") / 4).ceil()).clip(lower_bound=0).cast(pl.Int64)
