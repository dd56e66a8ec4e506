"""Rows held back: sent back as XLSX in the source's own headings, corrected, and released when they come again."""

from pathlib import Path

import duckdb
import fastexcel
import polars as pl
import pytest

from pipelines.city.profile import Profile, load_profile
from pipelines.home import Home
from pipelines.intake.corrections_workbook import write_corrections
from pipelines.intake.intake import load_folder
from pipelines.warehouse.warehouse import open_warehouse

QUJING = load_profile("qujing")
TOWN = "530302001"
HEAD = "纠纷编号,登记时间,纠纷类别,所属区域编码,来源渠道,甲方,乙方\n"
GOOD = f"A1,2025-03-04 08:05,邻里,{TOWN},窗口,张三,李四\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "keys" / "pair.key"))
    return Home(tmp_path / "home")


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    folder = tmp_path / "landing"
    folder.mkdir()
    return folder


def quarantined(home: Home) -> list[tuple]:
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        return con.execute("select file_name, line, rules from quarantine order by all").fetchall()


def write_held(home: Home, profile: Profile, out: Path) -> list[Path]:
    with open_warehouse(home.warehouse, read_only=True) as con:
        return write_corrections(con, profile, out)


def test_a_corrected_file_of_the_same_name_releases_its_row(landing: Path, home: Home) -> None:
    wrong = f"A2,2025-03-05 09:00,不知道,{TOWN},窗口,王五,赵六\n"
    (landing / "disputes.csv").write_text(HEAD + GOOD + wrong)
    load_folder(landing, QUJING, home)
    assert quarantined(home) == [("disputes.csv", 3, ["category: not in the list categories"])]
    (landing / "disputes.csv").write_text(HEAD + GOOD + wrong.replace("不知道", "邻里"))
    (report,) = load_folder(landing, QUJING, home)
    assert (report.loaded, report.unchanged, report.released) == (1, 1, 1)
    assert quarantined(home) == []


def test_a_row_without_its_key_is_known_again_by_everything_else(landing: Path, home: Home) -> None:
    wrong = f",2025-03-05 09:00,邻里,{TOWN},窗口,王五,赵六\n"
    (landing / "disputes_1.csv").write_text(HEAD + wrong)
    load_folder(landing, QUJING, home)
    (landing / "disputes_2.csv").write_text(HEAD + "A2" + wrong)
    assert sum(report.released for report in load_folder(landing, QUJING, home)) == 1
    assert quarantined(home) == []


def test_another_row_releases_nothing(landing: Path, home: Home) -> None:
    (landing / "disputes_1.csv").write_text(HEAD + f"A2,2025-03-05 09:00,不知道,{TOWN},窗口,,\n")
    load_folder(landing, QUJING, home)
    (landing / "disputes_2.csv").write_text(HEAD + f"A3,2025-03-05 09:00,邻里,{TOWN},网格,,\n")
    assert sum(report.released for report in load_folder(landing, QUJING, home)) == 0
    assert len(quarantined(home)) == 1


def test_an_earlier_version_coming_again_does_not_release_a_later_one_that_is_wrong(
    landing: Path, home: Home
) -> None:
    head = "纠纷编号,登记时间,纠纷类别,所属区域编码,录入时间\n"
    first = f"A1,2025-03-04 08:05,邻里,{TOWN},2025-03-04 08:05\n"
    (landing / "disputes_1.csv").write_text(
        head + first + f"A1,2025-03-04 08:05,不知道,{TOWN},2025-03-09 08:00\n"
    )
    load_folder(landing, QUJING, home)
    (landing / "disputes_2.csv").write_text(
        head + first + f"A9,2025-03-04 08:05,邻里,{TOWN},2025-03-04 08:05\n"
    )
    load_folder(landing, QUJING, home)
    assert [line for _, line, _ in quarantined(home)] == [3]


def test_the_workbook_has_the_source_headings_and_no_person_and_can_be_sent_back(
    landing: Path, home: Home, tmp_path: Path
) -> None:
    (landing / "disputes.csv").write_text(
        HEAD
        + GOOD
        + f"A2,2025年2月31日,邻里,{TOWN},窗口,王五,赵六\nA3 13812345678,2025-03-05,邻里,{TOWN},窗口,钱七,孙八\n"
    )
    load_folder(landing, QUJING, home)
    (path,) = write_held(home, QUJING, tmp_path / "out")
    sheet = fastexcel.read_excel(path).load_sheet(0, dtypes="string").to_polars()
    assert sheet.columns == [*HEAD.strip().split(","), "行号 line", "原因 reasons"]
    assert sheet["甲方"].to_list() == [None, None]
    assert sheet["纠纷编号"].to_list() == ["A2", "***"]
    assert sheet["登记时间"].to_list() == ["2025年2月31日", "2025-03-05"]

    corrected = sheet.with_columns(
        pl.Series("登记时间", ["2025年2月28日", "2025-03-05"]), pl.Series("纠纷编号", ["A2", "A3"])
    )
    corrected.write_excel(landing / path.name)
    reports = load_folder(landing, QUJING, home)
    assert [(r.loaded, r.released) for r in reports if r.file == path.name] == [(2, 2)]
    assert quarantined(home) == []


def test_what_is_still_wrong_in_the_corrected_file_is_held_once(landing: Path, home: Home) -> None:
    wrong = f"A2,2025-03-05 09:00,不知道,{TOWN},窗口,王五,赵六\n"
    (landing / "disputes.csv").write_text(HEAD + GOOD + wrong)
    load_folder(landing, QUJING, home)
    (landing / "disputes.csv").write_text(HEAD + wrong.replace("不知道", "也不知道"))
    load_folder(landing, QUJING, home)
    assert [line for _, line, _ in quarantined(home)] == [2]


PROFILE = """\
title_zh: 甲市
title_en: A city
outcome_zh: 发生肢体暴力
outcome_en: turn violent
"""
MAPPING = """\
files: "台账*.csv"
header_row: 3
tables:
  - table: disputes
    columns: {dispute_id: 案号, registered_at: 日期, category: 类型, area_code: 地点}
    codes:
      category: {吵架: D1}
"""


@pytest.fixture
def own_profile(tmp_path: Path) -> Path:
    folder = tmp_path / "jia"
    (folder / "mappings").mkdir(parents=True)
    (folder / "profile.yml").write_text(PROFILE)
    (folder / "areas.csv").write_text(
        "area_code,name_zh,name_en,tier,parent_code,population,households,urban,lon,lat\nT1,镇,Town,township,,1000,300,true,,\n"
    )
    (folder / "risk_categories.csv").write_text("code,name_zh,name_en,kind\nD1,邻里,Neighbours,dispute\n")
    (folder / "mappings" / "register.yml").write_text(MAPPING)
    return folder


def test_a_mapped_source_gets_its_own_headings_back_where_it_has_them(
    own_profile: Path, landing: Path, home: Home, tmp_path: Path
) -> None:
    profile = load_profile(str(own_profile))
    (landing / "台账2025.csv").write_text("甲市矛盾纠纷,,,\n,,,\n案号,日期,类型,地点\n7,2025-03-04,打牌,T1\n")
    load_folder(landing, profile, home)
    assert [line for _, line, _ in quarantined(home)] == [4]
    (path,) = write_held(home, profile, tmp_path / "out")
    rows = fastexcel.read_excel(path).load_sheet(0, header_row=2, dtypes="string").to_polars()
    assert rows.columns[:4] == ["案号", "日期", "类型", "地点"]


def test_a_changed_mapping_reads_the_file_anew(own_profile: Path, landing: Path, home: Home) -> None:
    (landing / "台账2025.csv").write_text(
        "甲市,,,\n,,,\n案号,日期,类型,地点\n7,2025-03-04,打牌,T1\n8,2025-03-04,吵架,T1\n"
    )
    load_folder(landing, load_profile(str(own_profile)), home)
    assert len(quarantined(home)) == 1
    mapping = own_profile / "mappings" / "register.yml"
    mapping.write_text(MAPPING.replace("{吵架: D1}", "{吵架: D1, 打牌: D1}"))
    (report,) = load_folder(landing, load_profile(str(own_profile)), home)
    assert (report.loaded, report.quarantined) == (2, 0)
    assert quarantined(home) == []


def test_a_source_may_call_its_columns_as_the_quarantine_does(
    own_profile: Path, landing: Path, home: Home
) -> None:
    mapping = own_profile / "mappings" / "register.yml"
    mapping.write_text(MAPPING.replace("日期", "file_id").replace("地点", "line"))
    profile = load_profile(str(own_profile))
    text = "甲市,,,\n,,,\n案号,file_id,类型,line\n7,2025-03-04,打牌,T1\n"
    (landing / "台账1.csv").write_text(text)
    load_folder(landing, profile, home)
    assert len(quarantined(home)) == 1
    (landing / "台账2.csv").write_text(text.replace("打牌", "吵架"))
    assert sum(report.released for report in load_folder(landing, profile, home)) == 1
    assert quarantined(home) == []
