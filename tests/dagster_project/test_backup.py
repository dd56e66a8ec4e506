"""A home saved and restored elsewhere is the same home: its next week comes out the same."""

import io
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from dagster_project.command.backup import LIST, restore, save
from pipelines.errors import FengqiaoError
from pipelines.home import REPO, Home
from tests.worlds.tiny_city import next_week, published, tiny_city


def backup(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(REPO / "scripts/backup.sh"), *map(str, words)], capture_output=True, text=True, check=False
    )


def test_a_restored_home_goes_on_as_the_saved_one_would(tmp_path: Path) -> None:
    tiny = tiny_city()
    saved = backup("save", tiny.new_home(tmp_path / "home").root, tmp_path / "home.tar.gz")
    assert saved.returncode == 0, saved.stderr
    output = backup("restore", tmp_path / "home.tar.gz", tmp_path / "restored")
    assert output.returncode == 0, output.stderr
    tiny.run_next_week(Home(tmp_path / "restored"))
    assert published(Home(tmp_path / "restored")) == published(next_week().home)


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


def link(name: str, to: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, to
    return entry


def device(name: str) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type = tarfile.CHRTYPE
    return entry


HOSTILE = [
    tarfile.TarInfo("/home/absolute"),
    tarfile.TarInfo("home/../../above"),
    tarfile.TarInfo("elsewhere/file"),
    link("home/out", "/etc"),
    link("home/up", ".."),
    link("home/up", "published/../../../above"),
    link("home/hard", "/etc/passwd", tarfile.LNKTYPE),
    link("home/hard", "home/home.json", tarfile.LNKTYPE),
    device("home/device"),
]


@pytest.fixture(params=["with filters", "without, as Python 3.11.2"])
def python(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both kinds of tarfile: the one that has extraction filters and the one that knows none."""
    if request.param == "with filters":
        if not hasattr(tarfile, "data_filter"):
            pytest.skip("this Python has no extraction filters")
        return
    plain = tarfile.TarFile.extractall
    monkeypatch.setattr(tarfile.TarFile, "extractall", lambda tar, path, members: plain(tar, path, members))
    monkeypatch.delattr(tarfile, "data_filter", raising=False)


@pytest.mark.usefixtures("python")
def test_a_publication_comes_back_as_a_link_to_its_files(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "published" / ".history" / "one").mkdir(parents=True)
    (home / "published" / ".history" / "one" / "meta.json").write_text("{}")
    (home / "published" / "week").symlink_to(".history/one", target_is_directory=True)
    save(home, tmp_path / "a.tar.gz")
    restore(tmp_path / "a.tar.gz", tmp_path / "again")
    assert (tmp_path / "again" / "published" / "week").readlink() == Path(".history/one")
    assert (tmp_path / "again" / "published" / "week" / "meta.json").read_text() == "{}"
    assert not (tmp_path / "again" / LIST).exists()


@pytest.mark.usefixtures("python")
@pytest.mark.parametrize("entry", HOSTILE, ids=lambda entry: f"{entry.type!r} {entry.name} {entry.linkname}")
def test_an_archive_that_reaches_outside_is_refused_whole(entry: tarfile.TarInfo, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as tar:
        for name, content in (("home/home.json", b"{}"), (f"home/{LIST}", b"{}")):
            saved = tarfile.TarInfo(name)
            saved.size = len(content)
            tar.addfile(saved, io.BytesIO(content))
        tar.addfile(entry)
    with pytest.raises(FengqiaoError, match="no entry of a backup"):
        restore(tmp_path / "a.tar.gz", tmp_path / "deep" / "home")
    assert [path.name for path in tmp_path.rglob("*")] == ["a.tar.gz", "deep"]
