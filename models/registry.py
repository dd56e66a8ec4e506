"""The model registry: MLflow over one SQLite file under the home; nothing else in the house calls MLflow.

A version's files are data (LightGBM text, numbers, the metrics of its backtest), its tags are its
signature, and `champion` and `challenger` are aliases. Files are found from the home, not from the
address in the database, so that a home can be moved.
"""

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import polars as pl

from models.backtest import Backtest
from models.counting.evidence import METRICS_FILE, Families
from models.saving import write_parquet
from models.trained import Trained
from models.wording import Told, told
from pipelines.home import Home
from pipelines.profile import Profile

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

CHAMPION, CHALLENGER = "champion", "challenger"
_DATABASE = "mlflow.db"
_FILES = "artifacts"
_MODEL = "model"
_EVIDENCE = "evidence"
_PREVIOUS = "previous_champion"


@dataclass(frozen=True, kw_only=True)
class Signature:
    """What a version was made from; a champion scores only where profile, origin and catalogue agree."""

    profile: str
    origin: str
    catalogue_hash: str
    trained_as_of: date
    data_hash: str
    code_version: str

    def tags(self) -> dict[str, str]:
        """As text, for the registry."""
        return {name: str(value) for name, value in vars(self).items()}


@dataclass(frozen=True, kw_only=True)
class Registered:
    """One version of the registry, with its signature, its model and the evidence it was judged by."""

    number: int
    version: str
    signature: Signature
    expires_on: date
    backtest: str
    refused: Told | None
    folder: Path

    @property
    def trained(self) -> Trained:
        """Read the model's files."""
        return Trained.load(self.folder / _MODEL)

    @property
    def metrics(self) -> pl.DataFrame:
        """The metrics of its backtest."""
        return pl.read_parquet(self.folder / _EVIDENCE / "metrics.parquet")

    def file(self, name: str) -> bytes | None:
        """A file of the demand or coverage model, if this version holds one."""
        path = self.folder / _MODEL / name
        return path.read_bytes() if path.is_file() else None

    def version_of(self, family: str) -> str:
        """The version's name for another family: `demand-28d-v12`."""
        return self.version.replace("dispute", family, 1)

    @property
    def calibration(self) -> pl.DataFrame:
        """The reliability table of its backtest."""
        return pl.read_parquet(self.folder / _EVIDENCE / "calibration.parquet")


def register(
    home: Home,
    profile: Profile,
    trained: Trained,
    backtest: Backtest,
    signature: Signature,
    backtest_folder: Path,
    families: Families,
) -> Registered:
    """Log a trained model with its evidence and make it the challenger.

    No row about a dispute goes into the registry: predictions stay in HOME/backtests.
    """
    client = _client(home)
    run = client.create_run(_experiment(client, home, profile), run_name=f"as of {signature.trained_as_of}")
    run_id: str = run.info.run_id
    for name, value in _parameters(trained, profile).items():
        client.log_param(run_id, name, value)
    for name, value in (_headline(backtest.metrics) | families.headline()).items():
        client.log_metric(run_id, name, value)
    with TemporaryDirectory() as scratch:
        _write_files(Path(scratch), trained, backtest, families)
        client.log_artifacts(run_id, scratch)
    for name, value in signature.tags().items():
        client.set_tag(run_id, name, value)
    client.set_terminated(run_id)
    tags = signature.tags() | {"backtest": backtest_folder.name}
    version = client.create_model_version(
        _ensured_name(client, profile), source=f"{run.info.artifact_uri}/{_MODEL}", run_id=run_id, tags=tags
    )
    client.set_registered_model_alias(version.name, CHALLENGER, version.version)
    return _registered(home, profile, version)


def address(home: Home) -> str:
    """Where MLflow keeps this home's runs and versions."""
    return f"sqlite:///{home.mlflow / _DATABASE}"


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
    client = _client(home)
    experiment = _experiment(client, home, profile)
    same = f"tags.trial = '{folder.name}'"
    for run in client.search_runs([experiment], filter_string=same):
        client.delete_run(run.info.run_id)
    run_id: str = client.create_run(experiment, run_name=f"trial {folder.name}").info.run_id
    client.set_tag(run_id, "trial", folder.name)
    for name, value in parameters.items():
        client.log_param(run_id, name, value)
    for name, value in figures.items():
        client.log_metric(run_id, name.replace("+", " with ").replace("@", " in "), value)
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        client.log_artifact(run_id, str(path))
    client.set_terminated(run_id)


def champion(home: Home, profile: Profile) -> Registered | None:
    """The version in use, or None where there is none."""
    return by_alias(home, profile, CHAMPION)


def by_alias(home: Home, profile: Profile, alias: str) -> Registered | None:
    """The version that carries an alias, or None."""
    if not (home.mlflow / _DATABASE).exists():
        return None
    client = _client(home)
    model = _registered_model(client, profile)
    if model is None or alias not in model.aliases:
        return None
    return _registered(home, profile, client.get_model_version(model.name, model.aliases[alias]))


def find_version(home: Home, profile: Profile, tags: Mapping[str, str]) -> Registered | None:
    """The newest version that carries all these tags, or None."""
    if not (home.mlflow / _DATABASE).exists():
        return None
    client = _client(home)
    if _registered_model(client, profile) is None:
        return None
    versions = client.search_model_versions(f"name='{model_name(profile)}'")
    fitting = [v for v in versions if all(v.tags.get(name) == value for name, value in tags.items())]
    return (
        _registered(home, profile, max(fitting, key=lambda version: int(version.version)))
        if fitting
        else None
    )


def crown(home: Home, profile: Profile, number: int) -> None:
    """Make a version champion; the one before it is remembered, for the way back."""
    client, name = _client(home), model_name(profile)
    model = _registered_model(client, profile)
    before = model.aliases.get(CHAMPION) if model else None
    if before is not None and int(before) != number:
        client.set_model_version_tag(name, str(number), _PREVIOUS, str(before))
    client.set_registered_model_alias(name, CHAMPION, str(number))
    if model and int(model.aliases.get(CHALLENGER, 0)) == number:
        client.delete_registered_model_alias(name, CHALLENGER)


def refuse(home: Home, profile: Profile, number: int, reason: Told) -> None:
    """Keep with a version why it was not made champion."""
    client, name = _client(home), model_name(profile)
    client.set_model_version_tag(name, str(number), "refused_zh", reason.zh)
    client.set_model_version_tag(name, str(number), "refused_en", reason.en)


def rollback(home: Home, profile: Profile) -> str:
    """Make the champion before the present one champion again; what was done, in Chinese and English."""
    now = champion(home, profile)
    client = _client(home)
    previous = (
        client.get_model_version(model_name(profile), str(now.number)).tags.get(_PREVIOUS) if now else None
    )
    if previous is None:
        message = told("nothing_before")
    else:
        client.set_registered_model_alias(model_name(profile), CHAMPION, previous)
        message = told("rolled_back", version=_version(profile, int(previous)))
    return f"{message.zh} {message.en}"


def _client(home: Home) -> "MlflowClient":
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    from mlflow import MlflowClient

    for chatty in ("mlflow", "alembic"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    home.mlflow.mkdir(parents=True, exist_ok=True)
    return MlflowClient(tracking_uri=address(home), registry_uri=address(home))


def _experiment(client: "MlflowClient", home: Home, profile: Profile) -> str:
    """The experiment whose files lie under this home; a moved home gets a new one, the old is kept."""
    location = (home.mlflow / _FILES).as_uri()
    known = {experiment.name: experiment for experiment in client.search_experiments()}
    for experiment in known.values():
        if experiment.artifact_location == location:
            return experiment.experiment_id
    name, moved = profile.name, 1
    while name in known:
        moved += 1
        name = f"{profile.name}-{moved}"
    return client.create_experiment(name, artifact_location=location)


def _registered_model(client: "MlflowClient", profile: Profile) -> Any:
    found = client.search_registered_models(f"name='{model_name(profile)}'")
    return found[0] if found else None


def _ensured_name(client: "MlflowClient", profile: Profile) -> str:
    if _registered_model(client, profile) is None:
        client.create_registered_model(model_name(profile))
    return model_name(profile)


def model_name(profile: Profile) -> str:
    """What the profile's registered model is called."""
    return f"{profile.name}-dispute-{profile.settings.horizon_days}d"


def _version(profile: Profile, number: int) -> str:
    return f"dispute-{profile.settings.horizon_days}d-v{number}"


def _registered(home: Home, profile: Profile, version: "ModelVersion") -> Registered:
    tags = version.tags
    trained_as_of = date.fromisoformat(tags["trained_as_of"])
    return Registered(
        number=int(version.version),
        version=_version(profile, int(version.version)),
        signature=Signature(
            profile=tags["profile"],
            origin=tags["origin"],
            catalogue_hash=tags["catalogue_hash"],
            trained_as_of=trained_as_of,
            data_hash=tags["data_hash"],
            code_version=tags["code_version"],
        ),
        expires_on=trained_as_of + timedelta(days=profile.settings.card_valid_days),
        backtest=tags["backtest"],
        refused=Told(tags["refused_zh"], tags["refused_en"]) if "refused_en" in tags else None,
        folder=home.mlflow / _FILES / str(version.run_id) / "artifacts",
    )


def _write_files(folder: Path, trained: Trained, backtest: Backtest, families: Families) -> None:
    trained.save(folder / _MODEL)
    (folder / _EVIDENCE).mkdir()
    write_parquet(backtest.metrics, folder / _EVIDENCE / "metrics.parquet")
    write_parquet(backtest.calibration, folder / _EVIDENCE / "calibration.parquet")
    write_parquet(families.metrics, folder / _EVIDENCE / METRICS_FILE)
    for name, text in families.models.items():
        (folder / _MODEL / name).write_bytes(text)
    pl.DataFrame(
        [
            (split.number, split.train[0], split.train[-1], len(split.train), split.test[0], split.test[-1])
            for split in backtest.splits
        ],
        schema=["fold", "train_from", "train_until", "train_weeks", "test_from", "test_until"],
        orient="row",
    ).write_csv(folder / _EVIDENCE / "folds.csv")


def _parameters(trained: Trained, profile: Profile) -> dict[str, Any]:
    settings = profile.settings
    kept = {name: value for name, value in trained.parameters.items() if name != "monotone_constraints"}
    return kept | {
        "rounds": trained.rounds,
        "trained_until": trained.trained_until,
        "horizon_days": settings.horizon_days,
        "label_maturity_days": settings.label_maturity_days,
        "capacity": settings.capacity,
    }


def _headline(metrics: pl.DataFrame) -> dict[str, float]:
    pooled = metrics.filter(
        pl.col("as_of").is_null() & (pl.col("segment") == "all") & pl.col("value").is_not_null()
    )
    return {
        f"{row['model']}.{row['metric']}": row["value"]
        for row in pooled.select("model", "metric", "value").iter_rows(named=True)
    }
