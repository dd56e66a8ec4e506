"""Headings and names of files that nothing is known of are printed as a place and a hash, known words as they are."""

from pathlib import Path

import pytest

from pipelines.city.profile import load_profile
from pipelines.errors import RefusedInput
from pipelines.mapping.landing_folder import unread_files
from pipelines.onboarding.dry_run import check_folder
from pipelines.onboarding.profile_draft import draft_profile
from pipelines.privacy.harmless_texts import shown_file_name, shown_heading
from pipelines.privacy.refused_words import refuse_headings
from tests.worlds.command import fengqiao

PERSONAL = [
    "张伟", "欧阳钦佐", "张伟信访", "信访人张伟", "王女士备注", "张伟的登记时间", "Zhang Wei", "zhang_wei", "ZHANGWEI",
    "530302199001011234", "５３０３０２１９９００１０１１２３４", "纠纷编号13812345678", "13812345678", "138 1234 5678",
    "李某\n某", "备注\x1b[31m张", "张\u200b伟", "登记\u202e伟张", "麒麟区张伟家暴案", "=张伟", "张" * 60,
]  # fmt: skip
KNOWN = [
    "登记时间", "纠纷编号", "dispute_id", "备注", "案件来源渠道", "处理结果说明", "是否结案", "Unique Key", "Incident Zip", "序号",
    "2025年3月", "联系电话", "Created Date", "身份证号", "closed_at",
]  # fmt: skip


@pytest.mark.parametrize("text", PERSONAL)
def test_a_text_with_anything_unknown_is_a_place_and_a_hash(text: str) -> None:
    for shown, place in (
        (shown_heading(text, 3), "column 3 (#"),
        (shown_file_name(f"{text}.csv", 4), "file 4 in order of name (#"),
    ):
        assert shown.startswith(place)
        assert not any(sign in shown for sign in text if sign > "\x7f")
        assert len(shown) < 40


@pytest.mark.parametrize("text", KNOWN)
def test_known_words_are_shown_as_they_are(text: str) -> None:
    assert shown_heading(text, 3) == text


@pytest.mark.parametrize(
    "name", ["something.csv", "disputes2025w10.csv", "矛盾纠纷台账2025.xlsx", "2023", "old", "disputes.et"]
)
def test_a_file_of_known_words_keeps_its_name(name: str) -> None:
    assert shown_file_name(name, 1) == name


@pytest.mark.parametrize(
    ("heading", "shown"),
    [
        ("信访", "column 2 '信访'"), ("张伟信访次数", r"column 2 \(#[0-9a-f]{4}, with '信访'\)"), ("张伟zdry", r"column 2 \(#[0-9a-f]{4}, with 'zdry'\)"),
        ("信访人530302199001011234", r"column 2 \(#[0-9a-f]{4}, with '信访'\)"), ("民族（张伟）", r"column 2 \(#[0-9a-f]{4}, with '民族'\)"),
    ],
)  # fmt: skip
def test_a_refused_heading_is_told_by_the_word_it_is_refused_for(heading: str, shown: str) -> None:
    with pytest.raises(RefusedInput, match=f"file.csv, {shown}: refused by boundary rule") as refusal:
        refuse_headings("file.csv", ["纠纷编号", heading])
    assert "张伟" not in str(refusal.value)
    assert "530302199001011234" not in str(refusal.value)


@pytest.fixture
def land(tmp_path: Path) -> Path:
    folder = tmp_path / "land"
    folder.mkdir()
    (folder / "disputes.csv").write_text(
        "纠纷编号,登记时间,纠纷类别,所属区域编码,张伟的手机,欧阳钦佐结案\nQ1,2025-03-03 10:00,D2,530302001,1,2\n",
        encoding="utf-8",
    )
    return folder


@pytest.mark.parametrize(
    "name",
    [
        "张伟的投诉.xlsx",
        "zhang_wei.csv",
        "13812345678.docx",
        "张伟",
        "谈话（欧阳钦佐）.csv",
        "麒麟区\n张伟.csv",
        "~$张伟.xlsx",
    ],
)
def test_check_draft_and_run_print_no_name_of_a_file_or_heading(
    land: Path, tmp_path: Path, name: str
) -> None:
    if "." in name:
        (land / name).write_text("a,b\n1,2\n", encoding="utf-8")
    else:
        (land / name).mkdir()
    profile = load_profile("qujing")
    report = check_folder(land, profile)
    page = fengqiao("check", str(land), "--verbose").stdout + fengqiao("check", str(land), "--json").stdout
    printed = (
        report.text()
        + page
        + "".join(unread_files(land, profile).lines())
        + "".join(f.text for f in report.faults)
    )
    draft = draft_profile(land, tmp_path / "draft")
    printed += "".join(draft.notes)
    assert "张伟" not in printed
    assert "欧阳钦佐" not in printed
    assert "zhang_wei" not in printed
    assert "13812345678" not in printed
    assert "in order of name (#" in printed


def test_a_refused_name_of_a_file_is_not_repeated(land: Path) -> None:
    (land / "张伟信访.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    report = check_folder(land, load_profile("qujing"))
    assert "张伟" not in report.text()
    assert "a name with '信访': refused by boundary rule 4" in report.text()
