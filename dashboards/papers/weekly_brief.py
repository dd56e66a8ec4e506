"""The weekly meeting's papers: a Word document and the list as a workbook, from what the screens show.

Written for one role and one language. An internal working paper: it takes the layout of GB/T 9704 and
nothing that would make it look like an issued document.
"""

from pathlib import Path

from dashboards.access.roles import role_of
from dashboards.papers import brief_sections as sections
from dashboards.papers.paper_content import Paper, gather
from dashboards.papers.word_document import Document
from dashboards.papers.workbook import spelled_out, workbook
from dashboards.published.warnings_queries import notices
from dashboards.texts.week_sentences import notice_sentence, week_days
from pipelines.city.profile import Profile
from pipelines.home import Home

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600


def write_brief(home: Home, profile: Profile, lang: str = "zh", role: str = "analyst") -> Path:
    """Write the week's papers.

    Args:
        home: where the week is published.
        profile: the city.
        lang: `zh` or `en`.
        role: whose papers; only the protection role's hold disputes with domestic violence indicated.

    Returns:
        HOME/briefs/<as_of>, with `brief_<lang>.docx` and `warnings_<lang>.xlsx`; those of the protection role in its
        sub-folder `protection`, `_protection` before the language. Both folders are for their own user alone.

    Raises:
        FengqiaoError: nothing is published yet, or the record of decisions does not close.
        RefusedInput: there is no such language or role.
    """
    paper = gather(home, profile, lang, role_of(role))
    folder = home.briefs / paper.publication.as_of.isoformat()
    folder = folder / "protection" if role == "protection" else folder
    mark = "_protection" if role == "protection" else ""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(PRIVATE_FOLDER)
    for name, content in (
        (f"brief{mark}_{lang}.docx", document_bytes(paper)),
        (f"warnings{mark}_{lang}.xlsx", workbook_bytes(paper)),
    ):
        partial = folder / f".{name}.partial"
        partial.write_bytes(content)
        partial.chmod(PRIVATE_FILE)
        partial.replace(folder / name)
    return folder


def document_bytes(paper: Paper) -> bytes:
    """The Word document."""
    words, publication = paper.names.words, paper.publication
    document = Document(words)
    document.title(words("paper.title"), words("paper.number_line", **week_days(words, publication)))
    if publication.synthetic:
        document.remark(words("paper.simulated"))
    for line in _old_lines(paper):
        document.remark(line)
    for section in sections.IN_ORDER:
        section(document, paper)
    document.remark(_head(paper))
    return document.to_bytes(publication.as_of)


def workbook_bytes(paper: Paper) -> bytes:
    """The week's list as a workbook."""
    listed = spelled_out(paper.listed.rows, paper.names, paper.decided)
    return workbook(paper.publication, listed, paper.names, notes(paper))


def notes(paper: Paper) -> list[str]:
    """What a reader of the list must know: made up or not, of when, what it is not, and how the decision record ended."""
    words = paper.names.words
    made_up = [words("notice.simulated")] if paper.publication.synthetic else []
    return [*made_up, *_old_lines(paper), *sections.facts(paper), words("boundary.line"), _head(paper)]


def _old_lines(paper: Paper) -> list[str]:
    """The notice of the screens that a newer list has been due; empty while this is the newest."""
    words = paper.names.words
    return [
        notice_sentence(words, each) for each in notices(paper.publication, paper.today) if each.code == "old"
    ]


def _head(paper: Paper) -> str:
    """The head of the decision record as it was verified for this paper: whoever keeps the paper bears witness to it."""
    return paper.names.words("paper.head", head=paper.head[:16], n=paper.names.words.number(paper.entries))
