"""When things run by themselves: a folder that has settled, a champion that is due, retries that can help."""

import errno
import os
from datetime import datetime
from pathlib import Path

import pytest

from dagster_project.automation import SETTLE_SECONDS, due_for_retraining, settled
from dagster_project.patience import may_pass
from pipelines.errors import RefusedInput

NOW = datetime(2025, 3, 3, 5, 0)


def file(folder: Path, name: str, seconds_ago: float) -> Path:
    path = folder / name
    path.write_text("x")
    os.utime(path, (NOW.timestamp() - seconds_ago, NOW.timestamp() - seconds_ago))
    return path


def test_a_folder_whose_files_are_still_has_a_state_that_changes_with_them(tmp_path: Path) -> None:
    file(tmp_path, "disputes.csv", SETTLE_SECONDS + 1)
    first = settled(tmp_path, NOW)
    assert first is not None
    assert settled(tmp_path, NOW) == first
    file(tmp_path, "outcomes.csv", SETTLE_SECONDS + 1)
    assert settled(tmp_path, NOW) not in (None, first)


def test_a_half_copied_file_and_an_empty_folder_are_waited_for(tmp_path: Path) -> None:
    assert settled(tmp_path, NOW) is None
    file(tmp_path, "disputes.csv", SETTLE_SECONDS + 1)
    file(tmp_path, "outcomes.csv", 10)
    assert settled(tmp_path, NOW) is None


@pytest.mark.parametrize(
    ("champion", "usable", "registered", "due"),
    [
        (None, False, None, False),
        ("v1", True, "2025-02-03", False),
        ("v1", True, "2024-11-25", True),
        ("v1", False, "2025-02-03", True),
    ],
)
def test_a_champion_is_due_when_old_or_no_longer_usable(
    champion: str | None, usable: bool, registered: str | None, due: bool
) -> None:
    model = {"champion": champion, "usable": usable, "registered_as_of": registered, "reason_en": "expired"}
    assert (due_for_retraining({"as_of": "2025-03-03", "model": model}) is not None) == due


@pytest.mark.parametrize(
    ("problem", "again"),
    [
        (OSError(errno.ESTALE, "stale file handle"), True),
        (RuntimeError("(sqlite3.OperationalError) database is locked"), True),
        (OSError(errno.ENOSPC, "no space left on device"), False),
        (FileNotFoundError("no such file"), False),
        (RefusedInput("a column is missing"), False),
    ],
)
def test_only_what_may_pass_is_tried_again(problem: Exception, again: bool) -> None:
    assert may_pass(problem) is again
