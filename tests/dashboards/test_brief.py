"""The weekly brief: what it says, how it is laid out, whom it shows what, and that it prints as it should."""

import io
import re
import stat
from dataclasses import replace
from pathlib import Path

import docx
import fastexcel
import polars as pl
import pytest
from docx.shared import Pt

from dashboards.access.roles import ROLES, Role
from dashboards.decisions.store import DecisionStore
from dashboards.papers import brief_sections
from dashboards.papers.paper_content import gather
from dashboards.papers.weekly_brief import document_bytes, workbook_bytes, write_brief
from dashboards.papers.word_document import FALLBACKS
from dashboards.published.last_week_queries import last_week
from dashboards.published.place_queries import places
from dashboards.published.publication import DESCRIBED, current
from dashboards.published.service_queries import services
from dashboards.published.warnings_queries import left_list, queue, week
from dashboards.texts.place_words import place_summary, service_summary
from dashboards.texts.week_sentences import hidden_lines
from dashboards.wording.code_names import names_of
from dashboards.wording.language import LANGS, Lang, words_of
from pipelines.errors import FengqiaoError, RefusedInput
from pipelines.home import Home
from tests.dashboards import office
from tests.dashboards.conftest import PROFILE
from tests.worlds.edited_week import republish, shown


@pytest.fixture(scope="module")
def home(three_weeks: Home) -> Home:
    """Three published weeks; the record of the one before the last has every action."""
    return three_weeks


MOST_PAGES = {"zh": 9, "en": 9}
"""Reasons that say the day, and the head of the decision record, take a page more than the six that are aimed at."""


def text_of(document: bytes) -> str:
    """Everything that can be read in a document, cells included."""
    opened = docx.Document(io.BytesIO(document))
    cells = [cell.text for table in opened.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in opened.paragraphs), *cells])


def brief(home: Home, lang: Lang = "zh", role: Role = "analyst") -> bytes:
    return document_bytes(gather(home, PROFILE, lang, role))


@pytest.mark.parametrize("lang", LANGS)
def test_it_has_every_part_in_order(home: Home, lang: Lang) -> None:
    words = words_of(lang)
    text = text_of(brief(home, lang))
    parts = ("facts", "changes", "ten", "places", "services", "last", "record", "limits", "to_decide")
    places = [text.index(words(f"paper.{part}_title")) for part in parts]
    assert places == sorted(places)
    assert words("paper.simulated") in text
    assert words("boundary.line") in text


def test_places_and_services_are_those_of_the_screens(home: Home) -> None:
    asked = gather(home, PROFILE, "zh", "analyst")
    ranked = places(asked.publication, PROFILE)
    assert ranked is not None
    text = text_of(brief(home))
    assert all(line in text for line in place_summary(asked.names, ranked))
    tables = docx.Document(io.BytesIO(brief(home))).tables
    firsts = [[row.cells[0].text for row in table.rows[1:]] for table in tables]
    assert [asked.names.place(code) for code in ranked.rows["area_code"][: len(firsts[1])]] == firsts[1]
    for nth, service in enumerate(PROFILE.codes_of_kind("service"), start=2):
        rows = services(asked.publication, PROFILE, service)
        assert rows is not None
        assert all(line in text for line in service_summary(asked.names, rows))
        assert [asked.names.place(code) for code in rows["area_code"][: len(firsts[nth])]] == firsts[nth]


def test_a_family_that_is_not_published_is_a_sentence(tmp_path: Path) -> None:
    home = shown(tmp_path)
    republish(home, without=DESCRIBED)
    text = text_of(brief(home))
    assert words_of("zh")("place.none") in text
    assert text.count(words_of("zh")("service.none")) == len(PROFILE.codes_of_kind("service"))


def test_its_figures_are_those_of_the_screen(home: Home) -> None:
    publication, words = current(home), words_of("zh")
    assert publication is not None
    earlier = gather(home, PROFILE, "zh", "analyst").earlier
    assert earlier is not None
    shown = week(publication, "analyst", earlier=earlier)
    new, gone = int((shown.rows["change"] == "new").sum()), len(left_list(publication, "analyst", earlier))
    text = text_of(brief(home))
    assert f"全部在册{len(queue(publication, 'analyst').rows)}件，本周名单{len(shown.rows)}件" in text
    assert publication.scored != earlier.scored, "two weeks that are not alike"
    assert new + gone > 0
    assert words("week.changes_not_alike") in text
    assert "新上名单" not in text.split("二、")[0], "a list by scores is not compared with one without"
    assert shown.hidden
    assert all(line in text for line in hidden_lines(words, shown))


def test_the_ten_that_need_the_meeting_are_the_first_of_the_list_with_reasons_and_what_nobody_asked(
    home: Home,
) -> None:
    publication = current(home)
    assert publication is not None
    first = week(publication, "analyst").rows.head(10)
    ten = docx.Document(io.BytesIO(brief(home))).tables[0]
    cells = [[cell.text for cell in row.cells] for row in ten.rows[1:]]
    assert [row[2].splitlines()[0] for row in cells] == first["dispute_id"].to_list()
    assert all("登记时未问" in row[5] for row in cells if len(row[5].splitlines()) > 3)
    for row, text in zip(first.iter_rows(named=True), cells, strict=True):
        assert [reason["text_zh"] for reason in row["reasons"]] == text[5].splitlines()[:3]


def test_it_tells_what_became_of_last_weeks_list(home: Home) -> None:
    rows = gather(home, PROFILE, "zh", "analyst").last
    assert rows is not None
    decided = rows.decided
    text = text_of(brief(home))
    assert f"已采纳{decided['accept']}件，不采纳{decided['decline']}件" in text
    assert decided["accept"] > 0
    assert rows.harmed > 0
    assert f"{rows.harmed}件此后发生" in text
    results = rows.rows["visit_result"].drop_nulls()
    assert len(results) > 0
    assert all(names_of(PROFILE, words_of("zh")).code("decision_reason", code) in text for code in results)
    assert "此后发生伤害" in text


def test_a_dispute_that_shows_signs_of_domestic_violence_since_is_in_no_look_back(home: Home) -> None:
    publication = current(home)
    assert publication is not None
    before = last_week(publication, "analyst")
    assert before is not None
    number = before.rows.filter("is_listed")["dispute_id"][0]
    row = publication.warnings.head(1).with_columns(dispute_id=pl.lit(number), is_domestic=pl.lit(value=True))
    since = replace(publication, warnings=publication.warnings.vstack(row))
    after = last_week(since, "analyst")
    assert after is not None
    assert number not in after.rows["dispute_id"]
    assert after.hidden == before.hidden + 1


@pytest.mark.parametrize("lang", LANGS)
def test_a_dispute_with_domestic_violence_indicated_is_in_the_protection_roles_papers_alone(
    home: Home, tmp_path: Path, lang: Lang
) -> None:
    publication = current(home)
    assert publication is not None
    domestic = publication.warnings.filter("listed", "is_domestic")["dispute_id"].to_list()
    domestic += publication.last_week.filter("is_domestic")["dispute_id"].to_list()
    assert domestic
    for role in ("analyst", "engineer"):
        text = text_of(brief(home, lang, role))
        assert not [number for number in domestic if number in text]
    assert [number for number in domestic if number in text_of(brief(home, lang, "protection"))]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("lang", LANGS)
def test_each_paper_prints_the_head_of_the_record_it_was_checked_against(
    home: Home, lang: Lang, role: Role
) -> None:
    head = DecisionStore.of(home).verify().head[:16]
    paper = gather(home, PROFILE, lang, role)
    assert head in text_of(document_bytes(paper))
    about = fastexcel.read_excel(workbook_bytes(paper)).load_sheet(1, header_row=None).to_polars()
    assert isinstance(about, pl.DataFrame)
    assert any(head in str(row[0]) for row in about.rows())


def test_papers_of_the_protection_role_lie_apart_and_are_read_by_their_user_alone(home: Home) -> None:
    ordinary, protection = (write_brief(home, PROFILE, role=role) for role in ("analyst", "protection"))
    assert protection == ordinary / "protection"
    assert not [path for path in ordinary.iterdir() if path.is_file() and "protection" in path.name]
    papers = [path for path in protection.iterdir() if path.is_file()]
    assert len(papers) == 2
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (ordinary, protection)}
    assert modes == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in papers} == {0o600}


def test_the_layout_is_that_of_official_papers_and_nothing_makes_it_look_issued(home: Home) -> None:
    document = docx.Document(io.BytesIO(brief(home)))
    page = document.sections[0]
    sizes = (
        page.page_width,
        page.page_height,
        page.top_margin,
        page.left_margin,
        page.right_margin,
        page.bottom_margin,
    )
    assert [round(size.mm) for size in sizes if size] == [210, 297, 37, 28, 26, 35]
    title, body = document.paragraphs[0].runs[0], document.paragraphs[5].runs[0]
    assert (title.font.size, body.font.size) == (Pt(22), Pt(16))
    leading = document.paragraphs[5].paragraph_format.line_spacing
    assert isinstance(leading, int)
    assert abs(leading.pt - 28.9) < 0.1
    assert "小标宋" in title._r.xml
    assert "仿宋" in body._r.xml
    part = next(p for p in document.part.package.iter_parts() if p.partname.endswith("fontTable.xml"))
    names = part.blob.decode()
    assert all(
        f'w:name="{face}"' in names and f'w:val="{other}"' in names for face, other in FALLBACKS.items()
    )
    colours = set(re.findall(r'w:color w:val="(\w+)"', document.element.xml))
    assert colours <= {"auto", "000000"}
    text = text_of(brief(home))
    assert not re.search("红头|印章|文件〔|〔20|号文", text)


def test_the_blank_table_waits_for_the_meetings_decisions(home: Home) -> None:
    last = docx.Document(io.BytesIO(brief(home))).tables[-1]
    assert len(last.rows) == 1 + brief_sections.BLANK_ROWS
    assert {cell.text for row in last.rows[1:] for cell in row.cells[1:]} == {""}


def test_the_same_week_gives_the_same_bytes(home: Home) -> None:
    assert brief(home) == brief(home)


def test_a_week_without_scores_first_of_all_and_without_backtest_says_so(tmp_path: Path) -> None:
    home = shown(tmp_path, scored=False)
    republish(home, without=("model_metrics", "calibration", "last_week"))
    for earlier in sorted(home.published.glob("????-??-??"))[:-1]:
        earlier.unlink()
    text = text_of(brief(home))
    assert words_of("zh")("paper.no_record") in text
    assert words_of("zh")("paper.no_last") in text
    assert words_of("zh")("week.first_week") in text
    assert "/ 100" not in text


def test_nothing_published_or_an_unknown_language_is_one_readable_line(tmp_path: Path) -> None:
    with pytest.raises(FengqiaoError, match="run `fengqiao run` first"):
        write_brief(Home(tmp_path), PROFILE)
    home = shown(tmp_path)
    with pytest.raises(RefusedInput, match="no wording in 'fr'"):
        write_brief(home, PROFILE, lang="fr")
    with pytest.raises(RefusedInput, match="no role 'mayor'"):
        write_brief(home, PROFILE, role="mayor")


@pytest.mark.skipif(not office.is_there(), reason="no LibreOffice on this machine: `make office` installs it")
@pytest.mark.parametrize("lang", LANGS)
def test_libreoffice_prints_it_on_about_six_pages_with_every_character_there(
    home: Home, tmp_path: Path, lang: Lang
) -> None:
    pages = office.pages_of(brief(home, lang), tmp_path)
    assert 5 <= len(pages) <= MOST_PAGES[lang]
    assert [str(n) in page.splitlines()[-1] for n, page in enumerate(pages, start=1)] == [True] * len(pages)
    whole = "".join(pages).replace(" ", "")
    for part in ("facts", "ten", "to_decide"):
        assert words_of(lang)(f"paper.{part}_title").replace(" ", "") in whole
    assert "\ufffd" not in whole
    assert lang == "en" or "CJK" in office.fonts_of(tmp_path), "no Chinese typeface to fall back on"
