"""Facts and steps of the disputes of a cohort, as known before the as-of date."""

from datetime import date, datetime, time

import duckdb
import polars as pl

from models.escalation.reason_sentences import ReasonSentences, sentences
from pipelines.warehouse.as_known import as_known
from pipelines.warehouse.warehouse import read_frame

_DISPUTES = as_known("core_dispute", once=True)
_STEPS = as_known("core_dispute_event", once=True)

_FACTS = f"""
    select dispute_id, registered_at, due_at, amount_yuan, n_parties, tier, relation, channel,
           threat, violence, weapon, alcohol, fear, separation
    from {_DISPUTES}
    order by dispute_id
"""

_TIMELINE = f"""
    with steps as (
        select dispute_id, registered_at as happened_at, first_known_at as known_at, 'registered' as kind,
               tier, null as unit_id, null as result, null as severity, '' as record_id
        from {_DISPUTES}
        union all
        select same_as, registered_at, first_known_at, 'reregistered', tier, null, null, null, dispute_id
        from {as_known("core_dispute")} join dispute_link using (dispute_id)
        union all
        select dispute_id, event_at, first_known_at, event_type, tier, unit_id, result, null, event_id
        from {_STEPS}
        union all
        select dispute_id, occurred_at, first_known_at, 'outcome', null, null, null, severity, outcome_id
        from {as_known("core_outcome", once=True)})
    select dispute_id, happened_at, known_at, kind, tier, unit_id, result, severity from steps
    order by dispute_id, happened_at, known_at, kind, record_id
"""

_TIER_NOW = f"""
    with reached as (
        select dispute_id, tier, event_at as taken_at, 1 as nth from {_STEPS} semi join cohort using (dispute_id)
        where tier is not null
        union all
        select dispute_id, tier, registered_at, 0 from {_DISPUTES} semi join cohort using (dispute_id)
        where tier is not null)
    select dispute_id, arg_max(tier, (taken_at, nth, tier)) as tier_now from reached
    group by dispute_id order by dispute_id
"""


def facts(con: duckdb.DuckDBPyConnection, cohort: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """One row per dispute of the cohort, by dispute_id: the recorded facts, with the intake checklist."""
    known = _frame(con, _FACTS, as_of)
    keys = cohort.select("dispute_id", "is_open", "is_domestic")
    return keys.join(known, on="dispute_id", how="left").sort("dispute_id")


def timeline(con: duckdb.DuckDBPyConnection, cohort: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """One row per recorded step of each dispute of the cohort in time order: registrations (a second one of the same quarrel too), events, outcomes."""
    return own_records(con, cohort, as_of).drop("severity")


def own_records(con: duckdb.DuckDBPyConnection, cohort: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The rows of `timeline` with the severity of a harm, 1 to 3; null for every other step."""
    steps = _frame(con, _TIMELINE, as_of)
    return steps.filter(pl.col("dispute_id").is_in(cohort["dispute_id"].implode()))


def sentences_of(con: duckdb.DuckDBPyConnection, cohort: pl.DataFrame, as_of: date) -> ReasonSentences:
    """What the reasons of a cohort's disputes say, from their own records known before the Monday."""
    return sentences(own_records(con, cohort, as_of), facts(con, cohort, as_of), as_of)


def tier_now(con: duckdb.DuckDBPyConnection, cohort: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """dispute_id, tier_now of the cohort: the tier of the last step with a tier, else of the registration."""
    con.register("cohort", cohort.select("dispute_id"))
    try:
        return _frame(con, _TIER_NOW, as_of)
    finally:
        con.unregister("cohort")


def _frame(con: duckdb.DuckDBPyConnection, query: str, as_of: date) -> pl.DataFrame:
    moment = {"as_of": datetime.combine(as_of, time())}
    return read_frame(con, query, moment)
