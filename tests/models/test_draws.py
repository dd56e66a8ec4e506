from datetime import date

import numpy as np
import polars as pl
import pytest

from models.protocol.hash_random import dispute_hash, drawn_lowest, ranks_within, uniform

IDS = pl.Series([f"Q{number:05d}" for number in range(20_000)])


def test_bits_depend_on_the_number_alone() -> None:
    bits = dispute_hash(IDS)
    assert dispute_hash(IDS[[7, 3, 7]]).tolist() == bits[[7, 3, 7]].tolist()
    assert len(set(bits.tolist())) == len(IDS)


def test_uniform_is_flat_and_differs_by_date_and_seed() -> None:
    bits = dispute_hash(IDS)
    draws = [uniform(bits, day, seed) for day in (date(2025, 1, 6), date(2025, 1, 13)) for seed in (1, 2)]
    for draw in draws:
        assert np.histogram(draw, bins=10, range=(0, 1))[0] == pytest.approx(2000, rel=0.1)
    assert abs(np.corrcoef(draws) - np.eye(4)).max() < 0.03


def test_equal_scores_are_ordered_by_the_disputes_bits_and_missing_ones_last() -> None:
    ranks = ranks_within(
        np.array([0, 0, 0, 0, 1]),
        np.array([0.5, 0.9, 0.5, np.nan, 0.1]),
        np.array([9, 5, 2, 1, 7], dtype=np.uint64),
    )
    assert ranks.tolist() == [3, 1, 2, 4, 1]


def test_row_order_changes_no_rank() -> None:
    bits = dispute_hash(IDS[:200])
    score = (bits % 7).astype(float)
    shuffled = np.random.default_rng(1).permutation(200)
    ranks = ranks_within(np.zeros(200), score, bits)
    assert ranks_within(np.zeros(200), score[shuffled], bits[shuffled]).tolist() == ranks[shuffled].tolist()


def test_a_draw_takes_as_many_as_asked_from_the_candidates_only() -> None:
    bits = dispute_hash(IDS[:100])
    drawn = drawn_lowest(bits, date(2025, 1, 6), 1, np.arange(50, 100), 5)
    assert len(drawn) == 5
    assert drawn.min() >= 50
    assert drawn.tolist() == drawn_lowest(bits, date(2025, 1, 6), 1, np.arange(50, 100)[::-1], 5).tolist()
