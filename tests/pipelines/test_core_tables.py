"""The warehouse's DDL, keys and times, read off the classes, are those that homes of before were made with."""

from collections.abc import Callable

import duckdb
import pytest

from pipelines.tables.bookkeeping import bookkeeping_ddl
from pipelines.tables.core import CORE, CORE_TABLES, core_ddl, core_key, happened_sql, later_columns

VERSIONED = "first_known_at timestamp not null, known_at timestamp not null, superseded_at timestamp, file_id text not null"
PLACED = "area_code text not null, township_code text, county_code text"
AS_FIRST_MADE = f"""
create table core_area (
    area_code text primary key, name_zh text, name_en text, tier text, parent_code text,
    population bigint, households bigint, urban boolean, lon double, lat double,
    village_code text, township_code text, county_code text);
create table core_unit (
    unit_id text primary key, name_zh text, kind text, tier text, area_code text, weekly_capacity integer, specialities text,
    township_code text, county_code text);
create table core_dispute (
    dispute_id text not null, registered_at timestamp not null, occurred_on date, category text not null,
    {PLACED}, village_code text, grid_code text, channel text, tier text, relation text, parties_key text,
    n_parties bigint, amount_yuan double, threat boolean, violence boolean, weapon boolean, alcohol boolean,
    fear boolean, separation boolean, minor_involved boolean, scale text, found_after_warning boolean,
    due_at timestamp, withdrawn_at timestamp, {VERSIONED});
create table core_dispute_event (
    event_id text not null, dispute_id text not null, event_at timestamp not null, event_type text not null,
    tier text, unit_id text, result text, {VERSIONED});
create table core_outcome (
    outcome_id text not null, dispute_id text not null, occurred_at timestamp not null, severity integer not null,
    {VERSIONED});
create table core_grid_report (
    report_id text not null, reported_at timestamp not null, {PLACED}, report_type text not null, channel text,
    first_response_at timestamp, closed_at timestamp, resolved boolean, satisfaction integer, {VERSIONED});
create table core_service_coverage (
    township_code text not null, service text not null, week date not null, due bigint not null, done bigint not null,
    overdue bigint not null, caseload bigint, workers bigint, {VERSIONED});
create table core_outreach (
    event_on date not null, {PLACED}, kind text not null, attendance bigint, {VERSIONED});
create table core_volunteer (
    as_of_on date not null, {PLACED}, count bigint not null, {VERSIONED});
create table core_decision (
    decision_id text not null, dispute_id text not null, decided_at timestamp not null, as_of date not null,
    action text not null, reason text, unit_id text, due_on date, visited_on date, found_after_warning boolean,
    undone boolean, {VERSIONED});
"""
"""Schema 3, word for word: a warehouse made by an older release stays as it is, so new ones must be alike."""

BOOKKEEPING_AS_FIRST_MADE = """
create table intake_file (
    file_id text not null, file_name text not null, table_name text not null, encoding text, n_read bigint not null,
    n_loaded bigint not null, n_quarantined bigint not null, n_duplicate bigint not null, n_unchanged bigint not null,
    primary key (file_id, table_name));
create table quarantine (
    file_id text not null, file_name text not null, table_name text not null, line bigint not null,
    rules text[] not null, row_json text not null, record_key text);
create table intake_reading (file_id text primary key, fingerprint text not null);
create table visit_count (
    file_id text not null, township_code text not null, service text not null, week date not null,
    due bigint not null, done bigint not null);
create table kept_visit (
    file_id text not null, township_code text not null, service text not null, week date not null,
    hash ubigint not null, nth bigint not null, done boolean not null, is_made boolean, day_hash ubigint, row_hash ubigint,
    rest_hash ubigint);
create table held_flag (dispute_id text not null, flag text not null, told_at timestamp, file_id text not null);
create table whole_export (
    file_id text not null, source text not null, table_name text not null, moment timestamp not null);
create table source_column (
    file_id text not null, source text not null, table_name text not null, contract_column text not null);
create table dispute_pair (
    dispute_id text not null, earlier_id text not null, probability double not null, evidence text not null,
    primary key (dispute_id, earlier_id));
create table dispute_link (dispute_id text primary key, same_as text not null, linked_at timestamp not null);
create table erased_dispute (dispute_hash text primary key);
create table intake_setting (name text primary key, value text not null);
"""
"""Schema 5, likewise."""


def described(ddl: str) -> list[tuple]:
    """Columns in order, kinds, and what is required of them."""
    with duckdb.connect() as con:
        con.execute(ddl)
        return con.execute(
            """
            select table_name, column_name, column_index, data_type, is_nullable from duckdb_columns()
            union all select table_name, constraint_type, 0, constraint_text, null from duckdb_constraints()
            order by all
            """
        ).fetchall()


@pytest.mark.parametrize(
    ("ddl", "first_made"),
    [(core_ddl, AS_FIRST_MADE), (bookkeeping_ddl, BOOKKEEPING_AS_FIRST_MADE)],
)
def test_the_ddl_makes_the_tables_that_homes_have(ddl: Callable[[], str], first_made: str) -> None:
    assert described(ddl()) == described(first_made)


def test_a_class_has_the_columns_of_its_table_in_their_order() -> None:
    with duckdb.connect() as con:
        con.execute(core_ddl())
        assert {core: con.table(core).columns for core in CORE} == {
            core: table.column_names() for core, table in CORE.items()
        }


@pytest.mark.parametrize(
    ("table", "key", "happened", "later"),
    [
        ("disputes", ["dispute_id"], "registered_at", {"withdrawn_at": ()}),
        ("dispute_events", ["event_id"], "event_at", {}),
        ("outcomes", ["outcome_id"], "occurred_at", {}),
        ("grid_reports", ["report_id"], "reported_at", {"first_response_at": (), "closed_at": ("resolved", "satisfaction")}),
        ("service_coverage", ["township_code", "service", "week"], "week + interval 604799 second", {}),
        ("outreach", ["event_on", "area_code", "kind", "attendance"], "event_on + interval 86400 second", {}),
        ("volunteers", ["as_of_on", "area_code"], "as_of_on + interval 86400 second", {}),
        ("decisions", ["decision_id"], "decided_at", {}),
    ],
)  # fmt: skip
def test_key_time_and_what_tells_of_later_stand_in_the_class(
    table: str, key: list[str], happened: str, later: dict[str, tuple[str, ...]]
) -> None:
    assert (core_key(table), happened_sql(table), later_columns(table)) == (key, happened, later)
    assert set(core_key(table)) <= set(CORE[CORE_TABLES[table]].column_names())
