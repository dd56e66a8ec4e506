"""The four levels: thresholds on the probability; never more red disputes than the week's capacity."""

import numpy as np

from pipelines.city.settings import Levels


def assign_levels(probability: np.ndarray, rank: np.ndarray, thresholds: Levels, capacity: int) -> np.ndarray:
    """Level code of each row; text [n].

    Args:
        probability: calibrated, [n].
        rank: 1 the first; decides who stays red when more than `capacity` rows reach the red threshold,
            the rest becoming orange. [n]
        thresholds: lowest probability of each level.
        capacity: the length of a week's list.
    """
    red = probability >= thresholds.red
    order = np.argsort(rank, kind="stable")
    red_before = np.zeros(len(rank), dtype=np.int64)
    red_before[order] = np.cumsum(red[order])
    return np.select(
        [red & (red_before <= capacity), probability >= thresholds.orange, probability >= thresholds.yellow],
        ["red", "orange", "yellow"],
        default="blue",
    )
