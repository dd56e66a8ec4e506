"""The matrix county by county, in this process and on two Dask workers, is the matrix."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from distributed import Client, LocalCluster

from features.cohort import history_mondays
from features.county_export import frame, in_this_process, on_dask, write_history, write_parts
from features.engine.matrix import Matrix, build_matrix, build_place_matrix
from pipelines.city.profile import load_profile
from pipelines.errors import RefusedInput
from pipelines.home import Home
from pipelines.warehouse.warehouse import open_warehouse

QUJING = load_profile("qujing")
TOWNSHIPS = {"530302001": "530302", "530302002": "530302", "530321102": "530321", None: None}
LAST = date(2025, 2, 3)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Six hundred disputes of three townships in two counties and of none, and their steps; some pairs quarrel in both."""
    home = Home(tmp_path_factory.mktemp("home"))
    rng = np.random.default_rng(3)
    n = 600
    at = [datetime(2024, 7, 1) + timedelta(hours=int(h)) for h in np.sort(rng.integers(0, 24 * 200, n))]
    place = [list(TOWNSHIPS)[i] for i in rng.integers(0, 4, n)]
    disputes = pl.DataFrame(
        {
            "dispute_id": [f"d{i:04}" for i in range(n)], "registered_at": at, "category": rng.choice(["D1", "D2"], n),
            "area_code": [p or "5303" for p in place], "township_code": place, "county_code": [TOWNSHIPS[p] for p in place],
            "parties_key": [f"p{i}" for i in rng.integers(0, 200, n)], "threat": rng.random(n) < 0.3,
            "first_known_at": at, "known_at": at, "file_id": "f",
        }
    )  # fmt: skip
    known = [moment + timedelta(hours=int(h)) for moment in at for h in rng.integers(1, 900, 4)]
    steps = pl.DataFrame(
        {
            "event_id": [f"e{i}" for i in range(4 * n)], "dispute_id": [f"d{i // 4:04}" for i in range(4 * n)], "event_at": known,
            "event_type": rng.choice(["mediation", "threat_reported", "visit", "closed"], 4 * n, p=[0.4, 0.2, 0.3, 0.1]),
            "unit_id": rng.choice(["u1", "u2", "u3"], 4 * n), "first_known_at": known, "known_at": known, "file_id": "f",
        }
    )  # fmt: skip
    with open_warehouse(home.warehouse) as con:
        for code, county in list(TOWNSHIPS.items())[:3]:
            con.execute(
                "insert into core_area (area_code, name_zh, tier, township_code, county_code) values ($1, '镇', 'township', $1, $2)",
                [code, county],
            )
        for table, rows in (("core_dispute", disputes), ("core_dispute_event", steps)):
            con.register("rows", rows)
            con.execute(f"insert into {table} by name select * from rows")
        con.execute("insert into held_flag values ('d0007', 'minor', '2024-07-04', 'f')")
    return home


@pytest.fixture(scope="module")
def mondays(home: Home) -> list[date]:
    with open_warehouse(home.warehouse, read_only=True) as con:
        return history_mondays(con, LAST)


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as local:
        yield local.scheduler_address


def together(folder: Path, *keys: str) -> pl.DataFrame:
    files = sorted(folder.glob("*.parquet"))
    assert len(files) > 1
    return pl.concat([pl.read_parquet(file) for file in files]).sort(keys)


@pytest.mark.parametrize("engine", ["local", "dask"])
def test_the_parts_together_are_the_matrix_to_the_bit(
    home: Home, mondays: list[date], cluster: str, tmp_path: Path, engine: str
) -> None:
    run = in_this_process if engine == "local" else partial(on_dask, workers=2, address=cluster)
    write_parts(home, QUJING, "dispute", mondays, tmp_path, run)
    with open_warehouse(home.warehouse, read_only=True) as con:
        whole = frame(build_matrix(con, QUJING, mondays))
    assert len(whole) > 2_000
    assert "d0007" not in whole["dispute_id"], "flagged as a minor's"
    assert together(tmp_path, "as_of", "dispute_id").equals(whole)
    assert not list(tmp_path.glob("*.partial"))


def test_a_large_county_comes_in_turns_of_some_mondays_each(
    home: Home, mondays: list[date], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("features.county_export.DISPUTES_AT_ONCE", 100)
    work = write_parts(home, QUJING, "dispute", mondays, tmp_path, in_this_process)
    of_one = [part for part in work if part.county == "530302"]
    assert len(of_one) > 2
    assert [day for part in of_one for day in part.as_of_dates] == mondays
    with open_warehouse(home.warehouse, read_only=True) as con:
        whole = frame(build_matrix(con, QUJING, mondays))
    assert together(tmp_path, "as_of", "dispute_id").equals(whole)


def test_places_come_in_parts_too(home: Home, mondays: list[date], tmp_path: Path) -> None:
    write_parts(home, QUJING, "place", mondays, tmp_path, in_this_process)
    with open_warehouse(home.warehouse, read_only=True) as con:
        whole = frame(build_place_matrix(con, QUJING, mondays))
    assert together(tmp_path, "as_of", "township_code", "category").equals(whole)


def test_lightgbm_trains_on_the_result_on_the_same_cluster(
    home: Home, mondays: list[date], cluster: str, tmp_path: Path
) -> None:
    import dask.dataframe as dd
    import pandas as pd
    from lightgbm import DaskLGBMClassifier

    write_parts(home, QUJING, "dispute", mondays, tmp_path, partial(on_dask, workers=2, address=cluster))
    columns = ["threat", "threat_reports_13w", "mediations_all", "township_registrations_52w"]
    files = [str(file) for file in sorted(tmp_path.glob("*.parquet"))]
    with Client(cluster) as client:
        table = dd.from_map(pd.read_parquet, files, columns=columns)
        recent = dd.from_map(pd.read_parquet, files, columns=["days_since_threat"])["days_since_threat"] < 14
        learner = DaskLGBMClassifier(client=client, n_estimators=20, num_leaves=7, seed=1, verbosity=-1)
        learner.fit(table, recent)
    rows = together(tmp_path, "as_of", "dispute_id")
    truth = (rows["days_since_threat"] < 14).to_numpy()
    chance = np.asarray(learner.to_local().predict_proba(rows.select(columns).to_pandas()))[:, 1]
    assert chance[truth].mean() > 2 * chance[~truth].mean()


def test_the_files_may_not_lie_under_the_home(home: Home) -> None:
    with pytest.raises(RefusedInput, match="under the home"):
        write_history(home, QUJING, "dispute", LAST, 4, home.root / "features", "local", 2)


def test_an_unknown_unit_or_engine_is_refused(home: Home, tmp_path: Path) -> None:
    with pytest.raises(RefusedInput, match="'person' is none of dispute, place, service"):
        write_history(home, QUJING, "person", LAST, 4, tmp_path, "local", 2)
    with pytest.raises(RefusedInput, match="'spark' is none of local, dask"):
        write_history(home, QUJING, "dispute", LAST, 4, tmp_path, "spark", 2)


def test_the_last_weeks_are_written_and_told(home: Home, tmp_path: Path) -> None:
    report = write_history(home, QUJING, "dispute", LAST, 4, tmp_path, "local", 2)
    assert report.endswith(f"rows of 4 Mondays in 3 files in {tmp_path}, its columns in columns.csv")
    assert "threat_reports_28d" in pl.read_csv(tmp_path / "columns.csv")["name"].to_list()


def test_an_export_of_the_services_holds_no_small_and_no_exact_count() -> None:
    """Rows are cells: what is hidden loses every count, what is shown is in fives from ten on."""
    names = ("township_service_caseload", "township_service_visits_overdue_28d", "month")
    cohort = pl.DataFrame(
        {
            "as_of": date(2025, 1, 6),
            "township_code": ["a", "b", "c", "d"],
            "service": "S1",
            "county_code": "x",
        }
    )
    values = np.array([[9, 3, 1], [32, 4, 1], [47, 21, 1], [203, 66, 1]], dtype=np.float32)
    shown = frame(Matrix(cohort, values, names))
    assert shown["township_service_caseload"].fill_nan(None).to_list() == [None, None, 45.0, 205.0]
    assert shown["township_service_visits_overdue_28d"].fill_nan(None).to_list() == [None, None, 20.0, 65.0]
    assert shown["month"].to_list() == [1.0] * 4
