"""The list as a workbook: every row of it, every code spelled out, filters set, columns wide enough."""

import io
import zipfile
from datetime import datetime, time
from pathlib import Path

import fastexcel
import polars as pl
import pytest

from dashboards.access.roles import ROLES, Role
from dashboards.decisions.decision import Decision
from dashboards.decisions.store import DecisionStore
from dashboards.papers.paper_content import Paper, gather
from dashboards.papers.weekly_brief import workbook_bytes
from dashboards.papers.workbook import spelled_out
from dashboards.published.warnings_queries import week
from dashboards.wording.language import LANGS, Lang, words_of
from pipelines.city.profile import reference_codes
from pipelines.home import Home
from tests.dashboards.conftest import AS_OF, PROFILE
from tests.worlds.edited_week import shown


@pytest.fixture(scope="module")
def home(three_weeks: Home) -> Home:
    return three_weeks


def paper(home: Home, lang: Lang = "zh", role: Role = "analyst") -> Paper:
    return gather(home, PROFILE, lang, role)


def read(book: bytes) -> pl.DataFrame:
    """The first sheet, as another program reads it."""
    frame = fastexcel.read_excel(book).load_sheet(0, dtypes="string").to_polars()
    assert isinstance(frame, pl.DataFrame)
    return frame


@pytest.mark.parametrize("role", ROLES)
def test_it_holds_the_whole_list_the_role_may_see_in_its_order(home: Home, role: Role) -> None:
    asked = paper(home, role=role)
    listed = week(asked.publication, role).rows
    rows = read(workbook_bytes(asked))
    number = words_of("zh")("column.number")
    assert rows[number].to_list() == listed["dispute_id"].to_list()
    domestic = asked.publication.warnings.filter("is_domestic")["dispute_id"]
    assert bool(rows[number].is_in(domestic.implode()).any()) == (role == "protection")


@pytest.mark.parametrize("lang", LANGS)
def test_no_code_stands_in_a_cell(home: Home, lang: Lang) -> None:
    rows = read(workbook_bytes(paper(home, lang)))
    codes = {
        *reference_codes()["code"],
        *PROFILE.categories["code"],
        *PROFILE.areas["area_code"],
        *PROFILE.units["unit_id"],
    }
    number = words_of(lang)("column.number")
    cells = {value for column in rows.columns if column != number for value in rows[column].to_list()}
    assert not cells & {code for code in codes if not code.isdigit() or len(code) > 3}
    if lang == "zh":
        text = "".join(cells - {None})
        assert not [c for c in text if c.isascii() and c.isalpha()]


def test_filters_are_set_and_columns_are_as_wide_as_what_they_hold(home: Home) -> None:
    content = workbook_bytes(paper(home))
    listed = spelled_out(paper(home).listed.rows, paper(home).names, {})
    sheet = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert f'<autoFilter ref="A1:T{len(listed) + 1}"' in sheet
    assert 'state="frozen"' in sheet
    assert sheet.count("<col ") >= 10
    assert 'width="70.' in sheet


def test_a_decision_so_far_is_told_in_words(tmp_path: Path) -> None:
    home = shown(tmp_path)
    first = paper(home).listed.rows["dispute_id"][0]
    decision = Decision(
        dispute_id=first,
        action="decline",
        office="duty desk",
        as_of=AS_OF,
        publication="f" * 12,
        reason="in_hand",
    )
    DecisionStore.of(home).record([decision], datetime.combine(AS_OF, time(9)))
    words = words_of("zh")
    rows = read(workbook_bytes(paper(home)))
    assert rows.row(0, named=True)[words("column.decision")] == "不采纳：已有单位在办"


def test_chances_are_counts_of_a_hundred_and_the_same_as_published(home: Home) -> None:
    asked = paper(home)
    listed = spelled_out(asked.listed.rows, asked.names, {})
    assert listed["chance"].to_list() == (asked.listed.rows["probability"] * 100).to_list()
    assert listed["chance_low"].to_list() == (asked.listed.rows["probability_low"] * 100).to_list()


def test_a_second_sheet_says_what_the_list_is_not_and_that_it_is_made_up(home: Home) -> None:
    second_sheet = (
        fastexcel.read_excel(workbook_bytes(paper(home))).load_sheet(1, header_row=None).to_polars()
    )
    assert isinstance(second_sheet, pl.DataFrame)
    notes = second_sheet[:, 0].to_list()
    words = words_of("zh")
    assert words("notice.simulated") in notes
    assert words("boundary.line") in notes


def test_the_same_list_gives_the_same_bytes(home: Home) -> None:
    assert workbook_bytes(paper(home)) == workbook_bytes(paper(home))
