"""HTML elements of the screens. Every text is escaped; no element depends on the source of its text."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

import polars as pl

from dashboards.published.warnings_queries import Dispute
from dashboards.wording.code_names import Names
from dashboards.wording.language import LANGS, Words


@dataclass(frozen=True)
class Link:
    """A text and the address it leads to."""

    text: str
    address: str


@dataclass(frozen=True)
class Chip:
    """A short word on a coloured ground; `kind` is a class of `screens.css`."""

    text: str
    kind: str


Cell = str | Link | Chip
"""Content of one cell of a table."""
Table = tuple[list[str], Sequence[Sequence[Cell]]]
"""Headings and rows of a table."""


_JOINER = "\u2060"


def verbatim(text: str) -> str:
    """Text from data for titles, labels and options that Streamlit reads as Markdown: shown as it is.

    A backslash keeps Markdown off; links, icons and arrows are looked for after that, in the text itself, and are
    broken by an invisible character that holds no space. A text without any of these stays as it is.
    """
    broken = re.sub(r"(:(?=[A-Za-z/:])|(?i:www)(?=\.)|[-<>=~](?=[-<>=~]))|(?=@)", rf"\1{_JOINER}", text)
    escaped = re.sub(rf"([\\`*_{{}}\[\]<>#|~$^&@]|:(?={_JOINER}))", r"\\\1", broken)
    return re.sub(r"(?m)^(\s*)(?:(\d+)(?=[.)])|(?=[-+=]))", r"\1\2\\", escaped)


def chip(text: str, kind: str) -> str:
    """A short word on a coloured ground; `kind` is a class of `screens.css`."""
    return f'<span class="fq-chip fq-{escape(kind)}">{escape(text)}</span>'


def level_cell(names: Names, level: str | None, otherwise: str = "row.no_score") -> Chip:
    """A level by colour and word, or the words of `otherwise` where there is none."""
    return Chip(names.code("level", level), level) if level else Chip(names.words(otherwise), "plain")


def line_of_chips(chips: Iterable[tuple[str, str]], before: str) -> str:
    """A few words, then chips; each chip a kind and its text."""
    inside = "".join(chip(text, kind) for kind, text in chips)
    return f'<p class="fq-head"><strong>{escape(before)}</strong>{inside}</p>'


def notice(text: str, grave: bool) -> str:
    """A line at the top of the page: information a reader needs before the figures."""
    return f'<p class="fq-notice{" fq-grave" if grave else ""}" role="note">{escape(text)}</p>'


def boundary(text: str) -> str:
    """The statement of boundary 9, which every screen shows."""
    return f'<p class="fq-boundary">{escape(text)}</p>'


def lines(texts: Iterable[str]) -> str:
    """Short paragraphs, one under the other."""
    return "".join(f'<p class="fq-line">{escape(text)}</p>' for text in texts)


def bullets(texts: Iterable[str]) -> str:
    """A plain list."""
    return '<ul class="fq-list">' + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>"


def pairs(rows: Iterable[tuple[str, str]]) -> str:
    """Names and values in two columns."""
    inside = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in rows)
    return f'<dl class="fq-pairs">{inside}</dl>'


def figure(number: str, text: str, below: str) -> str:
    """One large number with its sentence and interval."""
    return (
        f'<div class="fq-figure"><span class="fq-number">{escape(number)}</span>'
        f"<span>{escape(text)}</span><small>{escape(below)}</small></div>"
    )


def table(
    head: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    label: str,
    strong: int | None = None,
    texts: Collection[int] = (),
) -> str:
    """A table whose first column names the row and whose others hold numbers.

    What follows a line break in a cell is set small under the rest; links and chips stand as they are.

    Args:
        head: the columns' names.
        rows: their cells.
        label: what the table shows, for a screen reader.
        strong: the row to set in bold.
        texts: columns of words, set from the left.
    """
    side = ['class="fq-text"' if n in texts else "" for n in range(len(head))]
    top = "".join(f'<th scope="col" {at}>{escape(text)}</th>' for at, text in zip(side, head, strict=True))
    body = ""
    for n, (first, *rest) in enumerate(rows):
        cells = "".join(f"<td {at}>{_cell(cell)}</td>" for at, cell in zip(side[1:], rest, strict=True))
        row_class = ' class="fq-strong"' if n == strong else ""
        body += f'<tr{row_class}><th scope="row">{_cell(first)}</th>{cells}</tr>'
    return (
        f'<table class="fq-table" aria-label="{escape(label)}">'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
    )


def reasons(names: Names, dispute: Dispute) -> str:
    """The strongest reasons, each marked as raising or lowering the probability."""
    words = names.words
    items = ""
    for reason in dispute.warning["reasons"]:
        way = "raises" if reason["contribution"] > 0 else "lowers"
        sign = "▲" if way == "raises" else "▼"
        items += (
            f'<li><span class="fq-way fq-{way}" title="{escape(words(f"dispute.{way}"))}">{sign}</span>'
            f"<span>{escape(words.localized(reason, 'text'))}"
            f"<small>{escape(words(f'dispute.{way}'))}</small></span></li>"
        )
    return f'<ol class="fq-reasons">{items}</ol>' if items else lines([words("dispute.no_reasons")])


def timeline(names: Names, steps: pl.DataFrame) -> str:
    """Steps of a dispute: what, when, by which unit, and when it became known if later."""
    words = names.words
    if steps.is_empty():
        return lines([words("dispute.no_steps")])
    items = "".join(
        f'<li class="fq-kind-{escape(step["kind"])}">'
        f"<time>{escape(words.day(step['happened_at'].date()))}</time>"
        f"<div><strong>{escape(_kind(names, step['kind']))}</strong>{_by_whom(names, step)}"
        f"<small>{escape(_known(names, step['late_days']))}</small></div></li>"
        for step in steps.iter_rows(named=True)
    )
    return f'<ol class="fq-timeline" aria-label="{escape(words("dispute.steps_alt"))}">{items}</ol>'


def dispute_link(words: Words, number: str) -> Link:
    """A case number that leads to its page, in the reader's language."""
    asked = {"id": number} | ({} if words.lang == LANGS[0] else {"lang": words.lang})
    return Link(number, "dispute?" + urlencode(asked))


def _cell(cell: Cell) -> str:
    if isinstance(cell, Link):
        return f'<a href="{escape(cell.address)}" target="_self">{escape(cell.text)}</a>'
    if isinstance(cell, Chip):
        return chip(cell.text, cell.kind)
    first, _, second = cell.partition("\n")
    return escape(first) + (f"<small>{escape(second)}</small>" if second else "")


def _kind(names: Names, kind: str) -> str:
    own = names.words.texts.get(f"kind.{kind}")
    return own if own else names.code("event_type", kind)


def _by_whom(names: Names, step: dict[str, str | None]) -> str:
    parts = [names.code("result", step["result"])] if step["result"] else []
    if step["unit_id"]:
        parts.append(names.unit(step["unit_id"]))
    elif step["tier"]:
        parts.append(names.code("tier", step["tier"]))
    return f"<span>{escape(names.words('general.part').join(parts))}</span>" if parts else ""


def _known(names: Names, late_days: int) -> str:
    words = names.words
    return words.count("dispute.known_late", late_days) if late_days > 0 else words("dispute.known_same")
