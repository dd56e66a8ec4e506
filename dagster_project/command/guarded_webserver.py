"""Dagster's webserver behind the guard: `python -m dagster_project.command.guarded_webserver -p PORT` and Dagster's own options.

Dagster itself takes GraphQL mutations by GET, from any page and under any name.
"""

import os
import sys
from collections.abc import Callable
from types import CoroutineType
from typing import Any

import uvicorn
from dagster_webserver.cli import main as webserver
from dagster_webserver.webserver import DagsterWebserver

from dagster_project.command.bounded_queries import RULES, refusals
from dagster_project.operations.ports import DAGSTER_PORT
from dashboards.access.web_guard import MOST_BYTES, WebGuard, hosts_of


def main() -> None:
    """Hand Dagster's application to the server with the guard around it, and its queries within bounds."""
    os.umask(0o077)
    usual = DagsterWebserver.build_graphql_validation_rules
    DagsterWebserver.build_graphql_validation_rules = lambda self: [*RULES, *usual(self)]
    DagsterWebserver.execute_graphql_subscription = bounded(DagsterWebserver.execute_graphql_subscription)
    run = uvicorn.run
    others = os.environ.get("FENGQIAO_DAGSTER_HOSTS", "").split(",")

    def run_guarded(app: Any, *, port: int = DAGSTER_PORT, **options: Any) -> None:
        run(WebGuard(app, hosts_of(port, *others)), port=port, ws_max_size=MOST_BYTES, **options)

    uvicorn.run = run_guarded
    sys.exit(webserver())


def bounded(
    subscribe: "Callable[..., CoroutineType[Any, Any, Any]]",
) -> "Callable[..., CoroutineType[Any, Any, Any]]":
    """Dagster's own answer to a query over the WebSocket, which it does not validate, to queries within bounds."""

    async def answer(server: DagsterWebserver, *, query: str, **asked: Any) -> Any:
        if problems := refusals(query):
            return None, server.handle_graphql_errors(problems)[0]
        return await subscribe(server, query=query, **asked)

    return answer


if __name__ == "__main__":
    main()
