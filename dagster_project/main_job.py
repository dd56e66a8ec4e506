"""The main job as the command runs it: the graph of `assets.py`, in this process, stage by stage."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime, time

import dagster as dg

from dagster_project.assets import ASSETS, champion, intake, out_dispute_warning, weekly_brief
from dagster_project.progress import Stages
from dagster_project.resources import City
from pipelines.errors import FengqiaoError
from pipelines.home import Home
from pipelines.warehouse import data_until, first_monday_after, open_warehouse

DAGSTER_YAML = """\
telemetry:
  enabled: false
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
"""
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def run_week(city: City, as_of: date | None, stages: Stages) -> None:
    """Intake, then train if there is no champion, score, publish and write the papers as of one Monday.

    Args:
        city: profile, home and landing folder.
        as_of: the Monday; the first one after the newest record's known time where None.
        stages: shows and keeps what each stage took.

    Raises:
        RefusedInput: a file or argument must be changed; nothing was changed by the run.
        FengqiaoError: no record was ever loaded.
    """
    with _instance(city.home) as instance:
        with stages.stage("intake") as progress:
            _materialize(replace(city, progress=progress), instance, intake, None)
        for line in accounting(city.home):
            stages.console.print(line)
        monday = as_of or newest_as_of(city)
        for name, asset in (("train", champion), ("publish", out_dispute_warning), ("brief", weekly_brief)):
            with stages.stage(name) as progress:
                _materialize(replace(city, progress=progress), instance, asset, monday)
    stages.console.print(f"published {city.home.published / monday.isoformat()}")


def accounting(home: Home) -> list[str]:
    """One line per table over every file taken in: read = loaded + quarantined + duplicates + unchanged."""
    query = """
        select table_name, sum(n_read), sum(n_loaded), sum(n_quarantined), sum(n_duplicate), sum(n_unchanged)
        from intake_file group by table_name order by table_name"""
    with open_warehouse(home.warehouse, read_only=True) as con:
        rows = con.execute(query).fetchall()
    return [
        f"  {table}: read {n[0]:,} = loaded {n[1]:,} + quarantined {n[2]:,} + duplicates {n[3]:,} + unchanged {n[4]:,}"
        for table, *n in rows
    ]


def newest_as_of(city: City) -> date:
    """The first Monday after the newest record's known time, or after the profile's `complete_until`.

    Raises:
        FengqiaoError: the warehouse holds no record yet.
    """
    home, until = city.home, None
    if home.warehouse.exists():
        with open_warehouse(home.warehouse, read_only=True) as con:
            until = data_until(con)
    if until is None:
        raise FengqiaoError(f"{home.root} holds no records yet: run `fengqiao run --data FOLDER` first")
    complete = city.profile.settings.complete_until
    return first_monday_after(min(until, datetime.combine(complete, time())) if complete else until)


def open_dagster(city: City) -> None:
    """Open Dagster's screen on localhost for this city, until it is interrupted."""
    environment = os.environ | {
        "DAGSTER_HOME": str(_dagster_home(city.home)),
        "FENGQIAO_PROFILE": str(city.profile.folder),
        "FENGQIAO_HOME": str(city.home.root),
    }
    if city.data is not None:
        environment["FENGQIAO_DATA"] = str(city.data.resolve())
    subprocess.run(
        [sys.executable, "-m", "dagster", "dev", "-m", "dagster_project.definitions", "-h", "127.0.0.1"],
        env=environment,
        check=False,
    )


def _materialize(
    city: City, instance: dg.DagsterInstance, asset: dg.AssetsDefinition, as_of: date | None
) -> None:
    dg.materialize(
        ASSETS,
        selection=list(asset.keys),
        partition_key=as_of.isoformat() if as_of else None,
        instance=instance,
        resources={"city": city},
        run_config=QUIET,
    )


def _instance(home: Home) -> dg.DagsterInstance:
    return dg.DagsterInstance.from_config(str(_dagster_home(home)))


def _dagster_home(home: Home) -> str:
    home.dagster.mkdir(parents=True, exist_ok=True)
    (home.dagster / "dagster.yaml").write_text(DAGSTER_YAML, encoding="utf-8")
    return str(home.dagster)
