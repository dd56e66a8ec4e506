"""Pictures on a page: made once per publication, language and choice, since making one takes longer than the rest."""

from collections.abc import Callable, Hashable
from typing import Any

import streamlit as st

from dashboards.widgets.reader_session import Session

_KEPT = 200


def picture(session: Session, alt: str, make: Callable[[], Any], *choices: Hashable) -> None:
    """Show a picture that depends on the publication, the language and these choices alone.

    Args:
        session: whose page.
        alt: what it shows, for a screen reader; tells it from the page's other pictures.
        make: gives the Altair chart.
        choices: what else it depends on. None may be a single dispute: an erased one must be gone.
    """
    key = (str(session.profile.folder), session.published.digest, session.words.lang, alt, *choices)
    st.vega_lite_chart(_drawn(key, make), theme=None, width="stretch", alt=alt)


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _drawn(key: tuple[Hashable, ...], _make: Callable[[], Any]) -> dict[str, Any]:
    return _make().to_dict()
