"""The reader of this run: from the log-in where one is required, else with the role of the command that opened the screens."""

import os
from datetime import datetime

import streamlit as st

from dashboards.access.ended_sessions import ActiveSessions, ended_sessions
from dashboards.access.login import REQUIRED, Reader, Rules, login_file, read_rules
from dashboards.access.roles import role_of
from dashboards.markup.markup import lines, verbatim
from dashboards.wording.language import Words
from pipelines.errors import RefusedInput


def reader_of_run(words: Words) -> Reader | None:
    """Who looks, or None where they are shown the way in, or that it is closed."""
    try:
        rules = _rules()
    except RefusedInput:
        _door(words, "login.closed", "login.closed_do")
        return None
    if rules is None:
        return Reader(role_of(os.environ.get("FENGQIAO_ROLE", "analyst")))
    claims, now = st.user.to_dict(), datetime.now()
    if not rules.accepts(claims, now) or claims in ended_sessions() or _active().is_idle(claims, now):
        _door(words, "login.title", "login.text")
        st.button(verbatim(words("login.enter")), type="primary", on_click=st.login)
        return None
    reader = rules.reader(claims)
    if reader is None:
        _door(words, "login.no_role", "login.no_role_do")
        leave(words)
    return reader


def leave(words: Words) -> None:
    """A way out, where there was a way in."""
    if os.environ.get(REQUIRED) == "1" or st.user.to_dict().get("is_logged_in"):
        st.button(verbatim(words("login.leave")), on_click=_leave, key="leave")


def _leave() -> None:
    """End the session on the server, then in the browser; there in any case."""
    try:
        ended_sessions().end(st.user.to_dict(), datetime.now())
    finally:
        st.logout()


def _rules() -> Rules | None:
    if os.environ.get(REQUIRED) == "0":
        return None
    path = login_file()
    return read_rules(path) if path else None


@st.cache_resource(show_spinner=False)
def _active() -> ActiveSessions:
    """Of all visitors of this process."""
    return ActiveSessions()


def _door(words: Words, title: str, text: str) -> None:
    st.title(verbatim(words(title)), anchor=False)
    st.html(lines([words(text)]))
