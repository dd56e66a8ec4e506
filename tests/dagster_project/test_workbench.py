"""`fengqiao dev`: three screens on localhost open and close together; a taken port is said before anything opens."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.error import HTTPError, URLError

import pytest

from dagster_project.operations.ports import DAGSTER_PORT, HOST, MLFLOW_PORT
from tests.worlds.small_city import SmallCity
from tests.worlds.store import copy_of

PATIENCE_SECONDS = 240


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/", timeout=5) as answer:
            return answer.status == 200
    except (URLError, OSError):
        return False


def refused(address: str, headers: dict[str, str]) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=20) as answer:
            return answer.status
    except HTTPError as refusal:
        return refusal.code


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


@pytest.fixture
def home(small_city: SmallCity, tmp_path: Path) -> Path:
    """A copy, for servers write into the home."""
    return copy_of(small_city.home, tmp_path / "home")


def dev(city: SmallCity, home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [Path(sys.executable).parent / "fengqiao", "dev", "--profile", city.profile, "--home", home],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        cwd="/",
        preexec_fn=ignoring_interrupts,
    )


def ignoring_interrupts() -> None:
    """As a shell starts a job in the background."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@pytest.mark.skipif(
    listens(DAGSTER_PORT) or listens(MLFLOW_PORT), reason="someone's Dagster or MLflow is open here"
)
def test_three_screens_open_on_localhost_and_one_stop_closes_them(small_city: SmallCity, home: Path) -> None:
    opened = dev(small_city, home)
    try:
        assert opened.stdout is not None
        printed = [opened.stdout.readline() for _ in range(4)]
        ports = [int(line.rsplit(":", 1)[1]) for line in printed[:3]]
        assert ports[:2] == [DAGSTER_PORT, MLFLOW_PORT]
        until = time.monotonic() + PATIENCE_SECONDS
        while not all(map(answers, ports)):
            assert opened.poll() is None, opened.communicate()
            assert time.monotonic() < until, [port for port in ports if not answers(port)]
            time.sleep(0.5)
        assert refused(f"http://{HOST}:{DAGSTER_PORT}/graphql?query=mutation%7Bx%7D", {}) == 403
        for port in ports:
            assert refused(f"http://{HOST}:{port}/", {"Host": "evil.example"}) in (400, 403)
        opened.send_signal(signal.SIGINT)
        assert opened.wait(PATIENCE_SECONDS) == 0
        assert not any(map(listens, ports))
    finally:
        opened.terminate()
        opened.communicate(timeout=60)


def test_a_taken_port_is_said_and_nothing_opens(small_city: SmallCity, home: Path) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((HOST, MLFLOW_PORT))
        taken.listen()
        refused = dev(small_city, home)
        out, err = refused.communicate(timeout=60)
    assert refused.returncode == 2
    assert f"port {MLFLOW_PORT}" in err
    assert "http" not in out
