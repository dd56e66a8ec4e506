"""Mapping files: every wrong entry is named by file and line; check and draft help to write them."""

from pathlib import Path

import pytest

from pipelines.city.profile import load_profile
from pipelines.errors import RefusedInput
from pipelines.mapping.landing_folder import load_mappings
from pipelines.onboarding.dry_run import check_folder
from pipelines.onboarding.profile_draft import draft_profile
from tests.worlds.command import fengqiao_process

PROFILE = "title_zh: 甲市\ntitle_en: A city\noutcome_zh: 发生肢体暴力\noutcome_en: turn violent\n"
AREAS = "area_code,name_zh,name_en,tier,parent_code,population,households,urban,lon,lat\nT1,镇,Town,township,,1000,300,true,,\n"
CATEGORIES = "code,name_zh,name_en,kind\nD1,邻里,Neighbours,dispute\n"
MAPPING = """\
files: "register*.csv"
tables:
  - table: disputes
    columns: {dispute_id: num, registered_at: day, category: kind, area_code: place}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    profile_folder = tmp_path / "jia"
    (profile_folder / "mappings").mkdir(parents=True)
    for name, text in (("profile.yml", PROFILE), ("areas.csv", AREAS), ("risk_categories.csv", CATEGORIES)):
        (profile_folder / name).write_text(text)
    return profile_folder


@pytest.mark.parametrize(
    ("wrong", "line", "says"),
    [
        (MAPPING.replace("tables:", "tabels:"), 2, "tabels"),
        (MAPPING.replace("table: disputes", "table: dispute"), 3, "no table 'dispute'; use disputes"),
        (
            MAPPING.replace("registered_at: day", "registerd_at: day"),
            4,
            "no column 'registerd_at'; use registered_at",
        ),
        (MAPPING.replace("category: kind, ", ""), 4, "needs 'category'"),
        (MAPPING + "    codes:\n      category: {a: D9}\n", 6, "no code 'D9'; use D1"),
        (MAPPING + "    codes:\n      amount_yuan: {a: '1'}\n", 6, "is no column of codes"),
        (MAPPING + "    constants: {channel: pigeon}\n", 5, "no code 'pigeon'"),
        (MAPPING + "    constants: {category: D1}\n", 5, "given twice"),
        (MAPPING + "    templates: {unit_id: 'x'}\n", 5, "no column 'unit_id'"),
        (MAPPING + "    dates: {registered_at: [dmy]}\n", 5, "strptime"),
        (MAPPING.replace("kind,", "信访类别,"), 4, "boundary rule 4"),
        (MAPPING.replace("dispute_id: num", "dispute_id: 身份证号"), 4, "boundary rule 6"),
        (MAPPING + "    templates: {relation: '{姓名}'}\n", 5, "boundary rule 6"),
        (MAPPING + "    where: {性别: [男]}\n", 5, "boundary rule 8"),
        (MAPPING + "    present: 家庭住址\n", 5, "boundary rule 6"),
        (MAPPING + "    lettered: [category]\n", 5, "no column of record numbers; use dispute_id"),
        (MAPPING + "files: other.csv\n", 5, "stands twice"),
        (MAPPING + "encoding: gb99\n", 5, "no encoding 'gb99'"),
        (MAPPING + "header_row: 0\n", 5, "greater than or equal to 1"),
        ("files: [\n", 2, "not readable as YAML"),
    ],
)
def test_a_wrong_entry_is_named_by_file_and_line(wrong: str, line: int, says: str, folder: Path) -> None:
    path = folder / "mappings" / "register.yml"
    path.write_text(wrong)
    with pytest.raises(RefusedInput) as refusal:
        load_mappings(load_profile(str(folder)))
    output = str(refusal.value)
    assert str(path) in output
    assert f"line {line}" in output
    assert says in output


@pytest.mark.parametrize("name", ["qujing", "nyc_casework", "hospital_billing"])
def test_the_mappings_of_the_house_are_right(name: str) -> None:
    assert isinstance(load_mappings(load_profile(name)), list)


def test_dates_in_the_mappings_own_format_and_a_file_that_feeds_two_tables(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "mappings" / "register.yml").write_text(
        MAPPING
        + "    dates: {registered_at: ['%m/%d/%Y %I:%M %p']}\n"
        + "  - table: dispute_events\n    present: shut\n    columns: {dispute_id: num, event_at: shut}\n"
        + "    templates: {event_id: '{num}-{line}'}\n    constants: {event_type: closed}\n"
    )
    (tmp_path / "land").mkdir()
    (tmp_path / "land" / "register.csv").write_text(
        "num,day,kind,place,shut\n1,03/04/2025 02:05 PM,D1,T1,\n2,03/05/2025 09:00 AM,D1,T1,2025-03-06\n"
    )
    report = check_folder(tmp_path / "land", load_profile(str(folder)))
    assert [(r.table, r.read, r.loaded) for r in report.files] == [
        ("disputes", 2, 2),
        ("dispute_events", 1, 1),
    ]


def test_check_tells_what_maps_what_is_unknown_and_what_it_might_be(tmp_path: Path) -> None:
    (tmp_path / "disputes.csv").write_text(
        "纠纷编号,登记时间,纠纷类别,所属区域编码,案件来源渠道,甲方,乙方\n"
        + "".join(f"A{n},2025-03-04,邻里间纠纷,530302001,窗口,张三,李四\n" for n in range(5))
        + "A5,2025-03-04,赵六,530302001,窗口,,\n"
    )
    (tmp_path / "something.csv").write_text("a,b\n1,2\n")
    output = check_folder(tmp_path, load_profile("qujing")).text()
    assert "纠纷编号 -> dispute_id" in output
    assert "columns left out unread: 案件来源渠道" in output
    assert "案件来源渠道: perhaps disputes.channel (like '来源渠道'" in output
    assert "disputes.category: '邻里间纠纷' in 5 rows is no known word; perhaps D2" in output
    assert "disputes.category: words of their own in 1 rows are in no list" in output
    assert "(first: disputes.csv, line 7)" in output
    assert "赵六" not in output
    assert "something.csv: not read, no mapping knows it" in output


def test_check_tells_of_numbers_that_are_letters_alone_and_the_mapping_takes_them(
    folder: Path, tmp_path: Path
) -> None:
    data, path = tmp_path / "data", folder / "mappings" / "register.yml"
    data.mkdir()
    (data / "register.csv").write_text(
        "num,day,kind,place\n" + "".join(f"{n},2025-03-04,D1,T1\n" for n in ("PNG", "RX", "A"))
    )
    path.write_text(MAPPING)
    output = check_folder(data, load_profile(str(folder)))
    assert output.files[0].quarantined == 3
    assert "num: perhaps numbers of letters alone, `lettered: [dispute_id]` of disputes; add" in output.text()
    path.write_text(MAPPING + "    lettered: [dispute_id]\n")
    output = check_folder(data, load_profile(str(folder)))
    assert output.files[0].loaded == 3
    assert "perhaps" not in output.text()


def test_check_names_every_file_that_would_be_refused_and_ends_with_2(tmp_path: Path) -> None:
    for n in (1, 2):
        (tmp_path / f"disputes_{n}.csv").write_text("纠纷编号,登记时间\nA1,2025-03-04\n")
    output = fengqiao_process("check", tmp_path)
    assert output.returncode == 2
    assert output.stdout.count("refused: disputes_") == 2


REGISTER = "案件编号,受理时间,纠纷类型,乡镇,当事人姓名,联系电话,涉及金额（元）,备注\n" + "".join(
    f"K{n},2025年3月{n % 28 + 1}日,{('邻里纠纷', '婚姻家庭')[n % 2]},{('东街道', '西镇')[n % 2]},某某,13812345678,{n}万,文\n"
    for n in range(40)
)


def test_a_drafted_profile_loads_the_files_it_was_drafted_from(tmp_path: Path) -> None:
    (tmp_path / "land").mkdir()
    (tmp_path / "land" / "台账2025.csv").write_bytes(REGISTER.encode("gb18030"))
    draft_profile(tmp_path / "land", tmp_path / "jia")
    text = (tmp_path / "jia" / "mappings" / "台账.yml").read_text()
    assert 'amount_yuan: "涉及金额（元）"  # like 涉及金额, 0.89' in text
    assert "left outside: 当事人姓名" in text
    assert "某某" not in "".join(p.read_text() for p in (tmp_path / "jia").rglob("*") if p.is_file())
    report = check_folder(tmp_path / "land", load_profile(str(tmp_path / "jia")))
    assert [(r.read, r.loaded) for r in report.files] == [(40, 40)]
    with pytest.raises(RefusedInput, match="is there already"):
        draft_profile(tmp_path / "land", tmp_path / "jia")


@pytest.mark.parametrize(
    "title", ["某县纠纷登记台账", "某县纠纷登记台账,,,,,,"], ids=["a line alone", "a line of fields"]
)
def test_a_draft_finds_the_headings_under_a_title_and_takes_no_name_for_a_code(
    title: str, tmp_path: Path
) -> None:
    (tmp_path / "land").mkdir()
    rows = [
        f"第{n}号,2025年3月{n}日,张{n},李{n % 3},王某,{('邻里', '婚姻')[n % 2]},{('东镇', '西镇')[n % 2]}"
        for n in range(1, 20)
    ]
    register = [title, "案件编号,受理日期,申请人,被申请人,经办人,案由,所属乡镇", *rows]
    (tmp_path / "land" / "登记台账2023.csv").write_bytes("\n".join(register).encode("gb18030"))
    written = draft_profile(tmp_path / "land", tmp_path / "jia").paths
    drafted = "".join(path.read_text(encoding="utf-8") for path in written)
    assert "header_row: 2" in drafted
    assert 'party_b: "被申请人"' in drafted
    assert "left outside: 经办人" in drafted
    assert not [name for name in ("张1", "李0", "王某") if name in drafted]
    report = check_folder(tmp_path / "land", load_profile(str(tmp_path / "jia")))
    assert [(r.read, r.loaded) for r in report.files] == [(19, 19)]


def test_a_draft_knows_a_file_of_harms_by_its_headings(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "harms.csv").write_text("编号,案号,发生时间,严重程度\nH1,A1,2025-03-04,1\n")
    draft_profile(tmp_path / "data", tmp_path / "new")
    drafted = (tmp_path / "new" / "mappings" / "harms.yml").read_text()
    assert "- table: outcomes" in drafted
    assert 'dispute_id: "案号"' in drafted
    assert 'severity: "严重程度"' in drafted


def test_a_draft_of_what_the_boundary_bans_is_refused(tmp_path: Path) -> None:
    (tmp_path / "land").mkdir()
    (tmp_path / "land" / "a.csv").write_text("编号,上访次数\n1,2\n")
    with pytest.raises(RefusedInput, match="boundary rule 4"):
        draft_profile(tmp_path / "land", tmp_path / "jia")


def test_a_word_that_is_no_unit_is_left_empty_and_check_says_in_how_many_rows(tmp_path: Path) -> None:
    rows = [f"E{n},A1,2025-03-0{n + 1},accepted,{who}\n" for n, who in enumerate(("U5303-P", "王调解员", ""))]
    (tmp_path / "dispute_events.csv").write_text(
        "event_id,dispute_id,event_at,event_type,unit_id\n" + "".join(rows)
    )
    report = check_folder(tmp_path, load_profile("qujing"))
    assert [(r.read, r.loaded) for r in report.files] == [(3, 3)]
    assert "unit_id: left empty in 1 rows, whose word is no unit of units.csv" in report.text()
    assert "王调解员" not in report.text()


def test_the_words_of_the_work_pass_the_gate_of_refused_words(folder: Path, tmp_path: Path) -> None:
    (folder / "mappings" / "register.yml").write_text(MAPPING)
    (tmp_path / "land").mkdir()
    (tmp_path / "land" / "register.csv").write_text("num,day,kind,place\nA1,2025-03-04,D1,T1\n")
    check_folder(tmp_path / "land", load_profile(str(folder)))
    with (folder / "profile.yml").open("a") as file:
        file.write("words: {case: {zh: 重点人员, en: key person}}\n")
    with pytest.raises(RefusedInput, match=r"profile.yml, words.case: .*boundary rule 4"):
        check_folder(tmp_path / "land", load_profile(str(folder)))
