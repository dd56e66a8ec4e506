"""The guard before the servers: which requests reach the application, and what every answer tells the browser."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboards.access.web_guard import (
    COOKIE_SECONDS,
    HEADERS,
    MOST_BYTES,
    Message,
    Receive,
    Scope,
    Send,
    WebGuard,
    headers_of,
    hosts_of,
    scripts_of,
)

COOKIE = b"_streamlit_user=abc; HttpOnly; Max-Age=2592000; Path=/; SameSite=lax"
OWN = {"host": "127.0.0.1:3000"}
VISIT = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


def answer(
    headers: Mapping[str, str],
    method: str = "GET",
    path: str = "/",
    query: str = "",
    kind: str = "http",
    https: bool = False,
) -> list[dict]:
    """What the guard sends for one request; the application behind answers 200 with an open door and a cookie."""
    sent: list[dict] = []

    async def app(scope: dict, receive: object, send) -> None:
        start = {"type": "http.response.start", "status": 200}
        if scope["type"] == "websocket":
            start = {"type": "websocket.accept"}
        await send(start | {"headers": [(b"Access-Control-Allow-Origin", b"*"), (b"Set-Cookie", COOKIE)]})

    async def receive() -> dict:
        return {"type": "websocket.connect"}

    async def send(message: dict) -> None:
        sent.append(message)

    scope = {
        "type": kind, "method": method, "path": path, "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    guard = WebGuard(app, hosts_of(3000, "warn.example.org"), https)
    with ThreadPoolExecutor(1) as beside_a_browser_s_loop:
        beside_a_browser_s_loop.submit(lambda: asyncio.run(guard(scope, receive, send))).result()
    return sent


@pytest.mark.parametrize(
    ("headers", "more"),
    [
        (OWN, {}),
        ({"host": "LOCALHOST:3000"}, {}),
        ({"host": "warn.example.org", "origin": "https://warn.example.org"}, {"method": "POST"}),
        (
            OWN | {"origin": "http://127.0.0.1:3000", "sec-fetch-site": "same-origin"},
            {"method": "POST", "path": "/graphql"},
        ),
        (OWN | VISIT, {"path": "/oauth2callback", "query": "code=1&state=2"}),
        (OWN | {"sec-fetch-site": "none"}, {}),
    ],
)
def test_own_pages_and_followed_links_are_served(headers: dict, more: dict) -> None:
    assert answer(headers, **more)[0]["status"] == 200


@pytest.mark.parametrize(
    ("headers", "more"),
    [
        ({}, {}),
        ({"host": "evil.example:3000"}, {}),
        ({"host": "127.0.0.1:3001"}, {}),
        ({"host": "127.0.0.1"}, {}),
        ({"host": "127.0.0.1:3000.evil.example"}, {}),
        (OWN | {"origin": "http://evil.example"}, {"method": "POST"}),
        (OWN | {"origin": "null"}, {"method": "POST"}),
        (OWN | {"origin": ""}, {"method": "POST"}),
        (OWN | {"origin": "http://127.0.0.1:8501"}, {"method": "POST"}),
        (OWN | {"origin": "http://127.0.0.1:3000.evil.example"}, {"method": "POST"}),
        (OWN | {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}, {}),
        (OWN | {"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors"}, {}),
        (OWN | VISIT | {"sec-fetch-dest": "iframe"}, {}),
        (OWN | VISIT, {"method": "POST"}),
        (OWN, {"path": "/graphql", "query": "query=mutation%7Bx%7D"}),
        (OWN | {"content-length": "1048577"}, {"method": "POST", "path": "/graphql"}),
        (OWN | {"content-length": "-1"}, {"method": "POST"}),
        (OWN | {"content-length": "many"}, {"method": "POST"}),
        (OWN | VISIT, {"path": "/graphql/", "query": "operationName=a&query=mutation"}),
    ],
)
def test_other_pages_other_names_and_mutations_by_get_are_refused(headers: dict, more: dict) -> None:
    start = answer(headers, **more)[0]
    assert start["status"] == 403
    assert dict(HEADERS.items()).items() <= dict(start["headers"]).items()


@pytest.mark.parametrize(
    ("origin", "kind"),
    [
        ({"origin": "http://127.0.0.1:3000"}, "websocket.accept"),
        ({}, "websocket.accept"),
        ({"origin": "http://evil.example"}, "websocket.close"),
    ],
)
def test_a_websocket_is_opened_by_own_pages_alone(origin: dict, kind: str) -> None:
    assert answer(OWN | origin, kind="websocket")[0]["type"] == kind


@pytest.mark.parametrize("https", [True, False])
def test_every_answer_closes_frames_sniffing_and_foreign_reading(https: bool) -> None:
    headers = answer(OWN, https=https)[0]["headers"]
    named = dict(headers)
    assert b"frame-ancestors 'none'" in named[b"content-security-policy"]
    assert (named[b"x-content-type-options"], named[b"referrer-policy"]) == (b"nosniff", b"no-referrer")
    assert b"access-control-allow-origin" not in named
    cookie = named[b"set-cookie"]
    assert b"Max-Age=%d" % COOKIE_SECONDS in cookie
    assert b"HttpOnly" in cookie
    assert b"SameSite=Lax" in cookie
    assert cookie.endswith(b"Secure") == https


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/", False),
        ("/media/1.docx", False),
        ("/_stcore/health", False),
        ("/graphql", False),
        ("/static/js/a.js", True),
    ],
)
def test_nothing_but_the_program_s_own_files_is_kept_by_the_browser(path: str, kept: bool) -> None:
    headers = dict(answer(OWN, path=path)[0]["headers"])
    assert (headers.get(b"cache-control") == b"no-store") != kept


def test_a_body_of_unsaid_length_is_cut_off() -> None:
    read: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        while (message := await receive())["type"] == "http.request":
            read.append(message)
        read.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"x" * 1000, "more_body": True}

    async def send(message: Message) -> None:
        """Nothing is sent."""

    scope: Scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"host", b"127.0.0.1:3000")]}
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(WebGuard(app, hosts_of(3000))(scope, receive, send))).result()
    assert read[-1]["type"] == "http.disconnect"
    assert sum(len(each.get("body", b"")) for each in read) <= MOST_BYTES


def test_the_screens_run_no_script_that_is_not_their_own() -> None:
    policy = headers_of(scripts_of("<script>\n a \n</script><script src='x'></script>"))[
        b"content-security-policy"
    ]
    scripts = next(part for part in policy.decode().split("; ") if part.startswith("script-src"))
    assert "unsafe" not in scripts
    assert scripts.count("sha256-") == 1
