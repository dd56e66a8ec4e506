"""The label: whether the outcome the profile wants prevented happened within the horizon after a Monday."""

from datetime import date, datetime, time, timedelta

import duckdb
import polars as pl

from pipelines.city.profile import Profile
from pipelines.city.settings import Outcome
from pipelines.warehouse.as_known import as_known, versions
from pipelines.warehouse.warehouse import read_frame

_VERSIONS = """
select dispute_id, {key} as record_id, {happened} as happened_at, known_at, retired_at as until_at,
    {severity} as severity
from {table} where {wanted}
"""
_OVERDUE = f"""
select dispute_id, dispute_id as record_id, deadline as happened_at, deadline as known_at, null::timestamp as until_at, 1 as severity
from (select dispute_id, {{deadline}} as deadline from {as_known("core_dispute", once=True)}) d
where deadline < $as_of and not exists (
    select 1 from {as_known("core_dispute_event", once=True)} e
    where e.dispute_id = d.dispute_id and e.event_type = 'closed' and e.event_at <= d.deadline)
"""
_NTH = """
with v as ({versions}),
earlier as (
    select a.dispute_id, a.record_id, a.happened_at, list_sort(list(b.known_at))[$before] as known_at
    from (select distinct dispute_id, record_id, happened_at from v) a join v b on b.dispute_id = a.dispute_id and b.until_at is null
        and b.record_id <> a.record_id and (b.happened_at < a.happened_at or (b.happened_at = a.happened_at and b.record_id < a.record_id))
    group by all having count(*) >= $before)
select v.* replace (greatest(v.known_at, e.known_at) as known_at) from v join earlier e using (dispute_id, record_id, happened_at)
where v.until_at is null or v.until_at > e.known_at
"""
"""Versions of a dispute's n-th and later steps (`at_least`), known once the earlier ones are known too."""
NOW = datetime(9000, 1, 1)


def outcome_moments(
    con: duckdb.DuckDBPyConnection, outcome: Outcome, as_of: date | None = None
) -> pl.DataFrame:
    """Versions of the profile's outcomes known before a day; None means now.

    Returns:
        dispute_id, record_id, happened_at, known_at (of the version), until_at (when a later version took its place, before
        that day; null for what stands), severity; sorted.
    """
    parameters: dict[str, object] = {"as_of": datetime.combine(as_of, time()) if as_of else NOW}
    if outcome.table is not None:
        query = _VERSIONS.format(
            key="outcome_id",
            happened="occurred_at",
            severity="severity",
            table=versions("core_outcome", "$as_of", once=True),
            wanted="severity >= $severity",
        )
        parameters |= {"severity": outcome.min_severity}
    elif outcome.event_types:
        query = _VERSIONS.format(
            key="event_id",
            happened="event_at",
            severity="1",
            table=versions("core_dispute_event", "$as_of", once=True),
            wanted="list_contains($types, event_type)",
        )
        parameters |= {"types": list(outcome.event_types)}
        if outcome.at_least > 1:
            query = _NTH.format(versions=query)
            parameters |= {"before": outcome.at_least - 1}
    else:
        query = _OVERDUE.format(
            deadline="due_at" if outcome.overdue else "registered_at + to_days($days::integer)"
        )
        parameters |= {"days": outcome.overdue_days} if outcome.overdue_days else {}
    return read_frame(con, f"select * from ({query}) order by all", parameters)


def label_cohort(
    con: duckdb.DuckDBPyConnection, profile: Profile, cohort: pl.DataFrame, as_of: date | None = None
) -> pl.DataFrame:
    """The label of each cohort row, in the cohort's order, from what was known before a day; None means now.

    Returns:
        as_of, dispute_id, label (an outcome in [as_of, as_of + horizon)), severity (the worst of them; null for
        none), outcome_versions (list of known_at, until_at: when such an outcome became known, and when it was corrected
        or withdrawn; null for none), from which `known_by` makes the label of an earlier day.
    """
    start = pl.col("as_of").cast(pl.Datetime("us"))
    keys = cohort.select("as_of", "dispute_id").with_row_index("__row")
    stands = pl.col("until_at").is_null()
    matched = (
        keys.join(outcome_moments(con, profile.settings.outcome, as_of), on="dispute_id", how="inner")
        .filter(
            (pl.col("happened_at") >= start)
            & (pl.col("happened_at") < start + pl.duration(days=profile.settings.horizon_days))
        )
        .group_by("__row")
        .agg(
            label=stands.any(),
            severity=pl.col("severity").filter(stands).max().cast(pl.Int64),
            outcome_versions=pl.struct("known_at", "until_at").sort(),
        )
    )
    return (
        keys.join(matched, on="__row", how="left", maintain_order="left")
        .with_columns(pl.col("label").fill_null(value=False))
        .select("as_of", "dispute_id", "label", "severity", "outcome_versions")
    )


def known_by(labels: pl.DataFrame, day: date) -> pl.Series:
    """The label of each row from what was known before `day`, which must not be later than the day of `labels`; bool [rows]."""
    moment = datetime.combine(day, time())
    one = pl.element().struct
    standing = (one["known_at"] < moment) & (one["until_at"].is_null() | (one["until_at"] >= moment))
    return labels.select(
        label=pl.col("outcome_versions").list.eval(standing).list.any().fill_null(value=False)
    )["label"]


def matured_until(until: datetime, profile: Profile) -> date:
    """The last Monday whose horizon and recording time ended by `until`."""
    last = until.date() - timedelta(days=profile.settings.horizon_days + profile.settings.label_maturity_days)
    return last - timedelta(days=last.weekday())
