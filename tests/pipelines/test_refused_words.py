"""Refused fields and categories in 500 disguises, and 500 honest headings beside them; a profile's own names pass the same gate."""

import csv
import shutil
from pathlib import Path

import pytest

from pipelines.city.profile import REFERENCE, load_profile
from pipelines.errors import RefusedInput
from pipelines.home import REPO
from pipelines.mapping.landing_folder import find_sources
from pipelines.onboarding.dry_run import check_folder
from pipelines.privacy.refused_words import (
    refuse_headings,
    refuse_values,
    resembles_refused,
    why_never_mapped,
    why_no_name,
)
from pipelines.tables.contracts import TABLES

DATA = REPO / "tests" / "data"
DISGUISES = (
    (DATA / "refused_disguises.txt").read_text(encoding="utf-8").replace("\\u200b", "\u200b").splitlines()
)
HONEST = (DATA / "honest_headings.txt").read_text(encoding="utf-8").splitlines()
OTHERS = [
    "信 访 量", "信|访", "上\u2060访", "訪民", "X.F.R.Y", "ｘｉｎｆａｎｇ", "xìn fǎng cì shù", "Xin4Fang3", "信fang", "xin访", "рetition", "petiti0n", "ZongJiao", "宗敎信仰",
    "回 族", "汉族/少数民族", "政zhi面貌", "藏區流动人囗".replace("囗", "口"), "重 点 人 员", "維 穩", "人臉比對", "ＦａｃｅＩＤ", "ＧＰＳ", "WeChat号", "wēi xìn hào", "話單", "baseStation",
    "XF件数", "XF", "xf_count", "涉XF", "xfjs", "七类重点", "重点七类", "三類重點", "qileizhongdian", "liudong", "LiuDong", "重信重访", "初信初访", "重复来信次数",
]  # fmt: skip
"""Made after the table was written and not added to it."""


def test_under_five_in_a_hundred_disguises_pass() -> None:
    passed = [heading for heading in DISGUISES if not is_refused(heading)]
    assert len(DISGUISES) == len({*DISGUISES}) == 500
    assert len(passed) < 25, passed


def test_under_one_in_a_hundred_honest_headings_is_refused() -> None:
    refused = [heading for heading in HONEST if is_refused(heading)]
    assert len(HONEST) == len({*HONEST}) == 500
    assert len(refused) < 5, refused


@pytest.mark.parametrize("heading", OTHERS)
def test_other_disguises_are_refused(heading: str) -> None:
    assert is_refused(heading)


def test_the_contracts_own_words_and_codes_are_all_admitted() -> None:
    for table, contract in TABLES.items():
        for name, column in contract.columns().items():
            for heading in (name, str((column.metadata or {})["zh"])):
                assert why_never_mapped(heading) is None, (table, heading)
    with (REFERENCE / "codes.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            words = [row["code"], row["name_zh"], row["name_en"], *(row["variants"] or "").split("|")]
            refuse_values("codes.csv", row["list"], [word for word in words if word])


@pytest.mark.parametrize("name", ["qujing", "nyc_casework", "hospital_billing"])
def test_the_products_own_profiles_pass(name: str, tmp_path: Path) -> None:
    with pytest.raises(RefusedInput, match="holds no file the profile"):
        find_sources(tmp_path, load_profile(name))


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("risk_categories.csv", "邻里", "信訪"), ("risk_categories.csv", "邻里", "民族"), ("risk_categories.csv", "邻里", "涉 稳"), ("risk_categories.csv", "未成年人保护", "重点人员管控"),
        ("risk_categories.csv", "邻里", "xin fang"), ("units.csv", "人民调解委员会", "维稳办"), ("profile.yml", "秋收", "进京访敏感期"), ("profile.yml", "Harvest", "Petition season"),
    ],
)  # fmt: skip
def test_a_profiles_own_names_pass_the_same_gate(file: str, old: str, new: str, tmp_path: Path) -> None:
    shutil.copytree(load_profile("qujing").folder, tmp_path / "city")
    path = tmp_path / "city" / file
    assert old in path.read_text(encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(RefusedInput, match=rf"{file}, .*boundary rule 4"):
        find_sources(tmp_path, load_profile(str(tmp_path / "city")))


@pytest.mark.parametrize("word", ["信访", "信 訪", "流动人口", "petition", "xinfang"])
def test_a_refused_word_is_translated_into_no_code(word: str, tmp_path: Path) -> None:
    shutil.copytree(load_profile("qujing").folder, tmp_path / "city")
    (tmp_path / "city" / "mappings").mkdir()
    (tmp_path / "city" / "mappings" / "log.yml").write_text(
        "files: 'log*.csv'\ntables:\n  - table: disputes\n    columns: {dispute_id: num, registered_at: day, category: kind, area_code: place}\n"
        f"    codes: {{category: {{'{word}': D2}}}}\n",
        encoding="utf-8",
    )
    with pytest.raises(RefusedInput, match="boundary rule 4"):
        find_sources(tmp_path, load_profile(str(tmp_path / "city")))


@pytest.mark.parametrize("column", ["", ", relation: 新坊次数"])
def test_a_heading_that_sounds_like_a_refused_one_is_told_among_the_first(
    column: str, tmp_path: Path
) -> None:
    (tmp_path / "disputes.csv").write_text(
        "dispute_id,registered_at,category,area_code,新坊次数\nA1,2025-03-04,D2,530302001,3\n",
        encoding="utf-8",
    )
    city = tmp_path / "city"
    shutil.copytree(load_profile("qujing").folder, city)
    names = "dispute_id: dispute_id, registered_at: registered_at, category: category, area_code: area_code"
    (city / "mappings").mkdir(exist_ok=True)
    (city / "mappings" / "m.yml").write_text(
        f'files: "disputes*.csv"\ntables: [{{table: disputes, columns: {{{names}{column}}}}}]\n',
        encoding="utf-8",
    )
    assert resembles_refused("新坊次数") == "信访"
    assert resembles_refused("登记时间") is None
    report = check_folder(tmp_path, load_profile(str(city)))
    said = "新坊次数: is read, and sounds" if column else "column 5 (#8d95): is left unread; it sounds"
    assert f"{said} like the refused word '信访'" in report.text()
    assert any(said in fault.text for fault in report.faults[:5])


@pytest.mark.parametrize(
    "name", ["麒麟区信访局", "民族宗教事务局调解室", "重点人群服务", "邻里", "宗地", "家族内部"]
)
def test_offices_and_honest_names_are_admitted(name: str) -> None:
    assert why_no_name(name) is None


def is_refused(heading: str) -> bool:
    try:
        refuse_headings("file.csv", [heading])
    except RefusedInput:
        return True
    return False


@pytest.mark.parametrize(
    "word",
    [
        "吸毒人员管控",
        "刑满释放人员",
        "刑 释",
        "社区矫正对象服务",
        "安置帮教",
        "有前科人员",
        "xidu renyuan",
        "戒毒人员",
    ],
)
def test_a_past_sentence_or_drug_use_is_no_category(word: str) -> None:
    assert why_no_name(word)


@pytest.mark.parametrize(
    "heading", ["前科", "吸毒史", "是否涉毒", "刑满释放时间", "矫正人员", "安置帮教情况"]
)
def test_nor_a_column(heading: str) -> None:
    assert why_never_mapped(heading)
    refuse_headings("disputes.csv", [heading])


@pytest.mark.parametrize("name", ["禁毒宣传", "戒毒宣讲", "矫正错误", "刑事和解", "前期科室"])
def test_what_only_sounds_like_it_is_a_name(name: str) -> None:
    assert why_no_name(name) is None
