"""Data health: what arrived, what was refused and why, how late. What is missing here is missing everywhere."""

import streamlit as st

from dashboards.markup.markup import lines, table, verbatim
from dashboards.published.data_health_queries import files, lateness, missing, refusals
from dashboards.texts.data_words import (
    beyond_units_lines,
    files_table,
    lateness_table,
    left_out_lines,
    missing_line,
    refusals_table,
)
from dashboards.widgets.reader_session import current_session
from pipelines.city.published_lists import beyond_units


def show() -> None:
    """The page."""
    session = current_session()
    words, publication = session.words, session.published
    st.title(verbatim(words("data.title")), anchor=False)
    st.html(
        lines(
            [
                words("data.until", day=words.day(publication.data_until.date())),
                missing_line(words, missing(publication)),
                *left_out_lines(words, publication.meta.left_out),
                *beyond_units_lines(session.names, beyond_units(publication.warnings, session.profile.units)),
            ]
        )
    )
    st.header(verbatim(words("data.lateness")), anchor=False)
    late = lateness(publication)
    if late:
        st.html(lines([words("data.lateness_text")]))
        st.html(table(*lateness_table(words, late), words("data.lateness")))
    else:
        st.html(lines([words("data.no_lateness"), words("general.next_run")]))
    left, right = st.columns([1.35, 1], gap="large")
    with left:
        st.header(verbatim(words("data.files")), anchor=False)
        st.html(table(*files_table(words, files(publication)), words("data.files")))
    with right:
        st.header(verbatim(words("data.refused")), anchor=False)
        refused = refusals(publication)
        if refused:
            st.html(lines([words("data.refused_text")]))
            st.html(table(*refusals_table(words, refused), words("data.refused"), texts=(1,)))
        else:
            st.html(lines([words("data.none_refused")]))
