"""Order of the files: those that took longest the last time come first, so that no worker ends alone with one.

`make test` gives whole files to workers in this order (`--dist loadfile --no-loadscope-reorder`).
"""

from collections import Counter
from pathlib import Path

import pytest

KEPT = "fengqiao/seconds_by_file"
FIRST_TIME = (
    "tests/faults/test_intake_privacy.py",
    "tests/browser/test_pages.py",
    "tests/faults/test_machine.py",
    "tests/browser/test_hostile_workbench.py",
    "tests/dagster_project/test_weeks.py",
    "tests/dashboards/test_brief.py",
    "tests/dagster_project/test_real_casework.py",
    "tests/models/test_weekly.py",
    "tests/dashboards/test_more_screens.py",
    "tests/dashboards/test_screens.py",
    "tests/dagster_project/test_postgres.py",
    "tests/dashboards/test_decisions_return.py",
    "tests/properties/test_features_mutants.py",
    "tests/dagster_project/test_private_files.py",
    "tests/faults/test_file_bombs.py",
    "tests/pipelines/simulator/test_city.py",
    "tests/models/watching/test_sources.py",
    "tests/trial/test_play.py",
    "tests/browser/test_login.py",
    "tests/faults/test_kill.py",
    "tests/models/test_store.py",
    "tests/field/test_field_cases.py",
    "tests/features/test_partitions.py",
    "tests/faults/test_intake_killed.py",
    "tests/properties/test_features_matrix.py",
    "tests/dagster_project/test_main_job.py",
    "tests/dagster_project/test_erasure.py",
    "tests/features/test_dictionary.py",
    "tests/notebooks/test_notebooks.py",
    "tests/browser/test_downloads.py",
    "tests/models/test_leakage.py",
    "tests/dagster_project/test_workbench.py",
    "tests/dagster_project/test_engineer_commands.py",
    "tests/models/test_young_city.py",
    "tests/pipelines/test_profile_draft.py",
    "tests/browser/test_monday.py",
    "tests/trial/test_year.py",
    "tests/models/test_chosen_rows.py",
)
"""Where nothing is known yet: a clean clone."""

seconds: Counter[str] = Counter()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    cache = getattr(config, "cache", None)
    kept: dict[str, float] = cache.get(KEPT, {}) if cache else {}
    for place, name in enumerate(FIRST_TIME):
        kept.setdefault(name, float(len(FIRST_TIME) - place))
    items.sort(key=lambda item: -kept.get(_file(item.nodeid), 0.0))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    seconds[_file(report.nodeid)] += report.duration


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Keep what each file took; the controller of several workers sees all of them."""
    cache = getattr(session.config, "cache", None)
    if cache is not None and not hasattr(session.config, "workerinput"):
        cache.set(KEPT, cache.get(KEPT, {}) | seconds)


def _file(nodeid: str) -> str:
    return Path(nodeid.partition("::")[0]).as_posix()
