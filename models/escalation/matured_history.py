"""Training history: matrix, labels and their source for all weeks matured by a day, read from the warehouse."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import cast

import duckdb
import numpy as np
import polars as pl

from features.cohort import history_mondays, states
from features.engine.matrix import Matrix, build_matrix, features_of, fill
from features.engine.row_kinds import dispute_rows
from features.found_after_warning import with_found_after_warning
from features.labels import label_cohort, outcome_moments
from features.small_cells import hide_small_cells
from models.escalation.chosen_rows import (
    MaturedRows,
    first_whole_week,
    negative_share,
    parts_of,
    rows_at_once,
    rows_that_train,
)
from models.escalation.history import History, counts_at_risk
from models.escalation.row_values import RowValues
from models.escalation.true_hazards import sealed_file
from models.progress import Progress, silent
from models.protocol.time_splits import backtest_splits, inner_windows, matured_by
from models.wording import Message, message
from pipelines.city.profile import Profile
from pipelines.home import Home
from pipelines.warehouse.as_of import newest_as_of
from pipelines.warehouse.warehouse import open_warehouse


def matured_rows(con: duckdb.DuckDBPyConnection, profile: Profile, as_of: date) -> MaturedRows:
    """Matured rows with their labels; `sealed` is the file of true hazards where the data are simulated."""
    days = matured_mondays(con, profile, as_of)
    with states(con, profile.settings.watch_days, days):
        rows = dispute_rows(con, profile, days)
    rows = replace(rows, entities=with_found_after_warning(con, rows.entities, as_of))
    harmed = outcome_moments(con, profile.settings.outcome, as_of)["dispute_id"].unique()
    is_harmed = rows.entities["dispute_id"].is_in(harmed.implode()).to_numpy()
    outcome_rows = np.flatnonzero(is_harmed[rows.row])
    return MaturedRows(rows, outcome_rows, label_cohort(con, profile, rows.take(outcome_rows).cohort, as_of))


def with_features(
    con: duckdb.DuckDBPyConnection,
    profile: Profile,
    as_of: date,
    matured_part: MaturedRows,
    folder: Path,
    progress: Progress = silent,
) -> History:
    """Choose the rows that a training or backtest as of a day uses, and compute the features of these alone.

    Args:
        con: the warehouse; only read.
        profile: folds, windows, share of negatives, seed.
        as_of: the day.
        matured_part: all rows.
        folder: on whose disk the features of whole weeks lie meanwhile.
        progress: called after each part.
    """
    rows = matured_part.rows
    at_risk = counts_at_risk(rows.entities, rows.row, rows.monday, rows.mondays)
    mondays = tuple(rows.mondays[number] for number in np.unique(rows.monday))
    complete_from = first_whole_week(mondays, profile, as_of)
    share = negative_share(len(rows), len(matured_part.outcome_rows), profile)
    trains = rows_that_train(matured_part, share, profile.settings.seed)
    whole = np.array([day >= complete_from for day in rows.mondays], dtype=bool)[rows.monday]
    chosen = np.flatnonzero(trains | whole)
    kept = rows.take(chosen)
    values = RowValues((len(kept), len(features_of(kept))), trains[chosen], whole[chosen], folder)
    parts = parts_of(kept, rows_at_once(values.shape[1]))
    for number, part in enumerate(parts):
        progress(f"features of matured weeks, part {number + 1} of {len(parts)}", 0.1 * number / len(parts))
        some = kept.take(part)
        with states(con, profile.settings.watch_days, some.mondays):
            values.put(part, hide_small_cells(fill(con, profile, some)).values)
    progress("labels", 0.1)
    names = tuple(feature.name for feature in features_of(kept))
    labels = label_cohort(con, profile, kept.cohort, as_of)
    matrix = Matrix(kept.cohort, cast(np.ndarray, values), names)  # indexed by row numbers alone
    has_deadlines = rows.entities["due_on"].is_not_null().any()
    return History(matrix, labels, sealed_file(con), at_risk, mondays, complete_from, has_deadlines, share)


def matured_history(
    con: duckdb.DuckDBPyConnection, profile: Profile, as_of: date, folder: Path, progress: Progress = silent
) -> History:
    """`with_features` of `matured_rows`: the rows to learn from and to judge by, as of a day."""
    return with_features(con, profile, as_of, matured_rows(con, profile, as_of), folder, progress)


def whole_history(home: Home, profile: Profile) -> tuple[History, date]:
    """All of a home's matured rows with their features, and the newest Monday its records allow.

    For comparisons on cities of one size: everything is held in memory.

    Raises:
        FengqiaoError: the home holds no record.
    """
    as_of = newest_as_of(home, profile)
    with open_warehouse(home.warehouse, read_only=True) as con:
        built = hide_small_cells(build_matrix(con, profile, matured_mondays(con, profile, as_of)))
        matrix = replace(built, cohort=with_found_after_warning(con, built.cohort, as_of))
        return History.of(matrix, label_cohort(con, profile, matrix.cohort, as_of), sealed_file(con)), as_of


def matured_mondays(con: duckdb.DuckDBPyConnection, profile: Profile, as_of: date) -> tuple[date, ...]:
    """All Mondays since the first record whose label was settled by `as_of`."""
    return matured_by(as_of, history_mondays(con, as_of), profile.settings)


def why_not_trainable(con: duckdb.DuckDBPyConnection, profile: Profile, as_of: date) -> Message | None:
    """Why no model may be trained yet (models.md), or None where there is enough."""
    short = too_short(con, profile.settings.needs.history_weeks, as_of)
    if short is not None:
        return short
    return too_few(con, profile, as_of, matured_rows(con, profile, as_of).labels)


def too_short(con: duckdb.DuckDBPyConnection, needed: int, as_of: date) -> Message | None:
    """The reason why fewer than `needed` weeks have passed since the first registration, or None."""
    first = con.execute("select min(registered_at) from core_dispute").fetchall()[0]
    weeks = (datetime.combine(as_of, time()) - first[0]) // timedelta(weeks=1) if first and first[0] else 0
    return message("little_history", weeks=weeks, needed=needed) if weeks < needed else None


def too_few(
    con: duckdb.DuckDBPyConnection, profile: Profile, as_of: date, labels: pl.DataFrame
) -> Message | None:
    """The reason why the matured labels have too few disputes with an outcome, in all or in one window, or None."""
    needed = profile.settings.needs.matured_outcomes
    outcomes = labels.filter("label")["dispute_id"].n_unique()
    if outcomes < needed:
        return message("few_outcomes", outcomes=outcomes, needed=needed)
    mondays = matured_mondays(con, profile, as_of)
    if not backtest_splits(as_of, mondays, profile.settings):
        return message("no_fold")
    windows = inner_windows(
        mondays, profile.settings.horizon_days, profile.settings.backtest.calibration_weeks
    )
    weeks_with_outcome = set(labels.filter("label")["as_of"])
    for weeks in (windows.grow, windows.stop, windows.calibrate):
        if weeks and weeks_with_outcome.isdisjoint(weeks):
            return message("empty_window", weeks=len(weeks), first=weeks[0], last=weeks[-1])
    return None
