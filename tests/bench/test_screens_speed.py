"""How quickly pages stand over a ten-city week while ten people click, in real browser pages: `make bench`.

Browser and server share the machine, so what is printed is an upper bound of what a reader waits. Beside it
stands the processor time the server alone needs for the same pages, in a fresh session each.
"""

import asyncio
import time
from itertools import cycle, islice

import numpy as np
import psutil
import pytest
from playwright.async_api import Page, async_playwright
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from dashboards.screenshots import CHROMIUM, FLAGS, SIZE
from dashboards.server import APP, opened
from dashboards.wording import words_of
from pipelines.home import Home
from tests.dashboards.publication import PROFILE, publish

pytestmark = pytest.mark.bench

PATHS = {
    "week": "",
    "places": "places",
    "services": "services",
    "supervision": "supervision",
    "funnel": "funnel",
    "units": "units",
    "effect": "effect",
    "model": "how-right",
    "data": "data",
}
CITY_DISPUTES, CITIES, PEOPLE, CLICKS = 9_000, 10, 10, 8
TITLES = {name: words_of("zh")(f"nav.{name}") for name in PATHS}


@pytest.fixture(scope="module")
def ten_cities(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("ten_cities"))
    publish(home, n=CITY_DISPUTES * CITIES)
    return home


def test_ten_people_click_through_a_ten_city_week(ten_cities: Home) -> None:
    with opened(ten_cities, PROFILE) as address:
        before = _server_bytes(address)
        seconds = asyncio.run(_clicks(address))
        grown = (_server_bytes(address) - before) / PEOPLE
    _tell("ten people, real browser pages", seconds)
    print(f"server: {_mib(grown)} per person, {_mib(before + grown * PEOPLE)} in all")  # noqa: T201
    assert len(seconds) == PEOPLE * CLICKS


def test_what_the_server_needs_for_each_page(ten_cities: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FENGQIAO_HOME", str(ten_cities.root))
    taken: dict[str, list[float]] = {}
    for turn in range(6):
        for name, path in PATHS.items():
            app = AppTest.from_file(str(APP), default_timeout=120)
            app._page_hash = calc_hash(path)
            began = time.process_time()
            assert not app.run().exception
            if turn:
                taken.setdefault(name, []).append(time.process_time() - began)
    for name, seconds in taken.items():
        _tell(f"processor time of the server, {name}", seconds)
    assert set(taken) == set(PATHS)


async def _clicks(address: str) -> list[float]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        pages = [await browser.new_page(viewport=SIZE) for _ in range(PEOPLE)]  # type: ignore[arg-type]
        await asyncio.gather(*(_first(page, address) for page in pages))
        each = await asyncio.gather(*(_one_person(page, n) for n, page in enumerate(pages)))
        await browser.close()
    return [seconds for person in each for seconds in person]


async def _first(page: Page, address: str) -> None:
    page.set_default_timeout(180_000)
    await page.goto(address)
    await page.locator(".fq-boundary").wait_for()


async def _one_person(page: Page, n: int) -> list[float]:
    """Click from page to page, a second apart, each person beginning elsewhere."""
    taken = []
    for title in islice(cycle(TITLES.values()), n, n + CLICKS):
        await asyncio.sleep(1)
        began = time.perf_counter()
        await page.get_by_role("link", name=title, exact=True).click()
        await page.wait_for_function(
            """(title) => {
                const app = document.querySelector('[data-testid="stApp"]');
                return document.title === title && app.dataset.testScriptState === 'notRunning'
                    && document.querySelector('.fq-boundary') && !document.querySelector('[data-stale="true"]');
            }""",
            arg=title,
        )
        taken.append(time.perf_counter() - began)
    return taken


def _server_bytes(address: str) -> int:
    port = int(address.rpartition(":")[2])
    (pid,) = {c.pid for c in psutil.net_connections("tcp") if c.status == "LISTEN" and c.laddr.port == port}
    return psutil.Process(pid).memory_info().rss


def _mib(n_bytes: float) -> str:
    return f"{n_bytes / 2**20:,.0f} MiB"


def _tell(what: str, seconds: list[float]) -> None:
    half, most = np.quantile(seconds, [0.5, 0.95])
    print(f"{what}: half in {half:.2f} s, 95 of 100 in {most:.2f} s, {len(seconds)} pages")  # noqa: T201
