"""Profiles drafted from small made-up files, for the tests of `pipelines.onboarding.profile_draft`."""

from pathlib import Path
from typing import Any

import yaml

from pipelines.city.profile import load_profile
from pipelines.onboarding.profile_draft import draft_profile


def drafted(folder: Path, files: dict[str, str]) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """The tables of all drafted mappings, in order of file name, and the notes."""
    (folder / "land").mkdir()
    for name, text in files.items():
        (folder / "land" / name).write_text(text, encoding="utf-8")
    return drafted_of(folder / "land", folder / "city")


def drafted_of(land: Path, city: Path) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    draft = draft_profile(land, city)
    load_profile(str(city))
    mappings = [
        yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((city / "mappings").glob("*.yml"))
    ]
    return [table for mapping in mappings for table in mapping["tables"]], draft.notes


def register(*columns: str, rows: int = 40, **cells: Any) -> str:
    """A CSV of so many rows; a cell is a function of the row's number."""
    known: dict[str, Any] = {
        "案号": lambda n: f"K{n:03}",
        "登记日期": lambda n: f"2025-03-{n % 28 + 1:02}",
        "纠纷类型": lambda n: ("邻里", "借贷")[n % 2],
        "乡镇": lambda n: ("东镇", "西镇")[n % 2],
        "结案日期": lambda n: f"2025-05-{n % 28 + 1:02}" if n % 3 else "",
    } | cells  # fmt: skip
    lines = [",".join(str(known[c](n)) for c in columns) for n in range(rows)]
    return "\n".join([",".join(columns), *lines]) + "\n"


BASIC = ("案号", "登记日期", "纠纷类型", "乡镇")


def steps(
    key: str = "case_id", act: str = "activity", at: str = "timestamp", shown: str = "2025-03-{:02} 09:{:02}"
) -> str:
    """A log: 40 cases, three to five steps each; kind and place on the first row alone."""
    lines = [f"{key},{act},{at},type,district,resource"]
    words = ("NEW", "VISIT", "HEARING", "FIN", "REOPEN")
    for n in range(40):
        for step in range(3 + n % 3):
            first = f"{('noise', 'fence')[n % 2]},{('north', 'south')[n % 2]}" if step == 0 else ","
            lines.append(f"C{n:03},{words[step]},{shown.format(n % 20 + 1 + step, n)},{first},Res{n % 9}")
    return "\n".join(lines) + "\n"
