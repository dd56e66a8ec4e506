"""Which disputes are at risk on a Monday, by what was known before it (both clocks).

At risk is open, or closed within `watch_days`. Not ranked, so not here: disputes that involve a minor,
collective ones, withdrawn ones (boundary 12). Everything that can change comes from the version in force.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import duckdb
import polars as pl

from pipelines.profile import Profile
from pipelines.warehouse import read_frame

COHORT_COLUMNS = (
    "as_of", "dispute_id", "category", "area_code", "township_code", "county_code", "channel", "relation",
    "registered_at", "days_open", "is_open", "is_domestic", "found_after_warning",
)  # fmt: skip

AT_RISK = """
with changes as (
    select dispute_id, known_at, max(event_at) over past as changed_at, arg_max(event_type, event_at) over past as change,
        row_number() over (partition by dispute_id, known_at order by event_at desc, event_type) as nth
    from core_dispute_event where event_type in ('closed', 'reopened')
    window past as (partition by dispute_id order by known_at range between unbounded preceding and current row)),
registered as (select dispute_id, min(known_at) as from_at from core_dispute group by dispute_id),
states as (
    select dispute_id, from_at, null::timestamp as closed_at, null::timestamp as known_at from registered
    union all
    select c.dispute_id, greatest(c.known_at, r.from_at), case when change = 'closed' then changed_at end, c.known_at
    from changes c join registered r using (dispute_id) where nth = 1),
spans as (
    select *, lead(from_at) over (partition by dispute_id order by from_at, known_at nulls first) as to_at from states),
violence as (
    select dispute_id, min(known_at) as violence_at from (
        select dispute_id, known_at from core_dispute_event where event_type = 'violence_reported'
        union all select dispute_id, known_at from core_outcome) group by dispute_id),
at_risk as (
    select m.as_of, s.dispute_id, s.closed_at
    from spans s join mondays m on m.as_of > s.from_at and m.as_of <= least(
        coalesce(s.to_at, 'infinity'::timestamp),
        coalesce(s.closed_at + to_days($watch_days), 'infinity'::timestamp))),
versions as (
    select r.as_of, r.closed_at, v.* exclude (first_known_at, file_id), n.violence_at
    from at_risk r join core_dispute v on v.dispute_id = r.dispute_id
        and v.known_at < r.as_of and (v.superseded_at is null or v.superseded_at >= r.as_of)
    left join violence n on n.dispute_id = r.dispute_id
    where (v.withdrawn_at is null or v.withdrawn_at >= r.as_of))
"""

ATTRIBUTES = """
select v.as_of::date as as_of, v.dispute_id, v.category, v.area_code, v.township_code, v.county_code, v.channel, v.relation,
    v.registered_at, date_diff('day', v.registered_at::date, v.as_of::date)::bigint as days_open, v.closed_at is null as is_open,
    coalesce(list_contains($domestic, v.relation) and (coalesce(v.violence, false) or coalesce(v.violence_at < v.as_of, false)), false)
        as is_domestic,
    coalesce(v.found_after_warning, false) as found_after_warning, v.parties_key, v.village_code,
    v.township_code || '|' || v.category as township_category,
    date_diff('day', v.as_of::date, v.due_at::date) as days_to_due,
    date_diff('day', v.closed_at::date, v.as_of::date) as days_since_closed, (v.closed_at is null)::int as open_now,
    date_diff('day', v.occurred_on, v.registered_at::date) as reporting_delay_days, v.n_parties, v.amount_yuan,
    a.urban::int as urban, list_position(['grid', 'village', 'township', 'county', 'city'], v.tier) as tier_reached,
    v.threat::int as threat, v.violence::int as violence, v.weapon::int as weapon, v.alcohol::int as alcohol, v.fear::int as fear,
    v.separation::int as separation,
    (v.threat is null)::int + (v.violence is null)::int + (v.weapon is null)::int + (v.alcohol is null)::int
        + (v.fear is null)::int as checklist_unknown
from versions v left join core_area a on a.area_code = v.township_code
where not coalesce(v.minor_involved, false) and coalesce(v.scale, '01') = '01' and ($last_days is null
    or coalesce($due_column = 'due_at', false) or v.as_of <= v.registered_at + to_days($last_days::integer))
    and (not coalesce($due_column = 'due_at', false) or v.due_at is null or v.as_of <= v.due_at)
order by 1, 2
"""


def at_risk(con: duckdb.DuckDBPyConnection, profile: Profile, as_of_dates: Sequence[date]) -> pl.DataFrame:
    """The cohort of every Monday with the attributes the catalogue reads, sorted by as_of, dispute_id."""
    outcome = profile.settings.outcome
    _register(con, as_of_dates)
    frame = read_frame(
        con,
        AT_RISK + ATTRIBUTES,
        {
            "watch_days": profile.settings.watch_days,
            "domestic": list(profile.settings.domestic_relations),
            "last_days": outcome.overdue_days,
            "due_column": outcome.overdue,
        },
    )
    con.unregister("mondays")
    return frame


def excluded_counts(con: duckdb.DuckDBPyConnection, profile: Profile, as_of: date) -> dict[str, int]:
    """Disputes at risk on a Monday that are not ranked, by reason (withdrawn: ever, before that day)."""
    _register(con, [as_of])
    row = con.execute(
        AT_RISK
        + "select count(*) filter (minor_involved), count(*) filter (scale in ('02', '03')) from versions",
        {"watch_days": profile.settings.watch_days},
    ).fetchall()[0]
    con.unregister("mondays")
    withdrawn = con.execute(
        "select count(distinct dispute_id) from core_dispute where withdrawn_at < $as_of", {"as_of": as_of}
    ).fetchall()[0]
    return {"minors": row[0], "collective": row[1], "withdrawn": withdrawn[0]}


def history_mondays(con: duckdb.DuckDBPyConnection, as_of: date) -> list[date]:
    """All Mondays from the first one after the first registration up to and with `as_of`."""
    row = con.execute("select min(known_at) from core_dispute").fetchall()[0]
    if row[0] is None:
        return []
    first = row[0].date() + timedelta(days=7 - row[0].weekday())
    return [first + timedelta(weeks=n) for n in range((as_of - first).days // 7 + 1)]


def _register(con: duckdb.DuckDBPyConnection, as_of_dates: Sequence[date]) -> None:
    con.register(
        "mondays",
        pl.DataFrame({"as_of": sorted(set(as_of_dates))}, schema={"as_of": pl.Date}).with_columns(
            pl.col("as_of").cast(pl.Datetime("us"))
        ),
    )
