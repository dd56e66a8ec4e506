"""Forty-four quiet weeks of a made-up city of full size, without its visit ledgers, in a warehouse."""

from pathlib import Path

import pytest

from pipelines.city.profile import load_profile
from pipelines.home import Home
from pipelines.intake.intake import load_folder
from pipelines.simulator.city import simulate

WEEKS = 44


@pytest.fixture(scope="session")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse; read it only, or copy it."""
    folder = tmp_path_factory.mktemp("calm")
    qujing = load_profile("qujing")
    simulate(folder / "landing", qujing, weeks=WEEKS, scale=1.0, seed=3)
    for ledger in (folder / "landing").glob("service_visits*"):
        ledger.unlink()
    home = Home(folder / "home")
    load_folder(folder / "landing", qujing, home)
    return home.warehouse
