"""A page of somebody else, open in the same browser, tries to frame, read and drive the screens."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.hostile import FETCH, FRAME, OPEN_SOCKET, WAYS, answers_of, hostile_page

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with hostile_page(browser) as hostile:
        yield hostile


def test_it_cannot_frame_the_screens(page: Page, address: str) -> None:
    page.evaluate(FRAME, address)
    page.wait_for_timeout(3000)
    framed = page.frames[1]
    assert framed.locator("[data-testid=stApp]").count() == 0


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/_stcore/host-config"])
def test_it_can_neither_read_nor_send(page: Page, address: str, path: str) -> None:
    seen = answers_of(page, address)
    assert [page.evaluate(FETCH, [address + path, way]) for way in WAYS] == [""] * len(WAYS)
    assert set(seen) <= {403}


def test_it_cannot_open_the_screens_socket(page: Page, address: str) -> None:
    assert page.evaluate(OPEN_SOCKET, address.replace("http", "ws", 1) + "/_stcore/stream") == "refused"


def test_a_name_pointed_at_this_machine_is_not_answered(browser: Browser, address: str) -> None:
    """Rebinding: the browser believes the server is another one's."""
    port = address.rpartition(":")[2]
    page = browser.new_context().new_page()
    answer = page.goto(f"http://rebound.localhost:{port}/")
    assert answer is not None
    assert answer.status == 403
