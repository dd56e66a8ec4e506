"""A full disk, files that cannot be read, MLflow taken away, Parquet cut in half: last week stands, the next run ends right."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from dashboards.decisions.signing import Signer
from dashboards.decisions.store import DecisionStore
from dashboards.published.publication import current
from pipelines.errors import FengqiaoError
from pipelines.home import Home
from pipelines.tables.publication_meta import read_meta
from pipelines.warehouse.warehouse import open_warehouse, read_row
from tests.dashboards.test_decisions import AT, decline
from tests.deep import some
from tests.worlds.store import copy_of
from tests.worlds.tiny_city import FIRST_MONDAY, NEXT_MONDAY, TinyCity, next_week, published, tiny_city


@pytest.fixture
def tiny() -> TinyCity:
    return tiny_city()


@pytest.fixture
def undisturbed() -> Home:
    """The home after a week nobody disturbed."""
    return next_week().home


@pytest.fixture
def home(tiny: TinyCity, tmp_path: Path) -> Home:
    """The home as the run finds it."""
    return tiny.new_home(tmp_path / "home")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MiB; only root may make one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("needs root to mount a file system")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def cut(path: Path) -> None:
    """Leave half of it."""
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


@pytest.mark.parametrize("free_kib", some([600, 16, 2000], 1))
def test_a_full_disk_stops_the_week_and_with_space_again_it_ends_the_same(
    tiny: TinyCity, undisturbed: Home, small_disk: Path, free_kib: int
) -> None:
    home = tiny.new_home(small_disk / "home")
    filler = small_disk / "filler"
    filler.write_bytes(bytes(max(0, shutil.disk_usage(small_disk).free - free_kib * 1024)))
    with pytest.raises(Exception, match=r"(?i)space|full|disk|write"):
        tiny.run_next_week(home)
    seen = current(home)
    assert seen is not None
    assert seen.as_of == FIRST_MONDAY
    filler.unlink()
    tiny.run_next_week(home)
    assert published(home) == published(undisturbed)


def test_a_file_that_cannot_be_read_is_left_out_and_named_and_once_mended_the_week_ends_the_same(
    tiny: TinyCity, undisturbed: Home, home: Home, tmp_path: Path
) -> None:
    landing = copy_of(tiny.landing, tmp_path / "landing")
    broken = landing / "disputes_week.csv"
    whole = broken.read_bytes()
    broken.write_bytes(b"\xff\xfe\x00" + whole)
    tiny.run_next_week(home, landing)
    (left_out,) = read_meta(home.published / str(NEXT_MONDAY)).left_out
    assert "disputes_week.csv" in str(left_out)
    with open_warehouse(home.warehouse, read_only=True) as con:
        assert not read_row(con, "select count(*) from core_dispute where dispute_id = 'N1'")[0]
    broken.write_bytes(whole)
    tiny.run_next_week(home, landing)
    assert not read_meta(home.published / str(NEXT_MONDAY)).left_out
    assert published(undisturbed).items() <= published(home).items()


def test_without_what_mlflow_kept_the_week_is_published_all_the_same(
    tiny: TinyCity, undisturbed: Home, home: Home
) -> None:
    shutil.rmtree(home.mlflow, ignore_errors=True)
    tiny.run_next_week(home)
    assert published(home) == published(undisturbed)


def test_with_a_broken_registry_the_week_stops_and_last_weeks_stays(small_city: Any, tmp_path: Path) -> None:
    home = Home(copy_of(small_city.home, tmp_path / "home"))
    (home.mlflow / "mlflow.db").write_bytes(b"no database")
    before = published(home)
    result = small_city.command(
        "run", "--data", small_city.data, "--profile", small_city.profile, "--home", home.root
    )
    assert result.returncode == 1
    assert result.stderr.startswith("fengqiao: ")
    assert "Traceback" not in result.stderr
    assert published(home) == before


@pytest.mark.parametrize("name", ["features", "published"])
def test_parquet_cut_in_half_is_made_anew(
    tiny: TinyCity, undisturbed: Home, tmp_path: Path, name: str
) -> None:
    home = Home(copy_of(undisturbed.root, tmp_path / "home"))
    file = {"features": f"{NEXT_MONDAY}.parquet", "published": f"{NEXT_MONDAY}/dispute_warnings.parquet"}[
        name
    ]
    cut(home.root / name / file)
    tiny.run_next_week(home)
    assert published(home) == published(undisturbed)
    assert (home.root / name / file).read_bytes() == (undisturbed.root / name / file).read_bytes()


@pytest.mark.parametrize(
    ("free_kib", "place"), [*((kib, "disk/home") for kib in (0, 4, 12, 24, 80)), (0, "home"), (4, "home")]
)
def test_a_full_disk_loses_no_decision(
    small_disk: Path, tmp_path: Path, free_kib: int, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recorded, or a sentence at once; the record closes either way."""
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "keys" / "pair.key"))
    monkeypatch.setenv("FENGQIAO_HEADS_FILE", str(small_disk / "heads.txt"))
    home = Home(tmp_path / place)
    DecisionStore.of(home).record([decline(f"A{n}") for n in range(20)], AT)
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass
    os.truncate(filler, max(0, filler.stat().st_size - free_kib * 1024))
    recorded, said, began = 20, "", time.monotonic()
    for n in range(200):
        try:
            DecisionStore.of(home).record([decline(f"B{n}")], AT)
            recorded += 1
        except FengqiaoError as problem:
            said = str(problem)
            break
    assert time.monotonic() - began < 20
    assert "nothing was recorded" in said
    filler.unlink()
    store = DecisionStore(f"sqlite:///{home.decisions}", Signer.of(home))
    assert store.verify().entries == recorded
    store.record([decline("C1")], AT)
    assert store.verify().entries == recorded + 1
