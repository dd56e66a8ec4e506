"""How many processor cores this process may use: one answer for DuckDB, LightGBM and pools of threads."""

import os


def usable_cores() -> int:
    """`$OMP_NUM_THREADS` where it is a positive number, else the cores the operating system allows this process.

    Results must not depend on it: the same bytes come out of one core and of many.
    """
    setting = os.environ.get("OMP_NUM_THREADS", "")
    if setting.isdigit() and int(setting):
        return int(setting)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
