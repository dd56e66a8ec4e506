"""What of a landing folder is opened: its own regular files, and no link, pipe or device that stands among them."""

import os
import zipfile
from pathlib import Path

import pytest

from pipelines.city.profile import Profile, load_profile
from pipelines.mapping.landing_folder import find_sources, unread_files
from pipelines.onboarding.dry_run import check_folder

HEAD = "纠纷编号,登记时间,纠纷类别,所属区域编码\n"
ROWS = "A1,2025-03-04 08:05,邻里,530302001\nA2,2025-03-05 08:05,邻里,530302001\n"
SECRET = "0123456789abcdef" * 4


@pytest.fixture
def land(tmp_path: Path) -> Path:
    folder = tmp_path / "land"
    folder.mkdir()
    (folder / "disputes.csv").write_text(HEAD + ROWS)
    return folder


def _link_to_secret(land: Path) -> None:
    (land.parent / "key").write_text(SECRET)
    (land / "outcomes.csv").symlink_to(land.parent / "key")


def _link_to_sealed(land: Path) -> None:
    (land / "sealed").mkdir()
    (land / "sealed" / "outcomes.csv").write_text(SECRET)
    (land / "outcomes.csv").symlink_to("sealed/outcomes.csv")


def _link_through_folder(land: Path) -> None:
    (land.parent / "outcomes.csv").write_text(SECRET)
    (land / "up").symlink_to("..")
    (land / "outcomes.csv").symlink_to("up/outcomes.csv")


def _hard_device(land: Path) -> None:
    (land / "outcomes.csv").symlink_to("/dev/zero")


@pytest.mark.parametrize(
    ("plant", "why"),
    [
        (_link_to_secret, "outside"),
        (_link_to_sealed, "outside"),
        (_link_through_folder, "outside"),
        (_hard_device, "outside"),
        (lambda land: (land / "outcomes.csv").symlink_to("outcomes.csv"), "outside"),
        (lambda land: (land / "outcomes.csv").symlink_to("nothing.csv"), "outside"),
        (lambda land: os.mkfifo(land / "outcomes.csv"), "outside"),
        (lambda land: (land / "outcomes.csv").touch(), "empty"),
        (lambda land: (land / "outcomes.xlsx").touch(), "empty"),
        (lambda land: (land / "outcomes.csv").write_bytes(b"\xef\xbb\xbf\r\n\r\n"), "empty"),
        (lambda land: (land / "~$outcomes.xlsx").write_bytes(b"x" * 165), "temporary"),
        (lambda land: (land / "._outcomes.csv").write_bytes(b"\0\5\x16\7"), "temporary"),
    ],
)  # fmt: skip
def test_what_must_not_be_opened_is_left_alone_and_told_and_the_rest_is_read(
    land: Path, plant, why: str
) -> None:
    plant(land)
    report = check_folder(land, load_profile("qujing"))
    assert [(r.file, r.loaded) for r in report.files] == [("disputes.csv", 2)]
    assert [reason for _, reason in report.unread.left_alone] == [why]
    assert report.refusals == []
    assert SECRET not in report.text() + "".join(report.unread.lines())
    assert "outcomes" in report.text()


def test_a_link_to_a_file_of_the_folder_is_read(land: Path) -> None:
    (land / "old").mkdir()
    (land / "disputes.csv").rename(land / "old" / "week.csv")
    (land / "disputes.csv").symlink_to("old/week.csv")
    assert [r.loaded for r in check_folder(land, load_profile("qujing")).files] == [2]


@pytest.mark.parametrize(
    ("name", "known"),
    [("disputes2025w10.csv", True), ("disputes_1.CSV", True), ("disputes（3月）.csv", True), ("disputesold.csv", False),
     ("Dispute_Events-2025.csv", True), ("service_visits2025.parquet", True), ("mydisputes.csv", False)],
)  # fmt: skip
def test_a_file_is_known_by_how_its_name_begins(land: Path, name: str, known: bool) -> None:
    (land / name).write_text(HEAD + ROWS)
    sources = {source.path.name for source in find_sources(land, load_profile("qujing"))}
    assert (name in sources) == known
    assert (name in unread_files(land, load_profile("qujing")).unmapped) == (not known)


def _city(folder: Path, files: str) -> Profile:
    (folder / "mappings").mkdir(parents=True)
    base = load_profile("qujing").folder
    for name in ("profile.yml", "areas.csv", "risk_categories.csv"):
        (folder / name).write_bytes((base / name).read_bytes())
    (folder / "mappings" / "m.yml").write_text(
        f'files: "{files}"\ntables:\n  - table: disputes\n', encoding="utf-8"
    )
    return load_profile(str(folder))


@pytest.mark.parametrize(
    ("place", "files"),
    [("2025/a.csv", "2025/*.csv"), ("x/y/a.csv", "x/*/*.csv"), ("week.zip/a.csv", "*.zip/*.csv"), ("week.zip/台账/三月.csv", "week.zip/*/*.csv"),
     ("2025/week.zip/a.csv", "2025/*.zip/*")],
)  # fmt: skip
def test_sub_folders_and_archives_are_read_where_a_mapping_names_them(
    land: Path, tmp_path: Path, place: str, files: str
) -> None:
    archive, _, member = place.partition(".zip/")
    if member:
        path = land / f"{archive}.zip"
        path.parent.mkdir(exist_ok=True)
        with zipfile.ZipFile(path, "w") as file:
            file.writestr(member, HEAD + ROWS)
            file.writestr("../../escaped.csv", HEAD + ROWS)
    else:
        (land / place).parent.mkdir(parents=True)
        (land / place).write_text(HEAD + ROWS)
    (land / "disputes.csv").unlink()
    report = check_folder(land, _city(tmp_path / "city", files))
    assert [(r.file, r.loaded) for r in report.files] == [(Path(place).name, 2)]
    assert report.unread.other == ()
    assert not (tmp_path / "escaped.csv").exists()
    (land / "disputes.csv").write_text(HEAD + ROWS)
    assert place.split("/")[0] in unread_files(land, load_profile("qujing")).other


def test_an_archive_that_unpacks_to_far_more_is_left_alone(land: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(land / "week.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.csv", b"0" * (1 << 28))
    report = check_folder(land, _city(tmp_path / "city", "*.zip/*.csv"))
    assert report.unread.left_alone == (("week.zip", "too_large"),)
    assert [r.file for r in report.files] == ["disputes.csv"]


def test_two_files_of_one_name_in_an_archive_are_both_read(land: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(land / "week.zip", "w") as file:
        file.writestr("a.csv", HEAD + ROWS)
        with pytest.warns(UserWarning, match="Duplicate name"):
            file.writestr("a.csv", HEAD + ROWS.replace("A", "B"))
    (land / "disputes.csv").unlink()
    report = check_folder(land, _city(tmp_path / "city", "*.zip/*.csv"))
    assert [r.loaded for r in report.files] == [2, 2]


@pytest.mark.parametrize("sign", ["\x1b[31m", "\n", "\u202e", "\x07", "\u200b"])
def test_a_sign_that_is_not_seen_stands_in_no_name_that_is_kept_or_printed(land: Path, sign: str) -> None:
    (land / f"disputes{sign}2.csv").write_text(HEAD + ROWS)
    (land / f"outcomes{sign}2.csv").write_text("a,b\n1,2\n")
    report = check_folder(land, load_profile("qujing"))
    assert sign == "\n" or sign not in report.text()
    assert all(f.file.isprintable() for f in report.files)
    assert report.refusals
    assert all(refusal.isprintable() for refusal in report.refusals)
