"""A township that records little does not sink: shown where the truth is known, the made-up city."""

import numpy as np
import polars as pl
import pytest
from scipy.stats import rankdata

from tests.worlds.whole_size import silent_towns


@pytest.fixture(scope="module")
def towns() -> pl.DataFrame:
    """The week's rows of whole townships, with what only the simulator knows: detection and is_silent."""
    return silent_towns()


def test_silent_townships_are_among_those_that_record_least(towns: pl.DataFrame) -> None:
    silent, others = (towns.filter(which) for which in ("is_silent", ~pl.col("is_silent")))
    assert silent["few_records"].any()
    assert silent["reporting_ratio"].max() < others["reporting_ratio"].quantile(0.25)
    assert others["few_records"].mean() < 0.15


def test_what_records_little_is_never_below_yellow_nor_behind_the_blue(towns: pl.DataFrame) -> None:
    silent = towns.filter("few_records")
    assert set(silent["level"]) <= {"red", "orange", "yellow"}
    assert silent["rank"].max() < towns.filter(level="blue")["rank"].min()


def test_what_it_might_have_if_it_recorded_like_others_is_nearer_the_truth(towns: pl.DataFrame) -> None:
    silent = towns.filter("is_silent")
    truth = silent["expected_disputes"] / silent["detection"]
    before, after = (
        float(np.abs(np.log((silent[name] / truth).to_numpy())).mean())
        for name in ("expected_disputes", "expected_if_recorded")
    )
    assert after < before
    everywhere = towns["expected_disputes"] / towns["detection"]
    raw, corrected = (
        float(np.corrcoef(rankdata(towns[name]), rankdata(everywhere))[0, 1])
        for name in ("expected_disputes", "expected_if_recorded")
    )
    assert corrected > raw
