"""The rules of the house itself: who may import whom, what may be named how, what may stand in a file."""

import importlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[1]
FLOORS = ("pipelines", "features", "models", "dashboards", "dagster_project")
TEXT = {".py", ".md", ".yml", ".yaml", ".toml", ".sh", ".csv", ".json", ".cfg", ""}


def own_files() -> list[Path]:
    """What git tracks; without git or its folder, every file but those of the names .gitignore has."""
    if shutil.which("git") and (REPO / ".git").exists():
        git = subprocess.run(["git", "ls-files", "-z"], cwd=REPO, capture_output=True, text=True, check=True)
        return [REPO / name for name in git.stdout.split("\0") if name and (REPO / name).is_file()]
    return files_not_ignored()


def files_not_ignored() -> list[Path]:
    lines = (REPO / ".gitignore").read_text(encoding="utf-8").split()
    ignored = [line.rstrip("/") for line in lines] + [".git"]
    return sorted(_below(REPO, ignored))


def _below(folder: Path, ignored: list[str]) -> Iterator[Path]:
    for path in folder.iterdir():
        names = (path.name, str(path.relative_to(REPO)))
        if any(fnmatch(name, pattern) for name in names for pattern in ignored) or path.is_symlink():
            continue
        if path.is_dir():
            yield from _below(path, ignored)
        else:
            yield path


@pytest.mark.parametrize("floor", FLOORS)
def test_floor_comes_from_this_checkout_and_from_nowhere_else(floor: str) -> None:
    module = importlib.import_module(floor)
    assert Path(str(module.__file__)).parent == REPO / floor
    assert set(packages_distributions().get(floor, ["fengqiao"])) == {"fengqiao"}


def test_no_module_inside_a_floor_is_named_like_a_floor() -> None:
    inside = [p.stem for floor in FLOORS for p in (REPO / floor).rglob("*.py")]
    assert not set(inside) & set(FLOORS)


def test_layers_hold() -> None:
    linted = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=REPO, capture_output=True, text=True
    )
    assert linted.returncode == 0, linted.stdout


def test_no_file_is_called_by_no_idea() -> None:
    vague = {"utils", "helpers", "common", "misc"}
    assert not [p for floor in FLOORS for p in (REPO / floor).rglob("*") if p.stem in vague]


def test_no_machine_path_host_or_mirror_stands_in_a_file() -> None:
    banned = re.compile(
        "/"
        + r"(work|farm|root|opt)/|/tmp/[a-z]"
        + r"|https?://[^\s\"]*(pypi|npmjs|debian)[^\s\"]*/(simple|registry)"
    )
    places = [
        f"{path.relative_to(REPO)}: {line.strip()[:90]}"
        for path in own_files()
        if path.suffix in TEXT and path.name != "uv.lock" and path != Path(__file__).resolve()
        for line in path.read_text(encoding="utf-8", errors="ignore").splitlines()
        if banned.search(line)
    ]
    assert not places


@pytest.mark.skipif(
    shutil.which("git") is None or not (REPO / ".git").exists(), reason="nothing to compare with"
)
def test_without_git_the_same_files_are_read() -> None:
    own = {path for path in own_files() if not path.is_symlink()}
    assert own <= set(files_not_ignored())


def test_help_answers_in_a_moment_because_no_heavy_library_is_loaded() -> None:
    probe = "import sys, dagster_project.command.cli; print([m for m in ('dagster', 'mlflow', 'lightgbm', 'sklearn', 'streamlit', 'polars', 'duckdb', 'pandas') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_every_command_is_in_the_readme() -> None:
    from dagster_project.command.cli import app

    readme = (REPO / "README.md").read_text(encoding="utf-8")
    missing = [
        c.callback.__name__
        for c in app.registered_commands
        if c.callback and f"fengqiao {c.callback.__name__}" not in readme
    ]
    assert not missing


def test_dagster_definitions_load() -> None:
    probe = "from dagster_project.definitions import defs; defs.resolve_asset_graph()"
    subprocess.run([sys.executable, "-c", probe], check=True, capture_output=True)


def test_the_past_has_one_reader() -> None:
    """Who reads which version was in force asks `pipelines.warehouse.as_known`; the stored column is typed by nobody else."""
    owners = (
        "pipelines/warehouse/",
        "pipelines/tables/",
        "pipelines/erasure/",
        "pipelines/intake/versioned_load.py",
        "pipelines/intake/whole_exports.py",
        "pipelines/intake/key_checks.py",
    )
    readers = [*FLOORS, "notebooks"]
    places = [
        path.relative_to(REPO).as_posix()
        for folder in readers
        for path in sorted((REPO / folder).rglob("*.py"))
        if "superseded_at" in path.read_text(encoding="utf-8")
    ]
    assert [name for name in places if not name.startswith(owners)] == []
