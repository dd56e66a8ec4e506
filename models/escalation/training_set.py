"""The training set: rows matured by a day, cut into windows, and the sample of them that is trained on."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from features.labels import known_by
from models.escalation.design_matrix import CODED, Design, design, levels_of
from models.escalation.history import History
from models.protocol.hash_random import days_since_1970, uniform
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
        negative_share: share of the rows without an outcome that is trained on.
        at_risk: as_of, `CODED`, n: how many rows there were before any was drawn, of the matured weeks.
        complete_from: the first Monday of which every row is held.
    """

    design: Design
    label: np.ndarray
    usable: np.ndarray
    hashes: np.ndarray
    windows: Windows
    trained_as_of: date
    levels: dict[str, tuple[str, ...]]
    negative_share: float
    at_risk: pl.DataFrame
    complete_from: date

    def rows_of(self, mondays: tuple[date, ...]) -> np.ndarray:
        """Usable row numbers of these Mondays; before `complete_from` only rows that may train are among them."""
        as_of = self.design.matrix.cohort["as_of"]
        inside = as_of.is_in(pl.Series(mondays, dtype=pl.Date).implode()).to_numpy()
        return self.usable[inside[self.usable]]

    def calibration_rows(self) -> np.ndarray:
        """All usable row numbers of the calibration window.

        Raises:
            ValueError: some of its rows were never drawn, so that rates among them would be too high.
        """
        if self.windows.calibrate[0] < self.complete_from:
            raise ValueError(f"rows are complete from {self.complete_from} on only")
        return self.rows_of(self.windows.calibrate)


def build_training_set(
    history: History, profile: Profile, trained_as_of: date, like: TrainingSet | None = None
) -> TrainingSet:
    """The rows and labels usable on a day, with their Mondays cut into windows.

    Rows that were found only because a warning sent somebody do not train (boundary 14).

    Args:
        history: rows by dispute and Monday, with labels.
        profile: horizon, maturity and windows.
        trained_as_of: the day; only outcomes known before it count.
        like: training set of another day on the same history, whose numbering of codes is taken over.

    Raises:
        TooLittleToLearn: no week had matured by then.
    """
    settings, cohort = profile.settings, history.matrix.cohort
    gap = gap_days(settings.horizon_days, settings.label_maturity_days)
    mondays = matured(history.mondays, trained_as_of, gap)
    if len(mondays) < 2:
        raise TooLittleToLearn(f"no two weeks had matured by {trained_as_of}: {gap} days must have passed")
    inside = (cohort["as_of"] <= mondays[-1]) & ~cohort["found_after_warning"].fill_null(False)
    at_risk = history.at_risk.filter(pl.col("as_of") <= mondays[-1])
    levels = like.levels if like else levels_of(at_risk)
    return TrainingSet(
        design=like.design if like else design(history.matrix, levels),
        label=known_by(history.labels, trained_as_of).to_numpy(),
        usable=np.flatnonzero(inside.to_numpy()),
        hashes=history.hashes,
        windows=inner_windows(mondays, settings.horizon_days, settings.backtest.calibration_weeks),
        trained_as_of=trained_as_of,
        levels=levels,
        negative_share=history.negative_share or settings.backtest.negative_share,
        at_risk=at_risk,
        complete_from=history.complete_from,
    )


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
    rows, weight = sampled(data, data.rows_of(mondays), data.negative_share, profile.settings.seed)
    if not data.label[rows].any():
        raise TooLittleToLearn(f"no outcome had matured in {len(mondays)} weeks before {data.trained_as_of}")
    return rows, weight


def monotone_constraints(of: Design) -> list[int]:
    """Declared signs in the order of `of.names`; 0 for coded columns."""
    from features.catalogue.catalogue import monotone

    signs = monotone()
    return [int(signs.get(name, 0)) for name in of.matrix.names] + [0] * len(CODED)
