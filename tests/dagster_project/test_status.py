"""What `fengqiao status` tells: ten lines at most, and what is overdue."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dagster_project.operations.city import City
from dagster_project.operations.status import overdue, status_lines
from pipelines.city.profile import load_profile
from pipelines.home import Home
from pipelines.tables.publication_meta import PublicationMeta, read_meta


@pytest.fixture(scope="module")
def meta(small_city: Any) -> PublicationMeta:
    """What the small city published, of real data and ten weeks later."""
    said = read_meta(small_city.home / "published" / "2024-12-30").model_dump()
    changed = {
        "synthetic": False,
        "as_of": "2025-03-03",
        "data_until": "2025-03-02T20:00:00",
        "model": said["model"] | {"expires_on": "2025-08-30"},
    }
    return PublicationMeta.model_validate(said | changed)


def test_an_empty_home_says_which_command_fills_it(tmp_path: Path) -> None:
    lines = status_lines(City(load_profile("qujing"), Home(tmp_path / "none")), date(2025, 3, 5))
    assert lines == [f"home: {tmp_path / 'none'} (empty; run `fengqiao run --data FOLDER`)"]


def test_a_home_with_a_week_answers_an_engineers_first_questions_in_ten_lines(small_city: Any) -> None:
    output = small_city.command("status", "--profile", small_city.profile, "--home", small_city.home)
    assert output.returncode == 0, output.stderr
    lines = output.stdout.splitlines()
    assert len(lines) <= 10
    first_words = [line.split(":")[0] for line in lines]
    assert first_words == [
        "home", "last run", "taken in", "data until", "published", "champion", "model card", "families not published",
        "overdue",
    ]  # fmt: skip
    assert "done" in lines[1]
    assert "as of 2024-12-30" in lines[4]


@pytest.mark.parametrize(
    ("today", "lines"),
    [
        (date(2025, 3, 5), []),
        (date(2025, 3, 10), ["publication, 7 days old"]),
        (date(2025, 3, 17), ["data, 15 days old", "publication, 14 days old"]),
        (date(2025, 8, 20), ["data, 171 days old", "publication, 170 days old", "retraining, the model card ends on 2025-08-30"]),
    ],
)  # fmt: skip
def test_what_is_overdue_follows_from_the_day(meta: PublicationMeta, today: date, lines: list[str]) -> None:
    assert overdue(meta, today) == lines


def test_made_up_data_stand_still_in_time_and_are_never_overdue(meta: PublicationMeta) -> None:
    assert overdue(meta.model_copy(update={"synthetic": True}), date(2030, 1, 1)) == []


def test_no_data_before_the_monday_is_overdue(meta: PublicationMeta) -> None:
    assert overdue(meta.model_copy(update={"data_until": None}), date(2025, 3, 5)) == ["data, none is known"]
