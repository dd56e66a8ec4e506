"""What one GraphQL query may ask: Dagster's own pages are served, a query that multiplies itself is not."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from graphql import build_schema, parse, specified_rules, validate

from dagster_project.command.bounded_queries import DEEPEST, RULES, refusals
from dagster_project.command.guarded_webserver import bounded


def awaited(answer: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine gives; in a thread of its own, since a browser kept open by other tests has a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(answer)).result()


SCHEMA = build_schema("type Query { a: Query, b: String }")


def fragments(n: int) -> str:
    """Each of n fragments asks the next one ten times over."""
    asked = " ".join(f"x{k}: a {{ ...f{{}} }}" for k in range(10))
    body = "".join(f"fragment f{k} on Query {{ {asked.replace('f{}', f'f{k + 1}')} }} " for k in range(n))
    return "{ ...f0 } " + body + f"fragment f{n} on Query {{ b }}"


def problems(query: str) -> list[str]:
    return [each.message for each in validate(SCHEMA, parse(query), [*RULES, *specified_rules])]


@pytest.mark.parametrize(
    "query",
    [
        "{ b }",
        "{ a { b } }",
        "{ __typename a { __typename b } }",
        fragments(2),
        "{ " + "a { " * 25 + "b" + " }" * 26,
    ],
)
def test_an_ordinary_query_is_answered(query: str) -> None:
    assert problems(query) == []


@pytest.mark.parametrize(
    "query",
    [
        "{ " + "a { " * (DEEPEST + 2) + "b" + " }" * (DEEPEST + 3),
        "{ " + " ".join(f"x{n}: b" for n in range(3_001)) + " }",
        "fragment f on Query { a { ...f } } { ...f }",
        "fragment f on Query { ...g } fragment g on Query { ...f } { ...f }",
        fragments(6),
        "{ b } query second { " + "a { " * 99 + "b" + " }" * 100,
        "{ b " + "... { " * 100 + "b" + " }" * 101,
    ],
)
def test_a_query_that_asks_too_much_is_refused(query: str) -> None:
    assert any("asks too much" in each for each in problems(query))


@pytest.mark.parametrize("query", ["{ __schema { types { name } } }", '{ __type(name: "Query") { name } }'])
def test_the_schema_is_not_told(query: str) -> None:
    assert any("introspection" in each for each in problems(query))


@pytest.mark.parametrize(
    "query",
    [
        "subscription { " + "a { " * (DEEPEST + 2) + "b" + " }" * (DEEPEST + 3),
        "subscription { " + " ".join(f"x{n}: b" for n in range(3_001)) + " }",
        "subscription { ...f } fragment f on Subscription { a { ...f } }",
        "{ __schema { types { name } } }",
        "subscription { " + "a { " * 100_000,
        "no query",
    ],
)
def test_a_subscription_over_the_websocket_that_asks_too_much_is_refused_before_dagster_sees_it(
    query: str,
) -> None:
    asked: list[str] = []

    async def dagsters_own(server: object, *, query: str, **rest: object) -> tuple[str, None]:
        asked.append(query)
        return "task", None

    server = SimpleNamespace(handle_graphql_errors=lambda errors: [each.formatted for each in errors])
    answer = partial(bounded(dagsters_own), server, websocket=None, operation_id="1", variables=None)
    assert refusals(query)
    task, problem = awaited(answer(query=query))
    assert task is None
    assert problem["message"]
    assert asked == []
    ordinary = "subscription { capturedLogs { stdout cursor } }"
    assert awaited(answer(query=ordinary)) == ("task", None)
    assert asked == [ordinary]
