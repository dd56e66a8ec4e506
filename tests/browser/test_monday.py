"""Monday in a real browser, in both languages: see, open, decide, print; and all of it from the keyboard."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboards.screenshots import SIZE, settle
from dashboards.server import opened
from dashboards.wording import Words, words_of
from pipelines.home import Home
from tests.dashboards.publication import AS_OF, PROFILE, publish

pytestmark = pytest.mark.browser
PATIENCE_MS = 120_000
OFFICE = {"zh": "市综治中心值班岗", "en": "City centre, duty desk"}


@pytest.fixture
def monday(browser: Browser, tmp_path: Path) -> Iterator[tuple[Page, str]]:
    """A page before a city of its own, and the address; decisions stay in that city."""
    home = Home(tmp_path / "home")
    publish(home, as_of=AS_OF - timedelta(weeks=1), seed=2)
    publish(home)
    context = browser.new_context(viewport=SIZE, locale="zh-CN", accept_downloads=True)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    with opened(home, PROFILE) as address:
        yield context.new_page(), address
    context.close()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_see_open_decide_and_print(monday: tuple[Page, str], lang: str) -> None:
    (page, address), words = monday, words_of(lang)
    page.goto(f"{address}/?lang={lang}")
    settle(page)
    first = page.locator("td a").first
    number = str(first.text_content())
    first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words("dispute.title", number=number))
    settle(page)
    _accept(page, words, lang)
    expect(page.get_by_text(words("decide.undo_this"))).to_be_visible(timeout=PATIENCE_MS)
    for key, ending in (("side.brief", ".docx"), ("side.workbook", ".xlsx")):
        with page.expect_download() as download:
            page.get_by_role("button", name=words(key)).click()
        assert download.value.suggested_filename.endswith(ending)
        assert Path(download.value.path()).stat().st_size > 5000
    page.get_by_role("link", name=words("nav.supervision")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words("clock.title"))
    accepted = page.get_by_role("table", name=words("clock.accepted"))
    expect(accepted.get_by_role("link", name=number)).to_be_visible(timeout=PATIENCE_MS)


def test_the_list_is_reached_and_a_dispute_opened_from_the_keyboard(monday: tuple[Page, str]) -> None:
    page, address = monday
    page.goto(address)
    settle(page)
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(_FOCUSED).startswith("A:dispute?id="):
            break
    number = page.evaluate(_FOCUSED).partition("=")[2]
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(words_of("zh")("dispute.title", number=number))


_FOCUSED = """() => {
    let at = document.activeElement;
    while (at && at.shadowRoot && at.shadowRoot.activeElement) at = at.shadowRoot.activeElement;
    return `${at.tagName}:${at.getAttribute('href') || ''}`;
}"""


def _accept(page: Page, words: Words, lang: str) -> None:
    """Accept the open dispute with the first unit offered."""
    page.get_by_label(words("decide.unit")).first.click()
    page.get_by_role("option").first.click()
    office = page.get_by_label(words("decide.office"))
    office.fill(OFFICE[lang])
    office.press("Tab")
    settle(page)
    page.get_by_role("button", name=words("decide.save"), exact=True).click()
