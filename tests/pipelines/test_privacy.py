"""The privacy gate piece by piece: numbers however they are written, the key, and what is refused however it is spelled."""

import json
from pathlib import Path

import polars as pl
import pytest

from pipelines.city.profile import load_profile
from pipelines.erasure.search_files import search_files
from pipelines.errors import RefusedInput
from pipelines.home import Home
from pipelines.intake.intake import load_folder
from pipelines.privacy.key_file import key_mark, load_key
from pipelines.privacy.pair_key import pair_key
from pipelines.privacy.personal_numbers import is_personal, personal
from pipelines.privacy.refused_words import refuse_headings, refuse_values
from pipelines.warehouse.warehouse import open_warehouse

QUJING = load_profile("qujing")
ROW = "dispute_id,registered_at,category,area_code\nA1,2025-03-04,D2,530302001\n"


@pytest.mark.parametrize(
    "text",
    [
        "53030219900307123X", "530302 19900307 1236", "５３０３０２１９９００３０７１２３６", "身份证530302900307123。",
        "13812345678", "138-1234-5678", "+86 138 1234 5678", "8613812345678", "0874-3123456", "１３８１２３４５６７８",
    ],
)  # fmt: skip
def test_what_looks_like_a_number_of_a_person_is_seen(text: str) -> None:
    assert is_personal(text)
    assert personal(pl.Series([text, None, "A1"])).to_list() == [True, False, False]


@pytest.mark.parametrize(
    "text",
    [
        "530302202503110001",
        "JF00000001",
        "2025-03-11 08:05:00",
        "530302001001",
        "12345678901234",
        "20250311080500",
    ],
)
def test_case_numbers_dates_and_area_codes_are_no_person(text: str) -> None:
    assert not is_personal(text)
    assert personal(pl.Series([text])).to_list() == [False]


def test_a_recent_date_inside_a_number_counts_only_with_the_right_check_digit() -> None:
    numbers = [f"53030220250311000{last}" for last in "0123456789X"]
    assert sum(map(is_personal, numbers)) == 1


def test_a_pair_is_known_by_both_names_only_and_under_one_key_only() -> None:
    key, other = bytes(32), bytes([1]) * 32
    assert pair_key(key, "张三", "李四") == pair_key(key, " 李　四", "张 三")
    assert pair_key(key, "张三", "李四") != pair_key(other, "张三", "李四")
    assert pair_key(key, "张三李", "四海") != pair_key(key, "张三", "李四海")


def test_a_home_refuses_another_key_and_a_lost_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "key"))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "disputes.csv").write_text(ROW)
    load_folder(tmp_path / "data", QUJING, Home(tmp_path / "home"))
    kept = (tmp_path / "key").read_text()
    (tmp_path / "key").write_text("ab" * 32)
    with pytest.raises(RefusedInput, match="is not the one .* Put the old key back"):
        load_folder(tmp_path / "data", QUJING, Home(tmp_path / "home"))
    (tmp_path / "key").unlink()
    with pytest.raises(RefusedInput, match="is gone"):
        load_folder(tmp_path / "data", QUJING, Home(tmp_path / "home"))
    assert not (tmp_path / "key").exists()
    (tmp_path / "key").write_text(kept)
    (tmp_path / "key").chmod(0o600)
    assert load_folder(tmp_path / "data", QUJING, Home(tmp_path / "home"))[0].unchanged == 1


@pytest.mark.parametrize(
    ("content", "says"), [("", "holds no key"), ("zz", "holds no key"), ("ab", "holds no key")]
)
def test_a_key_file_without_a_key_is_refused(
    content: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "key"
    path.write_text(content)
    path.chmod(0o600)
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(path))
    with pytest.raises(RefusedInput, match=says):
        load_key(tmp_path / "home")


def test_a_key_is_made_once_with_mode_600(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "new" / "key"))
    key = load_key(tmp_path / "home")
    assert (tmp_path / "new" / "key").stat().st_mode & 0o777 == 0o600
    assert load_key(tmp_path / "home", key_mark(key)) == key
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["key"]


EVENT_LOG = """\
files: "log*.csv"
tables:
  - table: dispute_events
    where: {did: [FIN]}
    columns: {dispute_id: case, event_at: day}
    templates: {event_id: "{case}-{by}-{did}-{line}"}
    constants: {event_type: closed}
    lettered: [dispute_id, event_id]
"""


@pytest.mark.parametrize("name", ["欧阳钦佐", "张 三", "Zhang Qinzuo", "ZHANGQINZUO", "LI", "***"])
def test_a_name_in_a_numbers_place_is_held_by_name_of_the_rule_and_not_kept(name: str, home: Home) -> None:
    data = home.root.parent / "data"
    (data / "disputes.csv").write_text(
        ROW + f"{name},2025-03-05,D2,530302001\n{name},2025-02-31,D2,530302001\n"
    )
    (report,) = load_folder(data, QUJING, home)
    assert (report.loaded, report.quarantined) == (1, 2)
    with open_warehouse(home.warehouse, read_only=True) as con:
        rows = con.execute("select rules, row_json, record_key from quarantine order by line").fetchall()
    assert all("dispute_id: is of no admitted form and may be a name" in rules for rules, _, _ in rows)
    assert [(json.loads(row)["dispute_id"], key) for _, row, key in rows] == [("***", None)] * 2
    assert name == "***" or search_files(home.root, [name]) == []


def test_numbers_of_letters_alone_are_taken_where_the_mapping_says_so_and_names_are_not(
    home: Home, tmp_path: Path
) -> None:
    (tmp_path / "city" / "mappings").mkdir(parents=True)
    for path in QUJING.folder.glob("*.*"):
        (tmp_path / "city" / path.name).symlink_to(path)
    (tmp_path / "city" / "mappings" / "log.yml").write_text(EVENT_LOG)
    rows = [
        "PNG,7,FIN",
        "RX,8,FIN",
        "Zhang,7,FIN",
        "张三,7,FIN",
        "ZHANGSAN,7,FIN",
        "PNG,张三,FIN",
        "PNG,7,张三",
    ]
    (home.root.parent / "data" / "log.csv").write_text(
        "case,by,did,day\n" + "".join(f"{r},2025-03-04\n" for r in rows)
    )
    (report,) = load_folder(home.root.parent / "data", load_profile(str(tmp_path / "city")), home)
    assert (report.read, report.loaded) == (6, 2)
    with open_warehouse(home.warehouse, read_only=True) as con:
        rows = con.execute("select line, rules from quarantine order by line").fetchall()
    both = [f"{column}: is of no admitted form and may be a name" for column in ("event_id", "dispute_id")]
    assert rows == [(4, both), (5, both), (6, both), (7, both[:1])]
    assert search_files(home.root, ["张三", "ZHANGSAN"]) == []


ADVERSARIAL = [
    (4, "信访"), (4, "信 访 件 次"), (4, "信\u3000訪"), (4, "信\u200b访"), (4, "是否上訪人員"), (4, "XinFang"), (4, "x i n f a n g"),
    (4, "ＸＩＮＦＡＮＧ"), (4, "xin_fang_cishu"), (4, "Petitioner"), (4, "宗教信仰"), (4, "宗敎"), (4, "ReligiousBelief"), (4, "民族"),
    (4, "民　族"), (4, "MinZu"), (4, "ethnicGroup"), (4, "政治面貌"), (4, "政治面貎".replace("貎", "貌")), (4, "籍貫"), (4, "重點人員類別"),
    (4, "維穩等級"), (4, "WeiWen"), (4, "稳控措施"), (4, "stability_level"), (4, "黑名单"), (5, "人脸特征"), (5, "人臉"), (5, "FaceID"),
    (5, "face_image"), (5, "camera no"), (5, "行動軌跡"), (5, "GuiJi"), (5, "GPS_track"), (5, "手机信令"), (5, "IMSI"), (5, "通話記錄"),
    (5, "微信号"), (5, "WeChat ID"), (5, "ｗｅｉｂｏ"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "heading"), ADVERSARIAL)
def test_a_banned_heading_is_refused_however_it_is_spelled(rule: int, heading: str) -> None:
    with pytest.raises(RefusedInput, match=rf"boundary rule {rule} \(.*; .*\)"):
        refuse_headings("file.csv", ["纠纷编号", heading])


@pytest.mark.parametrize(
    "heading",
    ["surface_area", "interface", "工作内容", "capability", "accommodation", "communication", "分流"],
)
def test_an_innocent_heading_is_not(heading: str) -> None:
    refuse_headings("file.csv", [heading])


@pytest.mark.parametrize("value", ["信访转办", "宗教纠纷", "涉稳", "流动人口"])
def test_a_banned_code_value_is_refused_without_quoting_the_rest_of_it(value: str) -> None:
    with pytest.raises(RefusedInput, match="boundary rule 4") as refusal:
        refuse_values("file.csv", "category", [f"{value}张三丰"])
    assert "张三丰" not in str(refusal.value)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "key"))
    (tmp_path / "data").mkdir()
    return Home(tmp_path / "home")


def banned_csv(folder: Path) -> None:
    (folder / "disputes.csv").write_text(ROW.replace("area_code\n", "area_code,民族\n"))


def banned_utf16(folder: Path) -> None:
    (folder / "disputes.csv").write_bytes(ROW.replace("area_code\n", "area_code,民族\n").encode("utf-16"))


def banned_title_row(folder: Path) -> None:
    (folder / "disputes.csv").write_text("重点人员台账,,,\n" + ROW)


def banned_xlsx(folder: Path) -> None:
    pl.DataFrame({"dispute_id": ["A1"], "人脸照片": ["x"]}).write_excel(folder / "disputes.xlsx")


def banned_parquet(folder: Path) -> None:
    pl.DataFrame({"dispute_id": ["A1"], "行動軌跡": ["x"]}).write_parquet(folder / "disputes.parquet")


def banned_file_name(folder: Path) -> None:
    (folder / "信访人员.csv").write_text("a,b\n1,2\n")


def banned_file_no_mapping_knows(folder: Path) -> None:
    (folder / "cars.csv").write_text("time,camera\n1,2\n")


@pytest.mark.parametrize(
    "plant",
    [
        banned_csv,
        banned_utf16,
        banned_title_row,
        banned_xlsx,
        banned_parquet,
        banned_file_name,
        banned_file_no_mapping_knows,
    ],
)
def test_a_banned_file_of_any_kind_stops_the_intake_and_loads_nothing(
    plant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "key"))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "disputes_0.csv").write_text(ROW)
    plant(tmp_path / "data")
    with pytest.raises(RefusedInput, match="boundary rule [45]"):
        load_folder(tmp_path / "data", QUJING, Home(tmp_path / "home"))
    assert not (tmp_path / "home" / "warehouse.duckdb").exists()
