"""Monitoring of the model in use: drift of inputs and scores, and the results of its published lists."""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import polars as pl

from features.catalogue.catalogue import CATALOGUE
from features.engine.matrix import Matrix
from models.monitoring.signal import Signal
from models.monitoring.statistics import binned, stability
from pipelines.city.model_settings import MonitoringLimits

LEAST_OUTCOMES = 20
"""With fewer outcomes in the matured weeks, their number says nothing about the model."""
LEAST_WEEKS = 4
SEASONAL = frozenset(f.name for f in CATALOGUE if f.source == "calendar")
"""Columns that change with the season and are not compared."""


def input_signals(now: Matrix, before: Matrix, limits: MonitoringLimits) -> Iterator[Signal]:
    """Stability of every column but the seasonal ones, and the number of columns that shifted.

    Args:
        now: the Monday's rows.
        before: rows of earlier Mondays.
        limits: of the profile.
    """
    if not len(now.cohort) or not len(before.cohort):
        return
    moved = []
    for at, name in enumerate(now.names):
        if name in SEASONAL:
            continue
        index, _ = stability(*binned(now.values[:, at], before.values[:, at]))
        moved.append((name, index))
    above = [(name, index) for name, index in moved if index > limits.drift]
    share = len(above) / len(moved)
    yield Signal(
        signal="drift",
        segment="features",
        value=float(len(above)),
        usual=0.0,
        limit=limits.drifted_share,
        strength=share,
        crossed=share > limits.drifted_share,
    )
    for name, index in sorted(above, key=lambda one: -one[1])[:5]:
        yield Signal(
            signal="drift", segment=f"feature={name}", value=index, usual=0.0, limit=limits.drift,
            strength=index, crossed=False,
        )  # fmt: skip


def score_signal(now: np.ndarray, before: np.ndarray, limits: MonitoringLimits) -> Signal:
    """Stability of the newest week's scores against those of earlier published weeks."""
    index, _ = stability(*binned(now, before))
    return Signal(
        signal="drift",
        segment="scores",
        value=float(np.mean(now)),
        usual=float(np.mean(before)),
        limit=limits.drift,
        strength=index,
        crossed=index > limits.drift,
    )


def list_signals(
    published: pl.DataFrame,
    labels: pl.DataFrame,
    backtest_recall: float | None,
    capacity: int,
    limits: MonitoringLimits,
) -> Iterator[Signal]:
    """Calibration and recall of published lists that have matured since.

    Args:
        published: as_of, dispute_id, rank, probability of matured weeks.
        labels: as_of, dispute_id, label; only rows that may evaluate (boundary 14).
        backtest_recall: recall at capacity in the backtest of the version in use.
        capacity: the length of a list.
        limits: of the profile.
    """
    judged = published.join(labels, on=["as_of", "dispute_id"], how="inner").drop_nulls("probability")
    outcomes = int(judged["label"].sum()) if len(judged) else 0
    if judged["as_of"].n_unique() < LEAST_WEEKS or outcomes < LEAST_OUTCOMES:
        return
    weeks = f"{judged['as_of'].min()}..{judged['as_of'].max()}"
    expected = float(judged["probability"].sum())
    factor = max(outcomes / expected, expected / outcomes)
    yield Signal(
        signal="calibration", segment=weeks, value=float(outcomes), usual=expected,
        limit=limits.calibration_factor, strength=factor, crossed=factor > limits.calibration_factor,
    )  # fmt: skip
    if backtest_recall:
        recall = float(judged.filter(pl.col("rank") <= capacity)["label"].sum()) / outcomes
        share = recall / backtest_recall
        yield Signal(
            signal="recall", segment=weeks, value=recall, usual=backtest_recall,
            limit=limits.recall_share, strength=share, crossed=share < limits.recall_share,
        )  # fmt: skip


def turnover_signal(
    listed: Sequence[str], last: Sequence[str], last_as_of: date, limits: MonitoringLimits
) -> Signal:
    """Share of this week's list that was not on last week's."""
    new = len(set(listed) - set(last)) / max(len(listed), 1)
    low, high = limits.turnover
    return Signal(
        signal="turnover", segment=f"since {last_as_of}", value=new, usual=(low + high) / 2,
        limit=high if new > low else low, strength=new, crossed=not low <= new <= high,
    )  # fmt: skip
