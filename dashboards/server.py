"""Opening the screens on localhost, leaving them open, and closing them again.

The server answers this machine alone. Where a log-in is configured (`login.py`), whoever comes logs in and has
the role their groups give them, so it may be published further; else the command says the role.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import gettempdir

from filelock import FileLock

from dashboards.access.login import login_file, read_rules
from dashboards.access.roles import role_of
from dashboards.pictures.area_polygons import boundaries_of
from pipelines.city.profile import Profile
from pipelines.errors import FengqiaoError
from pipelines.home import REPO, Home

HOST = "127.0.0.1"
FIRST_PORT, PORTS = 8501, 50
WAIT_SECONDS = 60.0
OPENING = Path(gettempdir()) / f"fengqiao-opening-{os.getuid()}.lock"
"""Held from choosing a port until the server listens on it: who opens screens meanwhile would choose the same."""
SERVED = "FENGQIAO_SERVED"
"""Set for the process that serves the screens and does nothing else."""
APP = Path(__file__).with_name("app.py")


@dataclass(frozen=True)
class Running:
    """A server left open: its process, its port, and whom it shows what."""

    pid: int
    port: int
    profile: str
    role: str

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"


def start(home: Home, profile: Profile, role: str = "analyst") -> str:
    """Open the screens and leave them open; one that shows the same already is kept.

    Returns:
        What to tell the caller: the address.

    Raises:
        FengqiaoError: the server did not answer; names its log.
    """
    _check(profile, role)
    held = running(home)
    if held is not None and (held.profile, held.role) == (str(profile.folder), role):
        return f"dashboard at {held.address}"
    if held is not None:
        stop(home)
    told = _open(home, profile, role)
    partial = _pid_file(home).with_suffix(".partial")
    partial.write_text(json.dumps(asdict(told)) + "\n", encoding="utf-8")
    partial.replace(_pid_file(home))
    return f"dashboard at {told.address}"


@contextmanager
def opened(home: Home, profile: Profile, role: str = "analyst") -> Iterator[str]:
    """The screens on a port of their own for as long as the block runs; gives the address.

    Raises:
        FengqiaoError: the server did not answer; names its log.
    """
    _check(profile, role)
    told = _open(home, profile, role)
    try:
        yield told.address
    finally:
        _close(told)


def serve(home: Home, profile: Profile, role: str = "analyst") -> None:
    """Open the screens and stay until interrupted."""
    _check(profile, role)
    with suppress(KeyboardInterrupt):
        subprocess.run(command(free_port()), env=_environment(home, profile, role), cwd=REPO, check=False)


def stop(home: Home) -> str:
    """Close the screens that were left open; says whether there were any."""
    held = running(home)
    _pid_file(home).unlink(missing_ok=True)
    if held is None:
        return "no dashboard was open"
    _close(held)
    return f"dashboard at {held.address} closed"


def running(home: Home) -> Running | None:
    """The server left open for this home, if it still answers."""
    try:
        held = Running(**json.loads(_pid_file(home).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return held if _is_ours(held.pid) and _answers(held.port) else None


def free_port() -> int:
    """The first port from 8501 that nobody listens on.

    Raises:
        FengqiaoError: all of them are taken.
    """
    for port in range(FIRST_PORT, FIRST_PORT + PORTS):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind((HOST, port))
                return port
    raise FengqiaoError(f"ports {FIRST_PORT} to {FIRST_PORT + PORTS - 1} are all taken; close something")


def _check(profile: Profile, role: str) -> None:
    """Refuse what no page could be shown with."""
    role_of(role)
    boundaries_of(profile)


def _open(home: Home, profile: Profile, role: str) -> Running:
    log = home.root / "logs" / "dashboard.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(OPENING), log.open("ab") as sink:
        port = free_port()
        process = subprocess.Popen(
            command(port),
            env=_environment(home, profile, role),
            cwd=REPO,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        _wait(process, port, log)
    return Running(process.pid, port, str(profile.folder), role)


def command(port: int) -> list[str]:
    """What opens the screens on a port, behind the log-in where one is configured.

    Raises:
        RefusedInput: the log-in's file is not whole.
    """
    login = login_file()
    if login is not None:
        read_rules(login)
    return [
        *(sys.executable, "-m", "streamlit", "run", str(APP)),
        *("--server.address", HOST, "--server.port", str(port), "--server.headless", "true"),
        *(("--secrets.files", str(login)) if login else ()),
    ]


def _environment(home: Home, profile: Profile, role: str) -> dict[str, str]:
    return os.environ | {
        "FENGQIAO_HOME": str(home.root),
        "FENGQIAO_PROFILE": str(profile.folder),
        "FENGQIAO_ROLE": role,
        SERVED: "1",
    }


def _pid_file(home: Home) -> Path:
    return home.root / "dashboard.pid"


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > until:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            raise FengqiaoError(f"the dashboard did not open; see {log}")
        time.sleep(0.1)


def _close(held: Running) -> None:
    with suppress(ProcessLookupError):
        os.killpg(held.pid, signal.SIGTERM)
        _wait_gone(held.pid)


def _wait_gone(pid: int) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        os.kill(pid, 0)
        time.sleep(0.05)


def _is_ours(pid: int) -> bool:
    """Whether that process still is this program: a number may have passed to another one."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return str(APP).encode() in command


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/_stcore/health", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False
