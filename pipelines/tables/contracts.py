"""The input tables, one class each: the source of parsing, checks, data dictionary and samples.

A column here is a column the platform may hold. Names, identity numbers, phone numbers and free
text have none (boundary 6), nor has anything that describes a person (boundary 8). The personal
columns that a source may send and that are hashed at the door stand in `PAIR_COLUMNS`.
"""

from functools import cache

import dataframely as dy

from pipelines.tables.columns import LONGEST_NUMBER
from pipelines.tables.disputes import Decisions, DisputeEvents, Disputes, Outcomes
from pipelines.tables.places import GridReports, Outreach, ServiceCoverage, ServiceVisits, Volunteers

TABLES: dict[str, type[dy.Schema]] = {
    "disputes": Disputes,
    "dispute_events": DisputeEvents,
    "outcomes": Outcomes,
    "grid_reports": GridReports,
    "service_visits": ServiceVisits,
    "service_coverage": ServiceCoverage,
    "outreach": Outreach,
    "volunteers": Volunteers,
    "decisions": Decisions,
}

PAIR_COLUMNS = {"party_a": "甲方", "party_b": "乙方"}
"""Columns of `disputes` that a source may send; hashed into `parties_key`, order-free, then dropped."""


def key_columns(table: str) -> list[str]:
    """The columns that together name a record of this table; every column where none is marked."""
    columns = TABLES[table].columns()
    marked = [name for name, column in columns.items() if (column.metadata or {}).get("key")]
    return marked or list(columns)


def required_columns(table: str) -> list[str]:
    """The columns without which a file of this table is refused."""
    return [name for name, column in TABLES[table].columns().items() if not column.nullable]


@cache
def number_columns(table: str) -> tuple[str, ...]:
    """The columns that hold a record's number, in which a name may have been typed."""
    columns = TABLES[table].columns()
    return tuple(name for name, c in columns.items() if getattr(c, "max_length", None) == LONGEST_NUMBER)
