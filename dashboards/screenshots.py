"""Pictures of the screens in a real browser, for the README: `make screenshots`.

Chromium is Debian's, without the background traffic that a closed network would refuse.
"""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from dashboards.server import opened
from pipelines.city.profile import load_profile
from pipelines.home import find_home

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZE = {"width": 1440, "height": 900}
_PATIENCE_MS = 60_000


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def settle(page: Page) -> Page:
    """Wait until the page stands: its last line is there, and nothing runs or is being drawn."""
    page.locator(".fq-boundary").last.wait_for(timeout=_PATIENCE_MS)
    page.wait_for_function(
        """() => {
            const app = document.querySelector('[data-testid="stApp"]');
            const drawn = [...document.querySelectorAll('[data-testid="stVegaLiteChart"]')];
            return app.dataset.testScriptState === 'notRunning'
                && drawn.every((chart) => chart.querySelector('canvas, svg'))
                && !document.querySelector('[data-stale="true"], [data-testid="stSkeleton"]');
        }""",
        timeout=_PATIENCE_MS,
    )
    return page


def take(address: str, out: Path) -> list[Path]:
    """The README's pictures: the week's list, the first dispute on it, how right warnings were, places."""
    out.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        page = browser.new_page(viewport=SIZE, locale="zh-CN")  # pyright: ignore[reportArgumentType]
        taken = [_picture(page, address, out / "this_week.png")]
        first = page.locator("td a").first.get_attribute("href")
        taken.append(_picture(page, f"{address}/{first}", out / "one_dispute.png"))
        for path, name in (("how-right", "how_right.png"), ("places", "places.png")):
            taken.append(_picture(page, f"{address}/{path}", out / name))
    return taken


def _picture(page: Page, address: str, path: Path) -> Path:
    page.goto(address)
    settle(page).screenshot(path=path)
    return path


def main() -> None:
    """The command behind `make screenshots`."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--profile", default="qujing")
    parser.add_argument("--home", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    profile = load_profile(asked.profile)
    with opened(find_home(asked.home, profile.name), profile) as address:
        for path in take(address, asked.out):
            print(path)  # noqa: T201


if __name__ == "__main__":
    main()
