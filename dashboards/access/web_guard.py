"""A guard before every server of this house, so that no web page in the same browser drives it.

A page elsewhere can send requests to localhost, frame it, or point its own name at it (rebinding). The guard
answers only to the names it was given, only to its own pages, lets no GET change anything, and tells the browser
so. It stands inside the server's own process: there is no second, unguarded port behind it. Plain ASGI.
"""

from collections.abc import Awaitable, Callable, Collection, MutableMapping
from typing import Any
from urllib.parse import parse_qs

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; connect-src 'self'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
"""Streamlit's and Dagster's pages need inline scripts and evaluated charts; nothing comes from elsewhere."""
HEADERS = {
    b"content-security-policy": POLICY.encode(),
    b"x-frame-options": b"DENY",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}
COOKIE_SECONDS = 12 * 60 * 60
_SCRIPT_COOKIE = b"_streamlit_xsrf="
_SAFE = ("GET", "HEAD", "OPTIONS")
_OTHERS = (b"cross-site", b"same-site")


class WebGuard:
    """Lets a request through to an application, or refuses it.

    Args:
        app: the application behind.
        hosts: names with their port as a browser sends them, such as `127.0.0.1:8501`.
        is_https: whether browsers come by https: cookies are then sent that way only.
    """

    def __init__(self, app: App, hosts: Collection[str], is_https: bool = False) -> None:
        self._app, self._is_https = app, is_https
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif reason := self._why_refused(scope):
            await _refuse(scope, receive, send, reason)
        else:
            await self._app(scope, receive, self._with_headers(send))

    def _why_refused(self, scope: Scope) -> str | None:
        headers = dict(scope["headers"])
        if headers.get(b"host", b"").decode("latin-1").lower() not in self._hosts:
            return "this server does not answer to that name"
        origin = headers.get(b"origin")
        if origin is not None and origin.decode("latin-1").lower().partition("://")[2] not in self._hosts:
            return "requests of other pages are refused"
        if headers.get(b"sec-fetch-site") in _OTHERS and not _is_visit(scope, headers):
            return "requests of other pages are refused"
        if scope["type"] == "http" and scope["method"] == "GET" and _asks_graphql(scope):
            return "a query by GET is refused: use POST"
        return None

    def _with_headers(self, send: Send) -> Send:
        async def guarded(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                message = {**message, "headers": self._headers(message.get("headers", ()))}
            await send(message)

        return guarded

    def _headers(self, given: Collection[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """The response's headers: none that opens it to other pages, cookies within bounds, the guard's own."""
        kept = []
        for name, value in given:
            lower = name.lower()
            if lower == b"content-security-policy":
                kept.append((lower, value))
            elif lower == b"set-cookie":
                kept.append((lower, self._cookie(value)))
            elif lower not in HEADERS and not lower.startswith(b"access-control-"):
                kept.append((lower, value))
        return [*kept, *HEADERS.items()]

    def _cookie(self, value: bytes) -> bytes:
        """A cookie no other page sends, that ends within a working day, and that no script reads.

        But for the token by which Streamlit's own page shows that it is no other: a script must send it along.
        """
        parts = [part.strip() for part in value.split(b";")]
        dropped = (b"httponly", b"secure", b"samesite")
        kept = [_shortened(part) for part in parts if part.lower().split(b"=")[0] not in dropped]
        flags = [b"SameSite=Lax", *([b"Secure"] if self._is_https else [])]
        return b"; ".join([*kept, *([] if value.startswith(_SCRIPT_COOKIE) else [b"HttpOnly"]), *flags])


def hosts_of(port: int, *others: str) -> list[str]:
    """What a browser on this machine calls a server at that port, and other names it is published by."""
    return [f"127.0.0.1:{port}", f"localhost:{port}", *filter(None, others)]


def _shortened(part: bytes) -> bytes:
    name, _, value = part.partition(b"=")
    if name.lower() == b"max-age" and value.isdigit():
        return b"Max-Age=%d" % min(int(value), COOKIE_SECONDS)
    return part


def _is_visit(scope: Scope, headers: dict[bytes, bytes]) -> bool:
    """Whether somebody follows a link to here, as the log-in's provider lets them: a page of its own, by GET."""
    is_page = headers.get(b"sec-fetch-mode") == b"navigate" and headers.get(b"sec-fetch-dest") == b"document"
    return scope["type"] == "http" and scope["method"] in _SAFE and is_page


def _asks_graphql(scope: Scope) -> bool:
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    return scope["path"].rstrip("/").endswith("/graphql") and "query" in asked


async def _refuse(scope: Scope, receive: Receive, send: Send, reason: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": reason})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *HEADERS.items()]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": reason.encode()})
