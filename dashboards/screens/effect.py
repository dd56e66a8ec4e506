"""Effect: did it help? Before and after, with uncertainty, and what cannot be concluded from it."""

import streamlit as st

from dashboards.charts import harms_picture
from dashboards.handling_words import effect_lines, effect_sentence
from dashboards.markup import bullets, figure, lines
from dashboards.read_model_handling import effect, harms_by_period
from dashboards.session import Session, here


def show() -> None:
    """The page."""
    session = here()
    words = session.words
    st.title(words("effect.title"), anchor=False)
    found = effect(session.published, session.warned_since)
    if found is None:
        st.html(lines([words("effect.none")]))
    else:
        st.html(lines(effect_lines(session.names, found)))
        for column, told in zip(st.columns(len(found.measures), gap="medium"), found.measures, strict=True):
            with column, st.container(border=True):
                st.markdown(f"**{words(f'effect.{told.measure}')}**")
                shown = words.number(told.after, 1 if told.measure == "days" else 0)
                st.html(figure(shown, words("effect.after"), effect_sentence(session.names, told)))
        _picture(session)
    st.header(words("effect.cannot"), anchor=False)
    st.html(
        bullets([words(f"effect.cannot_{n}") for n in ("cause", "season", "recording", "deaths", "trial")])
    )


def _picture(session: Session) -> None:
    words = session.words
    found = effect(session.published, session.warned_since)
    if found is not None:
        st.header(words("effect.picture"), anchor=False)
        picture = harms_picture(words, harms_by_period(found), found.after_on)
        st.altair_chart(picture, theme=None, alt=words("effect.picture"))
        st.caption(words("effect.picture_text"))
