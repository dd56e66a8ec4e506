"""A home saved and restored elsewhere is the same home: its next week comes out the same."""

import shutil
import subprocess
from pathlib import Path

import pytest

from pipelines.home import REPO, Home
from tests.faults.tiny_city import make_city, published, run_next_week


def backup(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(REPO / "scripts/backup.sh"), *map(str, words)], capture_output=True, text=True, check=False
    )


def test_a_restored_home_goes_on_as_the_saved_one_would(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "pair.key"))
    make_city(tmp_path)
    saved = backup("save", tmp_path / "start", tmp_path / "home.tar.gz")
    assert saved.returncode == 0, saved.stderr
    run_next_week(tmp_path / "landing", Home(tmp_path / "start"))
    told = backup("restore", tmp_path / "home.tar.gz", tmp_path / "restored")
    assert told.returncode == 0, told.stderr
    run_next_week(tmp_path / "landing", Home(tmp_path / "restored"))
    assert published(Home(tmp_path / "restored")) == published(Home(tmp_path / "start"))


def test_a_damaged_archive_and_a_folder_in_use_are_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "home.json").write_text("{}")
    assert backup("save", home, tmp_path / "a.tar.gz").returncode == 0
    assert "is there already" in backup("restore", tmp_path / "a.tar.gz", home).stderr
    whole = (tmp_path / "a.tar.gz").read_bytes()
    (tmp_path / "a.tar.gz").write_bytes(whole[: len(whole) // 2])
    shutil.rmtree(home)
    assert backup("restore", tmp_path / "a.tar.gz", home).returncode == 1
    assert not home.exists()
