"""MLflow's storage of a home's models: one SQLite file, or the database of `$FENGQIAO_MLFLOW_URL`, and a folder of files.

Files lie under the home and are found from it, not from the address in the database, so that a home can be moved.
"""

import logging
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Any

from pipelines.city.profile import Profile
from pipelines.home import Home

if TYPE_CHECKING:
    from mlflow import MlflowClient

DATABASE = "mlflow.db"
FILES = "artifacts"
MOST_AT_ONCE = 1000
"""Number of metrics that MLflow accepts in one call."""


def client_of(home: Home) -> "MlflowClient":
    """An MLflow client on this home's own database, which is created where it is missing."""
    if not is_there(home):
        _client.cache_clear()
    home.mlflow.mkdir(parents=True, exist_ok=True)
    return _client(address(home))


@cache
def _client(where: str) -> "MlflowClient":
    """One client per database, cached because creating it checks all of MLflow's tables."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    from mlflow import MlflowClient

    for chatty in ("mlflow", "alembic"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    return MlflowClient(tracking_uri=where, registry_uri=where)


def address(home: Home) -> str:
    """MLflow's database for this home: `$FENGQIAO_MLFLOW_URL`, else an SQLite file under the home."""
    return os.environ.get("FENGQIAO_MLFLOW_URL") or f"sqlite:///{home.mlflow / DATABASE}"


def is_there(home: Home) -> bool:
    """Whether anything was ever stored; for a database elsewhere this takes a query."""
    return bool(os.environ.get("FENGQIAO_MLFLOW_URL")) or (home.mlflow / DATABASE).exists()


def experiment_of(client: "MlflowClient", home: Home, profile: Profile) -> str:
    """The experiment whose files are under this home; a moved home gets a new experiment, and the old one is kept."""
    location = (home.mlflow / FILES).as_uri()
    known = {experiment.name: experiment for experiment in client.search_experiments()}
    for experiment in known.values():
        if experiment.artifact_location == location:
            return experiment.experiment_id
    name, moved = profile.name, 1
    while name in known:
        moved += 1
        name = f"{profile.name}-{moved}"
    return client.create_experiment(name, artifact_location=location)


def registered_model(client: "MlflowClient", profile: Profile) -> Any:
    """The model's entry with its aliases and tags, or None."""
    from mlflow.exceptions import MlflowException

    try:
        return client.get_registered_model(model_name(profile))
    except MlflowException as problem:
        if problem.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        return None


def ensured_name(client: "MlflowClient", profile: Profile) -> str:
    """The name under which versions are registered; it is created where it is missing."""
    if registered_model(client, profile) is None:
        client.create_registered_model(model_name(profile))
    return model_name(profile)


def model_name(profile: Profile) -> str:
    """`<profile>-dispute-<horizon>d`."""
    return f"{profile.name}-dispute-{profile.settings.horizon_days}d"


def log_all(
    client: "MlflowClient",
    run_id: str,
    parameters: Mapping[str, Any],
    figures: Mapping[str, float],
    tags: Mapping[str, str],
) -> None:
    """Log a run's parameters, metrics and tags, many at a time."""
    from mlflow.entities import Metric, Param, RunTag

    client.log_batch(
        run_id,
        params=[Param(name, str(value)) for name, value in parameters.items()],
        tags=[RunTag(name, value) for name, value in tags.items()],
    )
    now = round(time() * 1000)
    metrics = [Metric(name, value, now, step=0) for name, value in figures.items()]
    for at in range(0, len(metrics), MOST_AT_ONCE):
        client.log_batch(run_id, metrics=metrics[at : at + MOST_AT_ONCE])


def log_trial(
    home: Home, profile: Profile, folder: Path, parameters: Mapping[str, Any], figures: Mapping[str, float]
) -> None:
    """Log a trial's figures and its files but the years; a run of the same name is replaced.

    Args:
        home: whose registry is written.
        profile: of the trial.
        folder: HOME/trials/<run>; its name is the run's.
        parameters: the plan.
        figures: by `arm.metric`; what the registry cannot take in a name is written as it can.
    """
    client = client_of(home)
    experiment = experiment_of(client, home, profile)
    same = f"tags.trial = '{folder.name}'"
    for run in client.search_runs([experiment], filter_string=same):
        client.delete_run(run.info.run_id)
    run_id: str = client.create_run(experiment, run_name=f"trial {folder.name}").info.run_id
    named = {name.replace("+", " with ").replace("@", " in "): value for name, value in figures.items()}
    log_all(client, run_id, parameters, named, {"trial": folder.name})
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        client.log_artifact(run_id, str(path))
    client.set_terminated(run_id)
