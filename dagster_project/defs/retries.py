"""Trying again where that can help: MLflow's database is held, or the share hiccups. Nowhere else.

For the warehouse itself `open_warehouse` waits.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

RETRIES = 4
FIRST_WAIT_SECONDS = 5
PASSING = {errno.EBUSY, errno.ESTALE, errno.ETIMEDOUT, errno.EIO}
"""What a network share says when it is not there for a moment; a full disk or a missing file is none of it."""


@contextmanager
def retry_transient(context: dg.AssetExecutionContext) -> Iterator[None]:
    """Ask Dagster to run the step again, after 5, 10, 20 and 40 seconds, when what failed may pass."""
    try:
        yield
    except Exception as problem:
        if not may_pass(problem) or context.retry_number >= RETRIES:
            raise
        raise dg.RetryRequested(RETRIES, FIRST_WAIT_SECONDS * 2**context.retry_number) from problem


def may_pass(problem: Exception) -> bool:
    """Whether the same step, done again in a while, may succeed."""
    if isinstance(problem, OSError):
        return problem.errno in PASSING
    return "database is locked" in str(problem).lower()
