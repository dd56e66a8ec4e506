"""An older warehouse is brought up to date and keeps its rows; a newer one is refused; decisions alike."""

from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa

from dashboards.decisions.signing import Signer
from dashboards.decisions.store import DecisionStore
from pipelines.errors import FengqiaoError
from pipelines.home import Home
from pipelines.warehouse.migrations import WAREHOUSE_SCHEMA
from pipelines.warehouse.warehouse import DDL, open_warehouse, read_row


@pytest.fixture
def first_release(tmp_path: Path) -> Path:
    """A warehouse as the first release left it: no number, and held rows without a key."""
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute(DDL.replace("row_json text not null, record_key text", "row_json text not null"))
        con.execute(
            "insert into quarantine values ('f', 'disputes.csv', 'disputes', 2, ['no such area'], '{}')"
        )
    return path


def test_reading_an_older_warehouse_names_the_command_that_brings_it_up_to_date(first_release: Path) -> None:
    with pytest.raises(FengqiaoError, match="fengqiao run"), open_warehouse(first_release, read_only=True):
        pass


def test_writing_brings_an_older_warehouse_up_to_date_and_keeps_its_rows(first_release: Path) -> None:
    with open_warehouse(first_release) as con:
        assert con.execute("select line, record_key from quarantine").fetchall() == [(2, None)]
    with open_warehouse(first_release, read_only=True) as con:
        version = read_row(con, "select value from intake_setting where name = 'warehouse_schema'")
    assert version == (str(WAREHOUSE_SCHEMA),)


@pytest.mark.parametrize("read_only", [True, False])
def test_a_newer_warehouse_is_refused_and_left_as_it_is(tmp_path: Path, read_only: bool) -> None:
    path = tmp_path / "warehouse.duckdb"
    with open_warehouse(path) as con:
        con.execute("update intake_setting set value = '99' where name = 'warehouse_schema'")
    before = path.read_bytes()
    with pytest.raises(FengqiaoError, match="schema 99"), open_warehouse(path, read_only=read_only):
        pass
    assert path.read_bytes() == before


def test_decisions_of_an_older_form_go_on_and_of_a_newer_one_are_refused(tmp_path: Path) -> None:
    url, signer = f"sqlite:///{tmp_path / 'decisions.db'}", Signer.of(Home(tmp_path))
    DecisionStore(url, signer)
    engine = sa.create_engine(url)
    with engine.begin() as con:
        con.exec_driver_sql("drop table decision_schema")
    assert DecisionStore(url, signer).verify().entries == 0
    with engine.begin() as con:
        con.exec_driver_sql("update decision_schema set version = 99")
    with pytest.raises(FengqiaoError, match="schema 99"):
        DecisionStore(url, signer)
