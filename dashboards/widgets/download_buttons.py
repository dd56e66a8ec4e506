"""Papers handed over from a screen: the week's brief and list, and a workbook of exactly what is shown."""

from collections.abc import Callable

import polars as pl
import streamlit as st

from dashboards.markup.markup import verbatim
from dashboards.papers.paper_content import Paper, gather
from dashboards.papers.weekly_brief import document_bytes, notes, workbook_bytes
from dashboards.papers.workbook import spelled_out, workbook
from dashboards.published.role_list import CITY_LIST, ListOf
from dashboards.texts.week_sentences import list_name
from dashboards.widgets.reader_session import Session

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def downloads(session: Session) -> None:
    """Buttons for the week's papers, made when they are pressed."""
    words, day = session.words, session.published.as_of.isoformat()
    st.markdown(verbatim(words("side.papers")))
    for key, make, name, mime in (
        ("side.brief", document_bytes, f"{words('paper.file_brief')}_{day}.docx", DOCX),
        ("side.workbook", workbook_bytes, f"{words('paper.file_workbook')}_{day}.xlsx", XLSX),
    ):
        st.download_button(
            verbatim(words(key)),
            _making(session, make),
            file_name=name,
            mime=mime,
            key=key,
            on_click="ignore",
            width="stretch",
        )


def export_shown(session: Session, rows: pl.DataFrame, of: ListOf) -> None:
    """A button for a workbook of these rows, all of them, in this order; named by whose list it is."""
    words, names = session.words, session.names
    whose = [] if of == CITY_LIST else [list_name(names, of)]

    def shown_as_workbook() -> bytes:
        paper = _paper(session)
        decided = session.store.standing(rows["dispute_id"].to_list())
        return workbook(session.published, spelled_out(rows, names, decided), names, [*whose, *notes(paper)])

    st.download_button(
        verbatim(words("week.export")),
        shown_as_workbook,
        file_name="_".join([words("paper.file_workbook"), *whose, f"{session.published.as_of}.xlsx"]),
        mime=XLSX,
        key="export",
        on_click="ignore",
        disabled=rows.is_empty(),
        icon=":material/download:",
    )


def _making(session: Session, make: Callable[[Paper], bytes]) -> Callable[[], bytes]:
    return lambda: make(_paper(session))


def _paper(session: Session) -> Paper:
    return gather(session.home, session.profile, session.words.lang, session.role)
