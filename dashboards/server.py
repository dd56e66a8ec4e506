"""Opening the screens on localhost, leaving them open, and closing them again.

The server answers this machine alone, behind `served.py`'s guard. Where a log-in is configured (`login.py`),
everybody logs in and has the role their groups give them; else the command says the role.
"""

import fcntl
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
from typing import NoReturn

from dashboards.access.login import REQUIRED, VARIABLE, login_file, read_rules
from dashboards.access.roles import role_of
from dashboards.pictures.area_polygons import boundaries_of
from pipelines.city.profile import Profile
from pipelines.errors import FengqiaoError
from pipelines.home import REPO, Home

HOST = "127.0.0.1"
USUAL_PORT = 8501
WAIT_SECONDS = 60.0
SERVED = "FENGQIAO_SERVED"
"""Set for the process that serves the screens and does nothing else."""
PORT, HOSTS = "FENGQIAO_PORT", "FENGQIAO_HOSTS"
"""The port of that process, and further names (with port) it answers to behind a proxy, by comma."""
APP = Path(__file__).with_name("app.py")
SERVER = Path(__file__).with_name("served.py")


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


def start(home: Home, profile: Profile, role: str = "analyst", port: int | None = None) -> str:
    """Open the screens and leave them open; one that shows the same already is kept.

    The server holds a lock on its note (`dashboard.json`) for as long as it lives: so the note of a dead one is
    told from that of a running one, whatever process has its number now.

    Returns:
        What to tell the caller: the address.

    Raises:
        FengqiaoError: the port is taken, or the server did not answer; names its log.
    """
    _check(profile, role)
    running = running_server(home)
    wanted = (str(profile.folder), role)
    if running is not None and (running.profile, running.role) == wanted and port in (None, running.port):
        return f"dashboard at {running.address}"
    if running is not None:
        stop(home)
    home.root.mkdir(parents=True, exist_ok=True)
    with _note(home).open("a+", encoding="utf-8") as note:
        fcntl.flock(note, fcntl.LOCK_EX)
        running, _ = _open(home, profile, role, _port(port), keep_open=note.fileno())
        note.truncate(0)
        note.write(json.dumps(asdict(running)) + "\n")
    return f"dashboard at {running.address}"


@contextmanager
def opened(home: Home, profile: Profile, role: str = "analyst") -> Iterator[str]:
    """The screens on a port of their own for as long as the block runs; gives the address.

    Raises:
        FengqiaoError: the server did not answer; names its log.
    """
    _check(profile, role)
    running, process = _open(home, profile, role, any_port())
    try:
        yield running.address
    finally:
        _close(running.pid)
        process.wait()


def serve(home: Home, profile: Profile, role: str = "analyst", port: int | None = None) -> NoReturn:
    """Become the server: it ends when the command is ended, and its end is the command's.

    Raises:
        FengqiaoError: the port is taken.
    """
    _check(profile, role)
    chosen = _port(port)
    os.chdir(REPO)
    os.execve(sys.executable, command(chosen), os.environ | environment(home, profile, role, chosen))


def stop(home: Home) -> str:
    """Close the screens that were left open; says whether there were any."""
    running = running_server(home)
    _note(home).unlink(missing_ok=True)
    if running is None:
        return "no dashboard was open"
    _close(running.pid)
    return f"dashboard at {running.address} closed"


def running_server(home: Home) -> Running | None:
    """The server left open for this home, if it still lives."""
    if not _note(home).exists():
        return None
    with _note(home).open(encoding="utf-8") as note:
        try:
            fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with suppress(ValueError, TypeError):
                return Running(**json.loads(note.read()))
    return None


def any_port() -> int:
    """A port nobody listens on, as the system gives it."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def is_free(port: int) -> bool:
    """Whether nobody listens on that port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def command(port: int) -> list[str]:
    """What opens the screens on a port, behind the log-in where one is configured.

    Raises:
        RefusedInput: the log-in's file is not whole.
    """
    login = login_file()
    if login is not None:
        read_rules(login)
    return [
        *(sys.executable, "-m", "streamlit", "run", str(SERVER)),
        *("--server.address", HOST, "--server.port", str(port), "--server.headless", "true"),
        *("--browser.gatherUsageStats", "false"),
        *(("--secrets.files", str(login)) if login else ()),
    ]


def environment(home: Home, profile: Profile, role: str, port: int) -> dict[str, str]:
    """What the serving process is told once: whose screens, for whom, and whether a log-in is required."""
    login = login_file()
    return {
        "FENGQIAO_HOME": str(home.root),
        "FENGQIAO_PROFILE": str(profile.folder),
        "FENGQIAO_ROLE": role,
        SERVED: "1",
        PORT: str(port),
        REQUIRED: "1" if login else "0",
        **({VARIABLE: str(login)} if login else {}),
    }


def _port(wanted: int | None) -> int:
    """The port asked for; else the usual one, or any where somebody else has that."""
    if wanted is None:
        return USUAL_PORT if is_free(USUAL_PORT) else any_port()
    if not is_free(wanted):
        raise FengqiaoError(f"port {wanted} is taken: close what listens there, or give another --port")
    return wanted


def _check(profile: Profile, role: str) -> None:
    """Refuse what no page could be shown with."""
    role_of(role)
    boundaries_of(profile)


def _open(
    home: Home, profile: Profile, role: str, port: int, keep_open: int | None = None
) -> tuple[Running, subprocess.Popen[bytes]]:
    log = home.root / "logs" / "dashboard.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as sink:
        process = subprocess.Popen(
            command(port),
            env=os.environ | environment(home, profile, role, port),
            cwd=REPO,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=() if keep_open is None else (keep_open,),
        )
    until = time.monotonic() + WAIT_SECONDS
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > until:
            _close(process.pid)
            raise FengqiaoError(f"the dashboard did not open; see {log}")
        time.sleep(0.1)
    return Running(process.pid, port, str(profile.folder), role), process


def _note(home: Home) -> Path:
    return home.root / "dashboard.json"


def _close(pid: int) -> None:
    """End a server with all it started, and wait until it is gone."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGTERM)
        until = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < until:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            os.kill(pid, 0)
            time.sleep(0.05)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/_stcore/health", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False
