"""Papers handed over from a screen: the week's brief and list, and a workbook of exactly what is shown."""

from collections.abc import Callable

import polars as pl
import streamlit as st

from dashboards.markup.markup import verbatim
from dashboards.papers.paper_content import Paper, gather
from dashboards.papers.weekly_brief import document_bytes, notes, workbook_bytes
from dashboards.papers.workbook import spelled_out, workbook
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


def export_shown(session: Session, rows: pl.DataFrame) -> None:
    """A button for a workbook of these rows, all of them, in this order."""
    words, names = session.words, session.names

    def shown_as_workbook() -> bytes:
        paper = _paper(session)
        decided = session.store.standing(rows["dispute_id"].to_list())
        return workbook(session.published, spelled_out(rows, names, decided), names, notes(paper))

    st.download_button(
        verbatim(words("week.export")),
        shown_as_workbook,
        file_name=f"{words('paper.file_workbook')}_{session.published.as_of.isoformat()}.xlsx",
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
