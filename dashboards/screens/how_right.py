"""How right the warnings have been, against what an office would do without them, and what they cannot see."""

import streamlit as st

from dashboards.markup.markup import bullets, figure, lines, pairs, table, verbatim
from dashboards.pictures.charts import reliability_picture
from dashboards.published.model_queries import audit, card, pooled, under_served, watched
from dashboards.published.publication import models_used
from dashboards.published.usage_queries import acted_on
from dashboards.published.warnings_queries import MODEL, reliability
from dashboards.texts.evidence_words import (
    acted_table,
    audit_table,
    cannot_see,
    card_facts,
    comparison,
    fairness_lines,
    headline_figures,
    history_table,
    specialist_table,
    watch_lines,
    watch_table,
)
from dashboards.widgets.cached_pictures import picture
from dashboards.widgets.reader_session import Session, current_session
from dashboards.wording.phrases import span


def show() -> None:
    """The page."""
    session = current_session()
    words, publication = session.words, session.published
    st.title(verbatim(words("model.title")), anchor=False)
    measured = pooled(publication)
    if MODEL in measured:
        st.html(lines([words("model.intro", within=span(words, publication.meta.horizon_days))]))
        _evidence(session, measured)
    else:
        st.html(lines([words("model.none"), words("model.none_do")]))
    st.header(verbatim(words("model.watch")), anchor=False)
    st.html(bullets(watch_lines(words, publication.meta.watch)))
    looked_at = watched(publication)
    if len(looked_at):
        with st.expander(verbatim(words("watch.every"))):
            st.html(table(*watch_table(words, looked_at), words("watch.every")))
    st.header(verbatim(words("acted.title")), anchor=False)
    st.html(lines([words("acted.text")]))
    weeks = acted_on(session.home, session.store.everything())
    st.html(table(*acted_table(words, weeks), words("acted.title")))
    left, right = st.columns(2, gap="large")
    with left:
        st.header(verbatim(words("model.cannot")), anchor=False)
        st.html(bullets(cannot_see(words)))
    with right:
        st.header(verbatim(words("model.card")), anchor=False)
        st.html(pairs(card_facts(words, card(publication), publication.meta.excluded)))
        st.header(verbatim(words("model.history")), anchor=False)
        history = history_table(words, models_used(session.home))
        st.html(table(*history, words("model.history"), texts=(1,)))


def _evidence(session: Session, measured: dict) -> None:
    words, names, publication = session.words, session.names, session.published
    for column, text in zip(
        st.columns(3, gap="large"), headline_figures(words, measured, session.outcome), strict=False
    ):
        with column, st.container(border=True):
            st.markdown(f"**{verbatim(text.title)}**")
            st.html(figure(text.number, text.text, text.interval))
    left, right = st.columns([1.25, 1], gap="large")
    with left:
        st.header(verbatim(words("model.table")), anchor=False)
        head, rows = comparison(words, measured)
        st.html(table(head, rows, words("model.table_alt"), strong=0))
    with right:
        st.header(verbatim(words("model.picture")), anchor=False)
        bins = reliability(publication)
        if len(bins):
            picture(session, words("model.picture_alt"), lambda: reliability_picture(words, bins))
            st.caption(verbatim(words("model.picture_text")))
    st.header(verbatim(words("model.fair")), anchor=False)
    st.html(lines(fairness_lines(names, under_served(publication))))
    groups = audit(publication)
    if len(groups):
        with st.expander(verbatim(words("model.by_group"))):
            st.html(lines([words("model.by_text", outcome=session.outcome)]))
            for axis in groups["axis"].unique(maintain_order=True):
                st.html(table(*audit_table(names, groups, axis), words(f"audit.{axis}")))
    with st.expander(verbatim(words("model.specialist"))):
        st.html(table(*specialist_table(words, measured), words("model.specialist"), strong=0))
