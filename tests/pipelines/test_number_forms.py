"""Record numbers are admitted by a form, not for looking harmless: 100 personal strings stay outside, honest forms come in."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.city.profile import load_profile
from pipelines.home import Home
from pipelines.intake.intake import load_folder
from pipelines.onboarding.dry_run import check_folder
from pipelines.onboarding.profile_draft import draft_profile
from pipelines.privacy.inferred_forms import inferred_forms
from pipelines.privacy.number_forms import admitted, personal_numbers
from pipelines.tables.normal_form import normal_forms
from pipelines.tables.number_form import UnknownForm, check_form, form_pattern
from pipelines.warehouse.warehouse import open_warehouse

PERSONAL = [
    "张伟2024", "2024张伟", "张伟-001", "张伟（2024）1号", "李秀英3", "欧阳钦佐1", "王大山诉李小河2024", "1号张三", "张三1", "JF张伟001",
    "张伟与李四因宅基地争吵3次", "2024年3月张伟家的事", "电话13812345678", "身份证53030219900307123X", "住麒麟区5号", "张伟 530302", "小王1",
    "阿依·木加2", "帕提古丽3", "东街12号张家", "张3", "zhangwei2024", "zhangwei", "ZhangWei2024", "Zhang Wei 1", "ZHANGWEI1", "ZHANGQINZUO2024",
    "zhang_wei_2024", "zhang-wei-1", "ZhangW1", "Wei2024", "wangxiaoming1", "O'Brien1", "Smith2024", "SMITHSON1", "john.smith1", "a@b.cn1",
    "5303.0219.9003.0712.3X", "5303 0219 9003 0712 3X", "53030219900307123X", "530302/19900307/123X", "530302-19900307-1236", "530302_19900307_1236",
    "530302900307123", "138.1234.5678", "138-1234-5678", "138 1234 5678", "13812345678", "+8613812345678", "8613812345678", "138/1234/5678",
    "0874-3123456", "138_12345678", "QQ:12345", "微信wx123", "车牌云D12345", "云D12345", "张伟①", "张伟Ⅱ", "Zhāng Wěi 1", "张 伟 1", "张.伟.1",
    "五三〇三〇二", "张伟二〇二四", "调解员李梅7", "麒麟区张伟2024001号", "1,张伟", "张伟;1", "=张伟1", "张伟\t1", "1\n张伟", "张*伟1", "某某1", "王女士2",
    "他打了我3次", "家住翠峰街道5号", "老张家2023年那件", "已离婚2年", "残疾2级", "60岁老人", "张wei1", "zhang伟1", "ｚｈａｎｇｗｅｉ１", "ＺＨＡＮＧＷＥＩ１",
    "x" * 33 + "1", "1" * 33, "A" * 7 + "1", "name1", "user12", "cardno77x", "张伟/1", "张伟_1", "张伟#1", "№张伟1", "1.张伟", "😀1", "a b 1", "(张)1",
]  # fmt: skip
PLAIN = [
    "JF00001992", "2025-001", "QL-2025-1", "QL/2025/1", "1", "00123", "A1", "case-17", "2025_03_0001", "KZ20250311001", "1234567-closed", "E1-2025-03-04",
    "ABCDEF123", "3f2a9c1b77", "row_12", "report-2025-9", "20250311080500", "530302001001", "12345678901234", "JF-1/2", "CASE0001", "ID7", "Case-12",
]  # fmt: skip


@pytest.mark.parametrize("text", PERSONAL)
def test_a_personal_string_is_no_record_number(text: str) -> None:
    numbers = normal_forms(pl.Series([text]))
    assert not admitted(numbers)[0] or personal_numbers(numbers)[0]


@pytest.mark.parametrize("number", PLAIN)
def test_a_plain_number_needs_no_form(number: str) -> None:
    assert admitted(pl.Series([number, None])).to_list() == [True, True]
    assert not personal_numbers(pl.Series([number]))[0]


@pytest.mark.parametrize(
    ("form", "numbers", "others"),
    [
        ("（{year}）麒调字第{n}号", ["（2025）麒调字第12号", "[2025]麒调字第 7 号"], ["（2025）张伟字第12号", "JF1", "（25）麒调字第1号", "x（2025）麒调字第12号"]),
        ("JF{n:8}", ["JF00000001", "ＪＦ00000001"], ["JF1", "JF000000012", "张伟00000001"]),
        ("{麒|沾|马}调{year}-{n}", ["麒调2025-1", "马调2024-33"], ["张调2025-1"]),
        ("{area:6}{date}{n:4}", ["530302202511040001"], ["530302199003071236"]),
        ("{area:6}{date:6}{n:3}", ["530302251104001"], ["13812345678"]),
        ("{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}", ["3f2a9c1b-77aa-4bcd-9e01-0123456789ab"], ["zhangwei-77aa-4bcd-9e01-0123456789ab"]),
        ("{letters}", ["PNG"], ["ZHANGWEI", "张"]),
    ],
)  # fmt: skip
def test_a_declared_form_admits_its_numbers_and_no_other(
    form: str, numbers: list[str], others: list[str]
) -> None:
    given, rest = normal_forms(pl.Series(numbers)), normal_forms(pl.Series(others))
    assert admitted(given, [form], only_forms=True).all()
    assert not personal_numbers(given, [form]).any()
    assert not (admitted(rest, [form], only_forms=True) & ~personal_numbers(rest, [form])).any()


def test_digits_alone_are_no_anchor_for_an_identity_or_phone_number() -> None:
    numbers = pl.Series(["13812345678", "53030219900307123X"])
    assert personal_numbers(numbers, ["{n:11}", "{n:17}X"])[0]


@pytest.mark.parametrize("form", ["JF", "", "JF{serial}", "JF{n:0}", "JF{n:99}", "JF{n", "JF}n{", "{}"])
def test_a_form_that_cannot_be_read_is_refused(form: str) -> None:
    with pytest.raises(UnknownForm):
        check_form(form)


@pytest.mark.parametrize(
    ("numbers", "forms"),
    [
        ([f"（2025）麒调字第{n}号" for n in range(1, 30)], ["({year})麒调字第{n}号"]),
        ([f"〔{y}〕沾民调{n:04d}号" for y in (2024, 2025) for n in range(1, 20)], ["({year})沾民调{n:4}号"]),
        ([f"53030220251104{n:04d}" for n in range(1, 60)], ["{area:6}{date}{n:4}"]),
        ([f"530302251104{n:03d}" for n in range(1, 60)], ["{area:6}{date:6}{n:3}"]),
        ([f"麒{n}" for n in range(20)] + [f"沾益-{n}" for n in range(9)], ["麒{n}", "沾益-{n}"]),
        ([f"JF{n:08d}" for n in range(30)], []),
        (["张伟1", "李四2", "王五3", "赵六4", "钱七5", "孙八6"], []),
        ([], []),
    ],
)
def test_a_form_is_read_off_the_numbers_and_explains_them(numbers: list[str], forms: list[str]) -> None:
    series = pl.Series(numbers, dtype=pl.String)
    assert inferred_forms(series) == forms
    if forms:
        assert normal_forms(series).str.contains(form_pattern(forms)).all()


MAPPING = """\
files: "register*.csv"
tables:
  - table: disputes
    number_form: "（{year}）麒调字第{n}号"
    columns: {dispute_id: 案号, registered_at: 日期, category: 类型, area_code: 地点}
  - table: dispute_events
    present: 结案
    number_form: "（{year}）麒调字第{n}号"
    columns: {dispute_id: 案号, event_at: 结案}
    templates: {event_id: "{案号}-closed"}
    constants: {event_type: closed}
"""


def test_a_mapping_with_a_form_lets_its_numbers_in_and_holds_all_others_masked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "key"))
    qujing = load_profile("qujing")
    (tmp_path / "city" / "mappings").mkdir(parents=True)
    for path in qujing.folder.glob("*.*"):
        (tmp_path / "city" / path.name).symlink_to(path)
    (tmp_path / "city" / "mappings" / "register.yml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "register.csv").write_text(
        "案号,日期,类型,地点,结案\n（2025）麒调字第1号,2025-03-04,邻里,530302001,2025-03-09\n"
        "张伟2025,2025-03-04,邻里,530302001,2025-03-09\nJF1,2025-03-04,邻里,530302001,\n",
        encoding="utf-8",
    )
    home = Home(tmp_path / "home")
    reports = load_folder(tmp_path / "data", load_profile(str(tmp_path / "city")), home)
    assert [(r.table, r.loaded, r.quarantined) for r in reports] == [
        ("disputes", 1, 2),
        ("dispute_events", 1, 1),
    ]
    with open_warehouse(home.warehouse, read_only=True) as con:
        rows = con.execute("select rules, row_json from quarantine").fetchall()
        assert con.execute("select event_id from core_dispute_event").fetchall() == [
            ("(2025)麒调字第1号-closed",)
        ]
    assert all(any("of no admitted form" in rule for rule in rules) for rules, _ in rows)
    assert "张伟" not in str(rows)


def test_numbers_of_area_day_and_serial_are_let_in_by_their_own_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "key"))
    (tmp_path / "data").mkdir()
    rows = [f"53030220251104{n:04d},2025-11-04 09:00,邻里,530302001" for n in range(110)]
    rows += [f"530302251104{n:03d},2025-11-04 09:00,邻里,530302001" for n in range(110)]
    rows += ["53030219900307123X,2025-11-04 09:00,邻里,530302001"]
    (tmp_path / "data" / "disputes.csv").write_text(
        "纠纷编号,登记时间,纠纷类别,所属区域编码\n" + "\n".join(rows) + "\n", encoding="utf-8"
    )
    (report,) = load_folder(tmp_path / "data", load_profile("qujing"), Home(tmp_path / "home"))
    assert (report.loaded, report.quarantined) == (220, 1)


def test_the_draft_and_the_check_propose_the_form_and_with_it_all_rows_come_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "key"))
    (tmp_path / "data").mkdir()
    rows = [f"（2025）曲调字第{n}号,2025-03-{n:02d} 09:00,邻里,东村" for n in range(1, 29)]
    (tmp_path / "data" / "台账.csv").write_text(
        "纠纷编号,登记时间,纠纷类别,所属区域编码\n" + "\n".join(rows), encoding="utf-8"
    )
    draft_profile(tmp_path / "data", tmp_path / "city")
    drafted = (tmp_path / "city" / "mappings").glob("*.yml")
    assert any("({year})曲调字第{n}号" in path.read_text(encoding="utf-8") for path in drafted)
    (report,) = check_folder(tmp_path / "data", load_profile(str(tmp_path / "city"))).files
    assert (report.loaded, report.quarantined) == (28, 0)
    (tmp_path / "data" / "台账.csv").rename(tmp_path / "data" / "disputes.csv")
    undeclared = check_folder(tmp_path / "data", load_profile("qujing"))
    assert "({year})曲调字第{n}号" in undeclared.text()
