"""Killed at any moment, or run twice at once: the next run ends where one that was left alone ends."""

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipelines.city.profile import load_profile
from pipelines.home import Home
from pipelines.intake.intake import load_folder

TOWN = "530302001"
RUN = """
import os, signal, sys, time
from pathlib import Path
from pipelines.home import Home
from pipelines.intake.intake import load_folder
from pipelines.city.profile import load_profile

landing, home, moment = sys.argv[1:]
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
def tell(words, share):
    print(words, flush=True)
    if moment == f"at {words}": die()
    if moment == "slow": time.sleep(1)
if moment == "after commit": Home.claim = die
if moment == "before commit":
    from pipelines.intake import intake
    load = intake.load_sources
    def load_then_die(con, *rest):
        load(con, *rest)
        die()
    intake.load_sources = load_then_die
load_folder(Path(landing), load_profile("qujing"), Home(Path(home)), tell)
"""


@pytest.fixture
def landing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "key"))
    folder = tmp_path / "landing"
    folder.mkdir()
    head = "dispute_id,registered_at,category,area_code,party_a,party_b,recorded_at\n"
    first = [f"A{n},2025-03-04 08:05,D2,{TOWN},甲{n},乙{n},2025-03-04 08:05\n" for n in range(300)]
    second = [
        f"A{n},2025-03-04 08:05,D1,{TOWN},甲{n},乙{n},2025-03-{n % 9 + 10} 08:05\n" for n in range(0, 300, 3)
    ]
    (folder / "disputes_1.csv").write_text(head + "".join(first) + f"B,never,D2,{TOWN},,,\n")
    (folder / "disputes_2.csv").write_text(head + "".join(second))
    (folder / "grid_reports.csv").write_text(
        "report_id,reported_at,area_code,report_type\n" + f"W1,2025-03-04,{TOWN},noise\n" * 2
    )
    return folder


def start(landing: Path, home: Path, moment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(landing), str(home), moment],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def contents(home: Path) -> str:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        tables = [
            name for (name,) in con.execute("select table_name from duckdb_tables() order by 1").fetchall()
        ]
        rows = {name: con.execute(f"select * from {name} order by all").fetchall() for name in tables}
    return json.dumps(rows, default=str)


@pytest.mark.parametrize("moment", ["at grid_reports.csv", "before commit", "after commit"])
def test_the_run_after_a_killed_one_ends_in_the_same_state(
    moment: str, landing: Path, tmp_path: Path
) -> None:
    killed = start(landing, tmp_path / "killed", moment)
    killed.communicate(timeout=120)
    assert killed.returncode == -9
    for home in ("killed", "whole"):
        load_folder(landing, load_profile("qujing"), Home(tmp_path / home))
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")
    assert (tmp_path / "killed" / "home.json").read_text() == (tmp_path / "whole" / "home.json").read_text()


def test_a_second_run_waits_says_so_and_changes_nothing(landing: Path, tmp_path: Path) -> None:
    first = start(landing, tmp_path / "home", "slow")
    assert first.stdout is not None
    first.stdout.readline()
    second = start(landing, tmp_path / "home", "")
    output = second.communicate(timeout=120)
    assert first.wait(timeout=120) == 0
    assert (second.returncode, output[1]) == (0, "")
    assert output[0].startswith("another run is taking files in; waiting for it")
    load_folder(landing, load_profile("qujing"), Home(tmp_path / "alone"))
    assert contents(tmp_path / "home") == contents(tmp_path / "alone")


def test_a_new_weeks_file_leaves_the_rows_of_earlier_files_as_they_are(landing: Path, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    load_folder(landing, load_profile("qujing"), home)
    before = contents(home.root)
    reports = load_folder(landing, load_profile("qujing"), home)
    assert contents(home.root) == before
    assert all(report.read == report.unchanged for report in reports)
    (landing / "grid_reports_2.csv").write_text(
        f"report_id,reported_at,area_code,report_type\nW2,2025-03-11,{TOWN},noise\n"
    )
    load_folder(landing, load_profile("qujing"), home)
    assert json.loads(contents(home.root))["core_dispute"] == json.loads(before)["core_dispute"]
