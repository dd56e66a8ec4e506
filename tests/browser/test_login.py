"""Logging in with an identity provider that runs beside the test, in a real browser."""

from collections.abc import Iterator
from contextlib import ExitStack

import psutil
import pytest
from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import Browser, Page, expect

from dashboards.published.publication import current
from dashboards.published.warnings_queries import week
from dashboards.server import opened
from dashboards.texts.week_sentences import hidden_lines
from dashboards.wording.language import words_of
from pipelines.home import Home
from tests.dashboards.publication import PROFILE
from tests.worlds.command import environment

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::authlib.deprecate.AuthlibDeprecationWarning"),
]
WORDS = words_of("zh")
PEOPLE = {"desk@example.org": "desk", "safety@example.org": "safety", "guest@example.org": "guests"}


@pytest.fixture(scope="module")
def door(city: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The screens behind a log-in; the command line's role is the one that sees most."""
    people = [User(sub=name, claims={"groups": [group]}) for name, group in PEOPLE.items()]
    with run_server_in_thread(user_claims=people) as provider:
        path = tmp_path_factory.mktemp("login") / "login.toml"
        path.write_text(
            f"""
            [auth]
            redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
            cookie_secret = "3f9a1c57e2b84d60a7c3159be8f2046dd1734e9c5ab08f62c4e97d1b30586afe"
            client_id = "fengqiao"
            client_secret = "secret"
            server_metadata_url = "http://localhost:{provider.server_port}/.well-known/openid-configuration"
            [roles]
            claim = "groups"
            protection = ["safety"]
            analyst = ["desk"]
            """
        )
        path.chmod(0o600)
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


def test_nothing_is_shown_before_somebody_logged_in(page: Page, door: str) -> None:
    page.goto(door)
    expect(page.get_by_text(WORDS("login.text"))).to_be_visible(timeout=30_000)
    assert page.get_by_text("QJ2025").count() == 0
    page.goto(f"{door}/how-right")
    expect(page.get_by_text(WORDS("login.text"))).to_be_visible(timeout=30_000)


def test_an_analyst_sees_a_count_where_protection_sees_disputes(page: Page, door: str, city: Home) -> None:
    log_in(page, door, "desk@example.org")
    expect(page.get_by_text(hidden(city))).to_be_visible(timeout=30_000)
    expect(page.get_by_text(WORDS("role.analyst"), exact=False).first).to_be_visible()


def test_protection_sees_them_and_whoever_leaves_is_asked_again(page: Page, door: str, city: Home) -> None:
    log_in(page, door, "safety@example.org")
    expect(page.get_by_text(WORDS("role.protection"), exact=False).first).to_be_visible(timeout=30_000)
    assert page.get_by_text(hidden(city)).count() == 0
    with page.expect_navigation():
        page.get_by_role("button", name=WORDS("login.leave")).click()
    page.goto(door)
    expect(page.get_by_text(WORDS("login.text"))).to_be_visible(timeout=30_000)


def test_somebody_without_a_role_is_told_whom_to_ask(page: Page, door: str) -> None:
    log_in(page, door, "guest@example.org")
    expect(page.get_by_text(WORDS("login.no_role"))).to_be_visible(timeout=30_000)
    assert page.get_by_text("QJ2025").count() == 0


def test_without_a_log_in_the_screens_answer_this_machine_alone(address: str) -> None:
    port = int(address.rpartition(":")[2])
    listening = [each for each in psutil.net_connections("tcp") if each.status == "LISTEN"]
    assert {each.laddr.ip for each in listening if each.laddr.port == port} == {"127.0.0.1"}
