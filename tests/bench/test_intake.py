"""How long and how much memory the intake takes, beside DuckDB reading the same files into tables.

`make bench`, or `FENGQIAO_BENCH_CITY=FOLDER pytest -s -m bench tests/bench/test_intake.py` for a city already made.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

ALONE = """
import sys, duckdb, fastexcel, resource
from pathlib import Path
from pipelines.reading.encodings import detect_encoding
data, target = map(Path, sys.argv[1:])
con = duckdb.connect(str(target / "alone.duckdb"))
for path in sorted(data.iterdir()):
    name = path.stem
    if path.suffix == ".csv":
        if detect_encoding(path) != "utf-8":
            whole = path.read_bytes().decode("gb18030")
            path = target / path.name
            path.write_text(whole, encoding="utf-8")
        con.execute(f"create table {name} as select * from read_csv('{path}', ignore_errors = true)")
    elif path.suffix == ".parquet":
        con.execute(f"create table {name} as select * from '{path}'")
    elif path.suffix == ".xlsx":
        frame = fastexcel.read_excel(path).load_sheet(0).to_polars()
        con.execute(f"create table {name} as select * from frame")
con.close()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
OURS = """
import sys, resource
from pathlib import Path
from pipelines.home import Home
from pipelines.intake.intake import load_folder
from pipelines.city.profile import load_profile
data, target = map(Path, sys.argv[1:])
reports = load_folder(data, load_profile("qujing"), Home(target / "home"))
assert all(r.loaded for r in reports) or len({r.file_id for r in reports if r.unchanged})
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def measured(program: str, data: Path, target: Path) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak GiB of a program of its own."""
    target.mkdir(parents=True, exist_ok=True)
    before, began = os.times(), time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", program, str(data), str(target)], capture_output=True, text=True, check=True
    )
    after, wall = os.times(), time.monotonic() - began
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return wall, spent, int(done.stdout.split()[-1]) / 2**20


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    given = os.environ.get("FENGQIAO_BENCH_CITY")
    if given:
        return Path(given)
    from pipelines.city.profile import load_profile
    from pipelines.simulator.city import simulate

    folder = tmp_path_factory.mktemp("city")
    simulate(folder, load_profile("qujing"), weeks=156, scale=1.0, seed=1)
    return folder


@pytest.mark.bench
def test_intake_beside_duckdb_alone(city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "key"))
    alone = measured(ALONE, city, tmp_path / "alone")
    ours = measured(OURS, city, tmp_path / "ours")
    again = measured(OURS, city, tmp_path / "ours")
    with duckdb.connect(str(tmp_path / "ours" / "home" / "warehouse.duckdb"), read_only=True) as con:
        rows = con.execute("select sum(n_read) from intake_file").fetchall()[0][0]
    sys.stdout.write(
        f"\n{rows:,} rows, wall s / processor s / peak GiB: DuckDB alone {alone[0]:.1f} / {alone[1]:.1f} / {alone[2]:.2f}, "
        f"intake {ours[0]:.1f} / {ours[1]:.1f} / {ours[2]:.2f}, the same folder again {again[0]:.1f} / {again[1]:.1f} / {again[2]:.2f}; "
        f"ratio of processor time {ours[1] / alone[1]:.1f}, of wall time {ours[0] / alone[0]:.1f}"
    )
    assert ours[2] < 4
