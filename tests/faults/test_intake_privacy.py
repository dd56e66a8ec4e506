"""Planted tokens: whatever happens, no name, number or free text of a person is found in any byte that is kept.

A made-up city of two years is planted in every row of every file, each file under a share of the personal headings,
and every way of a fault is added in small files that have them all. Its home goes
through every command, a run with rows held back, a refused folder, crashes that quote a row, and a kill.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipelines.tables.contracts import TABLES
from tests.deep import some
from tests.faults.planting import (
    NAMES,
    NUMBERS,
    ROWS,
    STORY,
    TOKEN,
    WIDE,
    astray,
    banned_headings,
    personal_headings,
    plant_in,
    planted,
    planted_files,
    write,
)
from tests.worlds.small_city import SmallCity, put
from tests.worlds.store import copy_of

COMMANDS = """
import json, sys
from dagster_project.command.cli import main

for words in json.loads(sys.argv[1]):
    sys.argv[1:] = words
    try:
        main()
    except SystemExit as end:
        print("ended", words[0], end.code, flush=True)
"""
"""Several commands of one process, so that libraries are imported once."""

CRASHES = """
import os, signal, sys
import importlib
from dagster_project.command.cli import main

def quoted(thing):
    frame = getattr(thing, "frame", getattr(thing, "good", thing))
    return frame.rows()[:1] if hasattr(frame, "rows") else ""

def breaking(name, die):
    module, _, function = name.rpartition(".")
    module = importlib.import_module(module)
    whole = getattr(module, function)
    def broken(*args, **more):
        told = [quoted(thing) for thing in (*args, *more.values(), whole(*args, **more))]
        if die:
            os.kill(os.getpid(), signal.SIGKILL)
        raise ValueError(f"cannot {function} {told}")
    setattr(module, function, broken)
    return lambda: setattr(module, function, whole)

die, places, sys.argv[1:] = sys.argv[1] == "die", sys.argv[2].split(","), sys.argv[3:]
for place in places:
    mend = breaking(place, die)
    try:
        main()
    except SystemExit as end:
        print(place, end.code, flush=True)
    mend()
"""
PLACES = [
    *(f"pipelines.intake.file_intake.{name}" for name in ("read_source", "name_columns", "parse", "hash_pairs", "load_rows", "release_rows", "quarantine_rows")),
    *(f"pipelines.intake.service_visits.{name}" for name in ("refuse_headings", "name_columns", "parse", "placed_visits", "quarantine_rows")),
]  # fmt: skip
"""Functions that have rows of persons in their hands, as each is called."""


MAPPING = """\
files: "台账*.csv"
tables:
  - table: disputes
    columns: {dispute_id: 案号, registered_at: 日期, category: 类型, area_code: 地点, party_a: 申请人, party_b: 被申请人}
    codes: {category: {吵架: D2}}
  - table: dispute_events
    where: {状态: [办结]}
    present: 结案
    columns: {dispute_id: 案号, event_at: 结案}
    templates: {event_id: "{案号}-{状态}-{line}"}
    constants: {event_type: closed}
"""
CASE = {
    "日期": "2024-11-04",
    "类型": "吵架",
    "地点": "530302001",
    "申请人": f"{TOKEN}·申",
    "被申请人": f"{TOKEN}·被",
    "状态": "办结",
    "结案": "2024-11-20",
}
WRONG = [
    {},
    *(
        {heading: word}
        for heading in ("案号", "日期", "类型", "地点", "结案", "状态")
        for word in (*NAMES, *WIDE, STORY)
    ),
]
"""A register of a city's own, told by a mapping: as it should be, and with a person in the place of each thing."""


class Watched:
    """The commands, with everything they may write under one folder, and what they printed."""

    def __init__(self, folder: Path, profile: Path) -> None:
        self.kept, self.profile, self.printed = folder / "kept", profile, ""
        self.home = self.kept / "home"
        for name in ("user", "tmp"):
            (self.kept / name).mkdir(parents=True)
        self.environment = os.environ | {
            "HOME": str(self.kept / "user"), "TMPDIR": str(self.kept / "tmp"),
            "FENGQIAO_KEY_FILE": str(folder / "key"), "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip

    def commands(self, *commands: tuple[object, ...]) -> list[str]:
        """Run `fengqiao` with these words on this profile, one after the other; how each ended."""
        words = [[*map(str, each), "--profile", str(self.profile)] for each in commands]
        done = self._process(COMMANDS, json.dumps(words))
        assert done.returncode == 0, done.stderr
        return [line.removeprefix("ended ") for line in done.stdout.splitlines() if line.startswith("ended ")]

    def breaking(self, how: str, places: list[str], *words: object) -> subprocess.CompletedProcess[str]:
        """Run a command once for each place, which raises an error there or dies."""
        return self._process(CRASHES, how, ",".join(places), *map(str, words), "--profile", str(self.profile))

    def _process(self, program: str, *words: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-c", program, *words],
            capture_output=True, text=True, env=self.environment, check=False,
        )  # fmt: skip
        self.printed += done.stdout + done.stderr
        return done


@pytest.fixture
def city(small_city: SmallCity, tmp_path: Path) -> Watched:
    profile = copy_of(small_city.profile, tmp_path / "qujing")
    put(profile / "profile.yml", "folds: 3, bootstrap: 50", "folds: 1, bootstrap: 50")
    (profile / "mappings").mkdir()
    (profile / "mappings" / "register.yml").write_text(MAPPING, encoding="utf-8")
    return Watched(tmp_path, profile)


@pytest.fixture
def landing(small_city: SmallCity, tmp_path: Path) -> Path:
    folder = tmp_path / "landing"
    shutil.copytree(small_city.data, folder, ignore=shutil.ignore_patterns("sealed"))
    files = sorted(path for path in folder.iterdir() if path.suffix != ".json")
    for nth, path in enumerate(files):
        plant_in(path, personal_headings()[nth :: len(files)])
    for table, row in ROWS.items():
        for kind in ("csv", "gb.csv", "xlsx", "parquet"):
            write(folder, table, [planted(table, row, f"{kind}{n}") for n in range(2)], kind)
        write(folder, table, [planted(table, row, "astray") for row in astray(table)], "astray.csv")
    cases = [
        planted("register", CASE | {"案号": f"TZ2024-{n}", **wrong}, f"r{n}") for n, wrong in enumerate(WRONG)
    ]
    write(folder, "台账", cases, "gb.csv")
    return folder


def test_no_planted_token_is_kept_through_success_refusal_crash_and_kill(
    city: Watched, landing: Path, tmp_path: Path
) -> None:
    at_home = ("--home", city.home)
    run = ("run", "--data", landing, *at_home)
    broken = tmp_path / "broken"
    broken.mkdir()
    head, line = (
        ",".join(part) for part in zip(*planted("disputes", ROWS["disputes"], "ragged").items(), strict=True)
    )
    (broken / "SIMULATED.json").touch()
    (broken / "disputes.csv").write_text(f'{head}\n{line},"one "more\n', encoding="utf-8")
    banned = tmp_path / "banned"
    banned.mkdir()
    (banned / "SIMULATED.json").touch()
    traits = {heading: f"{TOKEN}·{heading}" for heading in banned_headings()}
    write(banned, "disputes", [planted("disputes", ROWS["disputes"], "banned") | traits], "csv")
    assert traits
    assert city.commands(
        ("check", landing, "--corrections", city.kept / "to_correct"),
        run,
        ("run", "--data", broken, *at_home),
        ("run", "--data", banned, *at_home),
    ) == ["check 0", "run 0", "run 2", "run 2"]
    assert list((city.home / "mlflow").rglob("*"))

    (landing / "disputes_more.csv").write_bytes(
        (landing / "disputes_astray_csv.csv").read_bytes() + b"A2,,,,\n"
    )
    for name in ("disputes", "service_visits"):
        write(
            landing, name, [planted(name, row, "crash") for row in (ROWS[name], *astray(name))], "crash.csv"
        )
    places = some(PLACES, 4)
    crash = city.breaking("raise", places, *run)
    assert [line for line in crash.stdout.splitlines() if line.endswith(" 1")] == [f"{p} 1" for p in places]
    assert city.breaking("die", ["pipelines.intake.file_intake.load_rows"], *run).returncode == -9

    rest = [(name, *at_home) for name in ("backtest", "retrain", "brief", "status")]
    erase = ("erase", "--dispute", "TZ2024-0", "--reason", "asked", *at_home)
    assert city.commands(run, *rest, erase) == [
        f"{name} 0" for name in ("run", "backtest", "retrain", "brief", "status", "erase")
    ]
    assert planted_files(city.kept) == []
    assert [w for w in (TOKEN, *NAMES, *NUMBERS, *WIDE) if w in city.printed] == []


def test_what_is_planted_is_found_where_bytes_do_not_show_it(tmp_path: Path) -> None:
    write(tmp_path, "disputes", [planted("disputes", ROWS["disputes"], "x")], "xlsx")
    write(tmp_path, "outcomes", [planted("outcomes", ROWS["outcomes"], "x")], "parquet")
    with duckdb.connect(str(tmp_path / "one.duckdb")) as con:
        con.execute("create table t as select '欧阳钦佐' || '·' || i % 7 as name from range(100000) r(i)")
    names = {Path(path).name for path in planted_files(tmp_path)}
    assert names == {"disputes_xlsx.xlsx", "outcomes_parquet.parquet", "one.duckdb"}


def test_every_input_table_was_planted() -> None:
    assert set(ROWS) == set(TABLES) - {"decisions"}
