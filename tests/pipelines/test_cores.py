import os

import pytest

from pipelines.cores import usable_cores


@pytest.mark.parametrize(("setting", "cores"), [("1", 1), ("3", 3), ("64", 64)])
def test_the_setting_says_how_many_cores_are_used(
    setting: str, cores: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", setting)
    assert usable_cores() == cores


@pytest.mark.parametrize("setting", ["", "0", "many", "2,1", "-1"])
def test_without_a_number_all_cores_the_process_may_use_are_used(
    setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", setting)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 3, 5})
    assert usable_cores() == 3
