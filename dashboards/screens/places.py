"""Places: where more disputes are coming than usual, where little is reported, and where help is thin."""

import polars as pl
import streamlit as st

from dashboards.markup.markup import lines, table, verbatim
from dashboards.pictures.area_polygons import boundaries_of
from dashboards.pictures.maps import can_be_drawn, township_map
from dashboards.published.place_queries import ALL, MARKS, forecast_categories, places
from dashboards.texts.place_words import SHOWN, help_table, map_words, place_summary, place_table
from dashboards.texts.week_sentences import family_lines
from dashboards.widgets import url_choices
from dashboards.widgets.cached_pictures import picture
from dashboards.widgets.reader_session import Session, current_session


def show() -> None:
    """The page."""
    session = current_session()
    words, names = session.words, session.names
    st.title(verbatim(words("place.title")), anchor=False)
    summary = st.container()
    category = url_choices.choice_of(
        words("place.category"),
        "kind",
        forecast_categories(session.published, session.profile),
        lambda code: words("place.all") if code == ALL else names.category(code),
    )
    ranked = places(session.published, session.profile, category)
    if ranked is None:
        st.html(
            lines(
                [
                    words("place.none"),
                    *family_lines(words, session.published, "demand"),
                    words("place.none_do"),
                ]
            )
        )
        return
    with summary:
        st.html(lines([*place_summary(names, ranked), *family_lines(words, session.published, "demand")]))
    wide, narrow = st.columns([1, 1.15], gap="medium")
    with wide:
        _map(session, ranked.rows, category)
    with narrow:
        st.header(verbatim(words("place.top")), anchor=False)
        st.html(table(*place_table(names, ranked, ranked.rows.head(SHOWN)), words("place.top"), texts=(3, 4)))
    st.header(verbatim(words("place.help")), anchor=False)
    marked = ranked.rows.filter(pl.any_horizontal(MARKS))
    st.html(lines([words("place.help_text")]))
    st.html(table(*help_table(names, marked), words("place.help"), texts=(1,)))
    with st.expander(verbatim(words("place.every"))):
        st.html(table(*place_table(names, ranked, ranked.rows), words("place.every"), texts=(3, 4)))


def _map(session: Session, rows: pl.DataFrame, category: str) -> None:
    words, shapes = session.words, boundaries_of(session.profile)
    if not can_be_drawn(rows, shapes):
        st.html(lines([words("place.no_map")]))
        return
    titles = (words("place.size"), words("place.told_title"), words("place.reporting"))
    picture(
        session,
        words("place.map_alt"),
        lambda: township_map(session.names, map_words(session.names, rows), shapes, *titles),
        category,
    )
    st.caption(verbatim(words("place.map_text_polygons" if shapes else "place.map_text")))
