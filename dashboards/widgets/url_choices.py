"""Choices a reader makes, kept in the page's address so that a view can be sent to somebody else.

Streamlit's own `bind="query-params"` is not used: it writes the shown words into the address, not the codes, so
that an address would break when the language changes.
"""

from collections.abc import Callable, Sequence
from typing import Literal

import streamlit as st

from dashboards.markup.markup import verbatim


def many_of(
    label: str,
    key: str,
    options: Sequence[str],
    name: Callable[[str], str],
    every: str,
    width: int | Literal["stretch"] = "stretch",
) -> list[str]:
    """A field for any number of codes; none means all.

    Args:
        label: above the field.
        key: of the choice in the address.
        options: the codes.
        name: what a code is called.
        every: shown while nothing is chosen.
        width: of the field, in pixels.
    """
    _take_from_address(key, [code for code in st.query_params.get_all(key) if code in options])
    chosen = st.multiselect(
        verbatim(label),
        options,
        format_func=name,
        key=key,
        placeholder=every,
        persist_state="session",
        width=width,
    )
    _keep_in_address(key, chosen)
    return chosen


def single_choice(label: str, key: str, options: Sequence[str], name: Callable[[str], str]) -> str:
    """A field for one code; the first is the default and not written into the address."""
    asked = st.query_params.get(key)
    _take_from_address(key, asked if asked in options else options[0])
    chosen = st.segmented_control(
        verbatim(label),
        options,
        format_func=lambda code: verbatim(name(code)),
        key=key,
        required=True,
        persist_state="session",
    )
    _keep_in_address(key, [] if chosen in (None, options[0]) else [chosen])
    return chosen or options[0]


def choice_of(label: str, key: str, options: Sequence[str], name: Callable[[str], str]) -> str:
    """A field for one code of a longer list; the first is the default and not written into the address."""
    asked = st.query_params.get(key)
    _take_from_address(key, asked if asked in options else options[0])
    chosen = st.selectbox(
        verbatim(label), options, format_func=name, key=key, persist_state="session", width=360
    )
    _keep_in_address(key, [] if chosen == options[0] else [chosen])
    return chosen


def number(label: str, key: str, low: int, high: int, usual: int, step: int) -> int:
    """A field for a whole number; the default is not written into the address."""
    asked = st.query_params.get(key, "")
    given = int(asked) if asked.isascii() and asked.isdigit() else usual
    _take_from_address(key, min(max(given, low), high))
    chosen = st.slider(verbatim(label), low, high, key=key, step=step, persist_state="session")
    _keep_in_address(key, [] if chosen == usual else [str(chosen)])
    return chosen


def _take_from_address(key: str, value: object) -> None:
    if key not in st.session_state:
        st.session_state[key] = value


def _keep_in_address(key: str, values: Sequence[str]) -> None:
    if values:
        st.query_params[key] = list(values)
    elif key in st.query_params:
        del st.query_params[key]
