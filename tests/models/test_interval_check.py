"""Intervals held against the truth of the simulator: what is compared, on a city whose truth is known."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from features.engine.matrix import Matrix
from models.benchmarks.interval_comparison import compare, venn_abers
from models.escalation.history import History
from models.escalation.training import train_on
from models.escalation.training_set import build_training_set
from pipelines.city.profile import Profile
from pipelines.errors import FengqiaoError

World = tuple[Matrix, pl.DataFrame]
AS_OF = date(2025, 12, 29)


def test_each_kind_is_judged_on_all_rows_and_on_the_list(
    world: World, profile: Profile, tmp_path: Path
) -> None:
    matrix, labels = world
    sealed = tmp_path / "true_hazards.parquet"
    danger = 0.01 + 0.05 * (matrix.cohort["category"] == "D1").cast(pl.Float64)
    matrix.cohort.select("as_of", "dispute_id").with_columns(hazard=danger).write_parquet(sealed)
    compared = compare(History.of(matrix, labels, sealed), profile, AS_OF)
    assert compared.select("method", "rows").n_unique() == 6
    assert compared["coverage"].is_between(0, 1).all()
    assert (compared["median_width"] > 0).all()


def test_without_the_truth_nothing_is_compared(world: World, profile: Profile) -> None:
    with pytest.raises(FengqiaoError, match="no true hazards"):
        compare(History.of(*world), profile, AS_OF)


def test_the_librarys_pair_lies_around_the_share_of_outcomes(world: World, profile: Profile) -> None:
    given = build_training_set(History.of(*world), profile, date(2025, 8, 4))
    rows = given.rows_of(given.windows.calibrate)
    seen = given.design.in_blocks(rows, train_on(given, profile).log_odds)
    low, high = venn_abers(seen, given, rows, seen)
    assert (low <= high).all()
    assert np.mean(low) <= given.label[rows].mean() <= np.mean(high)
