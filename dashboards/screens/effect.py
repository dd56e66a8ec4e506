"""Effect: did it help? Before and after, with uncertainty, what cannot be concluded, and the simulated trial."""

from functools import partial
from typing import Any

import streamlit as st

from dashboards.markup.markup import bullets, lines, table, verbatim
from dashboards.pictures.charts import arms_picture, period_picture
from dashboards.published.effect_queries import Effect, by_period, effect, trial
from dashboards.texts.effect_words import effect_lines, effect_table, trial_arms, trial_table
from dashboards.widgets.cached_pictures import picture
from dashboards.widgets.reader_session import Session, current_session

PICTURED = ("harms", "days", "settled")


def show() -> None:
    """The page."""
    session = current_session()
    words = session.words
    st.title(verbatim(words("effect.title")), anchor=False)
    compared = effect(session.published, session.begun_on)
    if compared is None:
        st.html(lines([words("effect.none")]))
    else:
        st.html(lines(effect_lines(words, compared)))
        st.html(table(*effect_table(words, compared), words("effect.title"), texts=(4,)))
    st.header(verbatim(words("effect.cannot")), anchor=False)
    st.html(
        bullets(
            [
                words(f"effect.cannot_{n}")
                for n in ("cause", "season", "recording", "young", "deaths", "trial")
            ]
        )
    )
    if compared is not None:
        _pictures(session, compared)
    _trial(session)


def _pictures(session: Session, compared: Effect) -> None:
    words = session.words
    st.header(verbatim(words("effect.picture")), anchor=False)
    for column, measure in zip(st.columns(len(PICTURED), gap="large"), PICTURED, strict=True):
        with column:
            name = words(f"effect.{measure}")
            st.markdown(f"**{verbatim(name)}**")
            picture(session, name, partial(_drawn, compared, measure), session.begun_on)
    st.caption(verbatim(words("effect.picture_text" if compared.is_used else "effect.picture_text_not_yet")))


def _drawn(compared: Effect, measure: str) -> Any:
    return period_picture(by_period(compared, measure), compared.after_on, is_share=measure == "settled")


def _trial(session: Session) -> None:
    words, newest = session.words, trial(session.home)
    st.header(verbatim(words("effect.trial")), anchor=False)
    if newest is None:
        st.html(lines([words("effect.no_trial")]))
        return
    sentence = newest.sentence[f"sentence_{words.lang}"] or words("effect.trial_unfinished")
    st.html(lines([sentence, words("effect.trial_limits")]))
    st.html(table(*trial_table(words, newest), words("effect.trial")))
    picture(
        session,
        words("effect.trial_picture"),
        lambda: arms_picture(words, trial_arms(words, newest)),
        newest.run,
        newest.sentence["sentence_en"],
    )
    st.caption(verbatim(words("effect.trial_picture")))
