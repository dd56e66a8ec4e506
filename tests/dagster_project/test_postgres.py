"""Dagster, decisions and MLflow in PostgreSQL, as docs/deployment.md sets them up: nothing comes out otherwise."""

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.dashboards import postgres
from tests.worlds.tiny_city import next_week, published, tiny_city

DAGSTER_YAML = """\
telemetry: {{enabled: false}}
storage:
  postgres:
    postgres_url: {url}
compute_logs:
  module: dagster.core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
"""


def rows(url: str, table: str) -> int:
    engine = sa.create_engine(url)
    with engine.connect() as con:
        n = con.exec_driver_sql(f"select count(*) from {table}").scalar_one()
    engine.dispose()
    return int(n)


def test_a_week_whose_stores_lie_in_postgresql_is_published_to_the_same_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = postgres.programs()
    if programs is None:
        pytest.skip("needs Debian's package postgresql")
    tiny = tiny_city()
    shared = tiny.new_home(tmp_path / "home")
    shutil.rmtree(shared.dagster)
    shared.dagster.mkdir()
    with postgres.server(programs) as address:
        dagster = postgres.fresh_database(address, "dagster").replace("+psycopg", "+psycopg2")
        (shared.dagster / "dagster.yaml").write_text(DAGSTER_YAML.format(url=dagster), encoding="utf-8")
        monkeypatch.setenv("FENGQIAO_DECISIONS_URL", postgres.fresh_database(address, "decisions"))
        monkeypatch.setenv("FENGQIAO_MLFLOW_URL", postgres.fresh_database(address, "mlflow"))
        tiny.run_next_week(shared)
        assert rows(dagster, "runs") == 3, "the main job, its intake and its week"
    assert not list(shared.dagster.rglob("*.db"))
    assert published(shared) == published(next_week().home)
