"""LightGBM's text of a trained model, without the number of threads it was trained by: trees do not depend on it."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import lightgbm

_THREADS = re.compile(r"^\[num_threads: \d+\]\n", re.MULTILINE)


def booster_text(booster: "lightgbm.Booster") -> str:
    """The same trees give the same text, whatever the number of cores."""
    return _THREADS.sub("", booster.model_to_string())
