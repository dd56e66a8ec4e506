"""The two towns of `tests/worlds/two_towns.py`, for the tests of models."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from features.engine.matrix import Matrix
from pipelines.city.profile import Profile
from pipelines.home import Home
from tests.worlds import two_towns


@pytest.fixture(scope="session")
def profile() -> Profile:
    """Qujing with few folds and draws, so that tests are quick."""
    return two_towns.quick_profile()


@pytest.fixture(scope="session")
def warehouse() -> Path:
    """A filled warehouse; read it only, or copy it."""
    return two_towns.two_towns()


@pytest.fixture(scope="session")
def world() -> tuple[Matrix, pl.DataFrame]:
    """Matrix and labels of every Monday."""
    return two_towns.whole_matrix()


@pytest.fixture(scope="session")
def new_home() -> Callable[..., Home]:
    """Makes a home of its own: around a copy of the city, or around one that ends on a day."""
    return two_towns.new_home
