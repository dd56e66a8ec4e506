"""What the kernel reads: one SQL query per source, over history, never over today's state.

Every row carries the numbers of the entities it belongs to, `known_at` (when this version could be known),
`first_known_at` (which window it falls into), `retired_at` (when it stopped counting; null: still counts)
and, but for what is counted while it lasts, `happened_at`. Facts of a dispute come from its first version, so that a later correction changes no
earlier week; a dispute taken back counts until the day that was known.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import duckdb
import polars as pl

from features.engine.hindsight_views import HAPPENED
from pipelines.warehouse.as_known import versions
from pipelines.warehouse.warehouse import read_frame

ENTITY_COLUMN = {
    "dispute": "dispute_id", "pair": "parties_key", "unit": "unit_id", "grid": "grid_code", "village": "village_code",
    "township": "township_code", "county": "county_code", "township_category": "township_category",
    "township_service": "township_service",
}  # fmt: skip
"""By entity: the column, in a source and in the rows of a matrix, that identifies it."""

_CATEGORY, _SERVICE = "township_code || '|' || category", "township_code || '|' || service"

SINCE = "$first - interval 364 day"
"""Start of the longest window; older records are read only for a dispute's own history."""

HISTORY = f"""
with asked as (select name as dispute_id from asked_dispute union select dispute_id from core_dispute where first_known_at >= {SINCE})
select dispute_id from asked
union select dispute_id from dispute_link where linked_at >= {SINCE} or same_as in (select dispute_id from asked)
"""
"""Disputes whose steps are read whatever their age: those of the matrix, those new since `SINCE`, and second registrations linked to them."""

UNITS_ASKED = """
with asked as (select name as dispute_id from asked_dispute)
select distinct unit_id from core_dispute_event where unit_id is not null and (dispute_id in (select dispute_id from asked)
    or dispute_id in (select dispute_id from dispute_link where same_as in (select dispute_id from asked)))
"""
"""Units that took a step in a dispute of the matrix; only their load is needed."""

OLD_STEPS = f"""
select * from core_dispute_event semi join history using (dispute_id) where first_known_at < {SINCE}
"""
"""Steps older than `SINCE` of the disputes in `history`; no other old steps are read."""

_DISPUTES = versions("core_dispute", once=True)
_STEPS = versions(
    "core_dispute_event",
    once=True,
    steps=f"(select * from core_dispute_event where first_known_at >= {SINCE} union all select * from old_step)",
)

TOUCHED = f"""
with since as (
    select dispute_id from states union all select dispute_id from core_dispute where first_known_at >= {SINCE}
    union all select dispute_id from core_dispute_event where first_known_at >= {SINCE}
    union all select dispute_id from core_outcome where first_known_at >= {SINCE}
    union all select same_as from dispute_link where linked_at >= {SINCE}),
touched as (select dispute_id from since union select same_as from dispute_link semi join since using (dispute_id))
select dispute_id, parties_key, grid_code, village_code, township_code, county_code, category, channel, relation, threat::text as threat,
    violence::text as violence, weapon::text as weapon, registered_at, due_at, known_at
from {_DISPUTES} semi join touched using (dispute_id) where known_at = first_known_at and known_at < $last
"""
"""First version of every dispute of the matrix, every open dispute, and every dispute with a record since `SINCE`."""

FIRST_DISPUTE = f"""
with taken_back as (
    select dispute_id, min(greatest(known_at, withdrawn_at)) as taken_back_at from {_DISPUTES}
    where withdrawn_at is not null group by dispute_id),
capacity as (
    select township_code, sum(weekly_capacity) as capacity from core_unit where township_code is not null group by township_code)
select d.dispute_id, n1.no as dispute, n2.no as pair, n3.no as grid, n4.no as village, n5.no as township, n6.no as county,
    n7.no as township_category, category, channel, relation, threat, violence, weapon, registered_at, due_at, d.known_at, taken_back_at,
    case when d.village_code is not null then hash(d.village_code) end as village_no, round(1000 / capacity)::bigint as load_permille
from touched d left join taken_back using (dispute_id) left join capacity using (township_code)
left join asked_dispute n1 on n1.name = d.dispute_id left join asked_pair n2 on n2.name = d.parties_key
left join asked_grid n3 on n3.name = d.grid_code left join asked_village n4 on n4.name = d.village_code
left join asked_township n5 on n5.name = d.township_code left join asked_county n6 on n6.name = d.county_code
left join asked_township_category n7 on n7.name = d.{_CATEGORY}
"""

_OF_DISPUTE = "d.dispute, d.pair, d.grid, d.village, d.township, d.county, d.township_category"
_JOINED = f"""{_OF_DISPUTE}, greatest(e.known_at, d.known_at) as known_at, greatest(e.first_known_at, d.known_at) as first_known_at,
    least(e.retired_at, d.taken_back_at) as retired_at
"""
_IN_PLACE = """n4.no as village, n5.no as township, n6.no as county
"""
_PLACED = """left join asked_township n5 on n5.name = r.township_code left join asked_county n6 on n6.name = r.county_code"""
_REPORT = f"""
    select case when a.tier = 'grid' then n3.no end as grid, {_IN_PLACE}, r.report_type, r.channel, r.resolved::text as resolved,
        r.satisfaction, date_diff('minute', reported_at, {{moment}}) as minutes, {{moment}} as happened_at,
        greatest(known_at, {{moment}}) as known_at, greatest(first_known_at, {{moment}}) as first_known_at, retired_at
    from {versions("core_grid_report")} r join core_area a using (area_code) left join asked_grid n3 on n3.name = r.area_code
        left join asked_village n4 on n4.name = a.village_code {_PLACED} where {{moment}} is not null"""

SQL = {
    "handling": f"""
        select {_JOINED}, u.no as unit, e.event_type, e.result, e.tier, hash(e.dispute_id) as case_no, e.event_at as happened_at,
            list_position(['grid', 'village', 'township', 'county', 'city'], e.tier) as tier_reached, u.no as unit_no,
            date_diff('minute', e.event_at, e.first_known_at) as delay_minutes
        from {_STEPS} e join first_dispute d using (dispute_id) left join asked_unit u on u.name = e.unit_id""",
    "closings": f"""
        select {_JOINED}, u.no as unit, e.result, e.event_at as happened_at,
            greatest(0, date_diff('minute', d.registered_at, e.event_at)) as minutes
        from {_STEPS} e join first_dispute d using (dispute_id) left join asked_unit u on u.name = e.unit_id
        where e.event_type = 'closed'""",
    "registrations": f"""
        select {_OF_DISPUTE}, d.channel, d.relation, d.category, d.threat, d.violence, d.weapon, d.village_no, d.known_at,
            d.known_at as first_known_at, taken_back_at as retired_at, registered_at as happened_at
        from first_dispute d""",
    "outcomes": f"""
        select {_JOINED}, hash(e.dispute_id) as case_no, e.occurred_at as happened_at
        from {versions('core_outcome', once=True)} e join first_dispute d using (dispute_id)""",
    "open_disputes": f"""
        select {_OF_DISPUTE}, load_permille, from_at as known_at, from_at as first_known_at, least(to_at, taken_back_at) as retired_at
        from states join first_dispute d using (dispute_id) where closed_at is null""",
    "overdue_disputes": f"""
        select {_OF_DISPUTE}, greatest(from_at, due_at) as known_at, greatest(from_at, due_at) as first_known_at,
            least(to_at, taken_back_at) as retired_at
        from states join first_dispute d using (dispute_id) where closed_at is null and due_at is not null""",
    "grid_reports": _REPORT.format(moment="reported_at"),
    "grid_responses": _REPORT.format(moment="first_response_at"),
    "grid_closings": _REPORT.format(moment="closed_at"),
    "coverage": f"""
        select n5.no as township, n8.no as township_service, service, due, done, overdue, caseload, known_at, first_known_at,
            retired_at, {HAPPENED['core_service_coverage']} as happened_at
        from {versions('core_service_coverage')} r left join asked_township n5 on n5.name = r.township_code
            left join asked_township_service n8 on n8.name = {_SERVICE}
        where caseload >= 10""",
    "outreach": f"""
        select {_IN_PLACE}, kind, attendance, known_at, first_known_at, retired_at,
            {HAPPENED['core_outreach']} as happened_at
        from {versions('core_outreach')} r join core_area a using (area_code) left join asked_village n4 on n4.name = a.village_code {_PLACED}""",
    "volunteers": f"""
        select {_IN_PLACE}, count as n_volunteers, known_at, first_known_at, retired_at,
            {HAPPENED['core_volunteer']} as happened_at
        from {versions('core_volunteer')} r join core_area a using (area_code) left join asked_village n4 on n4.name = a.village_code {_PLACED}""",
}  # fmt: skip

AREA = """
with units as (
    select township_code, sum(weekly_capacity) as weekly_capacity, count(*) as n_units
    from core_unit where township_code is not null group by township_code)
select n.no as township, a.urban::int as urban, a.population, a.households, weekly_capacity, n_units
from core_area a join asked_township n on n.name = a.area_code left join units on units.township_code = a.area_code
order by 1
"""

_SECONDS = ", ".join(
    f"coalesce(epoch_us({column}) // 1000000, {{never}}) as {short}"
    for column, short in (("known_at", "known"), ("first_known_at", "first"), ("retired_at", "retired"))
)
AS_KNOWN = f"""
select {{columns}}, {_SECONDS} from ({{source}}) where known_at < $last and first_known_at >= {{since}}
    and (retired_at is null or (retired_at >= $first and retired_at > known_at)) and coalesce({{asked}}) is not null
"""


def read_source(
    con: duckdb.DuckDBPyConnection,
    source: str,
    columns: Sequence[str],
    span: Mapping[str, datetime],
    never: int,
) -> pl.DataFrame:
    """The records of a source that can count on one of the Mondays of a span.

    Args:
        con: the warehouse, with `states`, `first_dispute` and the `asked_` tables registered.
        source: a key of `SQL`.
        columns: entities and columns that are needed of it.
        span: `first` and `last` Monday asked about.
        never: what stands for no time of retirement.

    Returns:
        The columns (an entity's number is null where nobody asks about it), and `known`, `first` and
        `retired` in whole seconds since 1970.
    """
    since = SINCE
    if source.endswith("_disputes"):
        since = "'-infinity'::timestamp"
    elif source in ("handling", "outcomes"):
        since = f"case when dispute is null then {since} else '-infinity'::timestamp end"
    query = AS_KNOWN.format(
        columns=", ".join(columns),
        asked=", ".join([c for c in columns if c in ENTITY_COLUMN]),
        source=SQL[source],
        never=never,
        since=since,
    )
    used = {name: moment for name, moment in span.items() if f"${name}" in query}
    return read_frame(con, query, used)
