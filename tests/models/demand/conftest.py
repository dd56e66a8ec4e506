"""The two towns' places: their panel, inputs and a model of them."""

import pytest

from tests.worlds.two_towns_places import Places
from tests.worlds.two_towns_places import places as _places


@pytest.fixture(scope="session")
def places() -> Places:
    return _places()
