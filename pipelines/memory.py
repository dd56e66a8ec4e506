"""How much memory this process may use: one answer for DuckDB, for parts of features and for folds side by side."""

import os
import re
from contextlib import suppress
from pathlib import Path

from pipelines.errors import RefusedInput

SETTING = "FENGQIAO_MEMORY"
CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
UNITS = {
    "": 1 << 20,
    "M": 1 << 20,
    "MB": 1 << 20,
    "MIB": 1 << 20,
    "G": 1 << 30,
    "GB": 1 << 30,
    "GIB": 1 << 30,
}
LEAST = 1 << 30
"""With less no city is worked on."""


def usable_memory() -> int:
    """Bytes: `$FENGQIAO_MEMORY` where it is set, else half of what the machine or the process's control group has.

    Results must not depend on it: the same bytes come out of little and of much.

    Raises:
        RefusedInput: the setting is no amount of memory, or too little.
    """
    setting = os.environ.get(SETTING)
    return memory_of(setting) if setting else present_memory() // 2


def memory_of(text: str) -> int:
    """Bytes of an amount such as `8G` or `2500M`; a bare number counts megabytes.

    Raises:
        RefusedInput: it is no amount of memory, or less than one gigabyte.
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)", text.strip())
    if match is None or match[2].upper() not in UNITS:
        raise RefusedInput(f"{text!r} is no amount of memory; write it as 8G or 2500M")
    amount = int(float(match[1]) * UNITS[match[2].upper()])
    if amount < LEAST:
        raise RefusedInput(f"{text} is too little memory; give 1G or more")
    return amount


def present_memory() -> int:
    """Bytes of the machine, or of the control group that this process is in where that has fewer."""
    amounts = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    for path in CGROUP_LIMITS:
        with suppress(OSError, ValueError):
            amounts.append(int(path.read_text(encoding="ascii")))
    return min(amounts)
