"""Forty-four quiet weeks of a made-up city of full size, without its visit ledgers, in a warehouse."""

from pathlib import Path

import pytest

from tests.worlds.whole_size import calm_warehouse


@pytest.fixture(scope="session")
def calm() -> Path:
    """The warehouse; read it only, or copy it."""
    return calm_warehouse()
