"""What every test may ask for; the worlds are made in `tests/worlds`."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.deep import DEEP
from tests.quick_machine import share_the_cores, wait_for_no_disk
from tests.worlds import store
from tests.worlds.small_city import SmallCity
from tests.worlds.small_city import small_city as _small_city

share_the_cores()
wait_for_no_disk()
pytest_plugins = ["tests.long_first"]
settings.load_profile("deep" if DEEP else "day")


@pytest.fixture(scope="session", autouse=True)
def worlds_stay_as_they_were_made() -> Iterator[None]:
    yield
    assert store.altered() == [], "a test wrote into a world that others read: copy it first"


@pytest.fixture(scope="session", autouse=True)
def own_key(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A key of the tests alone: no test reads, makes or signs with the key of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FENGQIAO_KEY_FILE", str(tmp_path_factory.mktemp("key") / "pair.key"))
        patch.setenv("FENGQIAO_HEADS_FILE", str(tmp_path_factory.mktemp("heads") / "decision_heads.txt"))
        yield


@pytest.fixture(scope="session")
def small_city() -> SmallCity:
    """Two made-up years of 3 % of Qujing with one published week: read it only, or copy it."""
    return _small_city()
