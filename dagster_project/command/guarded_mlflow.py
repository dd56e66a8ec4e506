"""MLflow's server behind the guard: `python -m dagster_project.command.guarded_mlflow server` and its own options.

MLflow by itself lets every page of any port of this machine read its runs and make experiments.
"""

import os
import sys
from typing import Any

from dagster_project.operations.ports import MLFLOW_PORT
from dashboards.access.web_guard import WebGuard, hosts_of

APP = "dagster_project.command.guarded_mlflow:guarded_app"


def main() -> None:
    """Let MLflow open its server with the guarded application in place of its own."""
    from mlflow import server
    from mlflow.cli import cli

    usual = server._build_uvicorn_command

    def command(options: str | None, host: str, port: int, workers: int, *_: Any, **__: Any) -> list[str]:
        return usual(options, host, port, workers, APP, is_factory=True)

    server._build_uvicorn_command = command
    sys.exit(cli())


def guarded_app() -> WebGuard:
    """The application that each worker of the server serves."""
    os.umask(0o077)
    from mlflow.server.fastapi_app import app

    return WebGuard(app, hosts_of(MLFLOW_PORT))


if __name__ == "__main__":
    main()
