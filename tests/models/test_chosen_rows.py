"""Rows are chosen before their features are computed: what is learned and how it is judged stays the same, to the bit."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.engine.matrix import build_matrix
from features.found_after_warning import with_found_after_warning
from features.labels import label_cohort
from features.small_cells import hide_small_cells
from models.backtesting.backtest import run_backtest
from models.escalation import chosen_rows
from models.escalation.history import History
from models.escalation.matured_history import matured_history, matured_mondays
from models.escalation.row_values import RowValues
from models.escalation.training import train
from models.escalation.training_set import build_training_set
from pipelines.city.profile import Profile, load_profile
from pipelines.errors import FengqiaoError
from pipelines.home import Home
from pipelines.warehouse.as_of import newest_as_of
from pipelines.warehouse.warehouse import open_warehouse
from tests.worlds.small_city import SmallCity


@pytest.fixture(scope="module")
def profile(small_city: SmallCity) -> Profile:
    """The small city's, judged in two folds."""
    own = load_profile(str(small_city.profile))
    folds = own.settings.backtest.model_copy(update={"folds": 2})
    return replace(own, settings=own.settings.model_copy(update={"backtest": folds}))


@pytest.fixture(scope="module")
def both(small_city: SmallCity, profile: Profile) -> tuple[History, History]:
    """The history with chosen rows in many small parts, and the one that holds every row."""
    home = Home(small_city.home)
    as_of = newest_as_of(home, profile)
    with open_warehouse(home.warehouse, read_only=True) as con, pytest.MonkeyPatch.context() as patch:
        patch.setattr(chosen_rows, "MOST_ROWS", 2_000)
        patch.setattr(chosen_rows, "FEWEST_ROWS", 2_000)
        chosen = matured_history(con, profile, as_of, small_city.home.parent)
        matrix = hide_small_cells(build_matrix(con, profile, matured_mondays(con, profile, as_of)))
        cohort = with_found_after_warning(con, matrix.cohort, as_of)
        whole = History.of(
            type(matrix)(cohort, matrix.values, matrix.names), label_cohort(con, profile, cohort, as_of)
        )
    return chosen, whole


def test_fewer_rows_are_held_and_each_has_the_same_features(both: tuple[History, History]) -> None:
    chosen, whole = both
    keys = ["as_of", "dispute_id"]
    numbered = whole.matrix.cohort.select(keys).with_row_index("at")
    at = chosen.matrix.cohort.select(keys).join(numbered, on=keys, how="left", maintain_order="left")["at"]
    assert 0 < len(at) < len(whole.matrix.cohort)
    rows = np.arange(len(at))
    first_whole = np.flatnonzero((chosen.matrix.cohort["as_of"] >= chosen.complete_from).to_numpy())
    for some in (first_whole, first_whole[::-3], rows[: first_whole[0]]):
        wanted = whole.matrix.values[at.to_numpy()[some]]
        assert np.array_equal(chosen.matrix.values[some], wanted, equal_nan=True)
    assert chosen.labels.equals(whole.labels[at.to_numpy()])
    assert chosen.matrix.cohort.equals(whole.matrix.cohort[at.to_numpy()])
    assert chosen.at_risk.equals(whole.at_risk)
    assert chosen.mondays == whole.mondays
    assert chosen.has_deadlines == whole.has_deadlines


def test_model_and_backtest_are_those_of_all_rows(
    both: tuple[History, History], small_city: SmallCity, profile: Profile
) -> None:
    as_of = newest_as_of(Home(small_city.home), profile)
    chosen, whole = both
    assert train(chosen, profile, as_of).to_json() == train(whole, profile, as_of).to_json()
    ours, theirs = run_backtest(chosen, profile, as_of), run_backtest(whole, profile, as_of)
    assert ours is not None
    assert theirs is not None
    both_have = pl.col("model") != "oracle"  # the truth lies beside the one that was read from a home
    assert ours.predictions.filter(both_have).equals(theirs.predictions)


def test_weeks_of_which_rows_are_missing_are_not_calibrated_on(
    both: tuple[History, History], profile: Profile
) -> None:
    chosen, _ = both
    data = build_training_set(chosen, profile, chosen.complete_from)
    with pytest.raises(ValueError, match="rows are complete from"):
        data.calibration_rows()


def test_the_share_of_negatives_falls_where_a_training_would_hold_too_many_rows(profile: Profile) -> None:
    most = profile.settings.backtest.training_rows
    assert chosen_rows.negative_share(most, 1_000, profile) == profile.settings.backtest.negative_share
    share = chosen_rows.negative_share(26_000_000, 20_000, profile)
    assert 20_000 + share * (26_000_000 - 20_000) == pytest.approx(most)


@given(
    n=st.integers(1, 60),
    width=st.integers(1, 4),
    seed=st.integers(0, 2**31),
    gap=st.sampled_from([0, 1, 256]),
)
def test_values_come_back_as_they_were_put(
    tmp_path_factory: pytest.TempPathFactory, n: int, width: int, seed: int, gap: int
) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, width)).astype(np.float32)
    trains = rng.random(n) < 0.4
    whole = ~trains | (rng.random(n) < 0.5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("models.escalation.row_values.MERGED_GAP", gap)
        kept = RowValues(values.shape, trains, whole, tmp_path_factory.getbasetemp())
        for part in np.array_split(rng.permutation(n), 3):
            part = np.sort(part)
            kept.put(part, values[part])
        for rows in (np.flatnonzero(whole), rng.permutation(np.flatnonzero(whole)), np.flatnonzero(trains)):
            assert np.array_equal(kept[rows], values[rows])


def test_a_row_that_was_never_computed_is_no_answer(tmp_path: Path) -> None:
    kept = RowValues((2, 3), np.array([True, False]), np.array([False, True]), tmp_path)
    kept.put(np.array([0]), np.zeros((1, 3), np.float32))
    with pytest.raises(FengqiaoError, match="never computed"):
        kept[np.array([1])]


def test_a_disk_without_room_is_said_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda folder: type("Usage", (), {"free": 1 << 20})())
    every = np.ones(100_000, dtype=bool)
    with pytest.raises(FengqiaoError, match="make room"):
        RowValues((100_000, 10), ~every, every, tmp_path)
