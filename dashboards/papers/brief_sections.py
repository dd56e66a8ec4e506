"""The parts of the weekly brief, each a function that adds itself to the document.

Every figure and sentence comes from the functions the screens call.
"""

import io
from collections.abc import Sequence
from typing import Any

import polars as pl

from dashboards.markup.markup import Cell
from dashboards.papers.paper_content import Paper
from dashboards.papers.word_document import Document
from dashboards.pictures.area_polygons import boundaries_of
from dashboards.pictures.charts import reliability_picture
from dashboards.pictures.maps import can_be_drawn, township_map
from dashboards.published.last_week_queries import LastWeek
from dashboards.published.place_queries import places
from dashboards.published.service_queries import services
from dashboards.published.warnings_queries import Dispute, reliability
from dashboards.texts.dispute_words import chance_of, tags
from dashboards.texts.evidence_words import cannot_see, record_sentence
from dashboards.texts.place_words import map_words, place_summary, place_table, service_summary, service_table
from dashboards.texts.week_sentences import changes_line, hidden_lines, level_words
from dashboards.wording.phrases import days_left, of_many, out_of, short_chance

_TEN = {"position": 10, "level": 15, "dispute": 35, "due": 19, "chance": 17, "reasons": 41, "offer": 19}
_LAST = {"position": 10, "level": 15, "dispute": 41, "decided": 52, "came": 38}
_PLACES, _SERVICES = [50, 33, 21, 17, 35], [50, 26, 25, 38, 17]
_TO_DECIDE = {"position": 11, "matter": 61, "unit": 32, "due": 24, "note": 28}
"""Columns of the tables and their widths in millimetres; together the width of the text block."""
BLANK_ROWS = 6
LAST_ROWS = 6
PLACE_ROWS, SERVICE_ROWS = 6, 5
PICTURE_PPI = 200


def week_section(document: Document, paper: Paper) -> None:
    """How many there are, of when."""
    document.section(paper.names.words("paper.facts_title"), facts(paper))


def changes_section(document: Document, paper: Paper) -> None:
    """New, risen, gone."""
    words = paper.names.words
    changes = changes_line(words, paper.publication, paper.role, paper.earlier)
    document.section(words("paper.changes_title"), [changes])


def ten_section(document: Document, paper: Paper) -> None:
    """The disputes the meeting talks through, and what is decided of the list so far."""
    words = paper.names.words
    listed = len(paper.listed.rows)
    heading = words("paper.ten", n=words.number(len(paper.ten)), listed=words.number(listed))
    document.section(words("paper.ten_title"), [heading if paper.ten else words("paper.no_row")])
    if paper.ten:
        document.table(*_head(paper, _TEN), [_dispute_cells(paper, dispute) for dispute in paper.ten])
    actions = [entry.decision.action for entry in paper.decided.values()]
    counts = {name: words.number(actions.count(name)) for name in ("accept", "decline", "correct")}
    document.sentences([words("paper.decided", **counts, open=words.number(listed - len(actions)))])


def places_section(document: Document, paper: Paper) -> None:
    """Townships above their usual, on a map and by name."""
    names, words = paper.names, paper.names.words
    ranked = places(paper.publication, paper.profile)
    if ranked is None:
        document.section(words("paper.places_title"), [words("place.none")])
        return
    document.section(words("paper.places_title"), place_summary(names, ranked))
    shapes = boundaries_of(paper.profile)
    if can_be_drawn(ranked.rows, shapes):
        titles = (words("place.size"), words("place.told_title"), words("place.reporting"))
        drawn = township_map(names, map_words(names, ranked.rows), shapes, *titles)
        caption = words("place.map_text_polygons" if shapes else "place.map_text")
        document.picture(_png(drawn, 640, 420), 95, caption)
    head, rows = place_table(names, ranked, ranked.rows.head(PLACE_ROWS))
    document.table(head, _PLACES, _plain(rows))


def services_section(document: Document, paper: Paper) -> None:
    """How far the care services reach, where they fall behind most."""
    names, words = paper.names, paper.names.words
    document.section(words("paper.services_title"), [])
    for service in paper.profile.codes_of_kind("service"):
        rows = services(paper.publication, paper.profile, service)
        sentences = [words("service.none")] if rows is None else service_summary(names, rows)
        document.sentences(
            [
                words(
                    "paper.service",
                    service=names.category(service),
                    sentences=words("general.after_sentence").join(sentences),
                )
            ]
        )
        if rows is not None:
            head, cells = service_table(names, rows.head(SERVICE_ROWS))
            document.table(head, _SERVICES, _plain(cells))


def last_week_section(document: Document, paper: Paper) -> None:
    """What became of the list before."""
    words, last = paper.names.words, paper.last
    document.section(
        words("paper.last_title"), _last_lines(paper, last) if last else [words("paper.no_last")]
    )
    if last is None:
        return
    rows = last.rows.filter(pl.col("action").is_not_null() | pl.col("harmed"))
    shown = rows.sort("harmed", descending=True, maintain_order=True).head(LAST_ROWS)
    if len(shown):
        document.table(*_head(paper, _LAST), [_last_cells(paper, row) for row in shown.iter_rows(named=True)])


def record_section(document: Document, paper: Paper) -> None:
    """How right the warnings were, and a picture of whether stated chances came true."""
    words = paper.names.words
    document.section(words("paper.record_title"), [record_sentence(words, paper.measured)])
    bins = reliability(paper.publication)
    if len(bins):
        caption = words("general.part").join([words("model.picture"), words("model.picture_text")])
        document.picture(_png(reliability_picture(words, bins), 420, 190), 100, caption)


def limits_section(document: Document, paper: Paper) -> None:
    """What this paper is not, and what it cannot see."""
    words = paper.names.words
    document.section(words("paper.limits_title"), [words("boundary.line"), *cannot_see(words)])


def to_decide_section(document: Document, paper: Paper) -> None:
    """An empty table for the meeting to fill in by hand."""
    words = paper.names.words
    document.section(words("paper.to_decide_title"), [words("paper.to_decide")])
    blank = [[str(n), *[""] * (len(_TO_DECIDE) - 1)] for n in range(1, BLANK_ROWS + 1)]
    document.table(*_head(paper, _TO_DECIDE), blank, height_mm=11)


IN_ORDER = (
    week_section,
    changes_section,
    ten_section,
    places_section,
    services_section,
    last_week_section,
    record_section,
    limits_section,
    to_decide_section,
)


def facts(paper: Paper) -> list[str]:
    """How long the list is, of how many at risk, as of when; by level; and how many the role does not see."""
    words, publication, rows = paper.names.words, paper.publication, paper.listed.rows
    random = len(rows.filter(pl.col("selection") == "random"))
    sentence = words(
        "paper.facts",
        as_of=words.day(publication.as_of),
        until=words.day(publication.data_until.date()),
        at_risk=words.number(len(paper.at_risk.rows)),
        listed=words.number(len(rows)),
        ranked=words.number(len(rows) - random),
        random=words.number(random),
    )
    levels = [text for _, text in level_words(paper.names, rows)]
    by_level = [words("paper.levels", levels=words("general.between").join(levels))] if levels else []
    return [sentence, *by_level, *hidden_lines(words, paper.listed)]


def _dispute_cells(paper: Paper, dispute: Dispute) -> list[str]:
    names, words = paper.names, paper.names.words
    row = paper.listed.rows.filter(pl.col("dispute_id") == dispute.warning["dispute_id"]).row(0, named=True)
    reasons = [words.localized(reason, "text") for reason in row["reasons"]] or [words("row.no_reason")]
    if dispute.not_asked:
        items = words("general.between").join(words(f"checklist.{item}") for item in dispute.not_asked)
        reasons.append(words("paper.not_asked", items=items))
    return [
        words.number(row["position"]),
        names.code("level", row["level"]) if row["level"] else words("row.no_score"),
        "\n".join([row["dispute_id"], names.category(row["category"]), names.place(row["area_code"]), *tags(row, names)]),
        "\n".join(
            [words.count("row.open", row["days_open"]), days_left(words, row["due_in_days"], row["is_open"])]
        ),
        _chance(paper, dispute),
        "\n".join(reasons),
        names.offers[row["recommendation"]][0],
    ]  # fmt: skip


def _chance(paper: Paper, dispute: Dispute) -> str:
    words, chance = paper.names.words, chance_of(dispute)
    if chance is None:
        return words("row.no_score")
    many = out_of(chance.value)
    low, high = (of_many(words, bound, many) for bound in (chance.low, chance.high))
    return words("paper.chance", value=short_chance(words, chance.value), low=low, high=high)


def _last_lines(paper: Paper, last: LastWeek) -> list[str]:
    words = paper.names.words
    counts = {name: words.number(n) for name, n in last.decided.items()}
    happened = {name: words.number(getattr(last, name)) for name in ("contacted", "closed", "harmed")}
    outcome = paper.profile.settings.outcome_zh if words.lang == "zh" else paper.profile.settings.outcome_en
    return [
        words("paper.last", day=words.day(last.listed_on), n=words.number(len(last.rows)), **counts),
        words(
            "paper.last_came",
            outcome=outcome,
            n=words.number(len(last.rows)),
            before=words.number(_closed_before(paper, last)),
            **happened,
        ),
    ]


def _closed_before(paper: Paper, last: LastWeek) -> int:
    """How many of those closed now were closed already when they were listed, and watched."""
    then = paper.earlier.warnings if paper.earlier is not None else paper.publication.warnings.clear()
    were_closed = then.filter(~pl.col("is_open"))["dispute_id"]
    return len(last.rows.filter("is_closed", pl.col("dispute_id").is_in(were_closed.implode())))


def _last_cells(paper: Paper, row: dict[str, Any]) -> list[str]:
    names, words = paper.names, paper.names.words
    between = words("general.between")
    decided = [names.code("decision", row["action"])] if row["action"] else [words("paper.undecided")]
    if row["action"] == "accept":
        decided.append(names.unit(row["unit_id"]))
    elif row["action"]:
        decided.append(names.code("decision_reason", row["reason"]))
    outcomes = [names.code("decision_reason", row["visit_result"])] if row["visit_result"] else []
    outcomes += [
        words(f"paper.came_{name}")
        for name in ("closed", "harmed")
        if row[f"is_{name}" if name == "closed" else name]
    ]
    return [
        words.number(row["rank"]),
        names.code("level", row["level"]) if row["level"] else words("row.no_score"),
        f"{row['dispute_id']}\n{names.place(row['area_code'])}",
        between.join(decided),
        between.join(outcomes) or words("general.none"),
    ]  # fmt: skip


def _plain(rows: Sequence[Sequence[Cell]]) -> list[list[str]]:
    return [[cell if isinstance(cell, str) else cell.text for cell in row] for row in rows]


def _head(paper: Paper, columns: dict[str, int]) -> tuple[list[str], list[int]]:
    return [paper.names.words(f"paper_column.{name}") for name in columns], list(columns.values())


def _png(chart: Any, width: int, height: int) -> bytes:
    """The picture as the screen shows it, so many pixels wide and high there."""
    drawn = io.BytesIO()
    chart.properties(width=width, height=height).save(drawn, format="png", ppi=PICTURE_PPI)
    return drawn.getvalue()
