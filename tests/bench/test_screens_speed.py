"""How quickly pages stand over a ten-city week while ten people click: `make bench`.

Measured twice. Sessions speak to the server as a browser does, without drawing: the time from a click until the
server has sent the whole page. Browsers share the machine with the server, and drawing takes most of their time, so
what they need is an upper bound of what a reader waits.
"""

import asyncio
import random
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack

import numpy as np
import polars as pl
import psutil
import pytest
from playwright.async_api import Page, async_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.util import calc_hash
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from dashboards.screenshots import CHROMIUM, FLAGS, SIZE
from dashboards.server import opened
from dashboards.wording.language import words_of
from pipelines.city.profile import load_profile
from pipelines.home import Home
from tests.worlds.edited_week import republish, shown

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
CITY_DISPUTES, CITIES, PEOPLE = 9_000, 10, 10
SESSION_CLICKS, SESSION_PAUSE_SECONDS = 36, 1.0
BROWSER_CLICKS, BROWSER_PAUSE_SECONDS = 9, 10.0
"""Pauses are drawn from nothing to twice as long: a reader reads, and a drawing browser needs the processor."""
PROFILE = load_profile("qujing")
STREAMLIT = Subprotocol("streamlit")
TITLES = {name: words_of("zh")(f"nav.{name}") for name in PATHS}


@pytest.fixture(scope="module")
def ten_cities(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The small city's week, its disputes repeated under new numbers until there are as many as in ten cities."""
    home = shown(tmp_path_factory.mktemp("ten_cities"))
    republish(home, dispute_warnings=_ranked_again, dispute_facts=_repeated, dispute_timeline=_repeated)
    return home


def _repeated(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows as often as it takes; the first time under their own numbers."""
    times = CITY_DISPUTES * CITIES // rows["dispute_id"].n_unique()
    again = [
        rows.with_columns(dispute_id=pl.col("dispute_id") + pl.lit(f"-{n}" if n else ""))
        for n in range(times)
    ]
    return pl.concat(again)


def _ranked_again(rows: pl.DataFrame) -> pl.DataFrame:
    first = pl.int_range(pl.len()) < len(rows)
    many = _repeated(rows).with_columns(
        listed=pl.col("listed") & first, selection=pl.when(first).then("selection")
    )
    return many.sort("rank", "dispute_id").with_columns(rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int32))


def test_ten_sessions_click_through_a_ten_city_week(ten_cities: Home) -> None:
    with opened(ten_cities, PROFILE) as address:
        taken, alone = asyncio.run(_sessions(address, 1, len(PATHS)))
        _tell("the first person, each page for the first time", [seconds for _, seconds in taken])
        taken, together = asyncio.run(_sessions(address, PEOPLE, SESSION_CLICKS))
    for name in PATHS:
        _tell(name, [seconds for page, seconds in taken if page == name])
    _tell("all pages, ten sessions", [seconds for _, seconds in taken])
    print(f"server: {_mib((together - alone) / (PEOPLE - 1))} per person more, {_mib(together)} in all")  # noqa: T201
    assert len(taken) == PEOPLE * SESSION_CLICKS


def test_ten_browsers_click_through_a_ten_city_week(ten_cities: Home) -> None:
    with opened(ten_cities, PROFILE) as address:
        seconds = asyncio.run(_browsers(address))
    _tell("all pages, ten browsers", seconds)
    assert len(seconds) == PEOPLE * BROWSER_CLICKS


async def _sessions(address: str, people: int, clicks: int) -> tuple[list[tuple[str, float]], int]:
    """Every click's page and seconds, and the server's bytes while all sessions are still open."""
    url = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
    async with AsyncExitStack() as all_open:
        walks = []
        for n in range(people):
            server = await all_open.enter_async_context(connect(url, subprotocols=[STREAMLIT], max_size=None))
            await _page(server, "")
            walks.append(_one_session(server, n, clicks))
        taken = await asyncio.gather(*walks)
        return [each for person in taken for each in person], _server_bytes(address)


async def _one_session(server: ClientConnection, n: int, clicks: int) -> list[tuple[str, float]]:
    taken = []
    for name, pause in _walk(n, clicks, SESSION_PAUSE_SECONDS):
        await asyncio.sleep(pause)
        began = time.perf_counter()
        await _page(server, PATHS[name])
        taken.append((name, time.perf_counter() - began))
    return taken


async def _page(server: ClientConnection, path: str) -> None:
    """Ask for a page and take everything until the server says that it is whole."""
    asked = BackMsg()
    asked.rerun_script.page_script_hash = calc_hash(path)
    await server.send(asked.SerializeToString())
    while True:
        message = ForwardMsg()
        message.ParseFromString(await server.recv())  # type: ignore[arg-type]
        if message.HasField("script_finished"):
            if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                continue
            assert message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
            return


async def _browsers(address: str) -> list[float]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        pages = [await browser.new_page(viewport=SIZE) for _ in range(PEOPLE)]  # type: ignore[arg-type]
        for page in pages:
            page.set_default_timeout(180_000)
            await page.goto(address)
            await page.locator(".fq-boundary").wait_for()
        each = await asyncio.gather(*(_one_browser(page, n) for n, page in enumerate(pages)))
        await browser.close()
    return [seconds for person in each for seconds in person]


async def _one_browser(page: Page, n: int) -> list[float]:
    taken = []
    for name, pause in _walk(n, BROWSER_CLICKS, BROWSER_PAUSE_SECONDS):
        await asyncio.sleep(pause)
        began = time.perf_counter()
        await page.get_by_role("link", name=TITLES[name], exact=True).click()
        await page.wait_for_function(
            """(title) => {
                const app = document.querySelector('[data-testid="stApp"]');
                return document.title === title && app.dataset.testScriptState === 'notRunning'
                    && document.querySelector('.fq-boundary') && !document.querySelector('[data-stale="true"]');
            }""",
            arg=TITLES[name],
        )
        taken.append(time.perf_counter() - began)
    return taken


def _walk(n: int, clicks: int, pause_seconds: float) -> Iterator[tuple[str, float]]:
    """Page after page, each person beginning elsewhere, with a pause before each."""
    draw, names = random.Random(n), list(PATHS)
    for step in range(clicks):
        yield names[(n + step) % len(names)], draw.uniform(0, 2 * pause_seconds)


def _server_bytes(address: str) -> int:
    port = int(address.rpartition(":")[2])
    (pid,) = {c.pid for c in psutil.net_connections("tcp") if c.status == "LISTEN" and c.laddr.port == port}
    return psutil.Process(pid).memory_info().rss


def _mib(n_bytes: float) -> str:
    return f"{n_bytes / 2**20:,.0f} MiB"


def _tell(what: str, seconds: list[float]) -> None:
    half, most = np.quantile(seconds, [0.5, 0.95])
    print(f"{what}: half in {half:.2f} s, 95 of 100 in {most:.2f} s, {len(seconds)} pages")  # noqa: T201
