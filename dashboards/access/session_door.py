"""What Streamlit serves beside the pages, tied to the log-in: its own way out, and the files that pages offer for download.

Its `/auth/logout` takes the cookie out of the browser and no more, and its `/media/<hash>` answers whoever knows the
address. Whose downloads they are is not known there: every session that may see the screens and has the address may.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from starlette.requests import HTTPConnection
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value

from dashboards.access.ended_sessions import EndedSessions
from dashboards.access.login import Rules
from dashboards.access.web_guard import App, Receive, Scope, Send
from pipelines.errors import RefusedInput

USER_COOKIE = "_streamlit_user"
LOGOUT, MEDIA = "/auth/logout", "/media/"


class SessionDoor:
    """Ends a session at Streamlit's own log-out, and gives downloads to sessions that are open alone.

    Args:
        app: the application behind.
        rules: reads who has which role; refuses where the log-in's file is no longer whole.
        cookie_secret: signs the cookies.
        ended: the sessions that are over.
    """

    def __init__(
        self, app: App, rules: Callable[[], Rules], cookie_secret: str, ended: EndedSessions
    ) -> None:
        self._app, self._rules, self._secret, self._ended = app, rules, cookie_secret, ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        path = scope["path"] if scope["type"] == "http" else ""
        if path.rstrip("/").endswith(LOGOUT) and (claims := self._claims(scope)):
            with suppress(OSError):  # a full disk must not keep the cookie in the browser
                self._ended.end(claims, datetime.now())
        elif MEDIA in path and not self._is_open(scope):
            headers = [(b"content-type", b"text/plain; charset=utf-8")]
            await send({"type": "http.response.start", "status": 403, "headers": headers})
            await send({"type": "http.response.body", "body": b"log in again to download this"})
            return
        await self._app(scope, receive, send)

    def _is_open(self, scope: Scope) -> bool:
        """Whether the request is of a session that may see the screens now."""
        claims = self._claims(scope)
        try:
            rules = self._rules()
        except RefusedInput:
            return False
        is_ours = rules.accepts(claims, datetime.now()) and claims not in self._ended
        return is_ours and rules.role(claims) is not None

    def _claims(self, scope: Scope) -> dict[str, Any]:
        """What the cookie says of who it is; nothing where it is not signed by us."""
        cookies = HTTPConnection(scope).cookies

        def cookie(name: str) -> bytes | None:
            value = cookies.get(name)
            return (
                decode_signed_value(self._secret, name, value.encode("latin-1", "replace")) if value else None
            )

        signed = get_cookie_with_chunks(cookie, USER_COOKIE)
        try:
            claims = json.loads(signed) if signed else {}
        except ValueError:
            return {}
        return claims if isinstance(claims, dict) else {}
