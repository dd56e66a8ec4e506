"""The past of the core tables: what was known of them before a moment. The only reader of `superseded_at`.

Each function gives a relation, SQL in brackets, to be read from like a table. Every core table that can be corrected
holds all versions of a record: `first_known_at` is when the platform could first know the record, `known_at` when it
could know this version, `superseded_at` when the next version replaced it (null: still in force). A version is in force
before a moment when it was known before it and not yet replaced. What a version tells of something later (`later_columns`: a
report closed, a dispute withdrawn) was not known before that happened, even where the version itself was.

A quarrel registered twice is one quarrel: with `once`, what the later record tells is told of the earlier one, from
when the later record was known.
"""

from datetime import datetime

import duckdb
import polars as pl

from pipelines.tables.core import CORE_TABLES, Versioned, later_columns
from pipelines.warehouse.warehouse import read_frame

_OF_THE_FIRST = """replace (coalesce(l.same_as, t.dispute_id) as dispute_id, greatest(t.known_at, l.linked_at) as known_at,
    greatest(t.first_known_at, l.linked_at) as first_known_at)"""
_STILL_TRUE = "(t.superseded_at is null or t.superseded_at > l.linked_at)"
_ONE_DISPUTE = "(select * from core_dispute where dispute_id not in (select dispute_id from dispute_link))"
_ONE_OUTCOME = f"""(select t.* {_OF_THE_FIRST} from core_outcome t left join dispute_link l using (dispute_id)
    where l.same_as is null or {_STILL_TRUE})"""
_ALWAYS = "timestamp 'infinity'"

FLAGS = """(
    with told as (
        select coalesce(l.same_as, f.dispute_id) as dispute_id, flag, coalesce(f.told_at, '-infinity'::timestamp) as flagged_at,
            (select min(c.known_at) from core_dispute c where c.dispute_id = f.dispute_id and c.known_at > f.told_at and case f.flag
                when 'minor' then c.minor_involved = false else c.scale = '01' end) as cleared_at
        from (
            select dispute_id, flag, told_at from held_flag
            union all select dispute_id, 'minor', known_at from core_dispute where minor_involved
            union all select dispute_id, 'collective', known_at from core_dispute where scale in ('02', '03')) f
        left join dispute_link l on l.dispute_id = f.dispute_id)
    select dispute_id, flag, min(flagged_at) as flagged_at, max(coalesce(cleared_at, 'infinity'::timestamp)) as cleared_at
    from told group by all)"""
"""Disputes that any row, held back or not, calls a minor's or collective (boundary 12): from when that was known until a later version says
otherwise. One that says nothing of it, such as an emptied cell, takes nothing back."""

VERSION_TIMES = tuple(name for name in Versioned.column_names() if name.endswith("_at"))
"""The columns of every core table that say when a version could be known."""


def as_known(core: str, before: str = "$as_of", *, once: bool = False) -> str:
    """The versions in force before a moment, nothing later in them; without `superseded_at`.

    Args:
        core: a core table, such as `core_dispute`.
        before: the moment, in SQL; what is known at it or after it is left out.
        once: whether a quarrel registered twice is seen once.
    """
    return f"""(select * exclude (superseded_at) {_blanked(core, before)} from {_records(core, once=once)}
        where known_at < {before} and (superseded_at is null or superseded_at >= {before}))"""


def table_as_it_stands(core: str) -> str:
    """A core table, however it is named in the query, with all its columns: the versions in force now."""
    return f"(select * from {core} where superseded_at is null)"


def versions(core: str, before: str = _ALWAYS, *, once: bool = False, steps: str | None = None) -> str:
    """Every version known before a moment (any version, without one), nothing later in it.

    `retired_at`, when the next version replaced it, stands in place of `superseded_at`; null where none had by then.

    Args:
        core: a core table.
        before: the moment, in SQL.
        once: whether a quarrel registered twice is seen once.
        steps: for `core_dispute_event`, some of its rows only: a table or a query in brackets.
    """
    records = _records(core, once=once, steps=steps)
    if before == _ALWAYS:
        return f"(select * rename (superseded_at as retired_at) from {records})"
    return f"""(select * exclude (superseded_at) {_blanked(core, before)},
        case when superseded_at < {before} then superseded_at end as retired_at from {records} where known_at < {before})"""


def table_before(core: str, before: str, source: str) -> str:
    """A core table with all its columns, as it would stand had nothing been told at the moment or after it.

    Args:
        core: which table.
        before: the moment, in SQL.
        source: where its rows are read from, a table of the same columns.
    """
    replaced = f"case when superseded_at < {before} then superseded_at end as superseded_at"
    return f"(select * {_blanked(core, before, replaced)} from {source} where known_at < {before})"


def read_as_known(con: duckdb.DuckDBPyConnection, table: str, moment: datetime) -> pl.DataFrame:
    """What was known of an input table before a moment: the columns of `as_known`, sorted.

    Args:
        con: the warehouse.
        table: an input table, such as `disputes`.
        moment: what is known at it or after it is left out.
    """
    query = f"select * from {as_known(CORE_TABLES[table], '$moment')} order by all"
    return read_frame(con, query, {"moment": moment})


def _records(core: str, *, once: bool, steps: str | None = None) -> str:
    """A core table, or with `once` what stands in for it where a quarrel registered twice is seen once."""
    if not once:
        return steps or core
    if core == "core_dispute_event":
        return f"""(select t.* {_OF_THE_FIRST} from {steps or core} t left join dispute_link l using (dispute_id)
            where l.same_as is null or (t.event_type not in ('accepted', 'assigned', 'closed', 'reopened') and {_STILL_TRUE}))"""
    return {"core_dispute": _ONE_DISPUTE, "core_outcome": _ONE_OUTCOME}[core]


def _blanked(core: str, before: str, *more: str) -> str:
    """The `replace` clause that blanks what a version tells of the moment or after it."""
    later = next(later_columns(table) for table, name in CORE_TABLES.items() if name == core)
    blank = [
        f"case when {at} < {before} then {name} end as {name}"
        for at, hanging in later.items()
        for name in (at, *hanging)
    ]
    replaced = [*blank, *more]
    return f"replace ({', '.join(replaced)})" if replaced else ""
