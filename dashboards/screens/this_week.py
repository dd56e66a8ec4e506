"""This week: the ranked list, what changed, and a decision for one dispute or several."""

from typing import Any

import polars as pl
import streamlit as st

from dashboards.decide import decision_fields
from dashboards.filters import Filters, choose_filters
from dashboards.markup import line_of_chips, lines
from dashboards.papers import export_shown
from dashboards.read_model import Week, page_of, pages_in, queue, week
from dashboards.sentences import changes_line, hidden_lines, level_words, list_line, queue_line, week_days
from dashboards.session import Session, go_to, here
from dashboards.warning_list import in_words, warning_list


def show() -> None:
    """The page."""
    session = here()
    words = session.words
    st.title(words("week.title", **week_days(words, session.published)), anchor=False)
    summary = st.container()
    filters = choose_filters(session)
    found = _found(session, filters)
    with summary:
        _summary(session, found, filters)
    rows = filters.applied_to(found.rows)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.html(line_of_chips(level_words(session.names, rows), words.count("week.shown", len(rows))))
        export_shown(session, rows)
    if rows.is_empty():
        st.html(lines([words("empty.no_rows")]))
    else:
        _list(session, rows, filters)


def _found(session: Session, filters: Filters) -> Week:
    if filters.view == "queue":
        return queue(session.published, session.role, session.earlier)
    return week(session.published, session.role, filters.capacity, session.earlier)


def _summary(session: Session, found: Week, filters: Filters) -> None:
    words, publication = session.words, session.published
    if filters.view == "queue":
        first, more = queue_line(words, found), []
    else:
        first = list_line(words, publication, found)
        more = [changes_line(words, publication, session.role, session.earlier)]
    st.html(lines([first, " ".join(more + hidden_lines(words, found))]))


def _list(session: Session, rows: pl.DataFrame, filters: Filters) -> None:
    pages = pages_in(rows)
    number = st.pagination(pages, key=f"page_{filters}") if pages > 1 else 1
    shown = page_of(rows, number)
    decided = session.store.standing(shown["dispute_id"].to_list())
    round_of_decisions = st.session_state.setdefault("decisions_made", 0)
    asked = warning_list(
        in_words(shown, session.names, decided),
        session.names,
        key=f"list_{round_of_decisions}_{number}_{filters}",
    )
    if asked.opened:
        go_to("dispute", id=asked.opened)
    chosen = shown.filter(pl.col("dispute_id").is_in(list(asked.chosen))).to_dicts()
    if chosen:
        _decide(session, chosen)


def _decide(session: Session, chosen: list[dict[str, Any]]) -> None:
    words = session.words
    label = words.count("decide.chosen", len(chosen))
    with st.bottom, st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{label}**", width="content")
        if st.button(words("decide.open"), type="primary"):
            st.dialog(label)(_fields)(session, chosen)


def _fields(session: Session, chosen: list[dict[str, Any]]) -> None:
    if decision_fields(session, chosen, key="several"):
        st.session_state["decisions_made"] += 1
        st.rerun()
