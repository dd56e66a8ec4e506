"""Temporary tables of the warehouse as it was known before a Monday, for the descriptive files of a publication.

Temporary tables, so that each extract reads the same versions of the same records. Withdrawn disputes are
left out; minors' and collective ones are counted with the rest, for nothing here is about one dispute of
theirs.
"""

from datetime import date, datetime, time

import duckdb

from pipelines.warehouse.as_known import as_known

WINDOW_WEEKS = 52
"""Length of the period that the descriptions of handling cover."""

_TABLES = {
    "known_event": f"select * from {as_known('core_dispute_event', once=True)}",
    "known_outcome": f"select * from {as_known('core_outcome', once=True)}",
    "known_report": f"select * from {as_known('core_grid_report')}",
    "known_outreach": f"select * from {as_known('core_outreach')} where event_on < $as_of",
    "known_volunteer": f"select * from {as_known('core_volunteer')} where as_of_on < $as_of",
    "known_dispute": f"""
        with state as (
            select dispute_id, min(event_at) filter (event_type = 'closed') as first_closed_at,
                arg_max(event_type, (event_at, event_type)) filter (event_type in ('closed', 'reopened')) as last_change,
                max(event_at) filter (event_type = 'closed') as last_closed_at,
                arg_max(result, event_at) filter (event_type = 'closed') as closed_result,
                bool_or(event_type in ('reopened', 'reregistered')) as came_back,
                bool_or(event_type = 'threat_reported') as threatened
            from known_event group by dispute_id)
        select d.*, first_closed_at, closed_result, coalesce(came_back, false) as came_back,
            last_change is distinct from 'closed' as is_open,
            case when last_change = 'closed' then last_closed_at end as closed_at,
            coalesce(d.threat, false) or coalesce(d.violence, false) or coalesce(d.weapon, false) as grave,
            date_diff('second', d.registered_at, coalesce(first_closed_at, $as_of)) / 86400.0 as days,
            coalesce(d.due_at, d.registered_at + to_days(30)) as deadline
        from {as_known("core_dispute", once=True)} d left join state using (dispute_id) where d.withdrawn_at is null""",
}


def know(con: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Create `known_dispute`, `known_event`, `known_outcome`, `known_report`, `known_outreach`, `known_volunteer`.

    `known_dispute` also says how the dispute stands: `is_open`, `closed_at` (null while open),
    `first_closed_at`, `closed_result`, `came_back` (reopened or registered again), `grave` (threat, blows or
    a weapon at intake), `days` (to the first closing, or so far) and `deadline` (its own, else 30 days).
    """
    moment = {"as_of": datetime.combine(as_of, time())}
    for name, query in _TABLES.items():
        con.execute(f"create or replace temp table {name} as {query}", moment)
