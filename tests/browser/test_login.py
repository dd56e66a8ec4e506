"""Logging in with an identity provider that runs beside the test, in a real browser."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from os.path import commonprefix
from typing import TYPE_CHECKING, Any, cast

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from dashboards.published.publication import current
from dashboards.published.warnings_queries import week
from dashboards.server import opened
from dashboards.texts.week_sentences import hidden_lines
from dashboards.wording.language import words_of
from pipelines.home import Home
from tests.browser.conftest import PROFILE
from tests.worlds.command import environment
from tests.worlds.identity_provider import (
    CLIENT,
    COOKIE_SECRET,
    Provider,
    identity_provider,
    signed_cookie,
    write_login_file,
)

if TYPE_CHECKING:
    from playwright._impl._api_structures import SetCookieParam

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::authlib.deprecate.AuthlibDeprecationWarning"),
]
WORDS = words_of("zh")
PEOPLE = {"desk@example.org": ["desk"], "safety@example.org": ["safety"], "guest@example.org": ["guests"]}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with identity_provider(PEOPLE) as started:
        yield started


@pytest.fixture(scope="module")
def door(city: Home, provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The screens behind a log-in; the command line's role is the one that sees most."""
    path = write_login_file(tmp_path_factory.mktemp("login"), provider)
    with ExitStack() as server:
        with environment(FENGQIAO_LOGIN_FILE=path):
            address = server.enter_context(opened(city, PROFILE, "protection"))
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="zh-CN")
    yield context.new_page()
    context.close()


def log_in(page: Page, door: str, name: str) -> None:
    page.goto(door)
    page.get_by_role("button", name=WORDS("login.enter")).click()
    page.get_by_role("button", name=name).click()
    page.wait_for_url(f"{door}/**")


def hidden(city: Home) -> str:
    """The sentence that tells an analyst how many they do not see."""
    published = current(city)
    assert published is not None
    (line,) = hidden_lines(WORDS, week(published, "analyst"))
    return line


@pytest.fixture(scope="module")
def beginning(city: Home) -> str:
    """What every number of the city's disputes begins with."""
    published = current(city)
    assert published is not None
    shared = commonprefix(published.warnings["dispute_id"].to_list())
    assert len(shared) > 2
    return shared


def test_nothing_is_shown_before_somebody_logged_in(page: Page, door: str, beginning: str) -> None:
    page.goto(door)
    expect(page.get_by_text(WORDS("login.text"))).to_be_visible(timeout=30_000)
    assert page.get_by_text(beginning).count() == 0
    page.goto(f"{door}/how-right")
    expect(page.get_by_text(WORDS("login.text"))).to_be_visible(timeout=30_000)


def test_an_analyst_sees_a_count_where_protection_sees_disputes(page: Page, door: str, city: Home) -> None:
    log_in(page, door, "desk@example.org")
    expect(page.get_by_text(hidden(city))).to_be_visible(timeout=30_000)
    expect(page.get_by_text(WORDS("role.analyst"), exact=False).first).to_be_visible()


def test_protection_sees_them_and_whoever_leaves_is_asked_again(
    page: Page, door: str, city: Home, beginning: str
) -> None:
    log_in(page, door, "safety@example.org")
    expect(page.get_by_text(WORDS("role.protection"), exact=False).first).to_be_visible(timeout=30_000)
    assert page.get_by_text(hidden(city)).count() == 0
    kept = page.context.cookies()
    with page.expect_navigation():
        page.get_by_role("button", name=WORDS("login.leave")).click()
    page.goto(door)
    expect(page.get_by_text(WORDS("login.text"))).to_be_visible(timeout=30_000)
    page.context.clear_cookies()
    page.context.add_cookies(cast("list[SetCookieParam]", kept))
    page.goto(door)
    expect(page.get_by_text(WORDS("login.text"))).to_be_visible(timeout=30_000)
    assert page.get_by_text(beginning).count() == 0, "a cookie kept from before is worth nothing"


OTHER_SECRET = "77aa1c57e2b84d60a7c3159be8f2046dd1734e9c5ab08f62c4e97d1b30586afe"
COOKIES: dict[str, tuple[dict[str, Any], str]] = {
    "as the screens gave it": ({}, COOKIE_SECRET),
    "thirteen hours old": ({"iat": time.time() - 13 * 3600}, COOKIE_SECRET),
    "two hours old and never seen": ({"iat": time.time() - 2 * 3600}, COOKIE_SECRET),
    "of another provider": ({"iss": "https://id.example.org"}, COOKIE_SECRET),
    "for other screens": ({"aud": "another"}, COOKIE_SECRET),
    "of another origin": ({"origin": "http://127.0.0.1:1"}, COOKIE_SECRET),
    "signed with another secret": ({}, OTHER_SECRET),
}


@pytest.mark.parametrize("name", COOKIES)
def test_only_a_fresh_cookie_of_these_screens_opens(
    page: Page, door: str, provider: Provider, name: str, beginning: str
) -> None:
    changed, secret = COOKIES[name]
    claims = {
        "sub": f"desk {name}",
        "groups": ["safety"],
        "nonce": name,
        "provider": "default",
        "is_logged_in": True,
    }
    ours = {"iss": provider.address, "aud": CLIENT, "iat": time.time(), "origin": door}
    page.context.add_cookies(
        [{"name": "_streamlit_user", "value": signed_cookie(claims | ours | changed, secret), "url": door}]
    )
    page.goto(door)
    if name == "as the screens gave it":
        expect(page.get_by_text(WORDS("role.protection"), exact=False).first).to_be_visible(timeout=30_000)
    else:
        expect(page.get_by_text(WORDS("login.text"))).to_be_visible(timeout=30_000)
        assert page.get_by_text(beginning).count() == 0


def test_somebody_without_a_role_is_told_whom_to_ask(page: Page, door: str, beginning: str) -> None:
    log_in(page, door, "guest@example.org")
    expect(page.get_by_text(WORDS("login.no_role"))).to_be_visible(timeout=30_000)
    assert page.get_by_text(beginning).count() == 0


def test_without_a_log_in_the_screens_answer_this_machine_alone(address: str) -> None:
    port = int(address.rpartition(":")[2])
    listening = [each for each in psutil.net_connections("tcp") if each.status == "LISTEN"]
    assert {each.laddr.ip for each in listening if each.laddr.port == port} == {"127.0.0.1"}
