"""Planted tokens: whatever happens, no name, number or free text of a person is found in any byte that is kept.

The same home goes through a whole run, one with rows that are held, one with a broken file, and one that crashes
with an error quoting a row.
"""

import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from pipelines.codes import list_of
from pipelines.contracts import PAIR_COLUMNS, TABLES
from pipelines.traces import traces

TOWN = "530302001"
CRASH = """
import sys
from pipelines import intake
def quote(frame, key):
    raise ValueError(f"cannot hash {frame.row(0)}")
intake.hash_pairs = quote
sys.argv = ["fengqiao", *sys.argv[1:]]
from dagster_project.cli import main
main()
"""
ROWS = {
    "disputes": {"dispute_id": "A1", "registered_at": "2025-03-04 08:05", "category": "D2", "area_code": TOWN},
    "dispute_events": {"event_id": "E1", "dispute_id": "A1", "event_at": "2025-03-05 08:05", "event_type": "accepted"},
    "outcomes": {"outcome_id": "O1", "dispute_id": "A1", "occurred_at": "2025-03-06 08:05", "severity": "1"},
    "grid_reports": {"report_id": "W1", "reported_at": "2025-03-04 08:05", "area_code": TOWN, "report_type": "noise"},
    "service_visits": {"area_code": TOWN, "service": "S1", "visit_due_on": "2025-03-04", "visited_on": "2025-03-04"},
    "service_coverage": {"area_code": TOWN, "service": "S2", "week": "2025-03-03", "due": "20", "done": "10", "overdue": "10"},
    "outreach": {"event_on": "2025-03-04", "area_code": TOWN, "kind": "lecture"},
    "volunteers": {"area_code": TOWN, "as_of_on": "2025-03-04", "count": "10"},
}  # fmt: skip
PERSONAL = ("姓名", "身份证号", "联系电话", "家庭住址", "备注", "性别")
NUMBERS = (
    "530302199001011234",
    "13812345678",
    "530302900101123",
    "1381 234 5678",
    "５３０３０２１９９００１０１１２３４",
)
WRITTEN = ("５３０３０２１９９００１０１１２３４", "１３８１２３４５６７８")


def planted(table: str, row: dict[str, str], tag: str) -> dict[str, str]:
    """The row with a token of its own in every column that could name a person or hold free text."""
    told = {heading: f"QZTOKEN{table}{tag}{at}姓" for at, heading in enumerate(PERSONAL)}
    if table == "disputes":
        told |= {name: f"QZTOKEN{tag}{name}氏" for name in (*PAIR_COLUMNS, "parties_key")}
    return row | told


NAMES = ("欧阳钦佐", "Zhang Qinzuo")
"""As people type them; no other text of the platform holds them."""


def astray(table: str) -> list[dict[str, str]]:
    """Rows with a name in one column each: every one that is not a text by contract."""
    typed = [name for name, column in TABLES[table].columns().items() if column.dtype != pl.String]
    coded = [name for name in TABLES[table].columns() if list_of(table, name)]
    return [ROWS[table] | {column: name} for column in dict.fromkeys([*typed, *coded]) for name in NAMES]


def write(folder: Path, table: str, rows: list[dict[str, str]], kind: str) -> None:
    frame = pl.DataFrame(rows)
    path = folder / f"{table}_{kind.replace('.', '_')}.{kind.rsplit('.')[-1]}"
    if kind == "xlsx":
        frame.write_excel(path)
    elif kind == "parquet":
        frame.write_parquet(path)
    else:
        path.write_bytes(frame.write_csv().encode("gb18030" if kind.startswith("gb") else "utf-8"))


def found(home: Path, words: list[str]) -> list[tuple[str, str]]:
    """Every place under the home where one of the words stands, in any encoding a file may have."""
    sought = [
        w.encode(encoding) for w in words for encoding in ("utf-8", "gb18030", "utf-16-le", "unicode_escape")
    ]
    return [
        (str(path.relative_to(home)), repr(word))
        for path in home.rglob("*")
        if path.is_file()
        for content in [path.read_bytes()]
        for word in sought
        if word in content
    ]


@pytest.fixture
def city(tmp_path: Path):
    environment = os.environ | {"FENGQIAO_KEY_FILE": str(tmp_path / "key"), "PYTHONDONTWRITEBYTECODE": "1"}

    def run(data: Path, *program: str) -> subprocess.CompletedProcess[str]:
        command = program or (str(Path(sys.executable).parent / "fengqiao"),)
        return subprocess.run(
            [*command, "run", "--data", str(data), "--home", str(tmp_path / "home")],
            capture_output=True, text=True, env=environment, check=False,
        )  # fmt: skip

    return run


def test_no_planted_token_is_kept_through_success_refusal_and_crash(city, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for kind in ("csv", "gb.csv", "xlsx", "parquet"):
        for table, row in ROWS.items():
            write(data, table, [planted(table, row, f"{kind[0]}{n}") for n in range(2)], kind)
    wrong = [
        planted("disputes", ROWS["disputes"] | {"dispute_id": f"N {number}"}, "bad") for number in NUMBERS
    ]
    wrong += [planted("disputes", ROWS["disputes"] | {"category": "QZTOKEN案情" * 4}, "long")]
    wrong += [
        planted("disputes", ROWS["disputes"] | {"amount_yuan": number, "n_parties": number}, "number")
        for number in WRITTEN
    ]
    write(data, "disputes", wrong, "csv")
    for table in ROWS:
        rows = astray(table)
        every = dict.fromkeys(column for row in rows for column in row)
        write(data, table, [{column: row.get(column, "") for column in every} for row in rows], "names.csv")
    first = city(data)
    assert first.returncode == 0, first.stderr

    broken = tmp_path / "broken"
    broken.mkdir()
    line = ",".join(planted("disputes", ROWS["disputes"], "ragged").values())
    head = ",".join(planted("disputes", ROWS["disputes"], "x"))
    (broken / "disputes.csv").write_text(f'{head}\n{line},"one "more\n', encoding="utf-8")
    second = city(broken)
    assert second.returncode == 2

    crashing = tmp_path / "crashing"
    crashing.mkdir()
    write(crashing, "disputes", [planted("disputes", ROWS["disputes"], "crash")], "csv")
    third = city(crashing, sys.executable, "-c", CRASH)
    assert third.returncode == 1
    assert "ValueError in" in third.stderr

    words = ["QZTOKEN", *NUMBERS, *WRITTEN, *NAMES]
    assert found(tmp_path / "home", words) == []
    assert traces(tmp_path / "home", NAMES) == []
    printed = "".join(told for run in (first, second, third) for told in (run.stdout, run.stderr))
    assert [w for w in words if w in printed] == []


def test_every_input_table_was_planted() -> None:
    assert set(ROWS) == set(TABLES) - {"decisions"}
