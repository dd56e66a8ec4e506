"""The order of the list where no model may be used; it depends on the outcome that the profile wants prevented.

Soonest due where a deadline is to be kept; longest open where a dispute is not to stay open too long; else the
experts' checklist where the profile has one, and longest open where it has none.
"""

import numpy as np
import polars as pl

from features.engine.matrix import Matrix
from models.escalation.baselines import checklist_points, soonest_due_score
from models.wording import ORDERS, Message
from pipelines.city.settings import Settings

CHECKLIST, SOONEST_DUE, LONGEST_OPEN = "checklist", "soonest_due", "longest_open"


def default_order(settings: Settings) -> str:
    """`soonest_due`, `longest_open` or `checklist`."""
    if settings.outcome.overdue is not None:
        return SOONEST_DUE
    if settings.outcome.overdue_days is not None or not settings.checklist:
        return LONGEST_OPEN
    return CHECKLIST


def default_scores(matrix: Matrix, settings: Settings) -> np.ndarray:
    """A score for each row of one Monday's matrix, higher first, NaN last; [n]."""
    order = default_order(settings)
    if order == SOONEST_DUE:
        return soonest_due_score(matrix.values, matrix.names)
    if order == LONGEST_OPEN:
        return matrix.cohort["days_open"].cast(pl.Float64).to_numpy()
    return checklist_points(matrix.values, matrix.names, settings.checklist)


def with_order(reason: Message, settings: Settings) -> Message:
    """The reason why no model is used, with the order that is used instead."""
    order = ORDERS[default_order(settings)]
    return Message(reason.zh + order.zh, f"{reason.en} {order.en}")
