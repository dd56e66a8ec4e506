"""Queries about the data: files received, rows refused and why, and delay."""

from datetime import timedelta
from typing import Any

import polars as pl

from dashboards.published.publication import Publication

_FEW_SHARE = 0.5
"""A week has few records below this share of the median of the weeks before."""
_COUNTS = ("read", "loaded", "quarantined", "duplicates", "unchanged")


def files(publication: Publication) -> list[dict[str, Any]]:
    """Rows taken in by kind of record: table, n files, and the five counts; most records first."""
    inputs = pl.DataFrame([each.model_dump() for each in publication.meta.inputs], infer_schema_length=None)
    if inputs.is_empty():
        return []
    counted = inputs.group_by("table").agg(pl.len().alias("files"), *(pl.col(name).sum() for name in _COUNTS))
    return counted.sort("read", "table", descending=[True, False]).to_dicts()


def missing(publication: Publication) -> list[str]:
    """Tables without any record so far."""
    return sorted(table for table, n in publication.meta.rows.items() if not n)


def refusals(publication: Publication) -> list[dict[str, Any]]:
    """Rows set aside, by table and reason, most first: table, column (or None), rule, n."""
    rows = [
        {"table": table, "column": column, "rule": rule, "n": n}
        for table, rules in publication.meta.quarantine.items()
        for text, n in rules.items()
        for column, rule in [_parted(text)]
    ]
    return sorted(rows, key=lambda row: (-row["n"], row["table"], row["rule"]))


def lateness(publication: Publication) -> list[dict[str, Any]]:
    """The newest week of each kind of record: table, records, usual, late_days, late_days_90, late_share, few.

    A table that was silent in the last week has 0 records; `few` marks it and any that brought far less than
    the middle of its earlier weeks.
    """
    arrivals = publication.described.get("arrivals")
    if arrivals is None or arrivals.is_empty():
        return []
    last = publication.as_of - timedelta(weeks=1)
    rows = []
    for (table,), weeks in arrivals.sort("input_table").group_by(["input_table"], maintain_order=True):
        now, before = weeks.filter(pl.col("week") == last), weeks.filter(pl.col("week") < last)
        usual = float(before["records"].median() or 0)  # pyright: ignore[reportArgumentType]
        records = int(now["records"].sum())
        lates = {
            name: (now[name][0] if len(now) else None) for name in ("late_days", "late_days_90", "late_share")
        }
        rows.append(
            {"table": table, "records": records, "usual": usual, "few": records < usual * _FEW_SHARE} | lates
        )
    return rows


def _parted(text: str) -> tuple[str | None, str]:
    """Column and rule of a refusal such as `area_code: not in the list areas`; a rule of the whole row has no column."""
    column, colon, rule = text.partition(": ")
    return (column, rule) if colon else (None, text)
