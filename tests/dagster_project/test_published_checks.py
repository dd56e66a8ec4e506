"""Each published table has a check made from its class, which fails where the file is not what the class says."""

import shutil
from pathlib import Path

import polars as pl
import pytest

from dagster_project.definitions import defs
from dagster_project.defs.assets import publication
from dagster_project.defs.checks import published_contract
from pipelines.tables.published import PUBLISHED, key_of
from pipelines.tables.published_week import DisputeTimeline
from tests.worlds.small_city import SmallCity

CORRUPTED = {
    "a column renamed": (lambda rows: rows.rename({"level": "grade"}), "does not have the columns of its class"),
    "another kind": (lambda rows: rows.with_columns(pl.col("rank").cast(pl.String)), "does not have the columns"),
    "beyond its bounds": (lambda rows: rows.with_columns(rank=pl.lit(-1, pl.Int32)), "holds what it may not"),
    "a null": (lambda rows: rows.with_columns(area_code=pl.lit(None, pl.String)), "holds what it may not"),
    "a row twice": (lambda rows: pl.concat([rows, rows.tail(1)]), "2 rows share a key (dispute_id)"),
    "another order": (lambda rows: rows.reverse(), "not stand in the order of their ranks"),
}  # fmt: skip


@pytest.fixture
def week(small_city: SmallCity, tmp_path: Path) -> Path:
    return shutil.copytree(small_city.home / "published" / "2024-12-30", tmp_path / "week")


def test_every_published_table_has_a_blocking_check_and_the_words_of_its_class() -> None:
    specs = {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}
    checks = {
        spec.asset_key.to_user_string(): spec for spec in publication.check_specs if spec.name == "contract"
    }
    assert set(checks) == set(PUBLISHED)
    assert all(check.blocking for check in checks.values())
    assert {name: specs[name].description for name in PUBLISHED} == {
        name: table.__doc__ for name, table in PUBLISHED.items()
    }


def test_every_table_but_the_steps_of_a_dispute_says_what_names_a_row() -> None:
    assert [table for table in PUBLISHED.values() if not key_of(table)] == [DisputeTimeline]


@pytest.mark.parametrize("table", PUBLISHED)
def test_what_the_product_wrote_passes_with_its_rows_counted(week: Path, table: str) -> None:
    path = week / f"{table}.parquet"
    finding = published_contract(week, table)
    assert finding.passed
    assert finding.facts == {"rows": len(pl.read_parquet(path)) if path.exists() else 0}


@pytest.mark.parametrize("fault", CORRUPTED)
def test_a_corrupted_file_fails_and_names_no_dispute(week: Path, fault: str) -> None:
    corrupt, words = CORRUPTED[fault]
    path = week / "dispute_warnings.parquet"
    rows = pl.read_parquet(path)
    corrupt(rows).write_parquet(path)
    finding = published_contract(week, "dispute_warnings")
    assert not finding.passed
    assert words in finding.en
    assert words in finding.zh
    assert not [number for number in rows["dispute_id"] if number in finding.en]


@pytest.mark.parametrize("table", ["dispute_warnings", "places"])
def test_a_torn_file_fails(week: Path, table: str) -> None:
    (week / f"{table}.parquet").write_bytes(b"torn")
    finding = published_contract(week, table)
    assert (finding.passed, finding.en) == (False, f"{table}: the file cannot be read")
