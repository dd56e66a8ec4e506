"""Codes as small numbers inside the simulator, and the words they are written with."""

from collections.abc import Mapping
from functools import cache

import numpy as np
import polars as pl

from pipelines.city.profile import reference_codes


@cache
def codes(name: str) -> tuple[str, ...]:
    """The codes of one list of `data/reference/codes.csv`, in file order."""
    return tuple(reference_codes().filter(pl.col("list") == name)["code"])


def index_of(name: str, code: str) -> int:
    """The number of a code in its list."""
    return codes(name).index(code)


@cache
def words(name: str) -> list[list[str]]:
    """For each code its Chinese name first, then the variants that sources write instead."""
    rows = reference_codes().filter(pl.col("list") == name)
    return [
        [zh, *[v for v in (variants or "").split("|") if v]]
        for zh, variants in zip(rows["name_zh"], rows["variants"], strict=True)
    ]


def shares(name: str, given: Mapping[str, float]) -> np.ndarray:
    """Shares in the order of the list, from some by code."""
    return np.array([given.get(code, 0.0) for code in codes(name)], dtype=float)
