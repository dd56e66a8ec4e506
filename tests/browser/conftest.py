"""A server over a small published city and a real browser before it."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Response

from dashboards.access.roles import Role
from dashboards.screenshots import SIZE, chromium, settle
from dashboards.server import opened
from pipelines.city.profile import load_profile
from pipelines.home import REPO, Home
from tests.worlds.edited_week import shown

PROFILE = load_profile("qujing")
PROBED = ("_stcore/health", "_stcore/host-config")
"""What Streamlit's front end asks for under a page's own address before it finds the root."""


@dataclass
class Opened:
    """A page in the browser and everything it complained of.

    Attributes:
        page: the browser's.
        complaints: errors of the console, of scripts and of the server.
    """

    page: Page
    complaints: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("pageerror", self._error)
        self.page.on("console", self._console)
        self.page.on("response", self._response)

    def leave(self) -> None:
        self.page.remove_listener("pageerror", self._error)
        self.page.remove_listener("console", self._console)
        self.page.remove_listener("response", self._response)

    def _error(self, error: Error) -> None:
        self.complaints.append(str(error))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.location["url"].endswith(PROBED):
            self.complaints.append(message.text)

    def _response(self, response: Response) -> None:
        if response.status >= 400 and not response.url.endswith(PROBED):
            self.complaints.append(f"{response.status} {response.url}")


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Three weeks that the product published, the last one scored."""
    return shown(tmp_path_factory.mktemp("city"))


@pytest.fixture(scope="session")
def address_for(city: Home) -> Iterator[Callable[[Role], str]]:
    """The city's screens as a role sees them: a server each, opened when first asked for."""
    with ExitStack() as servers:
        yield cache(lambda role: servers.enter_context(opened(city, PROFILE, role)))


@pytest.fixture(scope="session")
def address(address_for: Callable[[Role], str]) -> str:
    return address_for("protection")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def page(browser: Browser) -> Iterator[Page]:
    """One page for whoever only looks, so that the front end is loaded and compiled once."""
    context = browser.new_context(viewport=SIZE, locale="zh-CN", accept_downloads=True)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


Visit = Callable[[str], Opened]


@pytest.fixture
def visit(page: Page, address: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Open an address below the server's; leaves a picture of what was seen in test-output."""
    seen: list[Opened] = []

    def go(path: str) -> Opened:
        page.goto("about:blank")
        seen.append(Opened(page))
        seen[-1].listen()
        page.goto(f"{address}/{path}")
        settle(page)
        return seen[-1]

    yield go
    if seen:
        keep(page, request.node.name)
    for each in seen:
        each.leave()


def keep(page: Page, name: str) -> None:
    """Leave a picture in test-output/screens, where CI takes it from."""
    folder = REPO / "test-output" / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{re.sub(r'[^A-Za-z0-9_=-]+', '_', name).strip('_')}.png", full_page=True)
