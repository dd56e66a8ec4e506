"""The training set: rows matured by a day, cut into windows, and the sample of them that is trained on."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from features.engine.matrix import Matrix
from features.labels import known_by
from models.escalation.design_matrix import CODED, Design, design, levels_of
from models.protocol.hash_random import days_since_1970, dispute_hash, uniform
from models.protocol.time_splits import Windows, gap_days, inner_windows, matured
from pipelines.city.profile import Profile
from pipelines.errors import FengqiaoError


class TooLittleToLearn(FengqiaoError):
    """Raised where the matured rows contain no two weeks, or no outcome."""


@dataclass(frozen=True)
class TrainingSet:
    """Input of every learner of one training: rows matured before `trained_as_of`, with labels as known by then.

    Attributes:
        label: whether the outcome came, as known at `trained_as_of`; bool, one per row of the matrix.
        usable: row numbers that may train, ascending.
        hashes: `dispute_hash` of every row of the matrix.
    """

    design: Design
    label: np.ndarray
    usable: np.ndarray
    hashes: np.ndarray
    windows: Windows
    trained_as_of: date
    levels: dict[str, tuple[str, ...]]

    def rows_of(self, mondays: tuple[date, ...]) -> np.ndarray:
        """Numbers of the usable rows of these Mondays."""
        as_of = self.design.matrix.cohort["as_of"]
        inside = as_of.is_in(pl.Series(mondays, dtype=pl.Date).implode()).to_numpy()
        return self.usable[inside[self.usable]]


def build_training_set(
    matrix: Matrix,
    labels: pl.DataFrame,
    profile: Profile,
    trained_as_of: date,
    hashes: np.ndarray | None = None,
    like: TrainingSet | None = None,
) -> TrainingSet:
    """The rows and labels usable on a day, with their Mondays cut into windows.

    Rows that were found only because a warning sent somebody do not train (boundary 14).

    Args:
        matrix: features by dispute and Monday.
        labels: `label_cohort` of the same rows.
        profile: horizon, maturity and windows.
        trained_as_of: the day; only outcomes known before it count.
        hashes: `dispute_hash` of all rows, where they are there already.
        like: training set of an earlier day on the same matrix, whose numbering of codes is taken over.

    Raises:
        TooLittleToLearn: no week had matured by then.
    """
    settings = profile.settings
    gap = gap_days(settings.horizon_days, settings.label_maturity_days)
    as_of = matrix.cohort["as_of"]
    mondays = matured(as_of.unique().to_list(), trained_as_of, gap)
    if len(mondays) < 2:
        raise TooLittleToLearn(f"no two weeks had matured by {trained_as_of}: {gap} days must have passed")
    known = known_by(labels, trained_as_of).to_numpy()
    usable = np.flatnonzero(
        ((as_of <= mondays[-1]) & ~matrix.cohort["found_after_warning"].fill_null(False)).to_numpy()
    )
    levels = like.levels if like else levels_of(matrix.cohort[usable])
    windows = inner_windows(mondays, settings.horizon_days, settings.backtest.calibration_weeks)
    hashes = dispute_hash(matrix.cohort["dispute_id"]) if hashes is None else hashes
    designed = like.design if like else design(matrix, levels)
    return TrainingSet(designed, known, usable, hashes, windows, trained_as_of, levels)


def sampled(
    data: TrainingSet, rows: np.ndarray, negative_share: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers of all outcomes and a sample of the others, with weights that restore the base rate.

    Which rows are kept depends on dispute, Monday and seed alone.

    Returns:
        Kept row numbers in their order, and their weights.
    """
    days = days_since_1970(data.design.matrix.cohort["as_of"][rows])
    positive = data.label[rows]
    chosen = kept(positive, data.hashes[rows], days, negative_share, seed)
    return rows[chosen], np.where(positive[chosen], 1.0, 1.0 / negative_share)


def kept(
    positive: np.ndarray, hashes: np.ndarray, days: np.ndarray, negative_share: float, seed: int
) -> np.ndarray:
    """Whether each row is trained on: every outcome, and a share of the others drawn by dispute and Monday; bool [n]."""
    return positive | (uniform(hashes, days, seed) < negative_share)


def training_rows(
    data: TrainingSet, mondays: tuple[date, ...], profile: Profile
) -> tuple[np.ndarray, np.ndarray]:
    """`sampled`, of these Mondays and with the profile's share of negatives.

    Raises:
        TooLittleToLearn: no outcome among them.
    """
    settings = profile.settings
    rows, weight = sampled(data, data.rows_of(mondays), settings.backtest.negative_share, settings.seed)
    if not data.label[rows].any():
        raise TooLittleToLearn(f"no outcome had matured in {len(mondays)} weeks before {data.trained_as_of}")
    return rows, weight


def monotone_constraints(of: Design) -> list[int]:
    """Declared signs in the order of `of.names`; 0 for coded columns."""
    from features.catalogue.catalogue import monotone

    signs = monotone()
    return [int(signs.get(name, 0)) for name in of.matrix.names] + [0] * len(CODED)
