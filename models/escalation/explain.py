"""Explanation of a score: contributions of the linear weights and TreeSHAP, summed by group of features; the three strongest groups become reasons.

Contributions are on the calibrated scale: base + contributions = calibrated log-odds, to rounding
(tests/models/test_explain.py). What pushes up is told first; where fewer than three groups do, what
holds down most fills the rest. Explaining costs about a millisecond a row, so only rows near the top and
on the list are explained; the others carry an empty list.
"""

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
    """The three strongest groups of each row, each described by its column with the largest contribution.

    Args:
        explained: contributions of these rows.
        rows: the values the model saw, [n, p].
        dispute_id: of the rows.
        names: of the columns.
        say: groups and sentences of the columns.

    Returns:
        dispute_id, reasons (list of `REASON`, strongest first), in the order given.
    """
    groups = [say.group_of(name) for name in names]
    levels = sorted(set(groups))
    member = np.array([[group == level for level in levels] for group in groups])
    summed = explained.contributions @ member
    strongest = np.argsort(-_strength(summed), axis=1, kind="stable")[:, :SHOWN_GROUPS]
    row = np.repeat(np.arange(len(rows)), strongest.shape[1])
    group = strongest.ravel()
    towards = np.where(summed[row, group] >= 0, 1.0, -1.0)
    within = np.where(member.T[group], explained.contributions[row] * towards[:, None], -np.inf)
    column = within.argmax(axis=1)
    frame = pl.DataFrame(
        {
            "dispute_id": dispute_id.gather(row),
            "feature": [names[at] for at in column],
            "value": rows[row, column].astype(np.float64),
            "contribution": summed[row, group],
        }
    ).with_columns(pl.col("value").fill_nan(None))
    spoken = frame.join(
        say.spoken(frame.select("feature", "value").unique(maintain_order=True)),
        on=["feature", "value"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    ).with_columns(value=pl.when(~pl.col("feature").is_in(list(say.withheld()))).then("value"))
    return spoken.group_by("dispute_id", maintain_order=True).agg(
        pl.struct([field.name for field in REASON.fields]).alias("reasons")
    )


def _strength(summed: np.ndarray) -> np.ndarray:
    """Sort key of contributions: raising ones before lowering ones, each by size."""
    return np.where(summed > 0, summed + np.abs(summed).max(initial=0.0) + 1.0, np.abs(summed))
