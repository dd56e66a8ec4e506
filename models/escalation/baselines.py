"""Baselines to compare the model with: the queue, the category's rate, the experts' checklist, a logistic regression.

Each gives a score to rank by and a probability. Where a baseline only ranks (oldest first, checklist) its
probability is what came of such scores in the calibration window, made rising by isotonic regression:
scores that did not tell anything get the base rate. Ranking always uses the score, never that probability.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from features.engine.matrix import Matrix
from models.escalation.linear_model import Linear
from models.escalation.training import calibrated
from models.escalation.training_set import TrainingSet
from pipelines.city.settings import ChecklistItem

CHECKLIST, CATEGORY_RATE, OLDEST_FIRST, SOONEST_DUE = (
    "checklist",
    "category_rate",
    "oldest_first",
    "soonest_due",
)
RULES = (CHECKLIST, CATEGORY_RATE, OLDEST_FIRST, SOONEST_DUE)
"""The baselines that need no model at all; a first champion must beat each of them that its backtest contains."""
DAYS_TO_DUE = "days_to_due"
NO_DEADLINE = -1e6
RATE_PRIOR_ROWS = 200.0
"""A category's rate is drawn to the overall rate as if this many rows at that rate had been added."""


@dataclass(frozen=True)
class Scores:
    """A score to rank by, higher first, and a probability (NaN where the model gives none); each [n]."""

    score: np.ndarray
    probability: np.ndarray


def oldest_first(data: TrainingSet, rows: np.ndarray) -> Scores:
    """Queue order: by whole days since registration."""
    days = data.design.matrix.cohort["days_open"].cast(pl.Float64).to_numpy()
    return _ranked_only(data, days, rows)


def soonest_due(data: TrainingSet, rows: np.ndarray) -> Scores:
    """Deadline order: the dispute due soonest first, those without a deadline last."""
    score = soonest_due_score(data.design.matrix)
    return _ranked_only(data, np.nan_to_num(score, nan=NO_DEADLINE), rows)


def soonest_due_score(matrix: Matrix) -> np.ndarray:
    """Days to the deadline, negated, so that a higher score is due sooner; NaN without one; float64 [n]."""
    if DAYS_TO_DUE not in matrix.names:
        return np.full(len(matrix.cohort), np.nan)
    return -matrix.values[:, matrix.names.index(DAYS_TO_DUE)].astype(np.float64)


def has_deadlines(matrix: Matrix) -> bool:
    """Whether any dispute of the matrix has a deadline."""
    return bool(np.isfinite(soonest_due_score(matrix)).any())


def category_rate(data: TrainingSet, rows: np.ndarray) -> Scores:
    """Share of the category's dispute-weeks that were followed by an outcome, in all matured weeks."""
    category = data.design.matrix.cohort["category"]
    seen = pl.DataFrame({"category": category[data.usable], "label": data.label[data.usable]})
    overall = float(seen["label"].mean() or 0.0)  # pyright: ignore[reportArgumentType]
    rates = seen.group_by("category").agg(
        (pl.col("label").sum() + RATE_PRIOR_ROWS * overall) / (pl.len() + RATE_PRIOR_ROWS)
    )
    rate = (
        pl.DataFrame({"category": category[rows]})
        .join(rates, on="category", how="left", maintain_order="left")["label"]
        .fill_null(overall)
        .to_numpy()
    )
    return Scores(rate, rate)


def checklist(data: TrainingSet, rows: np.ndarray, items: tuple[ChecklistItem, ...]) -> Scores:
    """Scores by the points of the experts' checklist."""
    points = checklist_points(data.design.matrix.values, data.design.matrix.names, items)
    return _ranked_only(data, points, rows)


def checklist_points(
    values: np.ndarray, names: tuple[str, ...], items: tuple[ChecklistItem, ...]
) -> np.ndarray:
    """Sum of the points of every item whose feature reaches its value; a missing value gives no points.

    Args:
        values: [n, p].
        names: of the p columns; an item whose feature is not among them gives no points.
        items: the checklist of the profile.
    """
    points = np.zeros(len(values))
    for item in items:
        if item.feature in names:
            points += item.points * (values[:, names.index(item.feature)] >= item.at_least)
    return points


def logistic(data: TrainingSet, rows: np.ndarray, linear: Linear, seed: int) -> Scores:
    """Scores of the penalised logistic regression alone, without the trees.

    Args:
        data: of the training.
        rows: to be scored.
        linear: fitted on the same rows as the trees.
        seed: of the calibration's resampling.
    """
    z = data.design.in_blocks(data.rows_of(data.windows.calibrate), linear.log_odds)
    calibration = calibrated(data, z, draws=1, seed=seed)
    category = data.design.matrix.cohort["category"][rows]
    probability = calibration.probability(data.design.in_blocks(rows, linear.log_odds), category)
    return Scores(probability, probability)


def _ranked_only(data: TrainingSet, score: np.ndarray, rows: np.ndarray) -> Scores:
    """Scores of a baseline that only ranks, with probabilities from the outcomes of such scores in the calibration window."""
    from sklearn.isotonic import IsotonicRegression

    window = data.rows_of(data.windows.calibrate)
    seen = (
        pl.DataFrame({"score": score[window], "label": data.label[window]})
        .group_by("score")
        .agg(pl.col("label").mean(), pl.len().alias("n"))
        .sort("score")
    )
    curve = IsotonicRegression(y_min=0.0, y_max=1.0, increasing=True, out_of_bounds="clip")
    curve.fit(seen["score"].to_numpy(), seen["label"].to_numpy(), sample_weight=seen["n"].to_numpy())
    return Scores(score[rows], np.asarray(curve.predict(score[rows])))
