"""Units: how mediation units fare with the cases they were given. By place, never ranked, never people."""

import polars as pl
import streamlit as st

from dashboards.markup.markup import bullets, lines, table, verbatim
from dashboards.published.handling_queries import FEW_CASES, units
from dashboards.published.warnings_queries import page_of, pages_in
from dashboards.texts.handling_words import units_table
from dashboards.widgets import url_choices
from dashboards.widgets.reader_session import current_session


def show() -> None:
    """The page."""
    session = current_session()
    words, names = session.words, session.names
    st.title(verbatim(words("unit.title")), anchor=False)
    described = units(session.published)
    if described is None or described.is_empty():
        st.html(lines([words("unit.none"), words("general.next_run")]))
        return
    st.html(lines([words("unit.text", few=FEW_CASES)]))
    left, right = st.columns(2, gap="large")
    kinds = described["kind"].unique().sort().to_list()
    with left:
        chosen = url_choices.many_of(
            words("unit.kind"), "unit_kind", kinds, lambda code: names.code("unit_kind", code), words("unit.every_kind")
        )  # fmt: skip
    with right:
        counties = sorted({code for area in described["area_code"] if (code := names.county_of.get(area))})
        in_counties = url_choices.many_of(
            words("week.county"), "county", counties, names.area, words("week.every_county")
        )
    rows = described.filter(
        pl.lit(value=True),
        *([pl.col("kind").is_in(chosen)] if chosen else []),
        *([pl.col("area_code").replace_strict(dict(names.county_of), default=None).is_in(in_counties)] if in_counties else []),
    )  # fmt: skip
    if rows.is_empty():
        st.html(lines([words("unit.no_rows")]))
        return
    pages = pages_in(rows)
    number = st.pagination(pages, key=f"units_{chosen}_{in_counties}") if pages > 1 else 1
    st.html(table(*units_table(names, page_of(rows, number)), words("unit.title"), texts=(4,)))
    st.header(verbatim(words("unit.reading")), anchor=False)
    st.html(bullets([words(f"unit.reading_{n}") for n in ("mix", "interval", "people")]))
