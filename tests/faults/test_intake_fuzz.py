"""Mutated files and mappings: whatever comes, a clear refusal or rows that add up; no traceback, no partial load.

The suite tries some hundreds; `FENGQIAO_FUZZ=100000 FENGQIAO_FUZZ_SEED=1 pytest tests/faults/test_intake_fuzz.py` tries
as many as told, others for another seed, and prints its figures. A file that ends a run in any other way is kept under
`FENGQIAO_FUZZ_KEEP`.
"""

import os
import random
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.city.profile import Profile, load_profile
from pipelines.errors import RefusedInput
from pipelines.home import Home
from pipelines.intake.intake import load_folder
from pipelines.intake.parsing import choose_rows, name_columns, parse
from pipelines.mapping.landing_folder import SourceFile, load_mappings
from pipelines.mapping.mapping import FileMapping, TableMapping
from pipelines.privacy.refused_words import refuse_headings
from pipelines.reading.readers import csv_headings, read_source
from pipelines.tables.core import CORE_TABLES

TRIES = int(os.environ.get("FENGQIAO_FUZZ", "300"))
SEED = int(os.environ.get("FENGQIAO_FUZZ_SEED", "20260101"))
LOADED_EVERY = 20
"""So often a mutated file goes the whole way into the warehouse of one home, not only through readers and parsing."""
TOWN = "530302001"
PROFILE = "title_zh: 甲市\ntitle_en: A city\noutcome_zh: 发生肢体暴力\noutcome_en: turn violent\n"
MAPPING = """\
files: "台账*.csv"
encoding: gb18030
header_row: 2
tables:
  - table: disputes
    columns: {dispute_id: 案号, registered_at: 日期, category: 类型, area_code: 地点}
    codes: {category: {打架: D1, "*": D0}}
    dates: {registered_at: ["%m/%d/%Y"]}
  - table: dispute_events
    present: 结案
    columns: {dispute_id: 案号, event_at: 结案}
    templates: {event_id: "{案号}-{line}"}
    constants: {event_type: closed}
"""
REGISTER = (
    "纠纷编号,登记时间,纠纷类别,所属区域编码,涉及金额,威胁,甲方,乙方\n"
    + f'A1,2025-03-04 08:05,邻里,{TOWN},"1,200",是,张三,李四\n'
    + f"A2,2025年3月5日,D1,{TOWN},1.5万,否,王五,赵六\nA3,20250306,劳资,{TOWN},,,,\n" * 3
    + "".join(f"B{at},2025-03-{at:02},D1,{TOWN},{at},无,甲{at},乙{at}\n" for at in range(1, 31))
)
HARMS = {
    "outcome_id": ["O1", "O2"],
    "dispute_id": ["A1", "A2"],
    "occurred_at": ["2025-03-09 10:00", "45730.5"],
    "severity": ["1", "2"],
}
SPLICES = (
    b"\x00", b"\xff\xfe", b'"', b",", b"\n", b"\r", "纠纷".encode(), b"9" * 40, b"-", b"1e999", b"nan", b"{", b"*", b": ", b"- ", b"[", b"&a", b"!!python",
    "９".encode(), b"\xef\xbb\xbf", b"'", b"#", b"2025-02-31", b"0000-00-00", b"99999999999999999999",
)  # fmt: skip


def originals(folder: Path) -> dict[str, bytes]:
    pl.DataFrame(HARMS).write_excel(folder / "o.xlsx")
    pl.DataFrame(HARMS).write_parquet(folder / "o.parquet")
    typed = pl.DataFrame(HARMS).with_columns(
        pl.col("severity").cast(pl.Int64), occurred_at=pl.date(2025, 3, 9)
    )
    typed.write_parquet(folder / "t.parquet", compression="uncompressed")
    return {
        "disputes.csv": REGISTER.encode(),
        "disputes_gb.csv": REGISTER.encode("gb18030"),
        "disputes_16.csv": REGISTER.encode("utf-16"),
        "outcomes.csv": pl.DataFrame(HARMS).write_csv().encode(),
        "outcomes.xlsx": (folder / "o.xlsx").read_bytes(),
        "outcomes.parquet": (folder / "o.parquet").read_bytes(),
        "outcomes_typed.parquet": (folder / "t.parquet").read_bytes(),
        "mapping.yml": MAPPING.encode(),
    }


def mutated(content: bytes, dice: random.Random) -> bytes:
    """One to four changes: a byte flipped, a span cut, doubled or moved, something spliced in, or the end cut off."""
    changed = bytearray(content)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(changed) + 1)
        upto = min(len(changed), at + dice.choice((1, 1, 2, 8, 64)))
        match dice.randrange(6):
            case 0 if at < len(changed):
                changed[at] ^= 1 << dice.randrange(8)
            case 1:
                del changed[at:upto]
            case 2:
                changed[at:at] = changed[at:upto]
            case 3:
                changed[at:at] = dice.choice(SPLICES)
            case 4:
                part = changed[at:upto]
                del changed[at:upto]
                to = dice.randrange(len(changed) + 1)
                changed[to:to] = part
            case _ if dice.random() < 0.3:
                del changed[at:]
    return bytes(changed)


def tried(kinds: dict[str, bytes], seed: int, number: int) -> Iterator[tuple[int, str, bytes]]:
    dice = random.Random(seed)
    names = list(kinds)
    weights = [4, 2, 1, 3, 1, 2, 2, 3]
    for at in range(number):
        (name,) = dice.choices(names, weights)
        yield at, name, mutated(kinds[name], dice)


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    folder = tmp_path / "jia"
    (folder / "mappings").mkdir(parents=True)
    (folder / "profile.yml").write_text(PROFILE)
    (folder / "areas.csv").write_text(
        f"area_code,name_zh,name_en,tier,parent_code,population,households,urban,lon,lat\n{TOWN},镇,Town,township,,1000,300,true,,\n"
    )
    (folder / "risk_categories.csv").write_text(
        "code,name_zh,name_en,kind\nD1,邻里,Neighbours,dispute\nD0,其他,Other,dispute\n"
    )
    return load_profile(str(folder))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "key"))
    return Home(tmp_path / "home")


def test_mutated_files_are_refused_in_words_or_loaded_whole(
    profile: Profile, home: Home, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    kinds = originals(tmp_path)
    fates: Counter[str] = Counter()
    refusals: list[tuple[str, str]] = []
    rows = 0
    for at, name, content in tried(kinds, SEED, TRIES):
        if name.endswith(".yml"):
            fates[_mapping(profile, content)] += 1
            continue
        landing = tmp_path / "landing" / name
        landing.mkdir(parents=True, exist_ok=True)
        (landing / name).write_bytes(content)
        whole_way = at % LOADED_EVERY == 0
        try:
            rows += _loaded(landing, home, profile) if whole_way else _parsed(landing / name, profile)
            fates["loaded" if whole_way else "parsed"] += 1
        except RefusedInput as refusal:
            fates["refused at the door" if whole_way else "refused"] += 1
            refusals.append((name, str(refusal)))
        except BaseException as problem:
            kept = Path(os.environ.get("FENGQIAO_FUZZ_KEEP", tmp_path)) / f"crash_{SEED}_{at}_{name}"
            kept.write_bytes(content)
            raise AssertionError(
                f"seed {SEED}, try {at}, {name}: {type(problem).__name__}: {problem}; kept as {kept}"
            ) from problem
    printed = capfd.readouterr()
    with capfd.disabled():
        figures = f"{_figures(fates)}, {rows:,} rows taken in, tracebacks 0, partial loads 0"
        sys.stdout.write(f"\nseed {SEED}: {figures}\n")
    assert (printed.out, printed.err) == ("", "")
    assert [(name, refusal) for name, refusal in refusals if name not in refusal or "张三" in refusal] == []
    assert set(fates) == {
        "refused",
        "refused at the door",
        "parsed",
        "loaded",
        "mapping refused",
        "mapping read",
    }


def _figures(fates: Counter[str]) -> str:
    return f"{fates.total():,} mutated: " + ", ".join(f"{n:,} {fate}" for fate, n in sorted(fates.items()))


def _mapping(profile: Profile, content: bytes) -> str:
    path = profile.folder / "mappings" / "m.yml"
    path.write_bytes(content)
    try:
        load_mappings(profile)
    except RefusedInput as refusal:
        text = str(refusal)
    else:
        return "mapping read"
    finally:
        path.unlink()
    assert str(path) in text
    return "mapping refused"


def _parsed(path: Path, profile: Profile) -> int:
    csv_headings(path, 1)
    mapping = TableMapping(table=path.name.split("_")[0].split(".")[0])
    raw = read_source(SourceFile(path, FileMapping(files=path.name, tables=(mapping,))))
    refuse_headings(raw.name, raw.headings)
    named = name_columns(raw, mapping, choose_rows(raw, mapping), profile)
    parsed = parse(named, mapping, profile, raw.name)
    assert len(parsed.good) + len(parsed.bad) == len(named)
    return len(parsed.good)


def _loaded(landing: Path, home: Home, profile: Profile) -> int:
    """Through the door of the city, beside what earlier files brought: all rows accounted for, or nothing changed."""
    before = _rows_in(home)
    try:
        reports = load_folder(landing, profile, home)
    except RefusedInput:
        assert _rows_in(home) == before
        raise
    loaded = sum(r.loaded for r in reports)
    assert _rows_in(home)["core"] == before["core"] + loaded
    return loaded


def _rows_in(home: Home) -> Counter[str]:
    if not home.warehouse.exists():
        return Counter()
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        count = {
            t: con.execute(f"select count(*) from {t}").fetchall()[0][0]
            for t in (*CORE_TABLES.values(), "quarantine", "intake_file")
        }
    return Counter(core=sum(count[t] for t in CORE_TABLES.values()), **count)
