"""Files of a home are for its own user alone."""

import stat
from pathlib import Path

import pytest

from tests.worlds.command import fengqiao
from tests.worlds.small_city import SmallCity


def test_whatever_a_run_writes_is_read_by_its_own_user_alone(
    tmp_path: Path, small_city: SmallCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "keys" / "pair.key"))
    home = tmp_path / "home"
    done = fengqiao("run", "--data", small_city.data, "--profile", small_city.profile, "--home", home)
    assert done.returncode == 0, done.stderr
    home.chmod(0o755)
    assert fengqiao("status", "--profile", small_city.profile, "--home", home).returncode == 0
    paths = [home, *(path for path in home.rglob("*") if not path.is_symlink())]
    assert len(paths) > 20
    assert [path for path in paths if stat.S_IMODE(path.stat().st_mode) & 0o077] == []
