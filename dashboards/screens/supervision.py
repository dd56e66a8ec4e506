"""Supervision: what was accepted and is due, which open disputes wait too long, how grid reports are handled."""

import streamlit as st

from dashboards.markup.markup import lines, table, verbatim
from dashboards.published.handling_queries import WAITING, accepted, clocks
from dashboards.published.warnings_queries import choices, narrowed, page_of, pages_in
from dashboards.texts.handling_words import accepted_table, clock_summary, clock_table, load_table
from dashboards.widgets import url_choices
from dashboards.widgets.reader_session import Session, current_session


def show() -> None:
    """The page."""
    session = current_session()
    words = session.words
    st.title(verbatim(words("clock.title")), anchor=False)
    st.header(verbatim(words("clock.accepted")), anchor=False)
    _accepted(session)
    st.header(verbatim(words("clock.open")), anchor=False)
    _open(session)
    st.header(verbatim(words("load.title")), anchor=False)
    load = session.published.described.get("grid_load")
    if load is None or load.is_empty():
        st.html(lines([words("load.none")]))
    else:
        st.html(lines([words("load.text")]))
        st.html(table(*load_table(session.names, load), words("load.title")))


def _accepted(session: Session) -> None:
    words = session.words
    entries = accepted(session.published, session.role, session.store.accepted())
    if not entries:
        st.html(lines([words("clock.none_accepted")]))
        return
    visited = set(session.store.visited([entry.decision.dispute_id for entry in entries]))
    content = accepted_table(session.names, session.published.warnings, entries, visited, session.now.date())
    st.html(table(*content, words("clock.accepted"), texts=(1, 2)))


def _open(session: Session) -> None:
    words, names = session.words, session.names
    waiting_cases = clocks(session.published, session.role)
    st.html(lines(clock_summary(names, waiting_cases)))
    with st.container(horizontal=True, gap="large"):
        shown = tuple(name for name in WAITING if name == "all" or name in waiting_cases.fed)
        waiting = url_choices.single_choice(
            words("clock.show"), "clock", shown, lambda code: words(f"clock.show_{code}")
        )
        counties = url_choices.many_of(
            words("week.county"), "county", choices(session.published)[0], names.area, words("week.every_county"), 360
        )  # fmt: skip
    rows = narrowed(waiting_cases.late(waiting), counties=counties)
    if rows.is_empty():
        st.html(lines([words("clock.none_open")]))
        return
    pages = pages_in(rows)
    number = st.pagination(pages, key=f"clocks_{waiting}_{counties}") if pages > 1 else 1
    st.html(
        table(*clock_table(names, page_of(rows, number), waiting_cases.fed), words("clock.open"), texts=(1,))
    )
