"""The contracts as source: what they allow is loaded, and a core table that holds anything else is found."""

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from dataframely.random import Generator

from pipelines.city.code_lists import code_list, list_of
from pipelines.city.profile import Profile, load_profile
from pipelines.home import Home
from pipelines.intake.intake import load_folder
from pipelines.tables.contracts import TABLES, number_columns
from pipelines.tables.core import CORE_TABLES
from pipelines.warehouse.as_known import read_as_known
from pipelines.warehouse.checks import contract
from pipelines.warehouse.warehouse import open_warehouse

QUJING = load_profile("qujing")
ROWS = 12
TOWNS = QUJING.areas.filter(pl.col("tier") == "township")["area_code"].head(ROWS).to_list()


def sample(table: str, profile: Profile) -> pl.DataFrame:
    """Rows the contract made up, with numbers and known codes where it asks for texts of a kind."""
    given: dict[str, list[str] | str] = {
        name: [f"N{at}" for at in range(ROWS)] for name in number_columns(table)
    }
    for name in TABLES[table].columns():
        if (codes := list_of(table, name)) is not None and codes != "units":
            given[name] = TOWNS if codes == "areas" else sorted(set(code_list(codes, profile).values()))[0]
        elif name.endswith(("_at", "_on", "week")) or name == "as_of":
            given[name] = "2024-11-04"
    moments = {n: pl.Series([v] * ROWS).str.to_date() for n, v in given.items() if v == "2024-11-04"}
    return TABLES[table].sample(overrides=given | moments, generator=Generator(seed=1))


@pytest.mark.parametrize("table", TABLES)
def test_what_a_contract_allows_is_loaded_and_known_from_its_day_on(
    table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "key"))
    (tmp_path / "data").mkdir()
    sample(table, QUJING).write_csv(tmp_path / "data" / f"{table}.csv")
    (report,) = load_folder(tmp_path / "data", QUJING, Home(tmp_path / "home"))
    assert (report.read, report.quarantined) == (ROWS, 0)
    if table in CORE_TABLES:
        with open_warehouse(tmp_path / "home" / "warehouse.duckdb", read_only=True) as con:
            assert contract(con, CORE_TABLES[table]).passed
            known = [
                len(read_as_known(con, table, day)) for day in (datetime(2024, 11, 4), datetime(2024, 11, 12))
            ]
        assert known == [0, ROWS]


BROKEN = [
    ("n_parties = 0", {"beyond_the_contract": 1}),
    ("amount_yuan = 1e11", {"beyond_the_contract": 1}),
    ("registered_at = '1900-01-01'", {"beyond_the_contract": 1}),
    ("dispute_id = repeat('x', 65)", {"beyond_the_contract": 1}),
    ("superseded_at = known_at", {"out_of_order": 1}),
    ("dispute_id = 'A1'", {"two_in_force": 1}),
]


@pytest.mark.parametrize(("change", "says"), BROKEN)
def test_a_table_that_holds_what_it_may_not_is_found(change: str, says: dict[str, int]) -> None:
    with open_warehouse(":memory:") as con:
        for number in ("A1", "A2"):
            con.execute(
                """
                insert into core_dispute (dispute_id, registered_at, category, area_code, first_known_at, known_at, file_id)
                values ($1, '2025-03-04', 'D1', 'T1', '2025-03-04', '2025-03-04', 'f')
                """,
                [number],
            )
        assert contract(con, "core_dispute").passed
        con.execute(f"update core_dispute set {change} where dispute_id = 'A2'")
        finding = contract(con, "core_dispute")
    assert not finding.passed
    assert {name: n for name, n in finding.facts.items() if n} == says
