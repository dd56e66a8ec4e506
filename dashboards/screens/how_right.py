"""How right the warnings have been, against what an office would do without them, and what they cannot see."""

import streamlit as st

from dashboards.charts import reliability_picture
from dashboards.evidence import card, pooled, segments, under_served
from dashboards.evidence_words import (
    cannot_see,
    card_facts,
    comparison,
    fairness_line,
    headline_figures,
    history_table,
    segment_table,
    specialist_table,
    watch_lines,
)
from dashboards.markup import bullets, figure, lines, pairs, table
from dashboards.phrases import span
from dashboards.publication import models_used
from dashboards.read_model import MODEL, reliability
from dashboards.session import Session, here


def show() -> None:
    """The page."""
    session = here()
    words, publication = session.words, session.published
    st.title(words("model.title"), anchor=False)
    measured = pooled(publication)
    if MODEL in measured:
        st.html(lines([words("model.intro", within=span(words, publication.meta["horizon_days"]))]))
        _evidence(session, measured)
    else:
        st.html(lines([words("model.none"), words("model.none_do")]))
    st.header(words("model.watch"), anchor=False)
    st.html(bullets(watch_lines(words, publication.meta.get("watch"))))
    left, right = st.columns(2, gap="large")
    with left:
        st.header(words("model.cannot"), anchor=False)
        st.html(bullets(cannot_see(words)))
    with right:
        st.header(words("model.card"), anchor=False)
        st.html(pairs(card_facts(words, card(publication), publication.meta["excluded"])))
        st.header(words("model.history"), anchor=False)
        told = history_table(words, models_used(session.home))
        st.html(table(*told, words("model.history"), texts=(1,)))


def _evidence(session: Session, measured: dict) -> None:
    words, names, publication = session.words, session.names, session.published
    for column, told in zip(
        st.columns(3, gap="large"), headline_figures(words, measured, session.outcome), strict=False
    ):
        with column, st.container(border=True):
            st.markdown(f"**{told.title}**")
            st.html(figure(told.number, told.text, told.interval))
    left, right = st.columns([1.25, 1], gap="large")
    with left:
        st.header(words("model.table"), anchor=False)
        head, rows = comparison(words, measured)
        st.html(table(head, rows, words("model.table_alt"), strong=0))
    with right:
        st.header(words("model.picture"), anchor=False)
        bins = reliability(publication)
        if len(bins):
            st.altair_chart(reliability_picture(words, bins), theme=None, alt=words("model.picture_alt"))
            st.caption(words("model.picture_text"))
    st.header(words("model.fair"), anchor=False)
    counties = under_served(publication, "county", "recall_at_capacity")
    st.html(lines([fairness_line(words, counties, names.area)]))
    with st.expander(f"{words('model.by_category')}{words('general.between')}{words('model.by_county')}"):
        st.html(lines([words("model.by_text", outcome=session.outcome)]))
        by = (("category", names.category, "model.by_category"), ("county", names.area, "model.by_county"))
        for column, (kind, name, label) in zip(st.columns(2, gap="large"), by, strict=True):
            rows = segment_table(words, segments(publication, kind, "recall_at_capacity"), name)
            column.html(table([words(label), words("model.caught")], rows, words(label)))
    with st.expander(words("model.specialist")):
        st.html(table(*specialist_table(words, measured), words("model.specialist"), strong=0))
