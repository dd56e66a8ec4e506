"""What came of a dispute: whether the profile's outcome happened within the horizon after a Monday."""

from datetime import date, datetime, timedelta

import duckdb
import polars as pl

from pipelines.profile import Profile
from pipelines.warehouse import ONE_DISPUTE, ONE_EVENT, ONE_OUTCOME, read_frame

OVERDUE = f"""
select d.dispute_id, d.deadline as happened_at, d.deadline as known_at, 1 as severity
from (select dispute_id, {{deadline}} as deadline from {ONE_DISPUTE} where superseded_at is null) d
where d.deadline is not null and not exists (
    select 1 from {ONE_EVENT} e
    where e.dispute_id = d.dispute_id and e.event_type = 'closed' and e.superseded_at is null and e.event_at <= d.deadline)
"""


def outcome_moments(con: duckdb.DuckDBPyConnection, profile: Profile) -> pl.DataFrame:
    """Every outcome the profile wants prevented: dispute_id, happened_at, known_at, severity; sorted."""
    outcome = profile.settings.outcome
    parameters: dict[str, object] = {}
    if outcome.table is not None:
        query = f"""select dispute_id, occurred_at as happened_at, first_known_at as known_at, severity from {ONE_OUTCOME}
            where superseded_at is null and severity >= $severity"""
        parameters = {"severity": outcome.min_severity}
    elif outcome.event_types:
        query = f"""select dispute_id, event_at as happened_at, first_known_at as known_at, 1 as severity from {ONE_EVENT}
            where superseded_at is null and list_contains($types, event_type)"""
        parameters = {"types": list(outcome.event_types)}
    else:
        deadline = "due_at" if outcome.overdue else "registered_at + to_days($days::integer)"
        query = OVERDUE.format(deadline=deadline)
        parameters = {"days": outcome.overdue_days} if outcome.overdue_days else {}
    return read_frame(con, f"select * from ({query}) order by dispute_id, happened_at, known_at", parameters)


def label_cohort(con: duckdb.DuckDBPyConnection, profile: Profile, cohort: pl.DataFrame) -> pl.DataFrame:
    """Label each cohort row, in the cohort's order.

    Returns:
        as_of, dispute_id, label (an outcome in [as_of, as_of + horizon), as known now), label_known_at (when
        the first of them could be known; null for none), severity (the worst of them; null for none).
    """
    start = pl.col("as_of").cast(pl.Datetime("us"))
    keys = cohort.select("as_of", "dispute_id").with_row_index("__row")
    came = (
        keys.join(outcome_moments(con, profile), on="dispute_id", how="inner")
        .filter(
            (pl.col("happened_at") >= start)
            & (pl.col("happened_at") < start + pl.duration(days=profile.settings.horizon_days))
        )
        .group_by("__row")
        .agg(label_known_at=pl.col("known_at").min(), severity=pl.col("severity").max().cast(pl.Int64))
    )
    return (
        keys.join(came, on="__row", how="left", maintain_order="left")
        .with_columns(label=pl.col("label_known_at").is_not_null())
        .select("as_of", "dispute_id", "label", "label_known_at", "severity")
    )


def matured_until(until: datetime, profile: Profile) -> date:
    """The last Monday whose horizon and recording were over by `until`."""
    last = until.date() - timedelta(days=profile.settings.horizon_days + profile.settings.label_maturity_days)
    return last - timedelta(days=last.weekday())
