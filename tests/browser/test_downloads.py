"""What is downloaded follows the role of who presses the button, on the screen and in the papers."""

import io
from collections.abc import Callable
from pathlib import Path

import docx
import fastexcel
import pytest
from playwright.sync_api import Page, expect

from dashboards.access.roles import ROLES, Role, sees_domestic
from dashboards.published.publication import Publication, current
from dashboards.published.role_list import role_list
from dashboards.screenshots import settle
from dashboards.wording.language import words_of
from pipelines.home import Home

pytestmark = pytest.mark.browser
WORDS = words_of("zh")


@pytest.fixture(scope="module")
def published(city: Home) -> Publication:
    publication = current(city)
    assert publication is not None
    return publication


def downloaded(page: Page, button: str) -> bytes:
    with page.expect_download(timeout=120_000) as download:
        page.get_by_role("button", name=button).click()
    return Path(download.value.path()).read_bytes()


def numbers_in(workbook: bytes) -> list[str]:
    rows = fastexcel.read_excel(workbook).load_sheet(0).to_polars()
    return rows[WORDS("column.number")].to_list()  # type: ignore[union-attr]


def text_in(document: bytes) -> str:
    document_text = docx.Document(io.BytesIO(document))
    cells = [cell.text for table in document_text.tables for row in table.rows for cell in row.cells]
    return "".join([*(paragraph.text for paragraph in document_text.paragraphs), *cells])


@pytest.mark.parametrize("role", ROLES)
def test_papers_and_exports_hold_what_the_role_may_see(
    page: Page, address_for: Callable[[Role], str], published: Publication, role: Role
) -> None:
    domestic = set(published.warnings.filter("is_domestic")["dispute_id"])
    of_role = role_list(published, role)["dispute_id"].to_list()
    address = address_for(role)
    page.goto(address)
    settle(page)
    list_of_the_week = numbers_in(downloaded(page, WORDS("side.workbook")))
    brief = text_in(downloaded(page, WORDS("side.brief")))
    shown = numbers_in(downloaded(page, WORDS("week.export")))
    page.goto(f"{address}/?show=queue&category=D1")
    settle(page)
    narrowed = numbers_in(downloaded(page, WORDS("week.export")))
    assert list_of_the_week == shown == of_role
    family = published.warnings.filter(category="D1")
    seen = family if sees_domestic(role) else family.filter(~family["is_domestic"])
    assert narrowed == seen["dispute_id"].to_list()
    named = {number for number in domestic if number in brief} | domestic & {*shown, *narrowed}
    assert bool(named) == sees_domestic(role)


def test_an_address_of_a_hidden_dispute_opens_nothing(
    page: Page, address_for: Callable[[Role], str], published: Publication
) -> None:
    number = published.warnings.filter("is_domestic")["dispute_id"][0]
    page.goto(f"{address_for('engineer')}/dispute?id={number}")
    settle(page)
    expect(page.get_by_text(WORDS("dispute.absent"))).to_be_visible()
    assert number not in page.locator("[data-testid=stMain]").inner_text()
