"""Funnel: how a year's disputes pass the tiers and the kinds of mediation, and what came back."""

import streamlit as st

from dashboards.markup.markup import lines, table, verbatim
from dashboards.pictures.charts import tiers_picture
from dashboards.texts.handling_words import funnel_line, funnel_rows, kinds_table, tiers_table
from dashboards.widgets.cached_pictures import picture
from dashboards.widgets.reader_session import current_session


def show() -> None:
    """The page."""
    session = current_session()
    words, names, described = session.words, session.names, session.published.described
    st.title(verbatim(words("funnel.title")), anchor=False)
    tiers, kinds = described.get("funnel_tiers"), described.get("funnel_kinds")
    if tiers is None or tiers.is_empty():
        st.html(lines([words("funnel.none"), words("general.next_run")]))
        return
    st.html(lines([funnel_line(names, tiers), words("funnel.text")]))
    st.header(verbatim(words("funnel.picture")), anchor=False)
    picture(session, words("funnel.picture"), lambda: tiers_picture(words, funnel_rows(names, tiers)))
    st.header(verbatim(words("funnel.by_tier")), anchor=False)
    st.html(table(*tiers_table(names, tiers), words("funnel.by_tier")))
    st.header(verbatim(words("funnel.by_kind")), anchor=False)
    if kinds is None or kinds.is_empty():
        st.html(lines([words("funnel.no_kinds")]))
    else:
        st.html(table(*kinds_table(names, kinds), words("funnel.by_kind")))
    st.caption(verbatim(words("funnel.days_note")))
