from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from models.registry.champion_check import Precision, ScoringContext, published_precision, usability
from models.registry.promotion import PromotionInputs, paired_difference, unmet_conditions
from models.registry.registry import Provenance, Registered
from pipelines.city.profile import Profile

AS_OF = date(2025, 12, 29)


class Version(SimpleNamespace):
    """A registered version without its files."""

    version = "dispute-28d-v7"
    expires_on = AS_OF + timedelta(days=180)
    trained = SimpleNamespace(trained_until=date(2025, 10, 27))
    signature = Provenance(
        profile="qujing",
        origin="simulated",
        catalogue_hash="c1",
        trained_as_of=AS_OF,
        data_hash="d1",
        code_version="0",
    )


def judged(precision: Precision | None = None, **now: Any) -> tuple[bool, str]:
    usual: dict[str, Any] = {
        "as_of": AS_OF,
        "profile": "qujing",
        "origin": "simulated",
        "catalogue_hash": "c1",
    }
    champion: Registered = Version()  # type: ignore[assignment]
    result = usability(champion, ScoringContext(**(usual | now)), precision)
    return result.usable, result.reason.en


def test_all_in_order_may_score() -> None:
    usable, why = judged()
    assert usable
    assert why == "Model dispute-28d-v7 is in use, trained on weeks until 2025-10-27."


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ({"profile": "elsewhere"}, "belongs to profile qujing and may not score elsewhere"),
        ({"origin": "real"}, "trained on simulated data and may not score real data"),
        ({"catalogue_hash": "c2"}, "catalogue has changed"),
        ({"as_of": AS_OF - timedelta(weeks=1)}, "trained as of 2025-12-29"),
        ({"as_of": AS_OF + timedelta(days=181)}, "expired on 2026-06-27"),
    ],
)
def test_what_does_not_fit_may_not_score(now: dict[str, Any], said: str) -> None:
    usable, why = judged(**now)
    assert not usable
    assert said in why


def test_a_card_is_good_on_its_last_day() -> None:
    assert judged(as_of=AS_OF + timedelta(days=180))[0]


def test_lists_that_come_true_less_than_twice_the_base_rate_withdraw_the_model() -> None:
    assert judged(Precision(8, 0.0200, 0.01))[0]
    usable, why = judged(Precision(8, 0.0199, 0.01))
    assert not usable
    assert "over the last 8 matured weeks 1.99% of its list came true" in why
    assert judged(Precision(8, 0.0, 0.0))[0]


def published(weeks: int) -> pl.DataFrame:
    """Four disputes a week: two ranked, one drawn at random, one not listed."""
    return pl.DataFrame(
        [
            (AS_OF + timedelta(weeks=week), f"Q{at}", at < 3, selection)
            for week in range(weeks)
            for at, selection in enumerate(("ranked", "ranked", "random", None))
        ],
        schema={"as_of": pl.Date, "dispute_id": pl.String, "listed": pl.Boolean, "selection": pl.String},
        orient="row",
    )


def test_precision_is_taken_over_the_newest_eight_weeks_of_the_ranked_list() -> None:
    rows = published(10)
    newest = rows["as_of"] >= AS_OF + timedelta(weeks=2)
    labels = rows.select(
        "as_of",
        "dispute_id",
        label=((pl.col("dispute_id") == "Q0") & newest) | (pl.col("dispute_id") == "Q2"),
    )
    assert published_precision(rows, labels) == Precision(8, 0.5, 0.5)
    assert published_precision(published(7), labels) is None


def backtest(ranks: dict[str, int], labels: tuple[str, ...]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "as_of": [AS_OF] * len(ranks),
            "dispute_id": list(ranks),
            "model": "lightgbm",
            "rank": list(ranks.values()),
            "label": [one in labels for one in ranks],
        }
    )


def test_paired_difference_compares_the_same_outcomes() -> None:
    before = backtest({"Q1": 1, "Q2": 9, "Q3": 8, "Q4": 2}, ("Q1", "Q2", "Q3"))
    after = backtest({"Q1": 1, "Q2": 2, "Q3": 7, "Q5": 3}, ("Q1", "Q2", "Q3"))
    difference = paired_difference(after, before, capacity=2, replicates=200, seed=1)
    assert difference is not None
    value, low, high = difference
    assert value == pytest.approx(1 / 3)
    assert 0 <= low <= value <= high <= 1
    assert paired_difference(after, after, 2, 50, 1) == (0.0, 0.0, 0.0)
    assert paired_difference(after, before.filter(pl.col("dispute_id") == "Q4"), 2, 50, 1) is None


def metrics(**values: float) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "model": name.split("__")[0],
                "metric": name.split("__")[1],
                "segment": name.split("__")[2] if name.count("__") == 2 else "all",
                "as_of": None,
                "value": value,
                "low": value if name.count("__") == 2 else None,
                "high": None,
            }
            for name, value in values.items()
        ],
        schema_overrides={"as_of": pl.Date, "low": pl.Float64, "high": pl.Float64},
    )


GOOD = {
    "lightgbm__recall_at_capacity": 0.2,
    "checklist__recall_at_capacity": 0.1,
    "lightgbm__ece": 0.001,
    "lightgbm__base_rate": 0.007,
    "lightgbm__recall_gain_at_capacity__against=checklist": 0.01,
}


def unmet(
    profile: Profile, difference: tuple[float, float, float] | None, has_champion: bool, **worse: float
) -> list[str]:
    evidence = PromotionInputs(
        metrics=metrics(**(GOOD | worse)), difference=difference, has_champion=has_champion
    )
    return [each.en for each in unmet_conditions(evidence, profile)]


def test_a_better_model_meets_every_condition(profile: Profile) -> None:
    assert unmet(profile, None, has_champion=False) == []
    assert unmet(profile, (0.0, -0.02, 0.02), has_champion=True) == []


def test_every_unmet_condition_is_listed(profile: Profile) -> None:
    conditions = unmet(
        profile,
        (-0.1, -0.15, -0.05),
        has_champion=True,
        lightgbm__recall_at_capacity=0.05,
        lightgbm__ece=0.01,
        **{"lightgbm__recall_gain_at_capacity__against=checklist": -0.05},
    )
    assert len(conditions) == 3
    assert "recall in the top 10 is 5.0%, that of expert checklist 10.0%" in conditions[0]
    assert "calibration error 1.000% is above the limit of 0.350%" in conditions[1]
    assert "difference in recall to the champion is -15.0%, the margin is 2.0%" in conditions[2]
    assert unmet(profile, None, has_champion=True) == [
        "there is no backtest week shared with the champion to compare on"
    ]


@pytest.mark.parametrize("rule", ["checklist", "category_rate", "oldest_first", "soonest_due"])
@pytest.mark.parametrize("low", [-0.01, 0.0])
def test_a_rule_that_is_not_surely_beaten_keeps_the_first_model_from_becoming_champion(
    profile: Profile, rule: str, low: float
) -> None:
    figures = {
        f"{rule}__recall_at_capacity": 0.1,
        f"lightgbm__recall_gain_at_capacity__against={rule}": low,
    }
    (condition,) = unmet(profile, None, has_champion=False, **figures)
    assert f"difference is {low:+.1%}" in condition


def test_a_rule_without_a_paired_interval_counts_as_not_beaten(profile: Profile) -> None:
    assert len(unmet(profile, None, has_champion=False, soonest_due__recall_at_capacity=0.1)) == 1
