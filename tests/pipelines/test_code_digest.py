"""A digest of code changes with every file that a result is made by, and with no other."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from features import week_matrix
from models.registry import provenance
from pipelines.city.profile import load_profile
from pipelines.code_digest import FLOORS, code_digest, code_files
from pipelines.home import REPO

WEEK = "features.week_matrix"
MODEL = "models.registry.candidate"
PUBLICATION = "models.weekly"

CHANGED = [
    # file, what is made anew when it changes
    ("pipelines/warehouse/as_known.py", {WEEK, MODEL, PUBLICATION}),
    ("pipelines/tables/core.py", {WEEK, MODEL, PUBLICATION}),
    ("features/cohort.py", {WEEK, MODEL, PUBLICATION}),
    ("features/engine/sources.py", {WEEK, MODEL, PUBLICATION}),
    ("features/catalogue/entries/pair.py", {WEEK, MODEL, PUBLICATION}),
    ("models/escalation/training.py", {MODEL, PUBLICATION}),
    ("models/backtesting/backtest.py", {MODEL, PUBLICATION}),
    ("models/counts/demand/training.py", {MODEL, PUBLICATION}),
    ("models/publishing/week_list.py", {PUBLICATION}),
    ("models/publishing/descriptions/effect.py", {PUBLICATION}),
    ("models/monitoring/monitoring.py", {PUBLICATION}),
    ("pipelines/simulator/hazard.py", set()),
    ("models/trial/effects.py", set()),
    ("models/benchmarks/ceilings.py", set()),
    ("dashboards/app.py", set()),
    ("dagster_project/defs/assets.py", set()),
]


@pytest.fixture(scope="module")
def made_by() -> dict[str, set[str]]:
    """By module, the files its digest is over."""
    return {
        module: {path.relative_to(REPO).as_posix() for path in code_files(module)}
        for module in (WEEK, MODEL, PUBLICATION)
    }


@pytest.mark.parametrize(("file", "made_anew"), CHANGED, ids=[file for file, _ in CHANGED])
def test_a_file_is_in_the_digest_of_what_it_makes(
    made_by: dict[str, set[str]], file: str, made_anew: set[str]
) -> None:
    assert (REPO / file).is_file()
    assert {module for module, files in made_by.items() if file in files} == made_anew


def test_a_comment_in_one_of_its_files_changes_a_digest_and_in_another_does_not(tmp_path: Path) -> None:
    for floor in FLOORS:
        shutil.copytree(REPO / floor, tmp_path / floor, ignore=shutil.ignore_patterns("__pycache__"))
    digests = [code_digest.__wrapped__(WEEK, repo=tmp_path)]
    for file in ("pipelines/warehouse/as_known.py", "pipelines/simulator/hazard.py"):
        with (tmp_path / file).open("a", encoding="utf-8") as opened:
            opened.write("# another\n")
        digests.append(code_digest.__wrapped__(WEEK, repo=tmp_path))
    assert digests[0] != digests[1] == digests[2]


def test_the_week_matrix_and_the_versions_are_keyed_so(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def noted(module: str) -> str:
        asked.append(module)
        return f"{len(asked):064}"

    monkeypatch.setattr(week_matrix, "code_digest", noted)
    monkeypatch.setattr(provenance, "code_digest", noted)
    profile = load_profile("qujing")
    first, second = (week_matrix.week_digest(profile, date(2025, 1, 6), "known") for _ in range(2))
    assert first != second
    provenance.model_code_version()
    provenance.publication_code_version()
    assert asked == [WEEK, WEEK, MODEL, PUBLICATION]


def test_imports_inside_functions_count_and_an_unknown_module_is_refused(tmp_path: Path) -> None:
    floor = tmp_path / "pipelines"
    floor.mkdir()
    (floor / "one.py").write_text(
        "def f():\n    from pipelines import two\n    import os\n    return two, os\n"
    )
    (floor / "two.py").write_text("import pipelines.three\n")
    (floor / "three.py").write_text("from pipelines.one import f\n")
    assert [path.stem for path in code_files("pipelines.one", repo=tmp_path)] == ["one", "three", "two"]
    with pytest.raises(FileNotFoundError, match=r"no module pipelines\.four"):
        code_files("pipelines.four", repo=tmp_path)
