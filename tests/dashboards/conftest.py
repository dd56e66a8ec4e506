"""A home with a published week in it, and the screens over it, run without a browser."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from dashboards.server import APP
from pipelines.home import Home
from tests.dashboards.publication import AS_OF, publish
from tests.worlds.small_city import SmallCity
from tests.worlds.store import copy_of


@pytest.fixture(scope="session")
def small_city(small_city: SmallCity, tmp_path_factory: pytest.TempPathFactory) -> SmallCity:
    """A copy of this worker's own, for a screen makes its home a record of decisions."""
    return SmallCity(copy_of(small_city.root, tmp_path_factory.mktemp("screened")))


@pytest.fixture(scope="session")
def two_weeks(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """300 disputes published on two Mondays; read only."""
    home = Home(tmp_path_factory.mktemp("two_weeks"))
    publish(home, as_of=AS_OF - timedelta(weeks=1), seed=2)
    publish(home)
    return home


Screens = Callable[..., AppTest]


@pytest.fixture
def screens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Screens:
    """Open one page over a home and run it once."""

    def open_page(
        home: Home, page: str = "", role: str = "analyst", profile: str = "qujing", **choices: str
    ) -> AppTest:
        monkeypatch.setenv("FENGQIAO_HOME", str(home.root))
        monkeypatch.setenv("FENGQIAO_PROFILE", profile)
        monkeypatch.setenv("FENGQIAO_ROLE", role)
        app = AppTest.from_file(str(APP), default_timeout=60)
        for name, value in choices.items():
            app.query_params[name] = value
        if page:
            app._page_hash = calc_hash(page)  # switch_page() knows pages that are files only
        return app.run()

    return open_page
