"""Monday in a real browser, in both languages: see, open, decide, print; and all of it from the keyboard."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboards.decisions.store import DecisionStore
from dashboards.screenshots import SIZE, settle
from dashboards.server import opened
from dashboards.wording.language import Words, words_of
from pipelines.home import Home
from tests.browser.conftest import PROFILE, keep
from tests.worlds.edited_week import shown

pytestmark = pytest.mark.browser
PATIENCE_MS = 120_000
WORDS = words_of("zh")
OFFICE = {"zh": "市综治中心值班岗", "en": "City centre, duty desk"}


@dataclass(frozen=True)
class Monday:
    """A page before a city of its own, and the address; decisions stay in that city."""

    page: Page
    address: str
    home: Home


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, str]]:
    """A city of this file's own, for decisions stay in it, and its address."""
    home = shown(tmp_path_factory.mktemp("monday"))
    with opened(home, PROFILE) as address:
        yield home, address


@pytest.fixture
def monday(browser: Browser, served: tuple[Home, str]) -> Iterator[Monday]:
    home, address = served
    context = browser.new_context(viewport=SIZE, locale="zh-CN", accept_downloads=True)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    yield Monday(context.new_page(), address, home)
    context.close()


def test_the_list_is_reached_and_a_dispute_opened_from_the_keyboard(monday: Monday) -> None:
    page = monday.page
    page.goto(monday.address)
    settle(page)
    focused = _tab_to(page, "A:dispute?id=")
    number = focused.partition("=")[2].partition(":")[0]
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(WORDS("dispute.title", number=number))


def test_two_warnings_are_decided_from_the_keyboard_alone(monday: Monday) -> None:
    """Tab to two rows and tick them, open the decision, accept with the first unit offered, and record it."""
    page = monday.page
    page.goto(monday.address)
    settle(page)
    chosen = []
    for _ in range(2):
        ticked = _tab_to(page, f"INPUT::{WORDS('column.choose')} ")
        page.keyboard.press("Space")
        chosen.append(ticked.rpartition(" ")[2])
        settle(page)
    _tab_to(page, "BUTTON", WORDS("decide.open"))
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    settle(page)
    _tab_to(page, "INPUT", WORDS("decide.unit"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    settle(page)
    _tab_to(page, "INPUT", WORDS("decide.office"))
    page.keyboard.type(OFFICE["zh"])
    page.keyboard.press("Tab")
    settle(page)
    _tab_to(page, "BUTTON", WORDS.count("decide.save_many", 2))
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0, timeout=PATIENCE_MS)
    keep(settle(page), "monday_zh_keyboard")
    standing = DecisionStore.of(monday.home).standing(chosen)
    assert {number: entry.decision.action for number, entry in standing.items()} == dict.fromkeys(
        chosen, "accept"
    )
    for number in chosen:
        row = page.get_by_role("row").filter(has=page.get_by_text(number, exact=True))
        expect(row.get_by_text("采纳，由")).to_be_visible()


@pytest.mark.parametrize(("lang", "nth"), [("zh", 2), ("en", 3)])
def test_see_open_decide_and_print(monday: Monday, lang: str, nth: int) -> None:
    """The two first rows are those of the keyboard; each language takes the next."""
    page, words = monday.page, words_of(lang)
    page.goto(f"{monday.address}/?lang={lang}")
    keep(settle(page), f"monday_{lang}_1_see")
    link = page.locator("td a").nth(nth)
    number = str(link.text_content())
    link.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words("dispute.title", number=number))
    keep(settle(page), f"monday_{lang}_2_open")
    _accept(page, words, lang)
    expect(page.get_by_text(words("decide.undo_this"))).to_be_visible(timeout=PATIENCE_MS)
    keep(settle(page), f"monday_{lang}_3_decide")
    for key, ending in (("side.brief", ".docx"), ("side.workbook", ".xlsx")):
        with page.expect_download() as download:
            page.get_by_role("button", name=words(key)).click()
        assert download.value.suggested_filename.endswith(ending)
        assert Path(download.value.path()).stat().st_size > 5000
    page.get_by_role("link", name=words("nav.supervision")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words("clock.title"))
    accepted = page.get_by_role("table", name=words("clock.accepted"))
    expect(accepted.get_by_role("link", name=number)).to_be_visible(timeout=PATIENCE_MS)
    keep(settle(page), f"monday_{lang}_4_supervise")


_FOCUSED = """() => {
    let at = document.activeElement;
    while (at && at.shadowRoot && at.shadowRoot.activeElement) at = at.shadowRoot.activeElement;
    const label = at.getAttribute('aria-label') || (at.labels && at.labels[0] && at.labels[0].innerText) || at.innerText || '';
    return `${at.tagName}:${at.getAttribute('href') || ''}:${label}`;
}"""


def _tab_to(page: Page, begins: str, holds: str = "") -> str:
    """Press Tab until the focused element's tag, address and label begin so and hold that."""
    for _ in range(150):
        page.keyboard.press("Tab")
        focused = str(page.evaluate(_FOCUSED))
        if focused.startswith(begins) and holds in focused:
            return focused
    raise AssertionError(f"{begins} {holds} is not reached by Tab")


def _accept(page: Page, words: Words, lang: str) -> None:
    """Accept the open dispute with the first unit offered."""
    page.get_by_label(words("decide.unit")).first.click()
    page.get_by_role("option").first.click()
    office = page.get_by_label(words("decide.office"))
    office.fill(OFFICE[lang])
    office.press("Tab")
    settle(page)
    page.get_by_role("button", name=words("decide.save"), exact=True).click()
