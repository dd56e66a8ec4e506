"""A guard before every server of this house, so that no web page in the same browser drives it.

A page elsewhere can send requests to localhost, frame it, or point its own name at it (rebinding). The guard
answers only to the names it was given, only to its own pages, lets no GET change anything, and tells the browser
so. It stands inside the server's own process: there is no second, unguarded port behind it. Plain ASGI.
"""

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qs

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_SCRIPTS_OF_OTHERS = "'self' 'unsafe-inline'"
"""Where a server's pages take scripts from that we have not measured: Dagster's own policy, sent beside this, is narrower."""
MOST_BYTES = 1 << 20
"""Of a request's body; no page of ours sends more."""
COOKIE_SECONDS = 12 * 60 * 60
_SCRIPT_COOKIE = b"_streamlit_xsrf="
_SAFE = ("GET", "HEAD", "OPTIONS")
_OTHERS = (b"cross-site", b"same-site")


def headers_of(scripts: str = _SCRIPTS_OF_OTHERS) -> dict[bytes, bytes]:
    """What every answer tells the browser.

    Args:
        scripts: where the pages may take scripts from. Styles may stand in a page: Streamlit and Dagster make them there.
    """
    policy = (
        f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; connect-src 'self'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    return {
        b"content-security-policy": policy.encode(),
        b"x-frame-options": b"DENY",
        b"x-content-type-options": b"nosniff",
        b"referrer-policy": b"no-referrer",
        b"cross-origin-opener-policy": b"same-origin",
        b"cross-origin-resource-policy": b"same-origin",
        b"cache-control": b"no-store",
    }


def scripts_of(page: str) -> str:
    """Where a page may take scripts from: its own server, the scripts it holds by their hash, and those it makes itself.

    Args:
        page: its HTML.
    """
    inside = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in inside]
    return " ".join(["'self'", *(f"'sha256-{each}'" for each in hashes), "blob:"])


HEADERS = headers_of()
"""Of a server whose pages are not ours."""


class WebGuard:
    """Lets a request through to an application, or refuses it.

    Args:
        app: the application behind.
        hosts: names with their port as a browser sends them, such as `127.0.0.1:8501`.
        is_https: whether browsers come by https: cookies are then sent that way only.
        headers: of every answer; files that never change keep what they say of being kept.
    """

    def __init__(
        self,
        app: App,
        hosts: Collection[str],
        is_https: bool = False,
        headers: Mapping[bytes, bytes] | None = None,
    ) -> None:
        self._app, self._is_https, self._own = app, is_https, dict(headers or HEADERS)
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif reason := self._why_refused(scope):
            await self._refuse(scope, receive, send, reason)
        else:
            await self._app(scope, _bounded(scope, receive), self._with_headers(scope, send))

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
        if _length(headers) > MOST_BYTES:
            return f"no more than {MOST_BYTES:,} bytes are taken"
        return None

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        own = {n: v for n, v in self._own.items() if n != b"cache-control" or not _is_static(scope["path"])}

        async def guarded(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                message = {**message, "headers": self._headers(message.get("headers", ()), own)}
            await send(message)

        return guarded

    def _headers(
        self, given: Collection[tuple[bytes, bytes]], own: Mapping[bytes, bytes]
    ) -> list[tuple[bytes, bytes]]:
        """The response's headers: none that opens it to other pages, cookies within bounds, the guard's own."""
        kept = []
        for name, value in given:
            lower = name.lower()
            if lower == b"content-security-policy":
                kept.append((lower, value))
            elif lower == b"set-cookie":
                kept.append((lower, self._cookie(value)))
            elif lower not in own and not lower.startswith(b"access-control-"):
                kept.append((lower, value))
        return [*kept, *own.items()]

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, reason: str) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": reason})
            return
        headers = [(b"content-type", b"text/plain; charset=utf-8"), *self._own.items()]
        await send({"type": "http.response.start", "status": 403, "headers": headers})
        await send({"type": "http.response.body", "body": reason.encode()})

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


def _is_static(path: str) -> bool:
    """Whether it is a file of the server's program, whose name changes with its content."""
    return "/static/" in path


def _length(headers: Mapping[bytes, bytes]) -> int:
    given = headers.get(b"content-length", b"0")
    return int(given) if given.isdigit() else MOST_BYTES + 1


def _bounded(scope: Scope, receive: Receive) -> Receive:
    """What a request sends, cut off where a body of unsaid length grows beyond the bound."""
    received = 0

    async def bounded() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body") or b"")
        if scope["type"] == "http" and received > MOST_BYTES:
            return {"type": "http.disconnect"}
        return message

    return bounded
