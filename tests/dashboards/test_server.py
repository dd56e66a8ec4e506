"""Opening the screens: an address each, left open and closed, a taken port said."""

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from dashboards import server
from pipelines.errors import FengqiaoError
from pipelines.home import Home
from tests.dashboards.conftest import PROFILE


def test_two_homes_opened_at_once_have_an_address_each(tmp_path: Path) -> None:
    homes = [Home(tmp_path / name) for name in ("one", "other")]
    with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        at = list(pool.map(lambda home: stack.enter_context(server.opened(home, PROFILE)), homes))
    assert len(set(at)) == 2


def test_screens_left_open_are_kept_and_closed_once(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    port = server.any_port()
    assert server.stop(home) == "no dashboard was open"
    try:
        said = server.start(home, PROFILE, port=port)
        assert said == f"dashboard at http://127.0.0.1:{port}"
        assert server.start(home, PROFILE) == said
    finally:
        assert server.stop(home).endswith("closed")
    assert server.is_free(port)
    assert server.stop(home) == "no dashboard was open"


def test_a_note_of_a_dead_server_is_no_server(tmp_path: Path) -> None:
    home = Home(tmp_path)
    (tmp_path / "dashboard.json").write_text('{"pid": 1, "port": 1, "profile": "p", "role": "analyst"}')
    assert server.running_server(home) is None


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(FengqiaoError, match=f"port {port} is taken"):
            server.start(Home(tmp_path), PROFILE, port=port)
