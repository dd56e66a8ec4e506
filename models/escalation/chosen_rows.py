"""Which matured rows a training and its backtest use, chosen before any feature is computed.

A training keeps every outcome and a drawn share of the other rows; a fold scores, and calibrates on, whole weeks.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from features.engine.row_kinds import NOWHERE, MatrixRows
from models.protocol.hash_random import days_since_1970, dispute_hash, uniform
from models.protocol.time_splits import backtest_splits, inner_windows, matured_by
from pipelines.city.profile import Profile
from pipelines.memory import usable_memory

MOST_ROWS, FEWEST_ROWS = 400_000, 50_000
"""Rows whose features are computed at once, at most and at least: it bounds the memory of the computation."""
COPIES = 16
"""Of the features of a part, how many times they must fit into the memory that may be used."""


@dataclass(frozen=True)
class MaturedRows:
    """Every dispute at risk on a Monday whose label was settled, before any feature is computed.

    Attributes:
        rows: all of them.
        outcome_rows: numbers of the rows of disputes that ever had an outcome, ascending.
        labels: `label_cohort` of `outcome_rows`; of all others the label is false.
    """

    rows: MatrixRows
    outcome_rows: np.ndarray
    labels: pl.DataFrame


def first_whole_week(mondays: tuple[date, ...], profile: Profile, as_of: date) -> date:
    """The first Monday that some fold, or the training as of the day, calibrates on: from it on every row is needed."""
    settings = profile.settings
    days = [as_of, *(split.trained_as_of for split in backtest_splits(as_of, mondays, profile.settings))]
    learned = [matured_by(day, mondays, settings) for day in days]
    cut = [
        inner_windows(weeks, settings.horizon_days, settings.backtest.calibration_weeks)
        for weeks in learned
        if weeks
    ]
    return min((windows.calibrate[0] for windows in cut), default=as_of)


def negative_share(n_rows: int, n_outcome_rows: int, profile: Profile) -> float:
    """The share of rows without an outcome that trains: the profile's, or less where that would be more than `training_rows`."""
    settings = profile.settings.backtest
    room = max(settings.training_rows - n_outcome_rows, settings.training_rows // 10)
    return min(settings.negative_share, room / max(1, n_rows - n_outcome_rows))


def rows_that_train(matured_part: MaturedRows, share: float, seed: int) -> np.ndarray:
    """Which rows some training may keep: every outcome, in whatever version, and the drawn share of all; bool [rows]."""
    rows = matured_part.rows
    hashes = dispute_hash(rows.entities["dispute_id"])
    days = days_since_1970(pl.Series(rows.mondays, dtype=pl.Date))
    trains = np.empty(len(rows), dtype=bool)
    for start in range(0, len(rows), MOST_ROWS):
        some = slice(start, start + MOST_ROWS)
        trains[some] = uniform(hashes[rows.row[some]], days[rows.monday[some]], seed) < share
    ever = matured_part.labels["outcome_versions"].is_not_null().to_numpy()
    trains[matured_part.outcome_rows[ever]] = True
    return trains


def rows_at_once(n_features: int) -> int:
    """How many rows' features are computed at once, by the memory that may be used."""
    return int(np.clip(usable_memory() // (COPIES * 4 * n_features), FEWEST_ROWS, MOST_ROWS))


def parts_of(rows: MatrixRows, most: int) -> list[np.ndarray]:
    """The row numbers in parts of about `most`: county by county, since a row asks about its own county's places; a large one by Mondays."""
    county = (
        rows.entities["county_code"].fill_null(NOWHERE).rank("dense").to_numpy().astype(np.int32)[rows.row]
    )
    order = np.argsort(county, kind="stable")
    cuts = np.flatnonzero(np.diff(county[order])) + 1
    parts: list[np.ndarray] = []
    for of_county in np.split(order, cuts):
        if parts and len(parts[-1]) + len(of_county) <= most:
            parts[-1] = np.concatenate([parts[-1], of_county])
        else:
            parts += np.array_split(of_county, -(-len(of_county) // most))
    return [np.sort(part) for part in parts]
