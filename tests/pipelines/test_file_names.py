"""A person's name in a file's name is kept nowhere; names with dates and serials are kept as they are."""

from pathlib import Path

import pytest

from pipelines.city.profile import load_profile
from pipelines.erasure.search_files import search_files
from pipelines.errors import RefusedInput
from pipelines.home import Home
from pipelines.intake.intake import load_folder
from pipelines.mapping.landing_folder import mapping_of_name
from pipelines.privacy.file_names import kept_file_name

HEAD = "dispute_id,registered_at,category,area_code\n"


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("disputes.csv", "disputes*.csv"), ("disputes_2025-03.csv", "disputes*.csv"), ("disputes2025w10.csv", "disputes*.csv"),
        ("台账2025年3月（更正版）.xlsx", "台账*.xlsx"), ("纠纷台账_第2期.csv", "纠纷台账*.csv"), ("event_log_part2.csv", "event_log*.csv"),
    ],
)  # fmt: skip
def test_a_harmless_name_is_kept(name: str, pattern: str) -> None:
    assert kept_file_name(name, pattern) == name


@pytest.mark.parametrize(
    "name",
    [
        "disputes_张伟.csv",
        "disputes_ZhangWei.csv",
        "disputes_13812345678.csv",
        "disputes-欧阳钦佐案.csv",
        "disputes_ZHANGQINZUO.csv",
    ],
)
def test_a_name_that_may_be_a_persons_is_a_hash_that_still_fits_the_pattern(name: str) -> None:
    kept = kept_file_name(name, "disputes*.csv")
    assert kept.startswith("disputes_#")
    assert kept.endswith(".csv")
    assert mapping_of_name(kept, load_profile("qujing")) is not None
    assert kept == kept_file_name(name, "disputes*.csv") != kept_file_name(f"x{name}", "disputes*.csv")


def test_nothing_kept_and_no_error_holds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "key"))
    data, home = tmp_path / "data", Home(tmp_path / "home")
    data.mkdir()
    (data / "disputes_欧阳钦佐.csv").write_text(
        HEAD + "A1,2025-03-04,D2,530302001\nA2,nonsense,D2,530302001\n"
    )
    (report,) = load_folder(data, load_profile("qujing"), home)
    assert (report.loaded, report.quarantined) == (1, 1)
    assert "欧阳" not in report.line()
    assert search_files(home.root, ["disputes_欧阳钦佐", "欧阳钦佐"]) == []
    (data / "disputes_欧阳钦佐.csv").write_text("dispute_id,registered_at\nA1,2025-03-04\n")
    with pytest.raises(RefusedInput) as refusal:
        load_folder(data, load_profile("qujing"), home)
    assert "欧阳" not in str(refusal.value)
