"""The weekly meeting's papers: a Word document and the list as a workbook, from what the screens show.

Written for one role and one language. An internal working paper: it takes the layout of GB/T 9704 and
nothing that would make it look like an issued document.
"""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from dashboards.decisions import DecisionStore, Entry
from dashboards.document import Document
from dashboards.evidence import pooled
from dashboards.evidence_words import cannot_see, record_sentence
from dashboards.heads import verify_and_keep
from dashboards.names import Names, names_of
from dashboards.publication import Publication, before, current
from dashboards.read_model import Week, queue, week
from dashboards.roles import Role, role_of
from dashboards.sentences import changes_line, hidden_lines, level_words, week_days
from dashboards.warning_list import decision_line, in_words
from dashboards.wording import words_of
from dashboards.workbook import spelled_out, workbook
from pipelines.errors import FengqiaoError
from pipelines.home import Home
from pipelines.profile import Profile

_LIST_COLUMNS = {
    "position": 8,
    "level": 10,
    "dispute": 33,
    "place": 24,
    "due": 17,
    "chance": 15,
    "reason": 32,
    "offer": 17,
}
"""Columns of the printed list and their widths in millimetres; together the width of the text block."""


@dataclass(frozen=True, eq=False)
class Paper:
    """What the papers of one week are made from: the answers of the read model for one role."""

    publication: Publication
    earlier: Publication | None
    role: Role
    names: Names
    outcome: str
    listed: Week
    at_risk: Week
    decided: dict[str, Entry]
    head: str
    entries: int


def write_brief(home: Home, profile: Profile, lang: str = "zh", role: str = "analyst") -> Path:
    """Write the week's papers.

    Args:
        home: where the week is published.
        profile: the city.
        lang: `zh` or `en`.
        role: whose papers; only the protection role's hold disputes with domestic violence indicated.

    Returns:
        HOME/briefs/<as_of>, with `brief_<lang>.docx` and `warnings_<lang>.xlsx`, `_protection` before
        the language in that role's.

    Raises:
        FengqiaoError: nothing is published yet.
        RefusedInput: there is no such language or role.
    """
    paper = gather(home, profile, lang, role_of(role))
    folder = home.briefs / paper.publication.as_of.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    mark = "_protection" if role == "protection" else ""
    for name, content in (
        (f"brief{mark}_{lang}.docx", document_bytes(paper)),
        (f"warnings{mark}_{lang}.xlsx", workbook_bytes(paper)),
    ):
        partial = folder / f".{name}.partial"
        partial.write_bytes(content)
        partial.replace(folder / name)
    return folder


def gather(home: Home, profile: Profile, lang: str, role: Role) -> Paper:
    """Ask the read model everything the papers tell.

    Raises:
        FengqiaoError: nothing is published yet.
    """
    publication = current(home)
    if publication is None:
        raise FengqiaoError(f"nothing is published under {home.published}: run `fengqiao run` first")
    earlier, words, store = before(home, publication), words_of(lang), DecisionStore.of(home)
    listed = week(publication, role, earlier=earlier)
    record = verify_and_keep(home)
    return Paper(
        publication=publication,
        earlier=earlier,
        role=role,
        names=names_of(profile, words),
        outcome=profile.settings.outcome_zh if words.lang == "zh" else profile.settings.outcome_en,
        listed=listed,
        at_risk=queue(publication, role),
        decided=store.standing(listed.rows["dispute_id"].to_list()),
        head=record.head,
        entries=record.entries,
    )


def document_bytes(paper: Paper) -> bytes:
    """The Word document."""
    words, publication = paper.names.words, paper.publication
    made = Document(words)
    made.title(words("paper.title"), words("paper.number_line", **week_days(words, publication)))
    if publication.synthetic:
        made.remark(words("paper.simulated"))
    made.section(words("paper.facts_title"), [_facts(paper), *_levels(paper), *_hidden(paper)])
    made.section(words("paper.changes_title"), [changes_line(words, publication, paper.role, paper.earlier)])
    made.section(words("paper.list_title"), [] if len(paper.listed.rows) else [words("paper.no_row")])
    _list(made, paper)
    measured = pooled(publication)
    made.section(words("paper.record_title"), [record_sentence(words, measured)])
    made.section(words("paper.decided_title"), [_decided(paper), *_decisions(paper)])
    made.section(words("paper.limits_title"), [words("boundary.line"), *cannot_see(words)])
    made.remark(words("paper.head", head=paper.head[:16], n=words.number(paper.entries)))
    return made.to_bytes(publication.as_of)


def workbook_bytes(paper: Paper) -> bytes:
    """The week's list as a workbook."""
    listed = spelled_out(paper.listed.rows, paper.names, paper.decided)
    return workbook(paper.publication, listed, paper.names, notes(paper))


def notes(paper: Paper) -> list[str]:
    """What a reader of the list must know: made up or not, of when, and what it is not."""
    words = paper.names.words
    made_up = [words("notice.simulated")] if paper.publication.synthetic else []
    return [*made_up, _facts(paper), *_hidden(paper), words("boundary.line")]


def _facts(paper: Paper) -> str:
    words, publication, rows = paper.names.words, paper.publication, paper.listed.rows
    random = len(rows.filter(pl.col("selection") == "random"))
    return words(
        "paper.facts",
        as_of=words.day(publication.as_of),
        until=words.day(publication.data_until.date()),
        at_risk=words.number(len(paper.at_risk.rows)),
        listed=words.number(len(rows)),
        ranked=words.number(len(rows) - random),
        random=words.number(random),
    )


def _levels(paper: Paper) -> list[str]:
    words = paper.names.words
    told = [text for _, text in level_words(paper.names, paper.listed.rows)]
    return [words("paper.levels", levels=words("general.between").join(told))] if told else []


def _hidden(paper: Paper) -> list[str]:
    return hidden_lines(paper.names.words, paper.listed)


def _list(made: Document, paper: Paper) -> None:
    if paper.listed.rows.is_empty():
        return
    words = paper.names.words
    rows = in_words(paper.listed.rows, paper.names, paper.decided)
    cells = [
        [
            row["position"],
            row["level"],
            f"{row['id']}\n{row['what']}",
            row["place"],
            f"{row['age']}\n{row['due']}",
            row["chance"]["text"],
            words("general.between").join([row["reason"], *row["tags"]]),
            row["offer"],
        ]
        for row in rows
    ]
    made.table([words(f"column.{name}") for name in _LIST_COLUMNS], list(_LIST_COLUMNS.values()), cells)


def _decided(paper: Paper) -> str:
    words = paper.names.words
    actions = [entry.decision.action for entry in paper.decided.values()]
    counts = {name: words.number(actions.count(name)) for name in ("accept", "decline", "correct")}
    still_open = len(paper.listed.rows) - len(actions)
    return words("paper.decided", **counts, open=words.number(still_open))


def _decisions(paper: Paper) -> list[str]:
    part = paper.names.words("general.part")
    return [
        part.join([dispute, decision_line(paper.names, entry)])
        for dispute, entry in sorted(paper.decided.items())
    ]
