"""Training history: matrix, labels and their source for all weeks matured by a day, read from the warehouse."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import duckdb
import polars as pl

from features.cohort import at_risk, history_mondays
from features.engine.matrix import Matrix, build_matrix
from features.found_after_warning import with_found_after_warning
from features.labels import label_cohort
from features.small_cells import hide_small_cells
from models.escalation.true_hazards import sealed_file
from models.progress import Progress, silent
from models.protocol.time_splits import inner_windows, matured_by, temporal_splits
from models.wording import Message, message
from pipelines.city.profile import Profile
from pipelines.home import Home
from pipelines.warehouse.as_of import newest_as_of
from pipelines.warehouse.warehouse import open_warehouse


@dataclass(frozen=True)
class History:
    """Matured rows with their labels; `sealed` is the file of true hazards where the data are simulated."""

    matrix: Matrix
    labels: pl.DataFrame
    sealed: Path | None


def matured_history(
    con: duckdb.DuckDBPyConnection, profile: Profile, as_of: date, progress: Progress = silent
) -> History:
    """Features and labels of every Monday whose label was settled by `as_of`."""
    days = matured_mondays(con, profile, as_of)
    progress("features of all matured weeks", 0.0)
    built = hide_small_cells(build_matrix(con, profile, days))
    matrix = replace(built, cohort=with_found_after_warning(con, built.cohort, as_of))
    progress("labels", 0.1)
    return History(matrix, label_cohort(con, profile, matrix.cohort, as_of), sealed_file(con))


def whole_history(home: Home, profile: Profile) -> tuple[History, date]:
    """All matured history of a home, and the newest Monday that its records allow.

    Raises:
        FengqiaoError: it holds no record.
    """
    as_of = newest_as_of(home, profile)
    with open_warehouse(home.warehouse, read_only=True) as con:
        return matured_history(con, profile, as_of), as_of


def matured_mondays(con: duckdb.DuckDBPyConnection, profile: Profile, as_of: date) -> tuple[date, ...]:
    """All Mondays since the first record whose label was settled by `as_of`."""
    return matured_by(as_of, history_mondays(con, as_of), profile.settings)


def why_not_trainable(con: duckdb.DuckDBPyConnection, profile: Profile, as_of: date) -> Message | None:
    """Why no model may be trained yet (models.md), or None where there is enough."""
    short = too_short(con, profile.settings.needs.history_weeks, as_of)
    if short is not None:
        return short
    cohort = at_risk(con, profile, matured_mondays(con, profile, as_of))
    return too_few(con, profile, as_of, label_cohort(con, profile, cohort, as_of))


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
    return _too_little_in_parts(profile, matured_mondays(con, profile, as_of), labels)


def _too_little_in_parts(profile: Profile, mondays: tuple[date, ...], labels: pl.DataFrame) -> Message | None:
    """The reason why history cannot be cut into folds and windows that each have an outcome, or None."""
    settings, backtest = profile.settings, profile.settings.backtest
    gap = (settings.horizon_days, settings.label_maturity_days)
    if not temporal_splits(mondays, *gap, backtest.folds, backtest.fold_weeks, backtest.min_train_weeks):
        return message("no_fold")
    windows = inner_windows(mondays, settings.horizon_days, backtest.calibration_weeks)
    weeks_with_outcome = set(labels.filter("label")["as_of"])
    for weeks in (windows.grow, windows.stop, windows.calibrate):
        if weeks and weeks_with_outcome.isdisjoint(weeks):
            return message("empty_window", weeks=len(weeks), first=weeks[0], last=weeks[-1])
    return None
