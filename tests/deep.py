"""How much is tried: little by day, much under `make test-deep`, which sets `FENGQIAO_DEEP`.

@settings(max_examples=examples(40), deadline=None)        # 40 by day, 800 in depth
@pytest.mark.parametrize("seed", seeds(2, deep=20))        # two worlds by day, twenty in depth
@pytest.mark.parametrize("wrong", some(WRONG, 6))          # six of these by day, first and last among them, all in depth
"""

import os
from collections.abc import Sequence
from typing import TypeVar

from hypothesis import settings

DEEP = bool(os.environ.get("FENGQIAO_DEEP"))
TIMES = 20

T = TypeVar("T")

settings.register_profile("day", max_examples=15, deadline=None, derandomize=True)
settings.register_profile("deep", max_examples=30 * TIMES, deadline=None)


def examples(by_day: int) -> int:
    """How many examples a property is tried on."""
    return by_day * (TIMES if DEEP else 1)


def seeds(by_day: int, deep: int) -> range:
    """Seeds of the worlds a claim is checked on."""
    return range(1, (deep if DEEP else by_day) + 1)


def some(cases: Sequence[T], by_day: int) -> list[T]:
    """Cases that are all of one kind: by day this many of them, evenly chosen from the first to the last; in depth all."""
    if DEEP or by_day >= len(cases):
        return list(cases)
    return [cases[round(at * (len(cases) - 1) / max(by_day - 1, 1))] for at in range(by_day)]
