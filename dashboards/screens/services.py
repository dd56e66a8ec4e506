"""Services: how far the two care services reach, township by township. Places and visits, never people."""

import polars as pl
import streamlit as st

from dashboards.markup.markup import lines, table, verbatim
from dashboards.pictures.area_polygons import boundaries_of
from dashboards.pictures.maps import can_be_drawn, township_map
from dashboards.published.service_queries import services
from dashboards.published.warnings_queries import narrowed
from dashboards.texts.place_words import SHOWN, service_map_words, service_summary, service_table
from dashboards.texts.week_sentences import family_lines
from dashboards.widgets import url_choices
from dashboards.widgets.cached_pictures import picture
from dashboards.widgets.reader_session import Session, current_session


def show() -> None:
    """The page."""
    session = current_session()
    words, names = session.words, session.names
    st.title(verbatim(words("service.title")), anchor=False)
    codes = session.profile.codes_of_kind("service")
    if not codes:
        st.html(lines([words("service.not_kept")]))
        return
    summary = st.container()
    left, right = st.columns([1.6, 1], gap="large")
    with left:
        service = url_choices.single_choice(words("service.which"), "service", codes, names.category)
    rows = services(session.published, session.profile, service)
    if rows is None:
        st.html(
            lines(
                [
                    words("service.none"),
                    *family_lines(words, session.published, "coverage"),
                    words("service.none_do"),
                ]
            )
        )
        return
    with summary:
        st.html(lines(service_summary(names, rows)))
    with right:
        counties = rows["county_code"].drop_nulls().unique().sort().to_list()
        chosen = url_choices.many_of(
            words("week.county"), "county", counties, names.area, words("week.every_county")
        )
    shown = narrowed(rows, counties=chosen)
    wide, narrow = st.columns([1, 1.1], gap="large")
    with wide:
        _map(session, shown, service, *chosen)
    with narrow:
        st.header(verbatim(words("service.first")), anchor=False)
        st.html(table(*service_table(names, shown.head(SHOWN)), words("service.first"), texts=(4,)))
    if len(shown) > SHOWN:
        with st.expander(verbatim(words.count("service.more", len(shown) - SHOWN))):
            st.html(table(*service_table(names, shown[SHOWN:]), words("service.title"), texts=(4,)))
    st.html(lines([words("service.care")]))


def _map(session: Session, rows: pl.DataFrame, *choices: str) -> None:
    words, shapes = session.words, boundaries_of(session.profile)
    if not can_be_drawn(rows, shapes):
        st.html(lines([words("place.no_map")]))
        return
    titles = (words("service.caseload"), words("service.caseload"), words("service.overdue"))
    picture(
        session,
        words("service.map_alt"),
        lambda: township_map(session.names, service_map_words(session.names, rows), shapes, *titles),
        *choices,
    )
    st.caption(verbatim(words("service.map_text_polygons" if shapes else "service.map_text")))
