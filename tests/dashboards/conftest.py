"""A home with a published week in it, and the screens over it, run without a browser."""

from collections.abc import Callable, Iterator
from functools import cache

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from dashboards.server import APP
from pipelines.city.profile import load_profile
from pipelines.home import Home
from tests.worlds.edited_week import shown
from tests.worlds.published_city import WEEKS, published_city
from tests.worlds.small_city import SmallCity
from tests.worlds.store import copy_of


@pytest.fixture(scope="session", autouse=True)
def installed_packages_are_read_once() -> Iterator[None]:
    """Streamlit reads what every installed package says of itself at each run of a page; a server does so once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests)
        )
        yield


@pytest.fixture(scope="session")
def small_city(small_city: SmallCity, tmp_path_factory: pytest.TempPathFactory) -> SmallCity:
    """A copy of this worker's own, for a screen makes its home a record of decisions."""
    return SmallCity(copy_of(small_city.root, tmp_path_factory.mktemp("screened")))


@pytest.fixture(scope="session")
def three_weeks(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Three weeks that the product published, the last one scored; nothing decided here. Read only."""
    return shown(tmp_path_factory.mktemp("three_weeks"))


@pytest.fixture(scope="session")
def own_profile() -> str:
    """The folder of the city's own profile, which `qujing`'s areas, units and categories are those of."""
    return str(published_city().profile)


Screens = Callable[..., AppTest]
PROFILE = load_profile("qujing")
AS_OF = WEEKS[-1]


@pytest.fixture
def screens(monkeypatch: pytest.MonkeyPatch, own_profile: str) -> Screens:
    """Open one page over a home and run it once."""

    def open_page(
        home: Home, page: str = "", role: str = "analyst", profile: str = own_profile, **choices: str
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
