"""The screens' server on localhost: opened in front, or left open behind, one for each home."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from pipelines.errors import FengqiaoError
from pipelines.home import REPO, Home
from pipelines.profile import Profile

FIRST_PORT = 8501
PATIENCE_SECONDS = 60


def serve(home: Home, profile: Profile, role: str = "analyst") -> None:
    """Open the screens in this terminal until they are interrupted."""
    port = _free_port()
    subprocess.run(_command(port), env=_environment(home, profile, role), cwd=REPO, check=False)


def start(home: Home, profile: Profile, role: str = "analyst") -> str:
    """Leave the screens open behind, and say where; those already open for this home are kept.

    Raises:
        FengqiaoError: the server did not answer in time; the log says why.
    """
    running = _running(home)
    if running:
        return _told(running["port"])
    port = _free_port()
    log = home.root / "logs" / "dashboard.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        server = subprocess.Popen(
            _command(port),
            env=_environment(home, profile, role),
            cwd=REPO,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    _marker(home).write_text(json.dumps({"pid": server.pid, "port": port}))
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not _answers(port):
        if server.poll() is not None or time.monotonic() > give_up:
            raise FengqiaoError(f"the dashboard did not open on port {port}; {log} says why")
        time.sleep(0.2)
    return _told(port)


def stop(home: Home) -> str:
    """Close the screens left open for this home."""
    running = _running(home)
    _marker(home).unlink(missing_ok=True)
    if not running:
        return "no dashboard is open"
    os.killpg(running["pid"], signal.SIGTERM)
    return "dashboard closed"


def _told(port: int) -> str:
    return f"dashboard open at http://127.0.0.1:{port} (close it with `make stop`)"


def _command(port: int) -> list[str]:
    app = Path(__file__).with_name("app.py")
    options = ["--server.address", "127.0.0.1", "--server.port", str(port), "--server.headless", "true"]
    return [sys.executable, "-m", "streamlit", "run", str(app), *options]


def _environment(home: Home, profile: Profile, role: str) -> dict[str, str]:
    return os.environ | {
        "FENGQIAO_HOME": str(home.root),
        "FENGQIAO_PROFILE": str(profile.folder),
        "FENGQIAO_ROLE": role,
    }


def _marker(home: Home) -> Path:
    return home.root / "dashboard.json"


def _running(home: Home) -> dict[str, int] | None:
    if not _marker(home).exists():
        return None
    known = json.loads(_marker(home).read_text())
    return known if _answers(known["port"]) else None


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _free_port() -> int:
    for port in range(FIRST_PORT, FIRST_PORT + 50):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise FengqiaoError(f"no free port from {FIRST_PORT} to {FIRST_PORT + 49}")
