"""Services: how far the two care services reach, township by township. Places and visits, never people."""

import streamlit as st

from dashboards import address
from dashboards.markup import lines, table
from dashboards.place_words import service_summary, service_table
from dashboards.read_model import PAGE_ROWS, narrowed
from dashboards.read_model_services import services
from dashboards.session import here


def show() -> None:
    """The page."""
    session = here()
    words, names = session.words, session.names
    st.title(words("service.title"), anchor=False)
    codes = session.profile.codes_of_kind("service")
    if not codes:
        st.html(lines([words("service.not_kept")]))
        return
    summary = st.container()
    left, right = st.columns([1.6, 1], gap="large")
    with left:
        service = address.one_of(words("service.which"), "service", codes, names.category)
    rows = services(session.published, session.profile, service)
    if rows is None:
        st.html(lines([words("service.none"), words("service.none_do")]))
        return
    with summary:
        st.html(lines(service_summary(names, rows)))
    with right:
        counties = rows["county_code"].drop_nulls().unique().sort().to_list()
        chosen = address.many_of(
            words("week.county"), "county", counties, names.area, words("week.every_county")
        )
    shown = narrowed(rows, counties=chosen)
    st.html(table(*service_table(names, shown.head(PAGE_ROWS)), words("service.title"), texts=(4,)))
    if len(shown) > PAGE_ROWS:
        with st.expander(words.count("service.more", len(shown) - PAGE_ROWS)):
            st.html(table(*service_table(names, shown[PAGE_ROWS:]), words("service.title"), texts=(4,)))
    st.html(lines([words("service.care")]))
