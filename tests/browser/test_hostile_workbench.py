"""A page of somebody else tries to frame, read and drive Dagster and MLflow as `fengqiao dev` serves them."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from dagster_project.operations.ports import DAGSTER_PORT, HOST, MLFLOW_PORT
from tests.browser.hostile import FETCH, FORM, FRAME, IMAGE, OPEN_SOCKET, WAYS, answers_of, hostile_page
from tests.dagster_project.test_workbench import PATIENCE_SECONDS, answers, dev, listens
from tests.deep import some
from tests.worlds.small_city import SmallCity
from tests.worlds.store import copy_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        listens(DAGSTER_PORT) or listens(MLFLOW_PORT), reason="someone's Dagster or MLflow is open here"
    ),
]
MUTATION = "graphql?query=mutation%7BreloadWorkspace%7B__typename%7D%7D"
PATHS = {
    DAGSTER_PORT: ("", "graphql", MUTATION, "server_info", "runs", "download_debug/x", "logs/x/y/z"),
    MLFLOW_PORT: (
        "",
        "health",
        "version",
        "ajax-api/2.0/mlflow/experiments/search?max_results=5",
        "api/2.0/mlflow/experiments/create",
        "api/2.0/mlflow/runs/delete",
        "get-artifact?path=x&run_uuid=y",
    ),
}
ADDRESSES = [
    (host, port, path)
    for port, paths in PATHS.items()
    for at, path in enumerate(paths)
    for host in (("127.0.0.1", "localhost") if at % 2 else ("localhost", "127.0.0.1"))
]
both = pytest.mark.parametrize("port", PATHS)


@pytest.fixture(scope="module", autouse=True)
def workbench(small_city: SmallCity, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    opened = dev(small_city, copy_of(small_city.home, tmp_path_factory.mktemp("workbench") / "home"))
    try:
        until = time.monotonic() + PATIENCE_SECONDS
        while not all(map(answers, PATHS)):
            assert opened.poll() is None
            assert time.monotonic() < until
            time.sleep(0.5)
        yield
    finally:
        opened.terminate()
        opened.communicate(timeout=60)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with hostile_page(browser) as hostile:
        yield hostile


@both
def test_it_cannot_frame_them(page: Page, port: int) -> None:
    page.evaluate(FRAME, f"http://{HOST}:{port}/")
    page.wait_for_timeout(2000)
    assert page.frames[1].locator("#root, #__next").count() == 0


@pytest.mark.parametrize(("host", "port", "path"), some(ADDRESSES, 14))
def test_it_can_neither_read_nor_send(page: Page, host: str, port: int, path: str) -> None:
    """`localhost` is the same site as the hostile page, another port alone."""
    address = f"http://{host}:{port}/{path}"
    seen = answers_of(page, address)
    assert [page.evaluate(FETCH, [address, way]) for way in WAYS] == [""] * len(WAYS)
    assert page.evaluate(IMAGE, address) == "refused"
    page.evaluate(FORM, address)
    page.wait_for_timeout(300)
    assert set(seen) <= {403}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_it_cannot_open_dagster_s_socket(page: Page, host: str) -> None:
    assert page.evaluate(OPEN_SOCKET, f"ws://{host}:{DAGSTER_PORT}/graphql") == "refused"


@both
def test_a_name_pointed_at_this_machine_is_not_answered(browser: Browser, port: int) -> None:
    answer = browser.new_context().new_page().goto(f"http://rebound.localhost:{port}/")
    assert answer is not None
    assert answer.status == 403


@both
def test_their_own_pages_stand_and_keep_nothing(browser: Browser, port: int) -> None:
    page, complaints = browser.new_context().new_page(), []
    page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    answer = page.goto(f"http://{HOST}:{port}/")
    assert answer is not None
    headers = answer.headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "no-store" in headers["cache-control"]
    page.locator("#root, #__next").locator("a").first.wait_for(timeout=30_000)
    assert complaints == []
