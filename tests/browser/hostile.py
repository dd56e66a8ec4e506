"""A page of somebody else, open in the same browser as the house's own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from playwright.sync_api import Browser, Page

OPEN_SOCKET = """at => new Promise(done => {
    const socket = new WebSocket(at); socket.onopen = () => done('open'); socket.onerror = () => done('refused') })"""
FETCH = (
    "async ([at, options]) => { try { return await (await fetch(at, options)).text() } catch { return '' } }"
)
FRAME = "at => { const f = document.createElement('iframe'); f.src = at; document.body.append(f) }"
IMAGE = """at => new Promise(done => { const image = new Image(); image.onload = () => done('drawn');
    image.onerror = () => done('refused'); image.src = at })"""
FORM = """at => { const form = document.createElement('form'); form.action = at; form.method = 'POST'; form.target = 'out';
    const out = document.createElement('iframe'); out.name = 'out'; document.body.append(form, out); form.submit() }"""
WAYS = [
    {},
    {"mode": "no-cors"},
    {"method": "POST", "mode": "no-cors", "body": "x"},
    {"method": "POST", "mode": "no-cors", "body": "{}", "credentials": "include"},
    {"method": "POST", "headers": {"content-type": "application/json"}, "body": "{}"},
    {"method": "HEAD", "mode": "no-cors"},
    {"method": "DELETE"},
]
"""Of sending a request to another origin from a script."""


class _Hostile(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>hostile</title><body>")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def hostile_page(browser: Browser) -> Iterator[Page]:
    """The page, as long as the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hostile)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"http://localhost:{server.server_port}/")
    yield page
    context.close()
    server.shutdown()


def answers_of(page: Page, address: str) -> list[int]:
    """Fills with the status of every answer of that address."""
    seen: list[int] = []
    page.on("response", lambda answer: seen.append(answer.status) if answer.url.startswith(address) else None)
    return seen
