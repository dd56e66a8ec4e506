"""Which disputes are at risk on a Monday, by what was known before it (valid time and knowledge time).

At risk is open, or closed within `watch_days`. Not ranked, so not here: disputes that involve a minor,
collective ones, withdrawn ones (boundary 12). A dispute's past is cut into stretches in which nothing that
was known of its state changed; a stretch holds for every Monday after `from_at`, up to and with `until_at`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

import duckdb
import numpy as np
import polars as pl

from features.domestic_violence import REPORTED, family_parameters, in_family, sign_at_intake
from pipelines.city.profile import Profile
from pipelines.warehouse.as_known import FLAGS, versions
from pipelines.warehouse.as_of import dense_from
from pipelines.warehouse.warehouse import read_frame, read_row

COHORT_COLUMNS = (
    "as_of", "dispute_id", "category", "area_code", "township_code", "county_code", "channel", "relation",
    "registered_at", "days_open", "is_open", "is_domestic", "found_after_warning",
)  # fmt: skip

_DISPUTES = versions("core_dispute", once=True)
_STEPS = versions("core_dispute_event")

STATES = f"""
with gone as (
    select dispute_id from {_STEPS} where event_type in ('closed', 'reopened') group by dispute_id
    having max(event_at) filter (event_type = 'closed') < $first - to_days($watch_days) and max(known_at) < $first
        and count(retired_at) = 0 and coalesce(max(event_at) filter (event_type = 'reopened')
            <= max(event_at) filter (event_type = 'closed'), true)),
registered as (
    select dispute_id, min(known_at) as from_at from {_DISPUTES} anti join gone using (dispute_id)
    where known_at < $last group by dispute_id),
steps as (
    select s.dispute_id, event_type, event_at, greatest(known_at, r.from_at) as known_at, retired_at
    from {_STEPS} s join registered r using (dispute_id)
    where event_type in ('closed', 'reopened') and known_at < $last
        and (retired_at is null or retired_at > r.from_at)),
turns as (
    select dispute_id, from_at as turned_at from registered
    union select dispute_id, known_at from steps
    union select dispute_id, retired_at from steps where retired_at is not null),
at_turns as (
    select t.dispute_id, t.turned_at, max(event_at) filter (event_type = 'closed') as closed_at,
        max(event_at) filter (event_type = 'reopened') as reopened_at
    from turns t left join steps s on s.dispute_id = t.dispute_id and s.known_at <= t.turned_at
        and (s.retired_at is null or s.retired_at > t.turned_at)
    group by t.dispute_id, t.turned_at)
select dispute_id, turned_at as from_at, lead(turned_at) over (partition by dispute_id order by turned_at) as to_at,
    case when reopened_at is null or reopened_at <= closed_at then closed_at end as closed_at
from at_turns
"""
"""Periods of each dispute in which it was open or closed (`closed_at`), by the last closing or reopening known: the state of t in (from_at, to_at].

What closed a second registration of the same quarrel closes nothing (`once` of `as_known`), so the table itself is read.
"""

STRETCHES = f"""
with signs as (
    select dispute_id, min(known_at) as sign_at from (
        select dispute_id, known_at from {versions("core_dispute_event", once=True)} where {REPORTED}
        union all select dispute_id, known_at from {versions("core_outcome", once=True)}) group by dispute_id),
stretches as (
    select v.* exclude (first_known_at, known_at, retired_at, file_id), s.closed_at, sign_at,
        greatest(s.from_at, v.known_at) as from_at,
        least(s.to_at, s.closed_at + to_days($watch_days), v.retired_at, v.withdrawn_at) as until_at
    from states s join {_DISPUTES} v using (dispute_id) left join signs using (dispute_id)
    where (s.to_at is null or s.to_at >= $first)
        and (s.closed_at is null or s.closed_at + to_days($watch_days) >= $first))
"""

_FLAGGED = f"(select dispute_id, min(flagged_at) as flagged_at, max(cleared_at) as cleared_at from {FLAGS} group by all)"
RANKED = f"""
select dispute_id, category, area_code, grid_code, village_code, township_code, county_code, channel, relation, registered_at,
    township_code || '|' || category as township_category, parties_key,
    registered_at::date as registered_on, due_at::date as due_on, closed_at::date as closed_on,
    closed_at is null as is_open, {in_family()} as is_in_family,
    {sign_at_intake()} as has_sign_at_intake, sign_at,
    coalesce(found_after_warning, false) as found_after_warning,
    (closed_at is null)::int as open_now, date_diff('day', occurred_on, registered_at::date) as reporting_delay_days,
    n_parties, amount_yuan, list_position(['grid', 'village', 'township', 'county', 'city'], tier) as tier_reached,
    threat::int as threat, violence::int as violence_told, weapon::int as weapon, alcohol::int as alcohol, fear::int as fear,
    separation::int as separation, (parties_key is null)::int as pair_unknown, (village_code is null)::int as village_unknown,
    (threat is null)::int + (violence is null)::int + (weapon is null)::int + (alcohol is null)::int + (fear is null)::int
        as checklist_unknown,
    from_at, least(until_at, registered_at + to_days($last_days::integer), case when $until_due then due_at end) as until_at
from (
    select s.* replace (least(until_at, flagged_at) as until_at) from stretches s left join {_FLAGGED} using (dispute_id)
    union all
    select s.* replace (greatest(from_at, cleared_at) as from_at) from stretches s join {_FLAGGED} using (dispute_id))
where not coalesce(minor_involved, false) and coalesce(scale, '01') = '01' and from_at < $last
    and from_at < coalesce(until_at, 'infinity'::timestamp) and coalesce(until_at, 'infinity'::timestamp) >= $first
order by dispute_id, from_at
"""


def at_risk(con: duckdb.DuckDBPyConnection, profile: Profile, as_of_dates: Sequence[date]) -> pl.DataFrame:
    """The cohort of every Monday, sorted by as_of, dispute_id; columns `COHORT_COLUMNS`."""
    with states(con, profile.settings.watch_days, as_of_dates):
        periods = stretches(con, profile, as_of_dates)
    return cohort_rows(periods, as_of_dates, *expand(periods, as_of_dates))


@contextmanager
def states(con: duckdb.DuckDBPyConnection, watch_days: int, as_of_dates: Sequence[date]) -> Iterator[None]:
    """A context in which the result of `STATES` can be queried as `states`: dispute_id, from_at, to_at, closed_at; disputes closed long before are left out."""
    days = {"watch_days": watch_days}
    con.register("states", read_frame(con, STATES, between(as_of_dates) | days))
    try:
        yield
    finally:
        con.unregister("states")


def stretches(con: duckdb.DuckDBPyConnection, profile: Profile, as_of_dates: Sequence[date]) -> pl.DataFrame:
    """Periods with constant known state (stretches) of the disputes that may be ranked on one of the Mondays, sorted by dispute_id, from_at.

    Asks `states`. Columns: those of `RANKED`; a Monday t belongs to one if from_at < t <= until_at (null: no end).
    """
    outcome = profile.settings.outcome
    more = {
        "watch_days": profile.settings.watch_days,
        **family_parameters(profile),
        "last_days": outcome.overdue_days,
        "until_due": outcome.overdue == "due_at",
    }
    return read_frame(con, STRETCHES + RANKED, between(as_of_dates) | more)


def expand(periods: pl.DataFrame, as_of_dates: Sequence[date]) -> tuple[np.ndarray, np.ndarray]:
    """One entry per Monday and dispute at risk, in that order: the row of its stretch and the position of its Monday; int32 [n], int16 [n]."""
    moments = np.array(sorted(set(as_of_dates)), dtype="datetime64[us]")
    low = np.searchsorted(moments, periods["from_at"].to_numpy(), side="right")
    until = periods["until_at"].fill_null(datetime(9000, 1, 1)).to_numpy()
    high = np.searchsorted(moments, until, side="right")
    lengths = np.maximum(high - low, 0)
    row = np.repeat(np.arange(len(periods), dtype=np.int32), lengths)
    monday = (np.arange(len(row)) - np.repeat(np.cumsum(lengths) - lengths - low, lengths)).astype(np.int16)
    order = np.argsort(monday, kind="stable")
    return row[order], monday[order]


def cohort_rows(
    periods: pl.DataFrame, as_of_dates: Sequence[date], row: np.ndarray, monday: np.ndarray
) -> pl.DataFrame:
    """The frame with `COHORT_COLUMNS` for the rows of `expand`."""
    mondays = pl.Series(sorted(set(as_of_dates)), dtype=pl.Date)
    has_sign = pl.col("has_sign_at_intake") | (
        pl.col("sign_at") < pl.col("as_of").cast(pl.Datetime("us"))
    ).fill_null(value=False)
    derived = ("as_of", "days_open", "is_domestic")
    needed = [c for c in COHORT_COLUMNS if c not in derived] + [
        "is_in_family",
        "has_sign_at_intake",
        "sign_at",
    ]
    return (
        periods.select(needed)[row]
        .with_columns(as_of=mondays[monday])
        .with_columns(
            days_open=(pl.col("as_of") - pl.col("registered_at").cast(pl.Date)).dt.total_days(),
            is_domestic=pl.col("is_in_family") & has_sign,
        )
        .select(COHORT_COLUMNS)
    )


def excluded_counts(con: duckdb.DuckDBPyConnection, profile: Profile, as_of: date) -> dict[str, int]:
    """Number of disputes at risk on a Monday that are not ranked, by reason; must run inside `states`. `withdrawn` counts all withdrawn before the Monday."""
    flagged = f"dispute_id in (select dispute_id from {FLAGS} where flag = '{{}}' and flagged_at < $last and cleared_at >= $last)"
    query = f"""
        select count(*) filter (minor_involved or {flagged.format("minor")}),
            count(*) filter (scale in ('02', '03') or {flagged.format("collective")}) from stretches
        where from_at < $last and (until_at is null or until_at >= $first)"""
    days = {"watch_days": profile.settings.watch_days} | between([as_of])
    minors, collective = read_row(con, STRETCHES + query, days)
    withdrawn = read_row(
        con,
        "select count(distinct dispute_id) from core_dispute where withdrawn_at < $as_of and known_at < $as_of",
        {"as_of": as_of},
    )[0]
    return {"minors": minors, "collective": collective, "withdrawn": withdrawn}


def history_mondays(con: duckdb.DuckDBPyConnection, as_of: date) -> list[date]:
    """All Mondays from the first one after the first registration up to and including `as_of`; isolated early dates (typing errors) do not count as first registration."""
    day = dense_from(con)
    if day is None:
        return []
    first = day + timedelta(days=7 - day.weekday())
    return [first + timedelta(weeks=n) for n in range((as_of - first).days // 7 + 1)]


def between(as_of_dates: Sequence[date]) -> dict[str, datetime]:
    """The first and the last of these dates at midnight, as query parameters `first` and `last`."""
    days = sorted(set(as_of_dates)) or [date(1970, 1, 5)]
    return {"first": datetime.combine(days[0], time()), "last": datetime.combine(days[-1], time())}
