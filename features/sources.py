"""What the kernel reads: one SQL query per source, over history, never over today's state.

Every row carries the entities it belongs to, `known_at` (when this version could be known), `first_known_at`
(which window it falls into) and `retired_at` (when it stopped counting; null: still counts). Facts of a
dispute come from its first version, so that a later correction changes no earlier week.
"""

_DISPUTE = """
first_dispute as (
    select dispute_id, arg_min(parties_key, known_at) parties_key, arg_min(village_code, known_at) village_code,
        arg_min(township_code, known_at) township_code, arg_min(county_code, known_at) county_code,
        arg_min(category, known_at) category, arg_min(channel, known_at) channel, min(registered_at) registered_at,
        min(known_at) dispute_known_at, min(withdrawn_at) withdrawn_at
    from core_dispute group by dispute_id)
"""
_ENTITIES = "d.parties_key, d.village_code, d.township_code, d.county_code, d.township_code || '|' || d.category township_category"
_JOINED = """
    greatest(e.known_at, d.dispute_known_at) known_at, greatest(e.first_known_at, d.dispute_known_at) first_known_at,
    least(e.superseded_at, d.withdrawn_at) retired_at
"""

SQL = {
    "handling": f"""
        with {_DISPUTE} select e.dispute_id, {_ENTITIES}, e.event_type, e.result, {_JOINED}
        from core_dispute_event e join first_dispute d using (dispute_id)""",
    "closings": f"""
        with {_DISPUTE} select {_ENTITIES}, {_JOINED},
            greatest(0, date_diff('minute', d.registered_at, e.event_at)) as minutes
        from core_dispute_event e join first_dispute d using (dispute_id) where e.event_type = 'closed'""",
    "registrations": f"""
        with {_DISPUTE} select {_ENTITIES}, d.channel, dispute_known_at known_at, dispute_known_at first_known_at,
            withdrawn_at retired_at from first_dispute d""",
    "outcomes": f"""
        with {_DISPUTE} select e.dispute_id, {_ENTITIES}, {_JOINED}
        from core_outcome e join first_dispute d using (dispute_id)""",
    "grid_reports": """
        select a.village_code, r.township_code, r.county_code, r.report_type, r.channel, r.known_at, r.first_known_at,
            r.superseded_at retired_at from core_grid_report r join core_area a using (area_code)""",
    "grid_closings": """
        select township_code, county_code, resolved::text as resolved, date_diff('minute', reported_at, closed_at) as minutes,
            greatest(known_at, closed_at) known_at, greatest(first_known_at, closed_at) first_known_at,
            superseded_at retired_at from core_grid_report
        where closed_at is not null and (superseded_at is null or superseded_at > closed_at)""",
    "coverage": """
        select township_code, service, due, overdue, known_at, first_known_at, superseded_at retired_at
        from core_service_coverage""",
    "outreach": """
        select township_code, county_code, kind, known_at, first_known_at, superseded_at retired_at from core_outreach""",
    "volunteers": """
        select township_code, count, known_at, first_known_at, superseded_at retired_at from core_volunteer""",
}

ENTITY_COLUMN = {
    "dispute": "dispute_id", "pair": "parties_key", "village": "village_code", "township": "township_code",
    "county": "county_code", "township_category": "township_category",
}  # fmt: skip
"""The column, of a source and of the cohort, that names each entity."""
