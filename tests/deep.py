"""How much is tried: little by day, much under `make test-deep`, which sets `FENGQIAO_DEEP`.

@settings(max_examples=examples(40), deadline=None)        # 40 by day, 800 in depth
@pytest.mark.parametrize("seed", seeds(2, deep=20))        # two worlds by day, twenty in depth
"""

import os

from hypothesis import settings

DEEP = bool(os.environ.get("FENGQIAO_DEEP"))
TIMES = 20

settings.register_profile("day", max_examples=30, deadline=None, derandomize=True)
settings.register_profile("deep", max_examples=30 * TIMES, deadline=None)


def examples(by_day: int) -> int:
    """How many examples a property is tried on."""
    return by_day * (TIMES if DEEP else 1)


def seeds(by_day: int, deep: int) -> range:
    """Seeds of the worlds a claim is checked on."""
    return range(1, (deep if DEEP else by_day) + 1)
