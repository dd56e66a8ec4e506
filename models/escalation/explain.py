"""Explanation of a score: contributions of the linear weights and TreeSHAP, summed by group of features; the three strongest groups become reasons.

Contributions are on the calibrated scale: base + contributions = calibrated log-odds, to rounding
(tests/models/test_explain.py). What pushes up is told first; where fewer than three groups do, what
holds down most fills the rest. The newest grave record is always among them, whatever it weighs. Explaining costs
about a millisecond a row, so only rows near the top and on the list are explained; the others carry an empty list.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from models.escalation.fitted_model import Trained
from models.escalation.reason_sentences import Sentences
from pipelines.cores import usable_cores
from pipelines.tables.published import schema_of
from pipelines.tables.published_week import DisputeWarnings

REASON = schema_of(DisputeWarnings)["reasons"].inner  # type: ignore[attr-defined]
SHOWN_GROUPS = 3
_CHOSEN = {"dispute_id": pl.String, "feature": pl.String, "value": pl.Float64, "contribution": pl.Float64}


@dataclass(frozen=True)
class Explained:
    """Log-odds split into a base and contributions.

    Attributes:
        base: what a row has whatever its features: calibration offset of its category, the weights' and the trees' mean; [n].
        contributions: what each column adds, on the calibrated scale; [n, p].
    """

    base: np.ndarray
    contributions: np.ndarray


def explain(trained: Trained, rows: np.ndarray, category: pl.Series) -> Explained:
    """The calibrated log-odds of some rows, split by column.

    Args:
        trained: the model.
        rows: its columns, [n, p].
        category: of the rows, [n].
    """
    raw = np.asarray(trained.booster.predict(rows, pred_contrib=True, num_threads=usable_cores()))
    of_trees = trained.calibration.slope * trained.trees_share
    of_weights = trained.calibration.slope * (1 - trained.trees_share)
    return Explained(
        base=trained.calibration.offsets(category) + of_weights * trained.linear.base + of_trees * raw[:, -1],
        contributions=of_weights * trained.linear.contributions(rows) + of_trees * raw[:, :-1],
    )


def reasons(
    explained: Explained, rows: np.ndarray, dispute_id: pl.Series, names: tuple[str, ...], say: Sentences
) -> pl.DataFrame:
    """The strongest reasons of each row in sentences, the newest grave record always among them.

    Args:
        explained: contributions of these rows.
        rows: the values the model saw, [n, p].
        dispute_id: of the rows, each once.
        names: of the columns.
        say: groups and sentences of the columns.

    Returns:
        dispute_id, reasons (list of `REASON`, strongest first), in the order given.
    """
    chosen = strongest(explained, rows, dispute_id, names, say.group_of, say.always())
    return (
        say.spoken(chosen)
        .group_by("dispute_id", maintain_order=True)
        .agg(pl.struct([field.name for field in REASON.fields]).alias("reasons"))
    )


def strongest(
    explained: Explained,
    rows: np.ndarray,
    dispute_id: pl.Series,
    names: tuple[str, ...],
    group_of: Callable[[str], str | None],
    always: Mapping[str, str],
) -> pl.DataFrame:
    """The three strongest groups of each row, each by the column that moves it most the way the group goes.

    Args:
        explained: contributions of these rows.
        rows: the values the model saw, [n, p].
        dispute_id: of the rows, each once.
        names: of the columns.
        group_of: the group of a column; None where it may not be a reason.
        always: by dispute a column to be among its three, in the place of its own group, else of the weakest.

    Returns:
        dispute_id, feature, value (null where missing), contribution of the group, of the column alone where
        it is shown in spite of its group's weight; strongest first, in the order given. Fewer than three where no more groups hold a column that goes the group's way.
    """
    groups = [group_of(name) for name in names]
    levels = sorted({group for group in groups if group is not None})
    summed, column, strength = _by_group(explained.contributions, groups, levels)
    order = np.argsort(-strength, axis=1, kind="stable")[:, :SHOWN_GROUPS]
    column_of = {name: at for at, name in enumerate(names) if groups[at] is not None}
    chosen: list[tuple[str, str, float, float]] = []
    for row, number in enumerate(dispute_id.to_list()):
        shown = {int(at): int(column[row, at]) for at in order[row] if np.isfinite(strength[row, at])}
        grave = column_of.get(always.get(number, ""))
        if grave is not None and _put_in(shown, levels.index(groups[grave] or ""), grave):
            summed[row, levels.index(groups[grave] or "")] = explained.contributions[row, grave]
        chosen += [
            (number, names[at], float(rows[row, at]), float(summed[row, level]))
            for level, at in shown.items()
        ]
    return pl.DataFrame(chosen, schema=_CHOSEN, orient="row").with_columns(pl.col("value").fill_nan(None))


def _by_group(
    contributions: np.ndarray, groups: list[str | None], levels: list[str]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each row and group: its sum, the column that moves most the way of the sum, and the sort key; -inf where none moves that way."""
    shape = len(contributions), len(levels)
    summed, column, push = np.zeros(shape), np.zeros(shape, dtype=np.int64), np.zeros(shape)
    for at, level in enumerate(levels):
        members = np.array([n for n, group in enumerate(groups) if group == level])
        part = contributions[:, members]
        summed[:, at] = part.sum(axis=1)
        moved = part * np.where(summed[:, at] >= 0, 1.0, -1.0)[:, None]
        column[:, at], push[:, at] = members[moved.argmax(axis=1)], moved.max(axis=1)
    return summed, column, np.where(push > 0, _strength(summed), -np.inf)


def _put_in(shown: dict[int, int], level: int, column: int) -> bool:
    """Show a column in the place of its own group, else of the weakest one shown; whether its group was not shown."""
    is_new = level not in shown
    if is_new and len(shown) == SHOWN_GROUPS:
        shown.popitem()
    shown[level] = column
    return is_new


def _strength(summed: np.ndarray) -> np.ndarray:
    """Sort key of contributions: raising ones before lowering ones, each by size."""
    return np.where(summed > 0, summed + np.abs(summed).max(initial=0.0) + 1.0, np.abs(summed))
