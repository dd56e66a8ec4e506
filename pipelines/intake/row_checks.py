"""Rows held because of what stands in other rows, or in the calendar: impossible days and places of a sum.

Parsed rows in, parsed rows out: the ones at fault move from `good` to `bad` with the rule they broke.
"""

from collections.abc import Collection
from datetime import date, datetime

import duckdb
import polars as pl

from pipelines.city.profile import Profile
from pipelines.intake.cell_values import HAPPENED_IN
from pipelines.intake.parsing import Parsed, with_bad
from pipelines.mapping.mapping import TableMapping
from pipelines.reading.readers import LINE
from pipelines.tables.core import CORE_TABLES, later_columns
from pipelines.warehouse.warehouse import read_frame

ABOVE_TOWNSHIP = "area_code: above township"
NO_MONDAY = "week: is no Monday"
BOTH_TIERS = "area_code: a village's sum beside its township's own"
AHEAD = "lies in the future; if it stands for nothing, say so with `empty` in a mapping"
FAR = "lies years away from all other records; if it is meant, say `earliest` or `latest` in a mapping"
NO_DATE_AFTER = datetime(2100, 1, 1)
"""Made-up data may lie ahead of the clock, but no record of anything lies so far ahead."""
FAR_DAYS = 730
"""A gap of so many days between a few records and all others says that their year was mistyped."""
LEAST_RECORDS, FEW_RECORDS = 20, 3
"""Among fewer records one alone may be far; among more, three or one in a hundred."""


def coverage_checked(parsed: Parsed, table: str, profile: Profile) -> Parsed:
    """Rows of `service_coverage` that are no sum of one township and week are held; other tables pass."""
    if table != "service_coverage" or not len(parsed.good):
        return parsed
    towns = profile.areas.select("area_code", "township_code", "tier")
    placed = parsed.good.join(towns, on="area_code", how="left", maintain_order="left")
    is_town = pl.col("tier") == "township"
    faults = placed.select(
        LINE,
        above=pl.col("township_code").is_null(),
        midweek=pl.col("week").dt.weekday() != 1,
        twice=~is_town & is_town.any().over("township_code", "service", "week"),
    )
    for name, rule in (("above", ABOVE_TOWNSHIP), ("midweek", NO_MONDAY), ("twice", BOTH_TIERS)):
        parsed = hold(parsed, faults.filter(pl.col(name))[LINE], rule)
    return parsed


def villages_added_up(
    rows: pl.DataFrame, merged: Collection[int] = ()
) -> tuple[pl.DataFrame, dict[int, list[int]]]:
    """Core rows of `service_coverage` (with `area_code` and `tier_of_area`), one a township, service and week.

    The lines of `merged` are of townships that are now part of another: they and its own are added up.

    Returns:
        The rows, and by the line of each that sums villages the lines it sums. A village's row that stands twice counts once.
    """
    key = ["township_code", "service", "week", "known_at"]
    is_village = (pl.col("tier_of_area") != "township").fill_null(value=False)
    rows = rows.with_columns(__old=pl.col(LINE).is_in(list(merged)))
    rows = rows.with_columns(__part=is_village | pl.col("__old").any().over(key))
    parts = rows.filter("__part").unique(
        [c for c in rows.columns if c != LINE], keep="first", maintain_order=True
    )
    whole = rows.filter(~pl.col("__part")).drop("area_code", "__old", "__part")
    sums = [c for c in ("due", "done", "overdue", "caseload", "workers") if c in rows.columns]
    total = parts.group_by(key, maintain_order=True).agg(
        pl.col(LINE).min(),
        *(pl.when(pl.col(c).is_not_null().any()).then(pl.col(c).sum()).alias(c) for c in sums),
        lines=pl.col(LINE).alias("lines"),
    )
    members = dict(zip(total[LINE].to_list(), total["lines"].to_list(), strict=True))
    return pl.concat([whole, total.drop("lines")], how="diagonal").sort(LINE), members


def days_checked(
    parsed: Parsed, mapping: TableMapping, con: duckdb.DuckDBPyConnection, until: datetime | None
) -> Parsed:
    """Rows whose later moments lie ahead of the clock, or whose day lies far from all others, are held."""
    table = mapping.table
    for name in (*later_columns(table), "recorded_at"):
        if name in parsed.good.columns:
            ahead = parsed.good.filter(pl.col(name) > (until or NO_DATE_AFTER))[LINE]
            parsed = hold(parsed, ahead, f"{name}: {AHEAD}")
    name = HAPPENED_IN[table]
    if table not in CORE_TABLES or not len(parsed.good):
        return parsed
    on = parsed.good[name].cast(pl.Date)
    first, last = believable_days(con, table, on)
    first, last = min(first, mapping.earliest or first), max(last, mapping.latest or last)
    far = parsed.good.filter(~on.is_between(first, last))[LINE]
    return hold(parsed, far, f"{name}: {FAR}")


def believable_days(con: duckdb.DuckDBPyConnection, table: str, on: pl.Series) -> tuple[date, date]:
    """The first and last day of a table that do not lie years away from all others.

    A late day is compared with those of its own file only, for records may go on after years without any.
    """
    own = on.value_counts().rename({on.name: "day"}).sort("day")
    known = read_frame(
        con,
        f"select {HAPPENED_IN[table]}::date as day, count(*)::uinteger as count from {CORE_TABLES[table]} group by all order by all",
    )
    together = pl.concat([own, known.cast(own.schema)]).group_by("day").agg(pl.col("count").sum()).sort("day")
    return _first_believable(together), _first_believable(own.sort("day", descending=True))


def hold(parsed: Parsed, lines: pl.Series, rule: str) -> Parsed:
    """Move rows from the good to the bad ones."""
    if not len(lines):
        return parsed
    bad = with_bad(parsed.bad, lines.to_list(), rule)
    return Parsed(
        parsed.good.filter(~pl.col(LINE).is_in(lines.implode())),
        bad.group_by(LINE, maintain_order=True).agg(pl.col(bad.columns[1]).explode()).sort(LINE),
    )


def _first_believable(days: pl.DataFrame) -> date:
    """The first day, from the outermost inward, that is not cut off from most records by a long gap."""
    total = days["count"].sum()
    few = 1 if total < LEAST_RECORDS else max(FEW_RECORDS, total // 100)
    gaps = days["day"].diff().dt.total_days().abs()
    outside = days["count"].cum_sum() - days["count"]
    beyond = days.filter((gaps > FAR_DAYS).fill_null(value=False) & (outside <= few) & (outside < total / 4))
    return beyond["day"][-1] if len(beyond) else days["day"][0]
