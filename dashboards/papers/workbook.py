"""A list of warnings as a workbook: every code spelled out, filters set, the same list the same bytes."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime, time

import polars as pl

from dashboards.decisions.store import Entry
from dashboards.published.publication import Publication
from dashboards.texts.dispute_words import decision_line
from dashboards.wording.code_names import Names
from pipelines.deterministic_write import new_workbook

_COUNT = "0.0"
_WIDTHS = {
    "number": 22,
    "category": 20,
    "county": 14,
    "place": 26,
    "reasons": 70,
    "offer": 16,
    "decision": 40,
    "selection": 14,
    "state": 18,
}
_USUAL_WIDTH = 12


def spelled_out(rows: pl.DataFrame, names: Names, decided: Mapping[str, Entry]) -> pl.DataFrame:
    """Rows of `read_model.Week` with names for codes; one column per key under `column` in the wording.

    Chances are counts of 100, null without a score.
    """
    words = names.words
    decisions = {dispute: decision_line(names, entry) for dispute, entry in decided.items()}
    return rows.select(
        position=pl.col("position"),
        level=_named("level", names.lists["level"], words("row.no_score")),
        number=pl.col("dispute_id"),
        category=_named("category", names.categories, words("general.unknown")),
        county=_named("county_code", names.areas, words("general.unknown")),
        place=pl.col("area_code").replace_strict(
            {code: names.place(code) for code in rows["area_code"].unique()}, return_dtype=pl.String
        ),
        state=pl.when("is_open").then(pl.lit(words("row.is_open"))).otherwise(pl.lit(words("row.is_closed"))),
        days_open=pl.col("days_open"),
        due=pl.col("due_at").dt.date(),
        chance=pl.col("probability") * 100,
        chance_low=pl.col("probability_low") * 100,
        chance_high=pl.col("probability_high") * 100,
        usual=pl.col("base_rate") * 100,
        reasons=pl.col("reasons").list.eval(pl.element().struct.field(f"text_{words.lang}")).list.join("；"),
        offer=_named("recommendation", {code: name for code, (name, _) in names.offers.items()}, ""),
        selection=_named("selection", names.lists["selection"], ""),
        change=_named("change", {code: words(f"row.{code}") for code in ("new", "risen")}, ""),
        channel=_named("channel", names.lists["channel"], words("general.unknown")),
        tier=_named("tier_now", names.lists["tier"], words("general.unknown")),
        decision=_named("dispute_id", decisions, ""),
    )


def workbook(publication: Publication, listed: pl.DataFrame, names: Names, notes: Sequence[str]) -> bytes:
    """The workbook's bytes.

    Args:
        publication: dates the file.
        listed: of `spelled_out`.
        names: the language.
        notes: sentences for the second sheet: what the list is, and is not.
    """
    words, buffer = names.words, io.BytesIO()
    book = new_workbook(buffer, in_memory=True)
    stamp = datetime.combine(publication.as_of, time())
    book.set_properties({"title": words("paper.title"), "created": stamp})
    head = book.add_format(
        {"bold": True, "text_wrap": True, "valign": "top", "bottom": 2, "bg_color": "#eef2f5"}
    )
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    count = book.add_format({"num_format": _COUNT, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"})
    sheet = book.add_worksheet(words("paper.file_workbook"))
    for n, column in enumerate(listed.columns):
        kind = listed.schema[column]
        style = count if kind == pl.Float64 else day if kind == pl.Date else plain
        sheet.set_column(n, n, _WIDTHS.get(column, _USUAL_WIDTH))
        sheet.write(0, n, words(f"column.{column}"), head)
        sheet.write_column(1, n, listed[column].to_list(), style)
    sheet.autofilter(0, 0, max(1, len(listed)), len(listed.columns) - 1)
    sheet.freeze_panes(1, 3)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    about = book.add_worksheet(words("paper.about"))
    about.set_column(0, 0, 100, plain)
    about.write_column(0, 0, list(notes), plain)
    book.close()
    return buffer.getvalue()


def _named(column: str, names: Mapping[str, str], unknown: str) -> pl.Expr:
    return pl.col(column).cast(pl.String).replace_strict(dict(names), default=unknown, return_dtype=pl.String)
