"""Follow-up of the previous list, as known before a Monday: decisions, visits, closings and harms."""

from datetime import date, datetime, time
from pathlib import Path

import duckdb
import polars as pl

from features.labels import outcome_moments
from pipelines.city.profile import Profile
from pipelines.city.published_lists import CITY, lists_seen, of_the_city
from pipelines.home import Home
from pipelines.warehouse.as_known import as_known
from pipelines.warehouse.warehouse import read_frame

_DECIDED = f"""
    with standing as (
        select * from {as_known("core_decision")} where as_of = $listed_on and not coalesce(undone, false)),
    decided as (
        select dispute_id, action, reason, unit_id, due_on from standing where action in ('accept', 'decline', 'correct')
        qualify row_number() over (partition by dispute_id order by known_at desc, length(decision_id) desc, decision_id desc) = 1),
    visited as (
        select dispute_id, visited_on, reason as visit_result from standing where action = 'visit'
        qualify row_number() over (partition by dispute_id order by known_at desc, length(decision_id) desc, decision_id desc) = 1)
    select * from decided full join visited using (dispute_id) order by dispute_id
"""
_HANDLED = f"""
    select dispute_id,
        min(event_at) filter (event_at >= $listed_on and event_type in ('mediation', 'visit', 'follow_up', 'expert_consultation'))
            as contacted_at,
        arg_max(event_type, event_at) filter (event_type in ('closed', 'reopened')) is not distinct from 'closed' as is_closed
    from {as_known("core_dispute_event", once=True)} group by dispute_id order by dispute_id
"""


def last_week(
    con: duckdb.DuckDBPyConnection, home: Home, profile: Profile, as_of: date
) -> pl.DataFrame | None:
    """The newest list published before a Monday, with what happened to its disputes until then.

    Returns:
        One row per dispute that was listed, or is on the list of those who do not see domestic violence
        (`selection` null where on that one alone), by its rank then: listed_on, dispute_id, rank, level, selection,
        category, area_code, county_code, is_domestic; action, reason, unit_id, due_on (null where nobody
        decided), visited_on, visit_result (null where no visit was noted); contacted_at, is_closed, and
        `harmed`, whether the outcome to be prevented came since. None where no list was published before.
    """
    path = _list_before(home, as_of)
    if path is None:
        return None
    listed = _on_a_list(pl.read_parquet(path), profile.settings.capacity.city)
    listed_on = date.fromisoformat(path.parent.name)
    moments = {"as_of": _midnight(as_of), "listed_on": _midnight(listed_on)}
    harmed = outcome_moments(con, profile.settings.outcome, as_of).filter(
        pl.col("until_at").is_null(),
        pl.col("happened_at") >= moments["listed_on"],
        pl.col("happened_at") < moments["as_of"],
    )
    kept = ("dispute_id", "rank", "level", "selection", "category", "area_code", "county_code", "is_domestic")
    return (
        listed.select(pl.lit(listed_on).alias("listed_on"), *kept)
        .join(read_frame(con, _DECIDED, moments), on="dispute_id", how="left")
        .join(read_frame(con, _HANDLED, moments), on="dispute_id", how="left")
        .with_columns(
            pl.col("is_closed").fill_null(value=False),
            harmed=pl.col("dispute_id").is_in(harmed["dispute_id"].implode()),
        )
        .sort("rank")
    )


def _on_a_list(warnings: pl.DataFrame, capacity: int) -> pl.DataFrame:
    """The city's listed disputes, and those that take the places of domestic violence on the list for other roles (docs/decisions)."""
    seen = lists_seen(warnings, ~pl.col("is_domestic"), capacity).filter(pl.col("list_tier") == CITY)
    own = of_the_city(warnings)
    return own.filter(pl.col("listed") | pl.col("dispute_id").is_in(seen["dispute_id"].implode()))


def _list_before(home: Home, as_of: date) -> Path | None:
    weeks = sorted(home.published.glob("????-??-??/dispute_warnings.parquet"))
    earlier = [path for path in weeks if path.parent.name < as_of.isoformat()]
    return earlier[-1] if earlier else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())
