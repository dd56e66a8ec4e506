"""Dagster's own storage of one home: runs, events and schedules in SQLite files under HOME/dagster."""

import os

import dagster as dg

from pipelines.home import Home

DAGSTER_YAML = """\
telemetry:
  enabled: false
nux:
  enabled: false
event_log_storage:
  module: dagster.core.storage.event_log
  class: ConsolidatedSqliteEventLogStorage
  config:
    base_dir:
      env: DAGSTER_HOME
compute_logs:
  module: dagster.core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
run_queue:
  max_concurrent_runs: 1
run_retries:
  enabled: true
  max_retries: 0
"""
"""One run at a time, for one warehouse. One file of events: a file per run writes each asset's event twice,
which costs a weekly run a second and a half. What a run prints is kept nowhere; a run retries only when told to."""

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def instance_of(home: Home) -> dg.DagsterInstance:
    """The home's Dagster instance; it works after the home was moved."""
    os.environ["DAGSTER_HOME"] = dagster_home(home)
    return dg.DagsterInstance.from_config(os.environ["DAGSTER_HOME"])


def dagster_home(home: Home) -> str:
    """The folder for DAGSTER_HOME with its `dagster.yaml`; a changed file is kept."""
    home.dagster.mkdir(parents=True, exist_ok=True)
    settings = home.dagster / "dagster.yaml"
    if not settings.exists():
        settings.write_text(DAGSTER_YAML, encoding="utf-8")
    return str(home.dagster)
