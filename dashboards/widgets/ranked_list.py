"""The ranked list on the screen: its rows, the dialog for decisions, and the disputes that left it."""

from typing import Any

import polars as pl
import streamlit as st

from dashboards.markup.markup import table, verbatim
from dashboards.published.role_list import ListOf
from dashboards.published.warnings_queries import left_list, page_of, pages_in
from dashboards.texts.week_sentences import gone_table
from dashboards.widgets.decision_form import decision_fields
from dashboards.widgets.filters import Filters
from dashboards.widgets.reader_session import Session, go_to
from dashboards.widgets.warning_table import in_words, warning_list


def ranked_list(session: Session, rows: pl.DataFrame, filters: Filters) -> None:
    """One page of the list, and the way to open a dispute or decide on several."""
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


def gone_from_list(session: Session, of: ListOf) -> None:
    """A collapsed section with the disputes of the previous list that are not on this one."""
    if session.earlier is None:
        return
    gone = left_list(session.published, session.role, session.earlier, of)
    if len(gone):
        label = session.words.count("week.gone", len(gone))
        with st.expander(verbatim(label)):
            st.html(table(*gone_table(session.names, gone), label, texts=(1, 2, 3)))


def _decide(session: Session, chosen: list[dict[str, Any]]) -> None:
    words = session.words
    label = words.count("decide.chosen", len(chosen))
    with st.bottom, st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{verbatim(label)}**", width="content")
        if st.button(verbatim(words("decide.open")), type="primary"):
            st.dialog(verbatim(label))(_fields)(session, chosen)


def _fields(session: Session, chosen: list[dict[str, Any]]) -> None:
    if decision_fields(session, chosen, key="several"):
        st.session_state["decisions_made"] += 1
        st.rerun()
