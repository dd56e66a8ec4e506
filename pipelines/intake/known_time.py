"""Valid time and knowledge time of a record: when it happened, and when the platform could first know it."""

from datetime import datetime

import polars as pl

from pipelines.intake.parsing import Parsed, with_bad
from pipelines.reading.readers import LINE
from pipelines.tables.core import happened

FUTURE = "known at: lies in the future"


def known_at(table: str, columns: list[str]) -> pl.Expr:
    """When a record of a table could first be known, of the columns it has: when it was recorded, else when it had happened."""
    return pl.coalesce(*(["recorded_at"] if "recorded_at" in columns else []), happened(table))


def in_time(parsed: Parsed, table: str, until: datetime | None) -> Parsed:
    """With the good rows that would be known after a moment among the bad ones; as it came where that is None."""
    if until is None:
        return parsed
    ahead = parsed.good.select(ahead=(known_at(table, parsed.good.columns) > until).fill_null(value=False))[
        "ahead"
    ]
    return Parsed(
        parsed.good.filter(~ahead), with_bad(parsed.bad, parsed.good[LINE].filter(ahead).to_list(), FUTURE)
    )
