"""The screens' entry: who looks at which city, what must be said first, and then the page itself."""

import gc
import os
from pathlib import Path

import streamlit as st

from dashboards.markup.markup import boundary, lines, notice, verbatim
from dashboards.published.warnings_queries import notices, run_notice
from dashboards.screens import (
    data_health,
    effect,
    funnel,
    how_right,
    one_dispute,
    places,
    services,
    supervision,
    this_week,
    units,
)
from dashboards.server import SERVED
from dashboards.texts.week_sentences import notice_sentence
from dashboards.widgets import url_choices
from dashboards.widgets.download_buttons import downloads
from dashboards.widgets.login_gate import leave, reader_of_run
from dashboards.widgets.reader_session import Session, chosen_words, open_session
from dashboards.wording.language import LANGS, Words
from pipelines.errors import FengqiaoError
from pipelines.run_state import last_run

STYLE, ICON = Path(__file__).with_name("screens.css"), Path(__file__).with_name("icon.svg")
SIDEBAR_PIXELS = 250
PAGES = {
    "week": ("", this_week.show),
    "dispute": ("dispute", one_dispute.show),
    "places": ("places", places.show),
    "services": ("services", services.show),
    "supervision": ("supervision", supervision.show),
    "funnel": ("funnel", funnel.show),
    "units": ("units", units.show),
    "effect": ("effect", effect.show),
    "model": ("how-right", how_right.show),
    "data": ("data", data_health.show),
}


def main() -> None:
    """Show one run of the screens."""
    words = chosen_words()
    st.set_page_config(layout="wide", page_icon=str(ICON), initial_sidebar_state=SIDEBAR_PIXELS)
    st.html(STYLE)
    pages = {
        name: st.Page(show, title=verbatim(words(f"nav.{name}")), url_path=path, default=not path)
        for name, (path, show) in PAGES.items()
    }
    st.session_state["pages"] = pages
    page = st.navigation(list(pages.values()))
    reader = reader_of_run(words)
    if reader is None:
        with st.sidebar:
            _language(words)
        return
    try:
        session = open_session(words.lang, reader)
    except FengqiaoError:
        with st.sidebar:
            _language(words)
        _instead(words("empty.unreadable"), words("empty.unreadable_do"))
        return
    st.session_state["session"] = session
    with st.sidebar:
        _about(session)
    if session.publication is None:
        _instead(words("empty.nothing_published"), words("empty.nothing_published_do"))
    else:
        messages = run_notice(last_run(session.home)) + notices(session.publication, session.now.date())
        st.html(
            "".join(notice(notice_sentence(words, one), one.grave) for one in messages if one.grave)
            or "<span></span>"
        )
        try:
            page.run()
        except FengqiaoError:
            _instead(words("empty.unreadable"), words("empty.unreadable_do"))
    st.html(boundary(words("boundary.line")))
    if SERVED in os.environ:
        _settle()


@st.cache_resource(show_spinner=False)
def _settle() -> None:
    """Set aside what is there for good, once: Streamlit looks for garbage after every run, through all of it."""
    gc.collect()
    gc.freeze()


def _about(session: Session) -> None:
    words = session.words
    st.markdown(f"**{verbatim(session.title)}**")
    _language(words)
    st.caption(
        verbatim(f"{words('side.role')}{words('general.part')}{words.text_or_unknown('role', session.role)}")
    )
    if session.publication is not None:
        day = words.day(session.publication.as_of)
        st.caption(
            verbatim(f"{words('side.as_of')}{words('general.part')}{words('side.as_of_text', day=day)}")
        )
        downloads(session)
    leave(words)


def _language(words: Words) -> None:
    url_choices.single_choice(words("side.language"), "lang", LANGS, lambda lang: words(f"lang.{lang}"))


def _instead(what: str, remedy: str) -> None:
    st.title(verbatim(what))
    st.html(lines([remedy]))


main()
