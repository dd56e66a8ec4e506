"""Mutated files and mappings: whatever comes, a clear refusal or rows that add up; no traceback, no partial load.

The suite tries some hundreds; `FENGQIAO_FUZZ=100000 pytest tests/faults/test_intake_fuzz.py` tries as many as told.
"""

import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.errors import RefusedInput
from pipelines.intake import load_sources, refresh_reference
from pipelines.mapping import FileMapping, SourceFile, TableMapping, load_mappings
from pipelines.parsing import choose_rows, name_columns, parse
from pipelines.profile import Profile, load_profile
from pipelines.readers import csv_headings, read_source
from pipelines.refused import refuse_headings
from pipelines.warehouse import CORE_TABLES, open_warehouse

TRIES = int(os.environ.get("FENGQIAO_FUZZ", "300"))
LOADED_EVERY = 20
"""So often a mutated file goes the whole way into a warehouse, not only through readers and parsing."""
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


def rows_in(con: duckdb.DuckDBPyConnection) -> int:
    tables = (*CORE_TABLES.values(), "quarantine", "intake_file")
    return sum(con.execute(f"select count(*) from {t}").fetchall()[0][0] for t in tables)


def test_mutated_files_are_refused_in_words_or_loaded_whole(profile: Profile, tmp_path: Path) -> None:
    kinds = originals(tmp_path)
    fates: Counter[str] = Counter()
    told: list[tuple[str, str]] = []
    with open_warehouse(":memory:") as con:
        refresh_reference(con, profile, tmp_path, "real", bytes(32))
        for at, name, content in tried(kinds, seed=20260101, number=TRIES):
            if name.endswith(".yml"):
                fates[_mapping(profile, content)] += 1
                continue
            path = tmp_path / name
            path.write_bytes(content)
            table = name.split("_")[0].split(".")[0]
            source = SourceFile(path, FileMapping(files=name, tables=(TableMapping(table=table),)))
            try:
                fates[
                    _loaded(con, source, profile) if at % LOADED_EVERY == 0 else _parsed(source, profile)
                ] += 1
            except RefusedInput as refusal:
                fates["refused"] += 1
                told.append((name, str(refusal)))
            except BaseException as problem:
                kept = Path(os.environ.get("FENGQIAO_FUZZ_KEEP", tmp_path)) / f"crash_{at}_{name}"
                kept.write_bytes(content)
                raise AssertionError(
                    f"try {at}, {name}: {type(problem).__name__}: {problem}; kept as {kept}"
                ) from problem
    assert [(name, refusal) for name, refusal in told if name not in refusal or "张三" in refusal] == []
    assert set(fates) == {"refused", "parsed", "loaded", "mapping refused", "mapping read"}


def _mapping(profile: Profile, content: bytes) -> str:
    path = profile.folder / "mappings" / "m.yml"
    path.write_bytes(content)
    try:
        load_mappings(profile)
    except RefusedInput as refusal:
        told = str(refusal)
    else:
        return "mapping read"
    assert str(path) in told
    return "mapping refused"


def _parsed(source: SourceFile, profile: Profile) -> str:
    csv_headings(source.path, 1)
    raw = read_source(source)
    refuse_headings(raw.name, raw.headings)
    (mapping,) = source.mapping.tables
    named = name_columns(raw, mapping, choose_rows(raw, mapping))
    parsed = parse(named, mapping, profile, raw.name)
    assert len(parsed.good) + len(parsed.bad) == len(named)
    return "parsed"


def _loaded(con: duckdb.DuckDBPyConnection, source: SourceFile, profile: Profile) -> str:
    con.execute("begin")
    try:
        (report,) = load_sources(con, [source], profile, bytes(32), None, lambda words, share: None)
        assert report.read == report.loaded + report.quarantined + report.duplicates + report.unchanged
    finally:
        con.execute("rollback")
        assert rows_in(con) == 0
    return "loaded"
