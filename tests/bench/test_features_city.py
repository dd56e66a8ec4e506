"""Whole matrices of the catalogue beside copying them once, part by part and on workers, and a week beside its history."""

import statistics
import time
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import polars as pl
import pytest

from features.cohort import history_mondays
from features.county_export import frame, in_this_process, on_dask, write_parts
from features.engine.matrix import build_matrix
from pipelines.city.profile import load_profile
from pipelines.home import Home
from pipelines.warehouse.warehouse import open_warehouse
from tests.bench.test_features_bench import START, made_up, show

QUJING = load_profile("qujing")
COUNTIES = 6
DAYS_OPEN = 80

pytestmark = pytest.mark.bench


def test_a_whole_city_beside_copying_its_matrix_once(tmp_path: Path) -> None:
    home = city(tmp_path, n_disputes=55_000, n_weeks=156)
    with open_warehouse(home.warehouse, read_only=True) as con:
        mondays = history_mondays(con, last_monday(156))
        seconds, copying = [], []
        for _ in range(3):
            began = time.perf_counter()
            matrix = build_matrix(con, QUJING, mondays)
            between = time.perf_counter()
            matrix.values.copy(order="K")
            seconds.append(between - began)
            copying.append(time.perf_counter() - between)
    built, copied = statistics.median(seconds), statistics.median(copying)
    show(
        f"{len(matrix.cohort):,} rows x {len(matrix.names)} features of {len(mondays)} weeks; medians of 3",
        [
            ("copying the matrix once", f"{copied:.2f} s"),
            ("reading the warehouse and building it", f"{built:.2f} s", f"{built / copied:.1f} copies"),
        ],
    )


def test_a_week_costs_no_more_when_history_is_longer(tmp_path: Path) -> None:
    """The same number of disputes a year; only how many years there were before differs."""
    taken = {}
    for years in (1, 2, 4, 8):
        home = city(tmp_path / str(years), n_disputes=20_000 * years, n_weeks=52 * years)
        with open_warehouse(home.warehouse, read_only=True) as con:
            seconds = []
            for weeks in range(5):
                began = time.perf_counter()
                build_matrix(con, QUJING, [last_monday(52 * years - weeks)])
                seconds.append(time.perf_counter() - began)
        taken[years] = statistics.median(seconds)
    rows = [("history", "seconds a week", "x one year")]
    rows += [(f"{years} years", f"{s:.2f}", f"{s / taken[1]:.2f}") for years, s in taken.items()]
    show("one new Monday; medians of 5", rows)
    assert taken[8] < 1.6 * taken[1]


def test_parts_and_workers_beside_the_whole(tmp_path: Path) -> None:
    """One city's weeks at once, county by county in this process, and on two Dask workers."""
    home, taken = city(tmp_path, n_disputes=6_000, n_weeks=52), {}
    with open_warehouse(home.warehouse, read_only=True) as con:
        mondays = history_mondays(con, last_monday(52))
        began = time.perf_counter()
        matrix = build_matrix(con, QUJING, mondays)
        frame(matrix).write_parquet(tmp_path / "whole.parquet")
        taken["at once"] = time.perf_counter() - began
    ways = {"county by county": in_this_process, "two Dask workers": partial(on_dask, workers=2)}
    for name, run in ways.items():
        began = time.perf_counter()
        write_parts(home, QUJING, "dispute", mondays, tmp_path / name, run)
        taken[name] = time.perf_counter() - began
    rows = [("way", "seconds", "x at once")]
    rows += [(name, f"{s:.2f}", f"{s / taken['at once']:.2f}") for name, s in taken.items()]
    show(f"{len(matrix.cohort):,} rows x {len(matrix.names)} features, written as Parquet", rows)


def last_monday(n_weeks: int) -> date:
    return START.date() + timedelta(weeks=n_weeks)


def city(folder: Path, n_disputes: int, n_weeks: int) -> Home:
    """Disputes of some weeks, their steps and their closings in a warehouse, in the order they were known."""
    work, home = made_up(n_disputes, n_weeks, (4,)), Home(folder / "home")
    home.root.mkdir(parents=True)
    first = (
        work.rows.group_by("dispute").agg(known_at=pl.col("monday").min() - timedelta(days=7)).sort("dispute")
    )
    county = pl.format("5303{}", 10 + pl.col("dispute") % COUNTIES)
    known = {"first_known_at": pl.col("known_at"), "file_id": pl.lit("f")}
    disputes = first.with_columns(
        registered_at="known_at", category=pl.lit("D1"), area_code=county, county_code=county,
        township_code=county + "001", parties_key=pl.col("dispute").cast(pl.String), **known,
    )  # fmt: skip
    closings = first.with_columns(pl.col("known_at") + timedelta(days=DAYS_OPEN), kind=pl.lit("closed"))
    steps = pl.concat([work.steps, closings.select(work.steps.columns)]).with_row_index("event_id")
    steps = steps.rename({"kind": "event_type"}).with_columns(
        pl.col("event_id").cast(pl.String), event_at="known_at", **known
    )
    with open_warehouse(home.warehouse) as con:
        for table, rows in (("core_dispute", disputes), ("core_dispute_event", steps)):
            named = (
                rows.with_columns(dispute_id=pl.col("dispute").cast(pl.String))
                .drop("dispute")
                .sort("known_at")
            )
            con.register("rows", named)
            con.execute(f"insert into {table} by name select * from rows")
    return home
