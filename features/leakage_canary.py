"""The leakage canary: what was known only later must not change what a past Monday looked like.

A past Monday of one county is computed twice: from all its records, and from those known before that
Monday, with every later version and record out of sight. A difference is a leak, and nothing may be
published. The county changes from week to week, so that all of them get their turn.
"""

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np

from features.engine.hindsight_views import seen_as
from features.engine.matrix import build_matrix
from pipelines.city.profile import Profile
from pipelines.tables.core import CORE_TABLES
from pipelines.warehouse.as_known import table_before
from pipelines.warehouse.checks import Finding


@dataclass(frozen=True)
class CountyViews:
    """Two sets of views of one county for `seen_as`: all its records, and those known before the Monday.

    Attributes:
        county: its code; None where no dispute has one.
        all_records: of every core table, all that is recorded of the county.
        known_then: the same had nothing been told on the Monday or after it.
    """

    county: str | None
    all_records: dict[str, str]
    known_then: dict[str, str]


def leakage(con: duckdb.DuckDBPyConnection, profile: Profile, monday: date) -> Finding:
    """Compare a past Monday's features computed from all records with those computed from the records known before it.

    Args:
        con: the warehouse; only read.
        profile: of the home.
        monday: far enough back that later records are there to leak.
    """
    views = county_views(con, monday)
    with seen_as(con, views.all_records):
        whole = build_matrix(con, profile, [monday])
    with seen_as(con, views.known_then):
        then = build_matrix(con, profile, [monday])
    leaking = (
        ["cohort"]
        if not whole.cohort.equals(then.cohort)
        else [
            name
            for at, name in enumerate(whole.names)
            if not np.array_equal(whole.values[:, at], then.values[:, at], equal_nan=True)
        ]
    )
    names = ", ".join(leaking[:5])
    return Finding(
        name="leakage",
        passed=not leaking,
        zh=f"{monday}的特征受之后才知道的记录影响：{names}" if leaking else f"{monday}的特征不受之后记录影响",
        en=f"features of {monday} change with what was known only later: {names}"
        if leaking
        else f"features of {monday} do not change with what was known only later",
        facts={
            "monday": monday.isoformat(),
            "county": views.county or "",
            "rows": len(whole.cohort),
            "leaking_columns": len(leaking),
        },
    )


def county_views(con: duckdb.DuckDBPyConnection, monday: date) -> CountyViews:
    """The views of the county that is tested on this Monday; the county changes every week."""
    county = _county(con, monday)
    return CountyViews(county, _only(county, None), _only(county, monday))


def _county(con: duckdb.DuckDBPyConnection, monday: date) -> str | None:
    """The county tested on this Monday."""
    counties = con.execute(
        "select distinct county_code from core_dispute where county_code is not null order by 1"
    ).fetchall()
    return counties[monday.toordinal() // 7 % len(counties)][0] if counties else None


def _only(county: str | None, monday: date | None) -> dict[str, str]:
    """Views of the core tables restricted to one county and, where `monday` is given, to what was known before it."""
    before = f"timestamp '{monday}'" if monday else "timestamp 'infinity'"
    place = f"county_code = '{county}'" if county else "county_code is null"
    own = f"dispute_id in (select dispute_id from {{main}}.core_dispute where {place})"
    of_disputes = ("core_dispute", "core_dispute_event", "core_outcome", "core_decision")
    rows = dict.fromkeys(of_disputes, own) | {
        "core_service_coverage": f"township_code in (select area_code from {{main}}.core_area where {place})"
    }
    return {
        core: f"select * from {table_before(core, before, f'{{main}}.{core}')} where {rows.get(core, place)}"
        for core in CORE_TABLES.values()
    }
