import json
import os
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from models.publishing.atomic_switch import write_publication
from pipelines.home import Home

MONDAY, NEXT = date(2025, 6, 2), date(2025, 6, 9)


def files(n: int) -> dict[str, pl.DataFrame | bytes]:
    late = {"late_days": 0.0, "late_days_90": 1.0, "late_share": 0.0}
    rows = [{"input_table": "disputes", "week": MONDAY, "records": records} | late for records in range(n)]
    return {"arrivals.parquet": pl.DataFrame(rows), "meta.json": b"{}\n"}


def tree(home: Home) -> dict[str, bytes | str]:
    return {
        str(path.relative_to(home.root)): os.readlink(path) if path.is_symlink() else path.read_bytes()
        for path in sorted(home.published.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def current(home: Home) -> dict[str, str]:
    return json.loads((home.published / "current.json").read_text(encoding="utf-8"))


def test_current_points_at_a_whole_folder(tmp_path: Path) -> None:
    home = Home(tmp_path)
    link = write_publication(home, MONDAY, files(3))
    pointer = current(home)
    assert pointer["as_of"] == "2025-06-02"
    assert pointer["folder"] == f".versions/2025-06-02-{pointer['digest']}"
    assert (home.published / pointer["folder"]).resolve() == link.resolve()
    assert not os.readlink(link).startswith("/")
    assert sorted(path.name for path in link.iterdir()) == ["arrivals.parquet", "meta.json"]


def test_the_same_files_change_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path)
    write_publication(home, MONDAY, files(3))
    before = tree(home)
    write_publication(home, MONDAY, files(3))
    assert tree(home) == before


def test_a_corrected_week_swaps_the_link(tmp_path: Path) -> None:
    home = Home(tmp_path)
    write_publication(home, MONDAY, files(3))
    link = write_publication(home, MONDAY, files(4))
    assert len(pl.read_parquet(link / "arrivals.parquet")) == 4
    assert (home.published / current(home)["folder"]).resolve() == link.resolve()


def test_an_earlier_week_published_later_leaves_the_present_one_in_use(tmp_path: Path) -> None:
    home = Home(tmp_path)
    write_publication(home, NEXT, files(3))
    link = write_publication(home, MONDAY, files(5))
    assert len(pl.read_parquet(link / "arrivals.parquet")) == 5
    assert current(home)["as_of"] == "2025-06-09"


@pytest.mark.parametrize("broken", ["write_bytes", "symlink_to", "replace", "fsync"])
def test_a_crash_before_the_switch_leaves_last_weeks_warnings_standing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    home = Home(tmp_path)
    write_publication(home, MONDAY, files(3))
    before = tree(home)

    def fail(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os if broken == "fsync" else Path, broken, fail)
        with pytest.raises(OSError, match="no space"):
            write_publication(home, NEXT, files(9))
    assert current(home)["as_of"] == "2025-06-02"
    assert all(tree(home).get(name) == content for name, content in before.items())
    link = write_publication(home, NEXT, files(9))
    assert current(home)["as_of"] == "2025-06-09"
    assert len(pl.read_parquet(link / "arrivals.parquet")) == 9
    assert not list(home.published.rglob(".partial*"))
