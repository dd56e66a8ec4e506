"""Numbers that lost the noughts in front of them, in one week's file or one column of a workbook: no case is two."""

from pathlib import Path

import pytest

from pipelines.city.profile import load_profile
from pipelines.intake.key_checks import NOUGHTS_LOST
from pipelines.onboarding.dry_run import check_folder

HEAD = "纠纷编号,登记时间,纠纷类别,所属区域编码,涉及金额\n"


def row(number: str, day: str = "2025-03-03", category: str = "D2", place: str = "530302001") -> str:
    return f"{number},{day} 10:00,{category},{place},\n"


@pytest.mark.parametrize(
    ("files", "loaded", "quarantined"),
    [
        ([row("00123") + row("00124"), row("123") + row("124")], 2, 2),
        ([row("123"), row("00123")], 1, 1),
        ([row("007") + row("7") + row("0008")], 1, 2),
        ([row("00123"), row("00123")], 1, 0),
        ([row("00123"), row("123", day="2025-03-04")], 2, 0),
        ([row("00123"), row("123", category="D4")], 2, 0),
        ([row("00123"), row("123", place="530302002")], 2, 0),
        ([row("JF00123"), row("JF123")], 2, 0),
        ([row("0"), row("00")], 1, 1),
    ],
)
def test_a_number_without_its_noughts_is_held_with_the_way_out(
    tmp_path: Path, files: list[str], loaded: int, quarantined: int
) -> None:
    for week, rows in enumerate(files):
        (tmp_path / f"disputes_w{week}.csv").write_text(HEAD + rows, encoding="utf-8")
    report = check_folder(tmp_path, load_profile("qujing"))
    assert (sum(f.loaded for f in report.files), sum(f.quarantined for f in report.files)) == (
        loaded,
        quarantined,
    )
    assert report.rules.get("disputes", {}).get(NOUGHTS_LOST, 0) == quarantined


def test_a_title_with_a_quarter_sounds_like_nothing(tmp_path: Path) -> None:
    (tmp_path / "disputes.csv").write_text(HEAD.replace("涉及金额", "第一季度") + row("A1"), encoding="utf-8")
    assert check_folder(tmp_path, load_profile("qujing")).resembling == {"disputes.csv": []}
