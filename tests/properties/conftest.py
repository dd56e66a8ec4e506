"""A small world in a warehouse, made to be hard on whoever looks ahead."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import duckdb
import pytest

from pipelines.tables.core import CORE_TABLES
from pipelines.warehouse.warehouse import open_warehouse

START = datetime(2024, 6, 3)
"""A Monday; many records are known at the midnight of one."""

WORLD = """
insert into core_area (area_code, name_zh, tier, population, urban, village_code, township_code, county_code) values
    ('530302001', '镇', 'township', 5000, true, null, '530302001', '530302'),
    ('v0', '村', 'village', 900, true, 'v0', '530302001', '530302'), ('v1', '村', 'village', 800, true, 'v1', '530302001', '530302');
insert into core_unit values ('u0', '会', 'people', 'township', '530302001', 7, '', '530302001', '530302'),
    ('u1', '会', 'people', 'township', '530302001', 5, '', '530302001', '530302');
create temp table made as
    select 'd' || i as dispute_id, $start + to_hours((i * 217)::integer) as at_time, 'D' || (1 + i % 6) as category, i % 7 as kind,
        i, $start + to_days((7 * (i * 217 // 168 + 2))::integer) as monday from range(40) t(i);
insert into core_dispute (dispute_id, registered_at, occurred_on, category, area_code, township_code, county_code, village_code, channel,
        relation, parties_key, minor_involved, scale, threat, due_at, withdrawn_at, first_known_at, known_at, superseded_at, file_id)
    select dispute_id, at_time, at_time::date - 3, category, 'v' || kind % 2, '530302001', '530302', 'v' || kind % 2, 'grid',
        if(kind = 2, 'spouse', 'neighbour'), 'p' || kind, kind = 6, '01', kind = 1, at_time + interval 30 day, null, at_time, at_time,
        case when kind = 4 then monday + interval 21 day when kind = 5 then monday + interval 35 day end, 'f' from made
    union all -- corrected: another category, threat told
    select dispute_id, at_time, at_time::date - 3, 'D2', 'v' || kind % 2, '530302001', '530302', 'v' || kind % 2, 'grid', 'neighbour',
        'p' || kind, false, '01', true, at_time + interval 60 day, null, at_time, monday + interval 21 day, null, 'f' from made where kind = 4
    union all -- taken back, dated two weeks before anybody knew
    select dispute_id, at_time, at_time::date - 3, category, 'v' || kind % 2, '530302001', '530302', 'v' || kind % 2, 'grid', 'neighbour',
        'p' || kind, false, '01', false, null, monday + interval 21 day, at_time, monday + interval 35 day, null, 'f' from made where kind = 5;
insert into core_dispute_event (event_id, dispute_id, event_at, event_type, tier, unit_id, result, first_known_at, known_at, superseded_at, file_id)
    select dispute_id || '-' || s, dispute_id, at_time + to_hours((s * 51)::integer),
        ['mediation', 'threat_reported', 'closed', 'reopened', 'breach'][1 + s % 5], 'township', 'u' || s % 2, if(s % 5 = 0, 'failed', null),
        monday + to_days((7 * s)::integer), monday + to_days((7 * s)::integer),
        case when s = 2 and kind = 3 then monday + interval 28 day end, 'f' from made, range(1, 7) r(s)
    where not (kind = 3 and s = 3)
    union all -- a closing that was none
    select dispute_id || '-2', dispute_id, at_time + to_hours(102), 'visit', 'township', 'u0', null, monday + interval 14 day,
        monday + interval 28 day, null, 'f' from made where kind = 3;
insert into core_outcome select dispute_id || '-o', dispute_id, at_time + to_hours(300), 1, monday + interval 28 day,
    monday + interval 28 day, null, 'f' from made where kind = 3;
insert into core_grid_report select dispute_id || '-g', at_time, 'v' || i % 2, '530302001', '530302', if(i % 3 = 0, 'conflict', 'noise'), 'grid',
    at_time + interval 5 hour, at_time + to_hours((180 + i)::integer), i % 4 > 0, i % 5 + 1, monday, monday, null, 'f' from made;
insert into core_service_coverage
    select '530302001', 'S' || 1 + i % 2, at_time::date, 20, 15, 5, 90, null, monday, monday, if(i % 3 = 0, monday + interval 14 day, null), 'f' from made
    union all select '530302001', 'S' || 1 + i % 2, at_time::date, 20, 12, 8, 91, null, monday, monday + interval 14 day, null, 'f'
    from made where i % 3 = 0;
insert into core_outreach select at_time::date, 'v' || i % 2, '530302001', '530302', 'lecture', 30 + i, monday, monday, null, 'f' from made;
insert into core_volunteer select at_time::date, '530302001', '530302001', '530302', 50 + i, monday, monday, null, 'f' from made where i % 6 = 0;
drop table made;
"""


@pytest.fixture
def world() -> Iterator[duckdb.DuckDBPyConnection]:
    """Forty disputes of two villages over a year, and every other source.

    Steps are known later than they happen, many at the very midnight of a Monday; some records are
    corrected, some taken back and dated back.
    """
    with open_warehouse(":memory:") as con:
        con.execute(WORLD.replace("$start", f"timestamp '{START}'"))
        yield con


@pytest.fixture
def as_it_stood():
    """Turns a warehouse into what it was when a day began, and puts nonsense where the future was."""
    return turn_back


def turn_back(con: duckdb.DuckDBPyConnection, as_of: datetime) -> None:
    """Everything known on or after `as_of` goes; a copy of what is left comes instead, distorted and known then."""
    for table in CORE_TABLES.values():
        con.execute(f"delete from {table} where known_at >= $t", {"t": as_of})
        con.execute(f"update {table} set superseded_at = null where superseded_at >= $t", {"t": as_of})
        con.execute(f"create or replace temp table copied as select * from {table} order by all limit 60")
        con.execute(
            "update copied set known_at = $t, first_known_at = $t, superseded_at = null", {"t": as_of}
        )
        if table == "core_dispute_event":
            con.execute(
                "update copied set event_type = 'violence_reported', unit_id = 'u9', event_id = 'n' || event_id"
            )
        if table == "core_dispute":
            con.execute(
                "update copied set dispute_id = 'n' || dispute_id, threat = true, withdrawn_at = null"
            )
        con.execute(f"insert into {table} select * from copied; drop table copied")


@pytest.fixture
def by_hand():
    """Works the cohort of one Monday and some of its columns out from the tables, by loops over their rows."""
    return one_monday_by_hand


def one_monday_by_hand(con: duckdb.DuckDBPyConnection, monday: date) -> dict[str, dict[str, float]]:
    """Dispute to column to value, missing ones left out."""
    t = datetime.combine(monday, time())
    disputes: dict[str, list[dict]] = {}
    for version in sorted(rows_of(con, "core_dispute"), key=lambda v: v["known_at"]):
        disputes.setdefault(version["dispute_id"], []).append(version)
    begun = {key: versions for key, versions in disputes.items() if versions[0]["known_at"] < t}
    steps = [s for s in rows_of(con, "core_dispute_event") if in_force(s, t) and s["dispute_id"] in begun]
    counted = [s for s in steps if not taken_back(begun[s["dispute_id"]], t)]
    for step in steps:
        step |= {"of": begun[step["dispute_id"]][0]}
        step["first"] = max(step["first_known_at"], step["of"]["known_at"])
    threats = [s for s in counted if s["event_type"] == "threat_reported"]
    closed_at = {key: closing([s for s in steps if s["dispute_id"] == key]) for key in begun}
    reports = [r for r in rows_of(con, "core_grid_report") if in_force(r, t)]
    dealt_with = [
        (r["closed_at"] - r["reported_at"]).total_seconds() / 3600
        for r in reports
        if r["closed_at"] < t and max(r["first_known_at"], r["closed_at"]) >= t - timedelta(weeks=13)
    ]
    overdue = [
        c["overdue"] for c in rows_of(con, "core_service_coverage") if in_force(c, t) and since(c, t, 13)
    ]
    signs = {
        record["dispute_id"]
        for table in ("core_dispute_event", "core_outcome")
        for record in rows_of(con, table)
        if record["known_at"] < t
        and record.get("event_type", "violence_reported") in ("violence_reported", "threat_reported")
    }
    values = {}
    for key, versions in begun.items():
        now = next((v for v in versions if in_force(v, t)), None)
        if (
            now is None
            or now["minor_involved"]
            or (now["withdrawn_at"] is not None and now["withdrawn_at"] < t)
        ):
            continue
        if closed_at[key] is not None and t > closed_at[key] + timedelta(days=90):
            continue
        own_threats = [s for s in threats if s["dispute_id"] == key]
        row = {
            "open_now": float(closed_at[key] is None),
            "is_domestic": float(now["relation"] == "spouse" and (now["threat"] or key in signs)),
            "threat": None if now["threat"] is None else float(now["threat"]),
            "steps_all": len([s for s in counted if s["dispute_id"] == key]),
            "threat_reports_13w": len([s for s in own_threats if s["first"] >= t - timedelta(weeks=13)]),
            "threat_reports_all": len(own_threats),
            "days_since_threat": min(((t - s["first"]).total_seconds() / 86400 for s in own_threats), default=None),
            "pair_threats_52w": len(
                [s for s in threats if s["of"]["parties_key"] == now["parties_key"] and s["first"] >= t - timedelta(weeks=52)]
            ),
            "village_threat_reports_13w": len(
                [s for s in threats if s["of"]["village_code"] == now["village_code"] and s["first"] >= t - timedelta(weeks=13)]
            ),
            "township_category_registrations_52w": len(
                [v for v in begun.values() if v[0]["category"] == now["category"] and not taken_back(v, t) and since(v[0], t, 52)]
            ),
            "township_open_disputes": len([k for k, v in begun.items() if closed_at[k] is None and not taken_back(v, t)]),
            "village_quarrel_reports_13w": len(
                [r for r in reports if r["report_type"] == "conflict" and r["area_code"] == now["village_code"] and since(r, t, 13)]
            ),
            "township_report_hours_13w": sum(dealt_with) / len(dealt_with) if dealt_with else None,
            "township_visits_overdue_13w": sum(overdue) if overdue else None,
        }  # fmt: skip
        values[key] = {name: value for name, value in row.items() if value is not None}
    return values


def rows_of(con: duckdb.DuckDBPyConnection, table: str) -> list[dict]:
    asked = con.execute(f"select * from {table}")
    names = [column[0] for column in asked.description]
    return [dict(zip(names, row, strict=True)) for row in asked.fetchall()]


def in_force(version: dict, t: datetime) -> bool:
    return version["known_at"] < t and (version["superseded_at"] is None or version["superseded_at"] >= t)


def since(version: dict, t: datetime, weeks: int) -> bool:
    return version["first_known_at"] >= t - timedelta(weeks=weeks)


def taken_back(versions: list[dict], t: datetime) -> bool:
    return any(v["withdrawn_at"] is not None and max(v["withdrawn_at"], v["known_at"]) < t for v in versions)


def closing(steps: list[dict]) -> datetime | None:
    """When it was closed, by the last closing or reopening that happened."""
    last = max(
        (s for s in steps if s["event_type"] in ("closed", "reopened")),
        key=lambda s: (s["event_at"], s["event_type"] == "closed"),
        default=None,
    )
    return last["event_at"] if last is not None and last["event_type"] == "closed" else None
