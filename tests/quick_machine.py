"""What makes this machine quicker for tests alone: each worker its share of the cores, and records nobody waits for.

Imported before anything that asks for the cores. Results do not depend on their number (`test_cores.py`).
"""

import os
from typing import Any

from pipelines.cores import usable_cores

SHARED_BY = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))


def share_the_cores() -> None:
    """Threads of one worker and of the processes it starts, so that several do not spin for the same cores."""
    if SHARED_BY > 1:
        share = str(max(1, usable_cores() // SHARED_BY))
        for setting in ("OMP_NUM_THREADS", "POLARS_MAX_THREADS", "RAYON_NUM_THREADS"):
            os.environ.setdefault(setting, share)


def wait_for_no_disk() -> None:
    """Let the SQLite books of Dagster and MLflow be written without waiting for the disk at each of 500 commits.

    Only a power cut would show the difference: a process that dies, or is killed, loses nothing by it.
    """
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    def without_waiting(connection: Any, _: object) -> None:
        if type(connection).__module__ == "sqlite3":
            connection.execute("pragma synchronous = off").close()

    event.listen(Engine, "connect", without_waiting)
