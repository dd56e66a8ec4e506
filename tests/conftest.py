"""What every test may ask for; the worlds are made in `tests/worlds`."""

from collections.abc import Iterator

import pytest

from tests.worlds import store
from tests.worlds.small_city import SmallCity
from tests.worlds.small_city import small_city as _small_city


@pytest.fixture(scope="session", autouse=True)
def worlds_stay_as_they_were_made() -> Iterator[None]:
    yield
    assert store.altered() == [], "a test wrote into a world that others read: copy it first"


@pytest.fixture(scope="session")
def small_city() -> SmallCity:
    """Two made-up years of 3 % of Qujing with one published week: read it only, or copy it."""
    return _small_city()
