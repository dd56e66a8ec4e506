"""`fengqiao dev`: Dagster, MLflow and the dashboard of one city, on this machine alone, opened and closed together."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress

from dagster_project.command.cli_options import say
from dagster_project.operations.city import City
from dagster_project.operations.instance import dagster_home
from dagster_project.operations.ports import DAGSTER_PORT, HOST, MLFLOW_PORT
from dashboards import server
from models.registry import mlflow_store
from pipelines.errors import RefusedInput
from pipelines.home import REPO

CLOSE_SECONDS = 20.0


def open_workbench(city: City, role: str = "engineer") -> None:
    """Open the three screens and stay until interrupted, or until one of them ends; then close all.

    Raises:
        RefusedInput: a port is taken; nothing was opened.
    """
    for name, port in (("Dagster", DAGSTER_PORT), ("MLflow", MLFLOW_PORT)):
        _want_free(name, port)
    dashboard_port = server.USUAL_PORT if server.is_free(server.USUAL_PORT) else server.any_port()
    commands = {
        f"Dagster    http://{HOST}:{DAGSTER_PORT}": [
            *("dagster_project.command.guarded_webserver", "-m", "dagster_project.definitions"),
            *("-h", HOST, "-p", str(DAGSTER_PORT)),
        ],
        "": ["dagster._daemon", "run", "-m", "dagster_project.definitions"],
        f"MLflow     http://{HOST}:{MLFLOW_PORT}": [
            *("dagster_project.command.guarded_mlflow", "server", "--host", HOST, "--port", str(MLFLOW_PORT)),
            *("--workers", "1", "--backend-store-uri", mlflow_store.address(city.home)),
        ],
        f"dashboard  http://{HOST}:{dashboard_port}": server.command(dashboard_port)[2:],
    }
    environment = (
        os.environ
        | {
            "DAGSTER_HOME": dagster_home(city.home),
            "FENGQIAO_PROFILE": str(city.profile.folder),
            "FENGQIAO_HOME": str(city.home.root),
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "DO_NOT_TRACK": "true",
        }
        | server.environment(city.home, city.profile, role, dashboard_port)
    )
    if city.data is not None:
        environment["FENGQIAO_DATA"] = str(city.data.resolve())
    running: list[subprocess.Popen[bytes]] = []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job inherits it ignored
    try:
        for title, words in commands.items():
            running.append(
                subprocess.Popen(
                    [sys.executable, "-m", *words], env=environment, cwd=REPO, start_new_session=True
                )
            )
            if title:
                say(title)
        say("Ctrl-C closes all three")
        with suppress(KeyboardInterrupt):
            while all(process.poll() is None for process in running):
                time.sleep(0.5)
    finally:
        _close(running)


def _close(running: list[subprocess.Popen[bytes]]) -> None:
    """End every process with all it started; what does not listen is killed."""
    for send in (signal.SIGTERM, signal.SIGKILL):
        for process in running:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, send)
        until = time.monotonic() + CLOSE_SECONDS
        for process in running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, until - time.monotonic()))


def _want_free(name: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as taken:
            raise RefusedInput(
                f"port {port}, where {name} should open, is taken: close what listens there and try again"
            ) from taken
