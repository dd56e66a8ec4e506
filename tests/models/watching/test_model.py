"""Drift of inputs and scores, lists that come true or do not, and lists that change too much."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from features.engine.matrix import Matrix
from models.monitoring.model_signals import input_signals, list_signals, score_signal, turnover_signal
from models.monitoring.statistics import binned, departure, later, stability
from pipelines.city.model_settings import MonitoringLimits

LIMITS = MonitoringLimits()
RNG = np.random.default_rng(4)


def matrix(values: np.ndarray) -> Matrix:
    names = tuple(f"column_{at}" for at in range(values.shape[1]))
    return Matrix(pl.DataFrame({"dispute_id": [str(n) for n in range(len(values))]}), values, names)


def test_inputs_as_before_raise_nothing_and_moved_ones_are_counted() -> None:
    before = RNG.normal(size=(8000, 10))
    same, moved = RNG.normal(size=(2000, 10)), RNG.normal(size=(2000, 10))
    moved[:, :3] += 2
    (calm,) = input_signals(matrix(same), matrix(before), LIMITS)
    assert not calm.crossed
    signals = list(input_signals(matrix(moved), matrix(before), LIMITS))
    assert signals[0].crossed
    assert signals[0].value == 3
    assert {one.segment for one in signals[1:]} == {f"feature=column_{at}" for at in range(3)}


def test_a_column_that_is_suddenly_empty_has_drifted() -> None:
    before = RNG.normal(size=2000)
    index, p = stability(*binned(np.full(500, np.nan), before))
    assert index > 1
    assert p < 1e-6


def test_small_samples_are_not_taken_for_drift() -> None:
    noise = [
        stability(*(RNG.multinomial(n, [0.1] * 10).astype(float) for n in (30, 2000)))[0] for _ in range(50)
    ]
    assert np.mean(noise) < 0.15


def test_scores_that_doubled_are_seen() -> None:
    before = RNG.beta(1, 60, 9000)
    assert not score_signal(RNG.beta(1, 60, 3000), before, LIMITS).crossed
    assert score_signal(RNG.beta(1, 60, 3000) * 2.5, before, LIMITS).crossed


def test_a_departure_is_counted_in_the_spread_that_was_usual() -> None:
    steady = np.array([[100.0, np.nan], [100, 103], [100, 97], [100, 100], [100, 99]])
    restless = np.array([[100.0, np.nan], [100, 160], [100, 50], [100, 150], [100, 40]])
    assert departure(0, steady) == pytest.approx(-10)
    assert departure(0, restless) > -3


def test_later_is_half_for_the_same_and_one_for_all_later() -> None:
    assert later(np.arange(10.0), np.arange(10.0))[0] == 0.5
    assert later(np.arange(10.0) + 20, np.arange(10.0))[0] == 1.0


def published(harmed: int, expected: float, listed_came: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Four matured weeks of 100 disputes; `harmed` of 400 came true, `listed_came` of them on lists of ten."""
    week = [date(2025, 1, 6 + 7 * n) for n in range(4) for _ in range(100)]
    rank = [at + 1 for _ in range(4) for at in range(100)]
    label = [False] * 400
    top = [at for at, place in enumerate(rank) if place <= 10][:listed_came]
    rest = [at for at, place in enumerate(rank) if place > 10][: harmed - listed_came]
    for at in (*top, *rest):
        label[at] = True
    ids = [f"d{n}" for n in range(400)]
    rows = pl.DataFrame(
        {"as_of": week, "dispute_id": ids, "rank": rank, "probability": [expected / 400] * 400}
    )
    return rows, pl.DataFrame({"as_of": week, "dispute_id": ids, "label": label})


@pytest.mark.parametrize(
    ("harmed", "expected", "listed_came", "crossed"),
    [
        (30, 30.0, 9, set()),
        (60, 30.0, 18, {"calibration"}),
        (30, 60.0, 9, {"calibration"}),
        (30, 30.0, 2, {"recall"}),
    ],
)
def test_matured_lists_are_held_against_what_came(
    harmed: int, expected: float, listed_came: int, crossed: set[str]
) -> None:
    rows, labels = published(harmed, expected, listed_came)
    signals = list(list_signals(rows, labels, 0.3, 10, LIMITS))
    assert {one.signal for one in signals} == {"calibration", "recall"}
    assert {one.signal for one in signals if one.crossed} == crossed


def test_too_few_outcomes_say_nothing_of_the_model() -> None:
    assert list(list_signals(*published(10, 30.0, 3), 0.3, 10, LIMITS)) == []


@pytest.mark.parametrize(("new", "crossed"), [(0, True), (3, False), (9, True)])
def test_a_list_that_stands_still_or_changes_almost_whole_is_seen(new: int, crossed: bool) -> None:
    last = [f"d{n}" for n in range(10)]
    now = last[: 10 - new] + [f"n{n}" for n in range(new)]
    signal = turnover_signal(now, last, date(2025, 1, 6), LIMITS)
    assert signal.value == new / 10
    assert signal.crossed == crossed
