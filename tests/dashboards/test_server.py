"""Screens of two homes opened at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from dashboards.server import opened
from pipelines.home import Home
from tests.dashboards.publication import PROFILE


def test_two_homes_opened_at_once_have_an_address_each(tmp_path: Path) -> None:
    homes = [Home(tmp_path / name) for name in ("one", "other")]
    with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        at = list(pool.map(lambda home: stack.enter_context(opened(home, PROFILE)), homes))
    assert len(set(at)) == 2
