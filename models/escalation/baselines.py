"""Baselines to compare the model with: the queue, the category's rate, the experts' checklist, a logistic regression.

Each gives a score to rank by and a probability. Where a baseline only ranks (oldest first, checklist) its
probability is what came of such scores in the calibration window, made rising by isotonic regression:
scores that did not tell anything get the base rate. Ranking always uses the score, never that probability.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from models.escalation.history import DAYS_TO_DUE
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
    days = data.design.matrix.cohort["days_open"]
    return _ranked_only(data, lambda asked: days[asked].cast(pl.Float64).to_numpy(), rows)


def soonest_due(data: TrainingSet, rows: np.ndarray) -> Scores:
    """Deadline order: the dispute due soonest first, those without a deadline last."""
    names = data.design.names

    def score(asked: np.ndarray) -> np.ndarray:
        due = data.design.in_blocks(asked, lambda values: soonest_due_score(values, names))
        return np.nan_to_num(due, nan=NO_DEADLINE)

    return _ranked_only(data, score, rows)


def soonest_due_score(values: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    """Days to the deadline, negated, so that a higher score is due sooner; NaN without one; [n, p] -> float64 [n]."""
    if DAYS_TO_DUE not in names:
        return np.full(len(values), np.nan)
    return -values[:, names.index(DAYS_TO_DUE)].astype(np.float64)


def category_rate(data: TrainingSet, rows: np.ndarray) -> Scores:
    """Share of the category's dispute-weeks that were followed by an outcome, in all matured weeks."""
    category = data.design.matrix.cohort["category"]
    outcome_rows = data.usable[data.label[data.usable]]
    outcomes = pl.DataFrame({"category": category[outcome_rows]}).group_by("category").agg(outcomes=pl.len())
    counts = data.at_risk.group_by("category").agg(pl.col("n").sum())
    overall = len(outcome_rows) / max(1, int(data.at_risk["n"].sum()))
    rates = counts.join(outcomes, on="category", how="left", nulls_equal=True).select(
        "category",
        label=(pl.col("outcomes").fill_null(0) + RATE_PRIOR_ROWS * overall) / (pl.col("n") + RATE_PRIOR_ROWS),
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
    names = data.design.names

    def points(asked: np.ndarray) -> np.ndarray:
        return data.design.in_blocks(asked, lambda values: checklist_points(values, names, items))

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
    z = data.design.in_blocks(data.calibration_rows(), linear.log_odds)
    calibration = calibrated(data, z, draws=1, seed=seed)
    category = data.design.matrix.cohort["category"][rows]
    probability = calibration.probability(data.design.in_blocks(rows, linear.log_odds), category)
    return Scores(probability, probability)


def _ranked_only(data: TrainingSet, score_of: Callable[[np.ndarray], np.ndarray], rows: np.ndarray) -> Scores:
    """Probability of a score from its own rate in the calibration window; `score_of` gives the score of row numbers."""
    from sklearn.isotonic import IsotonicRegression

    window = data.calibration_rows()
    by_score = (
        pl.DataFrame({"score": score_of(window), "label": data.label[window]})
        .group_by("score")
        .agg(pl.col("label").mean(), pl.len().alias("n"))
        .sort("score")
    )
    curve = IsotonicRegression(y_min=0.0, y_max=1.0, increasing=True, out_of_bounds="clip")
    curve.fit(
        by_score["score"].to_numpy(), by_score["label"].to_numpy(), sample_weight=by_score["n"].to_numpy()
    )
    score = score_of(rows)
    return Scores(score, np.asarray(curve.predict(score)))
