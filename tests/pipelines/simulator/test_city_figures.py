"""What `simulator.yml` holds is checked like the rest of a profile: file, line, entry, and what is wrong."""

import shutil
from pathlib import Path

import pytest

from pipelines.city.profile import Profile, load_profile
from pipelines.errors import RefusedInput
from pipelines.simulator.settings import city_figures


def _with(qujing_folder: Path, tmp_path: Path, old: str, new: str) -> tuple[Path, int]:
    """A copy of the profile with the first `old` of simulator.yml replaced; the file, and the line it is in."""
    folder = shutil.copytree(qujing_folder, tmp_path / "other")
    path = folder / "simulator.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path, text[: text.index(old)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (
            "season: spring_festival",
            "season: carnival",
            "festival.season: profile other has no season 'carnival'",
        ),
        (
            "_season: harvest",
            "_season: carnival",
            "trial.shortage_season: profile other has no season 'carnival'",
        ),
        ("season: planting", "season: carnival", "D3.peak.season: profile other has no season 'carnival'"),
        ("  S2: {", "  D6: {", "services.D6: profile other has no service category 'D6'"),
        ("D5: 1.2, D6", "S1: 1.2, D6", "attending.works.S1: profile other has no dispute category 'S1'"),
        ("D5: 1.2, D6", "D6", "attending.works: category 'D5' is missing"),
        (
            "helps_mean: 0.45",
            "helps_mean: 45",
            "attending.helps_mean: Input should be less than or equal to 1",
        ),
        ("relative_risk: 1.9", "relative_risk: most", "D1.relative_risk: Input should be a valid number"),
    ],
)
def test_a_wrong_entry_is_refused_with_its_line(
    qujing: Profile, tmp_path: Path, old: str, new: str, reason: str
) -> None:
    path, line = _with(qujing.folder, tmp_path, old, new)
    with pytest.raises(RefusedInput) as refused:
        city_figures(load_profile(str(path.parent)))
    assert str(refused.value).startswith(f"{path}, line {line}: ")
    assert reason in str(refused.value)


def test_the_profile_s_own_figures_are_accepted(qujing: Profile) -> None:
    assert list(city_figures(qujing).categories) == qujing.codes_of_kind("dispute")


def test_no_effect_can_fall_to_more_disputes_than_there_are(qujing: Profile, tmp_path: Path) -> None:
    path, _ = _with(qujing.folder, tmp_path, "nothing_share: 0.25", "nothing_share: 0.99")
    with pytest.raises(RefusedInput, match="attending: .* at most 1 together"):
        city_figures(load_profile(str(path.parent)))
