"""Where MLflow keeps models: under the home, or in PostgreSQL by an address."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from models import weekly
from models.registry import mlflow_store, registry
from pipelines.city.profile import Profile
from pipelines.home import Home
from tests.dashboards import postgres

AS_OF = date(2025, 12, 29)


def test_a_model_kept_in_postgresql_is_found_there_again_and_scores(
    new_home: Callable[..., Home], profile: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = postgres.programs()
    if programs is None:
        pytest.skip("needs Debian's package postgresql")
    home = new_home(tmp_path / "home")
    with postgres.server(programs) as address:
        monkeypatch.setenv("FENGQIAO_MLFLOW_URL", postgres.fresh_database(address, "mlflow"))
        assert registry.champion(home, profile) is None
        weekly.train_champion_if_none(home, profile, AS_OF)
        version = registry.champion(home, profile)
        assert version is not None
        assert version.version == "dispute-28d-v1"
        assert version.trained
        weekly.score_and_publish(home, profile, AS_OF)
    assert not list(home.mlflow.glob("*.db"))
    assert '"version":"dispute-28d-v1"' in (home.published / str(AS_OF) / "meta.json").read_text().replace(
        " ", ""
    )


def test_more_figures_than_mlflow_takes_at_once_are_all_logged(tmp_path: Path, profile: Profile) -> None:
    home, folder = Home(tmp_path / "home"), tmp_path / "trial"
    folder.mkdir()
    figures = {f"ranking+random@silence.figure_{n}": float(n) for n in range(2100)}
    mlflow_store.log_trial(home, profile, folder, {"scale": 0.25}, figures)
    client = mlflow_store.client_of(home)
    (run,) = client.search_runs([mlflow_store.experiment_of(client, home, profile)])
    assert len(run.data.metrics) == 2100
    assert run.data.metrics["ranking with random in silence.figure_2099"] == 2099
    assert (run.data.params, run.data.tags["trial"]) == ({"scale": "0.25"}, "trial")
