"""The role of the reader: from the log-in where one is configured, else from the command that opened the screens."""

import os
from datetime import datetime

import streamlit as st

from dashboards.access.login import Rules, is_stale, login_file, read_rules
from dashboards.access.roles import Role, role_of
from dashboards.markup.markup import lines
from dashboards.wording.language import Words


def role_of_reader(words: Words) -> Role | None:
    """The reader's role, or None where they are shown the way in instead."""
    rules = _rules()
    if rules is None:
        return role_of(os.environ.get("FENGQIAO_ROLE", "analyst"))
    claims = st.user.to_dict()
    if not claims.get("is_logged_in") or is_stale(claims, datetime.now()):
        _door(words, "login.title", "login.text")
        st.button(words("login.enter"), type="primary", on_click=st.login)
        return None
    role = rules.role(claims)
    if role is None:
        _door(words, "login.no_role", "login.no_role_do")
        leave(words)
    return role


def leave(words: Words) -> None:
    """A way out, where there was a way in."""
    if _rules() is not None:
        st.button(words("login.leave"), on_click=st.logout, key="leave")


def _rules() -> Rules | None:
    path = login_file()
    return read_rules(path) if path else None


def _door(words: Words, title: str, text: str) -> None:
    st.title(words(title), anchor=False)
    st.html(lines([words(text)]))
