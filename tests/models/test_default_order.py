"""Without a model the list's order follows what is to be prevented, and the reason says so in those words."""

import numpy as np
import polars as pl
import pytest

from features.engine.matrix import Matrix
from models.escalation.default_order import default_order, default_scores, with_order
from models.wording import ORDERS, message
from pipelines.city.profile import load_profile
from pipelines.city.settings import Outcome, Settings

QUJING = load_profile("qujing").settings
NO_CHECKLIST = QUJING.model_copy(update={"checklist": ()})


def wanting(settings: Settings, **outcome: object) -> Settings:
    return settings.model_copy(update={"outcome": Outcome.model_validate(outcome)})


@pytest.mark.parametrize(
    ("settings", "order"),
    [
        (QUJING, "checklist"),
        (NO_CHECKLIST, "longest_open"),
        (wanting(QUJING, overdue="due_at"), "soonest_due"),
        (wanting(NO_CHECKLIST, overdue="due_at"), "soonest_due"),
        (wanting(QUJING, overdue_days=60), "longest_open"),
        (wanting(QUJING, event_types=("reopened",)), "checklist"),
        (wanting(NO_CHECKLIST, event_types=("reopened",)), "longest_open"),
    ],
)
def test_the_order_follows_what_is_to_be_prevented(settings: Settings, order: str) -> None:
    assert default_order(settings) == order
    reason = with_order(message("no_champion"), settings)
    assert reason.en.endswith(ORDERS[order].en)
    assert reason.zh.endswith(ORDERS[order].zh)


def test_soonest_due_comes_first_and_what_has_no_deadline_last() -> None:
    scores = default_scores(matrix([5, 1, 9], [np.nan, 3.0, -2.0]), wanting(QUJING, overdue="due_at"))
    assert np.isnan(scores[0])
    assert scores[2] > scores[1]


def test_longest_open_comes_first() -> None:
    scores = default_scores(matrix([5, 1, 9], [1.0, 2.0, 3.0]), wanting(QUJING, overdue_days=60))
    assert np.argsort(-scores).tolist() == [2, 0, 1]


def matrix(days_open: list[int], days_to_due: list[float]) -> Matrix:
    cohort = pl.DataFrame({"dispute_id": list("abc"), "days_open": days_open})
    return Matrix(cohort, np.array(days_to_due, dtype=np.float32)[:, None], ("days_to_due",))
