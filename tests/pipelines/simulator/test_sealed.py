"""The truth stays sealed: no intake reads it, whatever lies there."""

import shutil
from pathlib import Path

import pytest

from pipelines.city.profile import Profile
from pipelines.home import Home
from pipelines.intake.intake import load_folder
from pipelines.tables.core import CORE_TABLES
from pipelines.warehouse.warehouse import open_warehouse


def contents(home: Home) -> dict[str, list[tuple]]:
    with open_warehouse(home.warehouse, read_only=True) as con:
        return {t: con.execute(f"select * from {t} order by all").fetchall() for t in CORE_TABLES.values()}


def test_what_lies_under_the_seal_never_reaches_the_warehouse(
    small_city: Path, qujing: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "key"))
    bare, planted = tmp_path / "bare", tmp_path / "planted"
    shutil.copytree(small_city, bare, ignore=shutil.ignore_patterns("sealed"))
    shutil.copytree(small_city, planted)
    for table in ("disputes", "outcomes"):
        source = next(planted.glob(f"{table}_01.*"))
        shutil.copy(source, planted / "sealed" / source.name.replace("_01", "_09"))
    (planted / "sealed" / "true_hazards.parquet").write_bytes(b"unreadable")
    homes = {folder: Home(tmp_path / f"home-{folder.name}") for folder in (bare, planted)}
    for folder, home in homes.items():
        load_folder(folder, qujing, home)
    first, second = (contents(home) for home in homes.values())
    assert len(first["core_dispute"]) > 1_000
    assert first == second
