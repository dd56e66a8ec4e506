"""This week: the ranked list, what changed, and a decision for one dispute or several."""

import streamlit as st

from dashboards.markup.markup import line_of_chips, lines, verbatim
from dashboards.published.role_list import CITY_LIST, list_tiers
from dashboards.published.warnings_queries import Week, queue, week
from dashboards.texts.week_sentences import (
    capacity_line,
    changes_line,
    hidden_lines,
    level_words,
    list_line,
    lower_list_line,
    queue_line,
    week_days,
)
from dashboards.widgets.download_buttons import export_shown
from dashboards.widgets.filters import Filters, choose_filters
from dashboards.widgets.ranked_list import gone_from_list, ranked_list
from dashboards.widgets.reader_session import Session, current_session


def show() -> None:
    """The page."""
    session = current_session()
    words = session.words
    st.title(verbatim(words("week.title", **week_days(words, session.published))), anchor=False)
    summary = st.container()
    filters = choose_filters(session)
    listed = _chosen_rows(session, filters)
    with summary:
        _summary(session, listed, filters)
    rows = filters.applied_to(listed.rows)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.html(line_of_chips(level_words(session.names, rows), words.count("week.shown", len(rows))))
        export_shown(session, rows, filters.of)
    if rows.is_empty():
        st.html(lines([words("empty.no_rows")]))
    else:
        ranked_list(session, rows, filters)
    gone_from_list(session, filters.of)


def _chosen_rows(session: Session, filters: Filters) -> Week:
    if filters.view == "queue":
        return queue(session.published, session.role, session.earlier)
    return week(session.published, session.role, filters.capacity, session.earlier, filters.of)


def _summary(session: Session, listed: Week, filters: Filters) -> None:
    words, publication = session.words, session.published
    if filters.view == "queue":
        st.html(lines([queue_line(words, listed), *hidden_lines(words, listed)]))
        return
    changes = changes_line(words, publication, session.role, session.earlier, filters.of)
    one_each = [words("week.one_list_each")] if len(list_tiers(publication)) > 1 else []
    if filters.of != CITY_LIST:
        line = lower_list_line(session.names, listed, filters.of)
        st.html(lines([line + words("general.after_sentence") + changes, *one_each]))
        return
    sentences = [
        capacity_line(words, publication, session.profile, listed),
        list_line(words, publication, listed),
    ]
    st.html(
        lines(
            [
                sentences[0],
                sentences[1] + words("general.after_sentence") + changes,
                *one_each,
                *hidden_lines(words, listed),
            ]
        )
    )
