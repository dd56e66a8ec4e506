"""Every page in a real browser: no complaint in the console, readable by contrast, told in one language.

Each page is opened once in each language and then asked several questions.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from dashboards.published.publication import current
from pipelines.home import Home
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

PAGES = (
    "",
    "dispute",
    "dispute?id={first}",
    "places",
    "services",
    "supervision",
    "funnel",
    "units",
    "effect",
    "how-right",
    "data",
)
LANGS = ("zh", "en")
FOREIGN = re.compile(r"[A-Za-z][A-Za-z_]+")
"""Two Latin letters in a row have no place on a Chinese page, case numbers and the language switch aside."""
STREAMLIT_S_OWN = re.compile(
    r"Skip to main content|Sidebar|Collapse sidebar|App pages|Open|Choose date|Choose an option|(year|month|day), .*"
    r"|Pagination|(Previous|Next) page|Page \d+"
    r"|(Show data|Download as PNG|Copy Vega-Lite spec|Fullscreen): .*"
)
"""Labels for screen readers that the framework gives its own controls, in English alone."""


@dataclass(frozen=True)
class Seen:
    """What one page was found to be: level-one headings, complaints, violations of axe, texts and labels, tables too wide."""

    headings: int
    complaints: list[str]
    violations: list[str]
    texts: list[str]
    overflowing: list[str]


Look = Callable[[str, str], Seen]


@pytest.fixture(scope="module")
def first(city: Home) -> str:
    """Number of the first dispute that the analyst may see too."""
    published = current(city)
    assert published is not None
    return published.warnings.filter(~pl.col("is_domestic"))["dispute_id"][0]


@pytest.fixture(scope="module")
def looked() -> dict[tuple[str, str], Seen]:
    return {}


@pytest.fixture
def look(visit: Visit, first: str, looked: dict[tuple[str, str], Seen]) -> Look:
    """Open a page in a language, the first time it is asked for."""

    def seen_at(path: str, lang: str) -> Seen:
        if (path, lang) not in looked:
            filled = path.format(first=first)
            opened = visit(f"{filled}{'&' if '?' in filled else '?'}lang={lang}")
            violations = Axe().run(opened.page).response["violations"]
            looked[path, lang] = Seen(
                headings=opened.page.locator("h1").count(),
                complaints=opened.complaints,
                violations=[f"{each['id']}: {node['html']}" for each in violations for node in each["nodes"]],
                texts=texts_of(opened.page),
                overflowing=opened.page.evaluate(_OVERFLOWING),
            )
        return looked[path, lang]

    return seen_at


def texts_of(page: Page) -> list[str]:
    """Every text and label on the page, folded parts opened, icons left out."""
    return page.evaluate(
        """() => {
            document.querySelectorAll('details').forEach((part) => { part.open = true; });
            document.querySelectorAll('[data-testid="stIconMaterial"]').forEach((icon) => icon.remove());
            const labels = ['aria-label', 'placeholder', 'title', 'alt'];
            const named = [...document.querySelectorAll(labels.map((label) => `[${label}]`).join())];
            return [document.title, ...document.body.innerText.split('\\n'),
                ...named.flatMap((each) => labels.map((label) => each.getAttribute(label)))].filter(Boolean);
        }"""
    )


_OVERFLOWING = """() => [...document.querySelectorAll('.fq-table')]
    .filter((table) => table.getBoundingClientRect().right > table.parentElement.getBoundingClientRect().right + 1)
    .map((table) => table.getAttribute('aria-label'))"""


everywhere = pytest.mark.parametrize("path", PAGES)
in_both = pytest.mark.parametrize("lang", LANGS)


@in_both
@everywhere
def test_page_stands_without_a_complaint_in_the_console(look: Look, path: str, lang: str) -> None:
    assert look(path, lang).complaints == []
    assert look(path, lang).headings == 1


@in_both
@everywhere
def test_page_passes_axe_contrast_included(look: Look, path: str, lang: str) -> None:
    assert look(path, lang).violations == []


@in_both
@everywhere
def test_no_table_runs_out_of_its_place(look: Look, path: str, lang: str) -> None:
    assert look(path, lang).overflowing == []


@everywhere
def test_a_chinese_page_has_no_raw_code_key_or_english_word(look: Look, path: str) -> None:
    ours = [text for text in look(path, "zh").texts if not STREAMLIT_S_OWN.fullmatch(text)]
    assert {word for text in ours for word in FOREIGN.findall(text)} <= {"English", "JF"}


@everywhere
def test_an_english_page_has_no_chinese_word(look: Look, path: str) -> None:
    said = {word for text in look(path, "en").texts for word in re.findall(r"[\u4e00-\u9fff]+", text)}
    assert said == {"中文"}
