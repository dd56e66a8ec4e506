"""Texts from data in Streamlit's own elements, which read Markdown: each is shown as it stands."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from dashboards.server import any_port
from pipelines.home import REPO

pytestmark = pytest.mark.browser
TEXTS = [
    "**bold**", "__bold__", "*it*", "[a](http://b)", "![a](http://b/c.png)", "<http://b.example>", "http://b.example/c", "https://b.example",
    "www.b.example", "a@b.example", "mailto:a@b.example", ":red[x]", ":red-background[x]", ":blue-badge[x]", ":small[x]", ":material/home:", ":streamlit:", ":smile:",
    "$x$", "$$x$$", "<b>x</b>", "<img src=x>", "&lt;", "`x`", "~~x~~", "# x", "- x", "1. x", "> x", "| a | b |", "--- ", "a -> b", "a <- b", "a -- b", "a >= b",
    "\\*", "[^1]", "[x]", "x\\", "a  \nb", "x^2^", "a:b", "::x", "<!-- x -->", "{x}", "=1+1", ":material_home:", "a_b_c", "&amp;", "2024*3*5",
]  # fmt: skip
INSIDE = "a[href], strong, em, code, del, img, table, ul, ol, blockquote, hr, .katex, sup, sub, b, [data-testid=stIconMaterial], [style*=color]"


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    port = any_port()
    app = Path(__file__).with_name("markup_app.py")
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "streamlit", "run", str(app), "--server.port", str(port)),
            "--server.headless",
            "true",
        ],
        env=os.environ | {"TEXTS": json.dumps(TEXTS), "PYTHONPATH": str(REPO)},
        cwd=REPO,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2)
                break
            except OSError:
                time.sleep(0.1)
        opened = browser.new_page()
        opened.goto(f"http://127.0.0.1:{port}/")
        opened.locator("[data-testid=stExpander]").nth(len(TEXTS) - 1).wait_for(timeout=60_000)
        yield opened
    finally:
        server.terminate()
        server.wait()


@pytest.fixture(scope="module")
def shown(page: Page) -> list[dict]:
    """Each piece of Markdown on the page, with its text and what stands in it besides."""
    return page.evaluate(
        """inside => [...document.querySelectorAll('[data-testid=stMarkdownContainer]')].map(each => ({
            text: each.textContent, within: [...each.querySelectorAll(inside)].map(one => one.outerHTML.slice(0, 90))}))""",
        INSIDE,
    )


def test_no_text_becomes_anything_else(shown: list[dict]) -> None:
    assert {(each["text"], *each["within"]) for each in shown if each["within"]} == set()


def test_each_text_stands_as_it_is(shown: list[dict]) -> None:
    seen = {each["text"].replace("\u2060", "").strip() for each in shown}
    assert [
        text for text in TEXTS if " ".join(text.split()) not in {" ".join(each.split()) for each in seen}
    ] == []
