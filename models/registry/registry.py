"""The model registry on MLflow. Only this module and `mlflow_store` may call MLflow.

A version's files are data (LightGBM text, numbers, the metrics of its backtest), its tags are its
signature, and `champion` and `challenger` are aliases. What happened to versions is kept in order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal, get_args

import polars as pl

from models.counts.shared.families_evidence import METRICS_FILE
from models.escalation.fitted_model import Trained
from models.registry.mlflow_store import (
    FILES,
    client_of,
    ensured_name,
    experiment_of,
    is_there,
    log_all,
    model_name,
    registered_model,
)
from models.registry.version_artifacts import (
    EVIDENCE,
    MODEL,
    VersionArtifacts,
    headline,
    parameters,
    write_files,
)
from models.wording import Message, message
from pipelines.city.profile import Profile
from pipelines.home import Home

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion

CHAMPION, CHALLENGER = "champion", "challenger"
_PREVIOUS = "previous_champion"
_EVENT = "event_"
Event = Literal["registered", "promoted", "refused", "rolled_back"]


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """The origin of a version; a champion scores only where profile, origin and catalogue are the same."""

    profile: str
    origin: str
    catalogue_hash: str
    trained_as_of: date
    data_hash: str
    code_version: str

    def tags(self) -> dict[str, str]:
        """The fields as text, for the registry."""
        return {name: str(value) for name, value in vars(self).items()}


@dataclass(frozen=True, kw_only=True)
class Registered:
    """One version of the registry with its provenance, its model and its backtest results."""

    number: int
    version: str
    signature: Provenance
    expires_on: date
    backtest: str
    refused: Message | None
    folder: Path

    @property
    def trained(self) -> Trained:
        """The model, read from its files."""
        return Trained.load(self.folder / MODEL)

    @property
    def metrics(self) -> pl.DataFrame:
        """The metrics of its backtest."""
        return pl.read_parquet(self.folder / EVIDENCE / "metrics.parquet")

    @property
    def calibration(self) -> pl.DataFrame:
        """The reliability table of its backtest."""
        return pl.read_parquet(self.folder / EVIDENCE / "calibration.parquet")

    @property
    def family_metrics(self) -> pl.DataFrame:
        """The metrics of demand and coverage in the same backtest; `counting.measures.METRICS_SCHEMA`."""
        return pl.read_parquet(self.folder / EVIDENCE / METRICS_FILE)

    @property
    def reasons(self) -> pl.DataFrame:
        """The most frequent reasons on the lists of its backtest."""
        return pl.read_parquet(self.folder / EVIDENCE / "reasons.parquet")

    def file(self, name: str) -> bytes | None:
        """The content of a file of the demand or coverage model, or None."""
        path = self.folder / MODEL / name
        return path.read_bytes() if path.is_file() else None

    def version_of(self, family: str) -> str:
        """The version's name for another family: `demand-28d-v12`."""
        return self.version.replace("dispute", family, 1)

    @property
    def folds(self) -> pl.DataFrame:
        """The folds of its backtest, in time order."""
        return pl.read_csv(self.folder / EVIDENCE / "folds.csv", try_parse_dates=True)


def register(
    home: Home, profile: Profile, trained: Trained, signature: Provenance, artifacts: VersionArtifacts
) -> Registered:
    """Log a trained model with its evidence and make it the challenger."""
    client = client_of(home)
    run = client.create_run(experiment_of(client, home, profile), run_name=f"as of {signature.trained_as_of}")
    run_id: str = run.info.run_id
    figures = headline(artifacts.backtest.metrics) | artifacts.families.headline()
    log_all(client, run_id, parameters(trained, profile), figures, signature.tags())
    with TemporaryDirectory() as scratch:
        write_files(Path(scratch), trained, artifacts)
        client.log_artifacts(run_id, scratch)
    client.set_terminated(run_id)
    tags = signature.tags() | {"backtest": artifacts.folder}
    version = client.create_model_version(
        ensured_name(client, profile), source=f"{run.info.artifact_uri}/{MODEL}", run_id=run_id, tags=tags
    )
    client.set_registered_model_alias(version.name, CHALLENGER, version.version)
    _remember(home, profile, "registered", int(version.version))
    return _registered(home, profile, version)


def champion(home: Home, profile: Profile) -> Registered | None:
    """The version in use, or None where there is none."""
    return by_alias(home, profile, CHAMPION)


def by_alias(home: Home, profile: Profile, alias: str) -> Registered | None:
    """The version with this alias, or None."""
    if not is_there(home):
        return None
    client = client_of(home)
    model = registered_model(client, profile)
    if model is None or alias not in model.aliases:
        return None
    return _registered(home, profile, client.get_model_version(model.name, model.aliases[alias]))


def find_version(home: Home, profile: Profile, tags: Mapping[str, str]) -> Registered | None:
    """The newest version with all these tags, or None."""
    if not is_there(home):
        return None
    client = client_of(home)
    if registered_model(client, profile) is None:
        return None
    versions = client.search_model_versions(f"name='{model_name(profile)}'")
    fitting = [v for v in versions if all(v.tags.get(name) == value for name, value in tags.items())]
    return (
        _registered(home, profile, max(fitting, key=lambda version: int(version.version)))
        if fitting
        else None
    )


def set_champion(home: Home, profile: Profile, number: int) -> None:
    """Make a version champion; the previous champion is recorded for a rollback."""
    client, name = client_of(home), model_name(profile)
    model = registered_model(client, profile)
    before = model.aliases.get(CHAMPION) if model else None
    if before is not None and int(before) != number:
        client.set_model_version_tag(name, str(number), _PREVIOUS, str(before))
    client.set_registered_model_alias(name, CHAMPION, str(number))
    if model and int(model.aliases.get(CHALLENGER, 0)) == number:
        client.delete_registered_model_alias(name, CHALLENGER)
    _remember(home, profile, "promoted", number)


def refuse(home: Home, profile: Profile, number: int, reason: Message) -> None:
    """Record on a version why it was not made champion."""
    client, name = client_of(home), model_name(profile)
    client.set_model_version_tag(name, str(number), "refused_zh", reason.zh)
    client.set_model_version_tag(name, str(number), "refused_en", reason.en)
    _remember(home, profile, "refused", number)


def rollback(home: Home, profile: Profile) -> str:
    """Make the previous champion the champion again; returns a message in Chinese and English."""
    now = champion(home, profile)
    client = client_of(home)
    previous = (
        client.get_model_version(model_name(profile), str(now.number)).tags.get(_PREVIOUS) if now else None
    )
    if previous is None:
        done = message("nothing_before")
    else:
        client.set_registered_model_alias(model_name(profile), CHAMPION, previous)
        _remember(home, profile, "rolled_back", int(previous))
        done = message("rolled_back", version=_version(profile, int(previous)))
    return f"{done.zh} {done.en}"


def events(home: Home, profile: Profile) -> list[tuple[Event, Registered]]:
    """Events of the versions, oldest first; a rollback names the version that is champion again."""
    if not is_there(home):
        return []
    client = client_of(home)
    model = registered_model(client, profile)
    tags = sorted(
        (key, value) for key, value in (model.tags if model else {}).items() if key.startswith(_EVENT)
    )
    history = []
    for event, number in (value.split() for _, value in tags):
        assert event in get_args(Event)
        history.append(
            (event, _registered(home, profile, client.get_model_version(model_name(profile), number)))
        )
    return history


def _remember(home: Home, profile: Profile, event: Event, number: int) -> None:
    client = client_of(home)
    model = registered_model(client, profile)
    n_before = sum(key.startswith(_EVENT) for key in model.tags)
    client.set_registered_model_tag(model.name, f"{_EVENT}{n_before + 1:06}", f"{event} {number}")


def _version(profile: Profile, number: int) -> str:
    return f"dispute-{profile.settings.horizon_days}d-v{number}"


def _registered(home: Home, profile: Profile, version: "ModelVersion") -> Registered:
    tags = version.tags
    trained_as_of = date.fromisoformat(tags["trained_as_of"])
    return Registered(
        number=int(version.version),
        version=_version(profile, int(version.version)),
        signature=Provenance(
            profile=tags["profile"],
            origin=tags["origin"],
            catalogue_hash=tags["catalogue_hash"],
            trained_as_of=trained_as_of,
            data_hash=tags["data_hash"],
            code_version=tags["code_version"],
        ),
        expires_on=trained_as_of + timedelta(days=profile.settings.card_valid_days),
        backtest=tags["backtest"],
        refused=Message(tags["refused_zh"], tags["refused_en"]) if "refused_en" in tags else None,
        folder=home.mlflow / FILES / str(version.run_id) / "artifacts",
    )
