"""The two clocks of a record: when it happened, and when the platform could first know it."""

from datetime import datetime

import polars as pl

from pipelines.intake.parsing import Parsed, with_bad
from pipelines.reading.readers import LINE

HAPPENED = {
    "disputes": pl.col("registered_at"), "dispute_events": pl.col("event_at"), "outcomes": pl.col("occurred_at"),
    "grid_reports": pl.col("reported_at"), "decisions": pl.col("decided_at"), "outreach": pl.col("event_on").cast(pl.Datetime("us")) + pl.duration(days=1),
    "volunteers": pl.col("as_of_on").cast(pl.Datetime("us")) + pl.duration(days=1),
    "service_coverage": pl.col("week").cast(pl.Datetime("us")) + pl.duration(days=7, seconds=-1),
    "service_visits": pl.col("visited_on").cast(pl.Datetime("us")),
}  # fmt: skip
"""When a record that carries no time of recording is known: when it happened; a day or week when it is over."""
FUTURE = "known at: lies in the future"


def known_at(table: str, columns: list[str]) -> pl.Expr:
    """When a record of a table could first be known, of the columns it has."""
    return pl.coalesce(*(["recorded_at"] if "recorded_at" in columns else []), HAPPENED[table])


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
