"""Input of the monitoring: the records that became known in the half year before a Monday, one row per record.

`week` counts back from the Monday: 1 is the week before it. Facts are those of a record's first version.
"""

from datetime import date

import duckdb
import polars as pl

from pipelines.tables.core import happened_sql
from pipelines.warehouse.warehouse import read_frame

HELD_WEEKS = 28
_WINDOW = f"first_known_at < $as_of and first_known_at >= $as_of - to_days(7 * {HELD_WEEKS})"
_WEEK = "(date_diff('day', first_known_at::date, $as_of) - 1) // 7 + 1 as week"
_DELAY = "date_diff('hour', {happened}, first_known_at) / 24.0 as delay_days"

QUERIES = {
    "disputes": f"""
        select {_WEEK}, county_code, category, category || '|' || relation as category_by_relation, channel, relation, tier, threat, violence, weapon, alcohol, fear,
            separation, n_parties, amount_yuan, due_at, occurred_on, village_code, parties_key,
            {_DELAY.format(happened=happened_sql("disputes"))}
        from core_dispute where known_at = first_known_at and {_WINDOW} order by all""",
    "dispute_events": f"""
        select {_WEEK}, event_type, result, {_DELAY.format(happened=happened_sql("dispute_events"))}
        from core_dispute_event where known_at = first_known_at and {_WINDOW} order by all""",
    "outcomes": f"""
        select {_WEEK}, severity::text as severity, {_DELAY.format(happened=happened_sql("outcomes"))}
        from core_outcome where known_at = first_known_at and {_WINDOW} order by all""",
    "grid_reports": f"""
        select {_WEEK}, county_code, report_type, channel, {_DELAY.format(happened=happened_sql("grid_reports"))}
        from core_grid_report where known_at = first_known_at and {_WINDOW} order by all""",
}

CODES = {
    "disputes": ("category", "category_by_relation", "channel", "relation", "tier"),
    "dispute_events": ("event_type", "result"),
    "outcomes": ("severity",),
    "grid_reports": ("report_type", "channel"),
}
"""By source, columns with codes of a list; a change of a code's meaning changes the distribution of related columns."""
FILLED = {
    "disputes": (
        "threat", "violence", "weapon", "alcohol", "fear", "separation", "n_parties", "amount_yuan", "due_at",
        "occurred_on", "village_code", "parties_key", "relation",
    ),
}  # fmt: skip
"""By source, optional columns that are monitored for missing values."""


def known_records(con: duckdb.DuckDBPyConnection, as_of: date) -> dict[str, pl.DataFrame]:
    """Each source's records of the half year before the Monday."""
    return {name: read_frame(con, query, {"as_of": as_of}) for name, query in QUERIES.items()}
