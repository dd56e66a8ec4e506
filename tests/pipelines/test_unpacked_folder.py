"""Files unpacked from archives go with their process, and at the next run where it was killed."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.home import REPO
from pipelines.mapping.unpacked_folder import PREFIX, UnpackedFolder

HOLDS = """
from pipelines.mapping.unpacked_folder import UnpackedFolder
folder = UnpackedFolder()
(folder.new_folder() / "disputes.csv").write_text("secret")
print(folder.path, flush=True)
input()
"""


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield
    tempfile.tempdir = None


def another() -> tuple[subprocess.Popen[str], Path]:
    """Another process with a folder in use."""
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, "-c", HOLDS], stdin=pipe, stdout=pipe, text=True, cwd=REPO)
    assert process.stdout
    return process, Path(process.stdout.readline().strip())


def test_what_a_killed_process_left_goes_at_the_next_run() -> None:
    process, path = another()
    process.kill()
    process.wait()
    assert list(path.rglob("*.csv"))
    UnpackedFolder()
    assert not path.exists()


def test_what_another_process_uses_stays() -> None:
    process, path = another()
    UnpackedFolder()
    assert list(path.rglob("*.csv"))
    process.communicate("\n")
    assert not path.exists()


def test_a_link_of_that_name_is_not_followed(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("x")
    (tmp_path / f"{PREFIX}x").symlink_to(kept)
    UnpackedFolder()
    assert (kept / "file").exists()
