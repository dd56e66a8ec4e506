"""A file that cannot be read costs itself: its reason is said, the others load; sent again whole, it is as if nothing had been."""

import gzip
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.city.profile import load_profile
from pipelines.errors import RefusedInput
from pipelines.home import Home
from pipelines.intake.intake import load_folder
from pipelines.intake.row_counts import NOT_READ, files_left_out
from pipelines.onboarding.dry_run import check_folder
from pipelines.warehouse.warehouse import open_warehouse
from tests.deep import examples
from tests.field.landing import DISPUTES, TOWN, landing

HEAD = "纠纷编号,登记时间,纠纷类别,所属区域编码"
ROW = f"A1,2025-03-04 08:05,邻里,{TOWN}"
HARM = "outcome_id,dispute_id,occurred_at,severity"
LOG = {
    "table": "disputes",
    "first": True,
    "columns": {"dispute_id": "ref", "registered_at": "when", "category": "kind", "area_code": "ward"},
}


def text(content: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / "outcomes.csv").write_text(content, encoding="utf-8")

    return write


def truncated_workbook(folder: Path) -> None:
    pl.DataFrame({"outcome_id": ["O1"] * 100}).write_excel(folder / "outcomes.xlsx")
    whole = (folder / "outcomes.xlsx").read_bytes()
    (folder / "outcomes.xlsx").write_bytes(whole[: len(whole) // 2])


def truncated_parquet(folder: Path) -> None:
    pl.DataFrame({"outcome_id": ["O1"] * 100}).write_parquet(folder / "outcomes.parquet")
    whole = (folder / "outcomes.parquet").read_bytes()
    (folder / "outcomes.parquet").write_bytes(whole[: len(whole) // 2])


def compressed(folder: Path) -> None:
    (folder / "outcomes.csv").write_bytes(gzip.compress(HARM.encode() * 100)[:-20])


def undecodable(folder: Path) -> None:
    (folder / "outcomes.csv").write_bytes(HARM.encode() + b"\nO1,A1,2025-03-04,\xff\xfe\xff\n")


def with_password(folder: Path) -> None:
    mark = "EncryptedPackage".encode("utf-16-le")
    (folder / "outcomes.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + mark)


DAMAGES = {
    "a workbook cut off": (truncated_workbook, "cannot be read as xlsx"),
    "a Parquet file cut off": (truncated_parquet, "cannot be read as parquet"),
    "compressed and cut off": (compressed, "compressed"),
    "in no encoding": (undecodable, "neither UTF-8 nor GB18030"),
    "with a password": (with_password, "password"),
    "a web page": (text(f"<html><table><tr><td>{HARM}"), "web page"),
    "a last line that breaks off": (text(f"{HARM}\nO1,A1,2025-03-04,1\nO2,A"), "truncated"),
    "a stray quote": (
        text(f'{HARM}\nO1,"A1,2025-03-04,1\nO2,A2,2025-03-05,1\nO3,A3",2025-03-06,1\n'),
        "quote",
    ),
    "more fields than headings": (text(f"{HARM}\nO1,A1,2025-03-04,1,x\n"), "line 2 has 5 fields"),
    "nothing but blanks": (text(" \n" * 60), "empty"),
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "key"))
    return Home(tmp_path / "home")


@pytest.mark.parametrize(("damage", "reason"), DAMAGES.values(), ids=DAMAGES)
def test_a_file_that_cannot_be_read_costs_itself(
    damage: Callable[[Path], None], reason: str, tmp_path: Path, home: Home
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    damage(data)
    profile = load_profile("qujing")
    with pytest.raises(RefusedInput, match=reason):
        load_folder(data, profile, home)
    assert not home.warehouse.exists()
    (data / "disputes.csv").write_text(f"{HEAD}\n{ROW}\n", encoding="utf-8")
    reports = load_folder(data, profile, home)
    assert sorted((r.table, r.loaded) for r in reports) == [(NOT_READ, 0), ("disputes", 1)]
    assert [reason in refusal for refusal in check_folder(data, profile).refusals] == [True]
    with open_warehouse(home.warehouse) as con:
        assert [reason in line and "outcomes" in line for line in files_left_out(con)] == [True]
    for path in data.glob("outcomes*"):
        path.unlink()
    (data / "outcomes.csv").write_text(f"{HARM}\nO1,A1,2025-03-09 10:00,1\n")
    assert [r.loaded for r in load_folder(data, profile, home)] == [0, 1]
    with open_warehouse(home.warehouse) as con:
        assert files_left_out(con) == []


def test_a_damaged_file_of_an_archive_costs_itself(tmp_path: Path, home: Home) -> None:
    data, city = tmp_path / "data", tmp_path / "city"
    (city / "mappings").mkdir(parents=True)
    data.mkdir()
    for name in ("profile.yml", "areas.csv", "risk_categories.csv"):
        (city / name).write_bytes((load_profile("qujing").folder / name).read_bytes())
    (city / "mappings" / "m.yml").write_text(
        'files: "week*.zip/disputes*.csv"\ntables: [{table: disputes}]\n'
    )
    for week in (1, 2):
        rows = "".join(f"A{week}{at},2025-03-04 08:{at:02},邻里,{TOWN}\n" for at in range(60))
        with zipfile.ZipFile(data / f"week{week}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("disputes.csv", f"{HEAD}\n{rows}")
    broken = bytearray((data / "week1.zip").read_bytes())
    broken[80:120] = bytes(40)
    (data / "week1.zip").write_bytes(broken)
    reports = load_folder(data, load_profile(str(city)), home)
    assert sorted((r.table, r.loaded) for r in reports) == [(NOT_READ, 0), ("disputes", 60)]
    assert any(
        "week1.zip: a file in it has a password or is damaged" in n for r in reports for n in r.notices
    )


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("disputes_2.csv", f"{HEAD},宗教\n{ROW},x\n", "rule 4"),
        ("disputes_2.csv", f"{HEAD}\n{ROW}\n", "minor_involved"),
        (
            "disputes_2.csv",
            f"纠纷编号,登记时间,所属区域编码,涉未成年人\nA2,2025-03-04 08:05,{TOWN},否\n",
            "category",
        ),
    ],
    ids=["a refused field", "a column that stopped", "a column that is missing"],
)
def test_what_the_boundary_needs_still_stops_the_folder(
    name: str, content: str, reason: str, tmp_path: Path, home: Home
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "disputes_1.csv").write_text(f"{HEAD},涉未成年人\n{ROW},否\n", encoding="utf-8")
    (data / name).write_text(content, encoding="utf-8")
    with pytest.raises(RefusedInput, match=reason):
        load_folder(data, load_profile("qujing"), home)
    assert not home.warehouse.exists()


steps = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 25)), min_size=3, max_size=12, unique=True)


@settings(deadline=None, max_examples=examples(4))
@given(steps, st.permutations(range(3)))
def test_a_log_opens_its_cases_with_the_same_step_in_whatever_order_its_files_come(
    rows: list[tuple[int, int]], order: list[int]
) -> None:
    rows = sorted(rows, key=lambda row: row[1])
    weeks = [[row for row in rows if row[1] // 9 == week] for week in range(3)]
    with landing() as city:
        for week in order:
            lines = [f"C{who},2025-11-{day + 1:02d} 09:00,邻里,{TOWN}" for who, day in weeks[week]]
            city.load(f"log_{week}.csv", "ref,when,kind,ward", lines, LOG)
        opened = city.rows("select dispute_id, day(registered_at) - 1 from core_dispute order by 1")
    opening = dict(reversed(rows))
    assert opened == [(f"C{who}", day) for who, day in sorted(opening.items())]


@pytest.mark.parametrize("order", [(0, 2, 1), (2, 1, 0)])
def test_whole_exports_withdraw_the_same_in_whatever_order_they_come(order: tuple[int, ...]) -> None:
    exports = [["JF1", "JF2", "N0"], ["JF1", "JF3", "N0", "N1"], ["JF1", "N0", "N1", "N2"]]
    days = {"JF1": 1, "JF2": 2, "JF3": 3, "N0": 8, "N1": 15, "N2": 22}
    with landing() as city:
        for nth in order:
            rows = [f"{name},2025-11-{days[name]:02d} 09:00,邻里,{TOWN}" for name in exports[nth]]
            city.load(f"disputes_{nth}.csv", DISPUTES, rows, {"table": "disputes", "whole": True})
        assert city.at_risk(date(2025, 12, 1)) == exports[-1]
