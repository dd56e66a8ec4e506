"""A small city whose home holds disputes in every kind of place, for the tests of erasure."""

import json
import sqlite3
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from dagster_project.operations.city import City
from dashboards.decisions.decision import Decision
from dashboards.decisions.store import DecisionStore
from pipelines.city.profile import load_profile
from pipelines.home import Home
from pipelines.privacy.key_file import key_mark, load_key
from pipelines.warehouse.warehouse import open_warehouse

GONE, LONGER, KEPT = "CASE-1", "CASE-12", "CASE-TO-KEEP-0002"
HEAD = "dispute_id,registered_at,category,area_code,found_after_warning\n"
EVENT_HEAD = "event_id,dispute_id,event_at,event_type\n"
NAMES_A_CODE = ["D2", "530302001", "mediation", "window", "00123", "2025-03-04", "A1"]


def decision(number: str, note: str) -> Decision:
    return Decision(
        dispute_id=number,
        action="decline",
        office="duty desk",
        as_of=date(2024, 12, 30),
        publication="x",
        reason="other",
        note=note,
    )


def hand_made_city(folder: Path, monkeypatch: pytest.MonkeyPatch, numbers: list[str]) -> City:
    """A home that holds the disputes in every kind of place: tables, parquet files, decisions, databases of runs."""
    folder.mkdir(parents=True, exist_ok=True)
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(folder / "key"))
    home = Home(folder / "home")
    city = City(load_profile("qujing"), home)
    home.root.mkdir()
    disputes = pl.DataFrame({"dispute_id": numbers})
    with open_warehouse(home.warehouse) as con:
        con.register("numbers", disputes)
        con.execute("insert into intake_setting values ('key_mark', $1)", [key_mark(load_key(home.root))])
        con.execute(
            """
            insert into core_dispute by name select dispute_id, 'D2' as category, '530302001' as area_code, 'window' as channel,
                timestamp '2025-03-04' as registered_at, timestamp '2025-03-04' as first_known_at, timestamp '2025-03-04' as known_at,
                'f' as file_id from numbers;
            insert into core_dispute_event by name select 'E' || dispute_id as event_id, dispute_id, 'mediation' as event_type,
                timestamp '2025-03-05' as event_at, timestamp '2025-03-05' as first_known_at, timestamp '2025-03-05' as known_at,
                'f' as file_id from numbers
            """
        )
        rows = ", ".join("(?, 'disputes.csv', 'disputes', ?, ['category: no'], ?, ?)" for _ in numbers)
        con.execute(
            f"insert into quarantine values {rows}",
            [
                v
                for at, n in enumerate(numbers)
                for v in ("f", at, json.dumps({"dispute_id": n, "category": "D2"}), n)
            ],
        )
    others = pl.DataFrame(
        {"area_code": ["530302001", "530302002"], "category": ["D2", "all"], "expected": [1.0, 2.0]}
    )
    for name in ("published/.versions/x", "backtests/x", "features"):
        (home.root / name).mkdir(parents=True)
        disputes.with_columns(category=pl.lit("D2"), township_code=pl.lit("530302001")).write_parquet(
            home.root / name / "rows.parquet"
        )
        others.write_parquet(home.root / name / "places.parquet")
    for name in ("dagster", "mlflow"):
        (home.root / name).mkdir()
        with sqlite3.connect(home.root / name / "runs.db") as con:
            con.execute("create table event (text text)")
            con.executemany("insert into event values (?)", [(f"{w} {{}}",) for w in NAMES_A_CODE])
    DecisionStore.of(home).record([decision(n, "") for n in numbers], datetime(2025, 1, 2))
    return city


def rows_of_others(home: Home, number: str) -> dict[str, object]:
    """Everything the home holds that is not of one dispute, place by place."""
    content: dict[str, object] = {}
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        for (table,) in con.execute("select table_name from information_schema.tables order by 1").fetchall():
            columns = [name for (name, *_) in con.execute(f"describe {table}").fetchall()]
            own = (
                "record_key" if table == "quarantine" else "dispute_id" if "dispute_id" in columns else "null"
            )
            if table != "erased_dispute":
                content[table] = con.execute(
                    f"select t::varchar from {table} t where {own} is distinct from $1 order by 1", [number]
                ).fetchall()
    for path in sorted(home.root.rglob("*.parquet")):
        frame = pl.read_parquet(path)
        rows = frame.filter(pl.col("dispute_id") != number) if "dispute_id" in frame.columns else frame
        content[str(path)] = rows.rows()
    content["decisions"] = [e for e in DecisionStore.of(home).everything() if e.decision.dispute_id != number]
    return content


def published(home: Home) -> Path:
    return next((home.published / ".versions").glob("*")) / "dispute_warnings.parquet"
