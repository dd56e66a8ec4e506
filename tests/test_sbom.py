"""The bill of materials names every package of the lock that runs, and docs/security.md names tests that are there."""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from pipelines.home import REPO


def test_the_bill_names_every_package_that_runs_with_its_version(tmp_path: Path) -> None:
    if shutil.which("uv") is None and not (REPO / ".uv" / "bin" / "uv").exists():
        pytest.skip("no uv on this machine")
    out = tmp_path / "sbom.json"
    subprocess.run(["bash", str(REPO / "scripts" / "sbom.sh"), str(out)], check=True, capture_output=True)
    bill = json.loads(out.read_text(encoding="utf-8"))
    named = {(part["name"], part["version"]) for part in bill["components"]}
    lock = tomllib.loads((REPO / "uv.lock").read_text(encoding="utf-8"))
    locked = {(package["name"], package["version"]) for package in lock["package"]}
    assert bill["bomFormat"] == "CycloneDX"
    assert named <= locked
    assert {"duckdb", "polars", "streamlit", "dagster", "mlflow", "lightgbm"} <= {name for name, _ in named}
    assert "pytest" not in {name for name, _ in named}


def test_the_page_of_security_names_files_and_tests_that_are_there() -> None:
    text = (REPO / "docs" / "security.md").read_text(encoding="utf-8")
    for path in re.findall(r"`((?:tests|pipelines|dashboards|scripts|docs)/[\w/.]+)`", text):
        assert (REPO / path).exists() or (REPO / f"{path}.py").exists(), path
    tests = {path.name for path in (REPO / "tests").rglob("test_*.py")}
    assert set(re.findall(r"`(test_\w+\.py)`", text)) <= tests


def test_each_line_of_the_standard_is_answered_once() -> None:
    text = (REPO / "docs" / "security.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([\d., to]+) \| (met|part|open|office|n/a) \|", text, re.M)
    lines = [line for cell, _ in rows for part in cell.split(", ") for line in _span(part)]
    assert len(lines) == len({*lines})
    chapters = [int(line.split(".")[0]) for line in lines]
    assert {*range(1, 18)} == {*chapters}


def _span(part: str) -> list[str]:
    """`6.2.1 to 6.2.3` as three lines; a span over sections by its ends."""
    first, _, last = part.partition(" to ")
    if not last or first.rsplit(".", 1)[0] != last.rsplit(".", 1)[0]:
        return [one for one in (first, last) if one]
    section, start = first.rsplit(".", 1)
    return [f"{section}.{n}" for n in range(int(start), int(last.rsplit(".", 1)[1]) + 1)]
