"""Filters of the week's list, kept in the address."""

from dataclasses import dataclass

import polars as pl
import streamlit as st

from dashboards.published.role_list import CITY_LIST, ListOf, list_areas, list_tiers
from dashboards.published.warnings_queries import LEVELS, choices, narrowed
from dashboards.widgets import url_choices
from dashboards.widgets.reader_session import Session

VIEWS = ("list", "queue")
_CAPACITIES = 3
_EVERY = "all"


@dataclass(frozen=True)
class Filters:
    """The reader's choices; an empty choice means all.

    Attributes:
        view: `list` for this week's list, `queue` for everything at risk.
        capacity: how many disputes the city's list is made for.
        of: whose list.
    """

    view: str
    counties: list[str]
    categories: list[str]
    levels: list[str]
    capacity: int
    of: ListOf = CITY_LIST

    def applied_to(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows that the filters keep."""
        return narrowed(rows, self.counties, self.categories, self.levels)


def choose_filters(session: Session) -> Filters:
    """Show the filter fields and return their values."""
    words, names = session.words, session.names
    counties, categories = choices(session.published)
    first, second, third, fourth, fifth = st.columns([1.25, 1, 1, 1, 1.25], gap="medium")
    with first:
        view = url_choices.single_choice(
            words("week.show"), "show", VIEWS, lambda code: words(f"week.show_{code}")
        )
    with second:
        in_counties = url_choices.many_of(
            words("week.county"), "county", counties, names.area, words("week.every_county")
        )
    with third:
        of_categories = url_choices.many_of(
            words("week.category"), "category", categories, names.category, words("week.every_category")
        )
    with fourth:
        at_levels = url_choices.many_of(
            words("week.level"),
            "level",
            LEVELS if session.published.scored else (),
            lambda code: names.code("level", code),
            words("week.every_level"),
        )
    of = _whose_list(session) if view == "list" else CITY_LIST
    capacity = usual = session.published.meta.capacity
    if of == CITY_LIST:
        with fifth:
            capacity = url_choices.number(
                words("week.capacity", usual=words.number(usual)), "n", 1, usual * _CAPACITIES, usual, 1
            )
    return Filters(view, in_counties, of_categories, at_levels, capacity, of)


def _whose_list(session: Session) -> ListOf:
    """The tier and area whose list is shown; the city's, and no field, where it has the only one."""
    words, names, tiers = session.words, session.names, list_tiers(session.published)
    if tiers in ([], [CITY_LIST.tier]):
        return CITY_LIST
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        tier = url_choices.single_choice(
            words("week.list_of"), "list", tiers, lambda code: words(f"week.list_of_{code}")
        )
        if tier == CITY_LIST.tier:
            return CITY_LIST
        areas = list_areas(session.published, session.role, tier)
        area = url_choices.choice_of(
            words("week.list_area"),
            f"list_{tier}",
            [_EVERY, *areas],
            lambda code: words("week.every_list") if code == _EVERY else names.place(code),
        )
    return ListOf(tier, None if area == _EVERY else area)
