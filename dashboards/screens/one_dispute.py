"""One dispute: what is known, how likely it is to escalate and why, what help to offer, what was decided."""

import streamlit as st

from dashboards.decisions.eligible_units import offered
from dashboards.markup.markup import bullets, lines, pairs, reasons, table, timeline, verbatim
from dashboards.pictures.charts import chance_picture
from dashboards.published.handling_queries import free_capacity, similar
from dashboards.published.warnings_queries import Dispute, one_dispute
from dashboards.texts.dispute_words import case_facts, chance_lines, chance_of, headline, unsure
from dashboards.texts.handling_words import free_lines, similar_table
from dashboards.widgets.decision_form import decided_so_far, decision_fields
from dashboards.widgets.reader_session import Session, asked_dispute, current_session, remember_dispute

NEAREST_UNITS = 3


def show() -> None:
    """The page."""
    session = current_session()
    words = session.words
    number = asked_dispute()
    dispute = one_dispute(session.published, session.role, number) if number else None
    if dispute is None:
        st.title(verbatim(words("nav.dispute")), anchor=False)
        st.html(lines([words("dispute.absent" if number else "dispute.pick")]))
        _ask(session)
        return
    st.page_link(st.session_state["pages"]["week"], label=words("dispute.back"), icon=":material/arrow_back:")
    st.title(verbatim(words("dispute.title", number=number)), anchor=False)
    st.html(headline(session.names, dispute))
    wide, narrow = st.columns([1.7, 1], gap="large")
    with wide:
        _why(session, dispute)
        st.header(verbatim(words("dispute.timeline")), anchor=False)
        st.html(timeline(session.names, dispute.steps))
        _similar(session, number)
    with narrow:
        _what_to_do(session, dispute)


def _ask(session: Session) -> None:
    asked = st.text_input(
        verbatim(session.words("dispute.which")),
        placeholder=session.words("dispute.which_hint"),
        key="asked",
        width=360,
    )
    if asked:
        remember_dispute(asked.strip())
        st.rerun()


def _why(session: Session, dispute: Dispute) -> None:
    words, names = session.words, session.names
    st.header(verbatim(words("dispute.chance")), anchor=False)
    horizon_days = session.published.meta.horizon_days
    st.html(lines(chance_lines(words, dispute, session.outcome, horizon_days)))
    chance = chance_of(dispute)
    if chance is not None:
        st.altair_chart(chance_picture(words, chance), theme=None, alt=words("dispute.chance"))
    st.header(verbatim(words("dispute.reasons")), anchor=False)
    st.html(reasons(names, dispute))
    st.caption(verbatim(words("dispute.reasons_note")))


def _similar(session: Session, number: str) -> None:
    words, rows = session.words, similar(session.published, number)
    st.header(verbatim(words("similar.title")), anchor=False)
    if rows.is_empty():
        st.html(lines([words("similar.none")]))
        return
    st.html(lines([words("similar.text")]))
    st.html(table(*similar_table(session.names, rows), words("similar.title"), texts=(2, 3)))


def _what_to_do(session: Session, dispute: Dispute) -> None:
    words, names, number = session.words, session.names, dispute.warning["dispute_id"]
    nearest = offered(session.profile, [dispute.warning])[:NEAREST_UNITS]
    with st.container(border=True):
        st.header(verbatim(words("dispute.offer")), anchor=False)
        st.html(lines([*names.offers[dispute.warning["recommendation"]], words("dispute.offer_note")]))
        st.html(bullets(free_lines(names, nearest, free_capacity(session.published))))
    with st.container(border=True):
        st.header(verbatim(words("decide.title")), anchor=False)
        decided_so_far(session, number)
        if decision_fields(session, [dispute.warning], key=f"one_{number}"):
            st.rerun()
    st.header(verbatim(words("dispute.unsure")), anchor=False)
    st.html(bullets(unsure(words, dispute, session.outcome)))
    st.header(verbatim(words("dispute.facts")), anchor=False)
    st.html(pairs(case_facts(names, dispute)))
