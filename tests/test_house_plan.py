"""The drawn plan of the house is the one that the import contracts hold today."""

import runpy
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]


def test_the_picture_is_fresh_and_every_room_has_words() -> None:
    plan = runpy.run_path(str(REPO / "scripts" / "house_plan.py"))
    assert plan["PICTURE"].read_text(encoding="utf-8") == plan["picture"](), "run `make docs`"


def test_the_newcomers_table_names_files_that_are_there() -> None:
    import re

    page = (REPO / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(
        r"`((?:pipelines|features|models|dashboards|dagster_project|docs|data)/[\w/.]+)`", page
    )
    assert named
    assert not [name for name in named if not (REPO / name).exists()]
