"""A page of somebody else, open in the same browser, tries to frame, read and drive the screens."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


class Hostile(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>hostile</title><body>")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    context = browser.new_context()
    hostile = context.new_page()
    hostile.goto(f"http://localhost:{server.server_port}/")
    yield hostile
    context.close()
    server.shutdown()


def test_it_cannot_frame_the_screens(page: Page, address: str) -> None:
    page.evaluate(
        "at => { const f = document.createElement('iframe'); f.src = at; document.body.append(f) }", address
    )
    page.wait_for_timeout(3000)
    framed = page.frames[1]
    assert framed.locator("[data-testid=stApp]").count() == 0


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/_stcore/host-config"])
@pytest.mark.parametrize(
    "options", [{}, {"mode": "no-cors"}, {"method": "POST", "mode": "no-cors", "body": "x"}]
)
def test_it_can_neither_read_nor_send(page: Page, address: str, path: str, options: dict) -> None:
    seen: list[int] = []
    page.on("response", lambda answer: seen.append(answer.status) if answer.url.startswith(address) else None)
    read = page.evaluate(
        "async ([at, options]) => { try { return await (await fetch(at, options)).text() } catch { return '' } }",
        [address + path, options],
    )
    assert read == ""
    assert set(seen) <= {403}


def test_it_cannot_open_the_screens_socket(page: Page, address: str) -> None:
    script = """at => new Promise(done => {
        const socket = new WebSocket(at); socket.onopen = () => done('open'); socket.onerror = () => done('refused') })"""
    assert page.evaluate(script, address.replace("http", "ws", 1) + "/_stcore/stream") == "refused"


def test_a_name_pointed_at_this_machine_is_not_answered(browser: Browser, address: str) -> None:
    """Rebinding: the browser believes the server is another one's."""
    port = address.rpartition(":")[2]
    page = browser.new_context().new_page()
    answer = page.goto(f"http://rebound.localhost:{port}/")
    assert answer is not None
    assert answer.status == 403
