"""LightGBM's text of a model without the number of threads, on which the trees do not depend."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import lightgbm

_THREADS = re.compile(r"^\[num_threads: \d+\]\n", re.MULTILINE)


def booster_text(booster: "lightgbm.Booster") -> str:
    """The same trees give the same text, whatever the number of cores."""
    return _THREADS.sub("", booster.model_to_string())
