"""The weekly meeting's papers: a Word document from the same functions as the screen.

A4 with the margins of GB/T 9704-2012, and no red heading, number or seal: it must never look like an
issued document.
"""

import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from dashboards.names import names_of
from dashboards.publication import current
from dashboards.read_model import Week, notices, week
from dashboards.roles import role_of
from dashboards.warning_list import in_words
from dashboards.wording import Words, words_of
from pipelines.errors import FengqiaoError
from pipelines.home import Home
from pipelines.profile import Profile

MARGINS_MM = {"top_margin": 37, "bottom_margin": 35, "left_margin": 28, "right_margin": 26}
COLUMNS = ("position", "level", "category", "place", "age", "reason", "offer")
FIXED_DAY = (1980, 1, 1, 0, 0, 0)
"""Date of every part of the file, so that the same week gives the same bytes."""


def write_brief(home: Home, profile: Profile, lang: str = "zh", role: str = "analyst") -> Path:
    """Write HOME/briefs/<as_of>/<lang>-<role>.docx from what is published.

    Raises:
        FengqiaoError: nothing is published yet.
    """
    publication = current(home)
    if publication is None:
        raise FengqiaoError("nothing is published yet: run `fengqiao run --data FOLDER` first")
    words = words_of(lang)
    shown = week(publication, role_of(role))
    as_of = publication.as_of
    document = _document()
    document.add_heading(words("paper.title"), level=1)
    document.add_paragraph(
        words("paper.number_line", first=words.day(as_of), last=words.day(as_of + timedelta(days=6)))
    )
    for told in notices(publication, as_of):
        document.add_paragraph(_notice(words, told))
    document.add_heading(words("paper.list_title"), level=2)
    _list(document, shown, profile, words)
    if shown.hidden:
        document.add_paragraph(words.count("week.hidden", shown.hidden))
    document.add_heading(words("paper.limits_title"), level=2)
    document.add_paragraph(words("boundary.line"))
    folder = home.briefs / as_of.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    _save(document, folder / f"{lang}-{role}.docx")
    return folder


def _notice(words: Words, told: Any) -> str:
    facts = {k: v for k, v in told.facts.items() if not k.endswith(("_zh", "_en"))}
    if "reason_zh" in told.facts:
        facts["reason"] = words.own(told.facts, "reason")
    return words(f"notice.{told.code}", **facts)


def _document() -> Any:
    from docx import Document
    from docx.shared import Mm

    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for name, millimetres in MARGINS_MM.items():
        setattr(section, name, Mm(millimetres))
    document.core_properties.created = document.core_properties.modified = datetime(*FIXED_DAY)
    return document


def _list(document: Any, shown: Week, profile: Profile, words: Words) -> None:
    rows = in_words(shown.rows, names_of(profile, words), {})
    table = document.add_table(rows=1, cols=len(COLUMNS))
    table.style = "Table Grid"
    for cell, name in zip(table.rows[0].cells, COLUMNS, strict=True):
        cell.text = words(f"column.{name}")
    for row in rows:
        texts = (
            row["position"],
            row["level"],
            row["what"],
            row["place"],
            f"{row['age']} {row['due']}",
            row["reason"],
            row["offer"],
        )
        for cell, text in zip(table.add_row().cells, texts, strict=True):
            cell.text = str(text)


def _save(document: Any, path: Path) -> None:
    """Save with fixed dates inside the archive; appears whole or not at all."""
    partial = path.with_suffix(".partial")
    document.save(partial)
    with (
        zipfile.ZipFile(partial) as made,
        zipfile.ZipFile(path.with_suffix(".new"), "w", zipfile.ZIP_DEFLATED) as kept,
    ):
        for name in sorted(made.namelist()):
            kept.writestr(zipfile.ZipInfo(name, FIXED_DAY), made.read(name), zipfile.ZIP_DEFLATED)
    partial.unlink()
    path.with_suffix(".new").replace(path)
