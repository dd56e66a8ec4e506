"""The screens as they are served: the entry page behind the guard. `streamlit run` finds `app` here."""

import os
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st
from starlette.middleware import Middleware
from streamlit.web.server.server_util import get_cookie_secret

from dashboards.access.ended_sessions import ended_sessions
from dashboards.access.login import login_file, read_rules
from dashboards.access.session_door import SessionDoor
from dashboards.access.strict_provider import be_strict
from dashboards.access.web_guard import WebGuard, headers_of, hosts_of, scripts_of
from dashboards.server import APP, HOSTS, PORT

os.umask(0o077)
login = login_file()
be_strict()
published_at = urlsplit(read_rules(login).redirect_uri) if login else urlsplit("")
door = (
    [
        Middleware(
            SessionDoor,
            rules=partial(read_rules, login),
            cookie_secret=get_cookie_secret(),
            ended=ended_sessions(),
        )
    ]
    if login
    else []
)
page = Path(st.__file__).parent / "static" / "index.html"
app = st.App(
    APP,
    middleware=[
        Middleware(
            WebGuard,
            hosts=hosts_of(int(os.environ[PORT]), published_at.netloc, *os.environ.get(HOSTS, "").split(",")),
            is_https=published_at.scheme == "https",
            headers=headers_of(scripts_of(page.read_text(encoding="utf-8"))),
        ),
        *door,
    ],
)
