"""A made-up city of a twentieth of the size, one year and two weeks long."""

from pathlib import Path

import pytest

from pipelines.city.profile import Profile, load_profile
from pipelines.simulator.city import simulate

WEEKS = 54
SCALE = 0.05


@pytest.fixture(scope="session")
def qujing() -> Profile:
    return load_profile("qujing")


@pytest.fixture(scope="session")
def small_city(qujing: Profile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("city") / "landing"
    simulate(out, qujing, weeks=WEEKS, scale=SCALE, seed=3)
    return out
