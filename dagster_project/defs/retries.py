"""Retries of a step for transient faults only: MLflow's database is locked, or a network share fails for a moment.

For the warehouse itself `open_warehouse` waits.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

RETRIES = 4
FIRST_WAIT_SECONDS = 5
PASSING = {errno.EBUSY, errno.ESTALE, errno.ETIMEDOUT, errno.EIO}
"""Error numbers of a network share that is absent for a moment; a full disk or a missing file is not transient."""


@contextmanager
def retry_transient(context: dg.AssetExecutionContext) -> Iterator[None]:
    """Ask Dagster to run the step again after 5, 10, 20 and 40 seconds where the fault may be transient."""
    try:
        yield
    except Exception as problem:
        if not may_pass(problem) or context.retry_number >= RETRIES:
            raise
        raise dg.RetryRequested(RETRIES, FIRST_WAIT_SECONDS * 2**context.retry_number) from problem


def may_pass(problem: Exception) -> bool:
    """Whether an error is transient, so that the same step may succeed later."""
    if isinstance(problem, OSError):
        return problem.errno in PASSING
    return "database is locked" in str(problem).lower()
