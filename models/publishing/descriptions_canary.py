"""Leakage canary of the files beside the list: facts, timelines and every descriptive file of a past Monday.

As `features.leakage_canary` does for the features: one county's files are computed from all its records, and from
those known before that Monday. A difference is a leak, and nothing may be published.
"""

from datetime import date

import duckdb
import polars as pl

from features.cohort import at_risk
from features.engine.hindsight_views import seen_as
from features.leakage_canary import county_views
from models.publishing.descriptions.all_descriptions import descriptions
from models.publishing.dispute_history import facts, tier_now, timeline
from pipelines.city.profile import Profile
from pipelines.warehouse.checks import Finding


def description_leakage(con: duckdb.DuckDBPyConnection, profile: Profile, monday: date) -> Finding:
    """Compare a past Monday's descriptive files computed from all records with those computed from the records known before it.

    Args:
        con: the warehouse; only temporary tables are made in it.
        profile: of the home.
        monday: far enough back that later records are there to leak.
    """
    views = county_views(con, monday)
    with seen_as(con, views.all_records):
        whole = _described(con, profile, monday)
    with seen_as(con, views.known_then):
        then = _described(con, profile, monday)
    leaking = [f"{name}: {column}" for name in whole for column in _differing(whole[name], then[name])]
    named = ", ".join(leaking[:5])
    return Finding(
        name="description_leakage",
        passed=not leaking,
        zh=f"{monday}的说明文件受之后才知道的记录影响：{named}"
        if leaking
        else f"{monday}的说明文件不受之后记录影响",
        en=f"what was described on {monday} changes with what was known only later: {named}"
        if leaking
        else f"what was described on {monday} does not change with what was known only later",
        facts={
            "monday": monday.isoformat(),
            "county": views.county or "",
            "files": len(whole),
            "leaking_columns": len(leaking),
        },
    )


def _described(con: duckdb.DuckDBPyConnection, profile: Profile, monday: date) -> dict[str, pl.DataFrame]:
    """Every descriptive file, with similar disputes for all disputes at risk."""
    cohort = at_risk(con, profile, [monday])
    return {
        "cohort": cohort,
        "tier_now": tier_now(con, cohort, monday),
        "dispute_facts.parquet": facts(con, cohort, monday),
        "dispute_timeline.parquet": timeline(con, cohort, monday),
        **descriptions(con, profile, monday, cohort["dispute_id"]),
    }


def _differing(whole: pl.DataFrame, then: pl.DataFrame) -> list[str]:
    if len(whole) != len(then):
        return ["rows"]
    return [name for name in whole.columns if not whole[name].equals(then[name], null_equal=True)]
