"""Whom the list serves less is told by Fairlearn, with what chance alone would make of it."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from models.backtesting import fairness
from models.backtesting.fairness import DISPARITIES, fairness_audit
from models.backtesting.fairness_limits import beyond_limits
from models.measuring.metrics import METRICS_SCHEMA
from pipelines.city.model_settings import Promotion
from pipelines.city.profile import Profile

COUNTIES = {"530302": 0.9, "530326": 0.3}
"""Of each county's harmed disputes, the share that is on the list."""


def predictions(counties: dict[str, float] = COUNTIES, seed: int = 1) -> pl.DataFrame:
    """Eight Mondays of 200 disputes in two counties, one in ten harmed; ten places on each list."""
    rng = np.random.default_rng(seed)
    rows = []
    for week in range(8):
        for n in range(200):
            county = list(counties)[n % len(counties)]
            harmed = n < 40
            listed = harmed and rng.random() < counties[county]
            rows.append(
                {
                    "as_of": date(2025, 1, 6) + timedelta(weeks=week),
                    "dispute_id": f"w{week}d{n}",
                    "model": "lightgbm",
                    "probability": 0.2,
                    "label": harmed,
                    "category": "D1",
                    "county_code": county,
                    "township_code": "530302001",
                    "channel": None,
                    "urban": None,
                    "few_records": n == 1,
                    "score": 0.2,
                    "rank": 1 if listed else 999,
                }
            )
    return pl.DataFrame(rows)


def audited(
    profile: Profile, counties: dict[str, float] = COUNTIES, expecting: dict[str, float] | None = None
) -> pl.DataFrame:
    """The audit of `predictions`; `expecting` multiplies the chances of a county."""
    rows = predictions(counties)
    factor = pl.col("county_code").replace_strict(expecting or {}, default=1.0, return_dtype=pl.Float64)
    return fairness_audit(rows.with_columns(pl.col("probability") * factor), profile)


def value_of(frame: pl.DataFrame, segment: str, metric: str) -> tuple[float, float, float]:
    return frame.filter(segment=segment, metric=metric).select("value", "low", "high").row(0)


def test_a_county_whose_harms_are_listed_less_is_seen_with_its_interval(profile: Profile) -> None:
    frame = fairness_audit(predictions(), profile)
    assert dict(frame.schema) == METRICS_SCHEMA
    served, unserved = (
        value_of(frame, f"audit=county group={code}", "recall_at_capacity") for code in COUNTIES
    )
    assert served[0] == pytest.approx(0.9, abs=0.06)
    assert unserved[0] == pytest.approx(0.3, abs=0.08)
    assert unserved[2] < served[1]
    ratio = value_of(frame, "audit=county", "recall_ratio")
    assert ratio[0] == pytest.approx(unserved[0] / ((served[0] + unserved[0]) / 2), abs=0.02)
    assert ratio[2] < 0.8


def test_none_listed_of_few_leaves_as_much_open_as_chance_does(profile: Profile) -> None:
    """Resampling twenty disputes none of which was listed gives none every time."""
    week = pl.col("dispute_id").str.starts_with("w0") | (pl.col("county_code") != "530326")
    frame = fairness_audit(predictions({"530302": 0.9, "530326": 0.0}).filter(week), profile)
    value, low, high = value_of(frame, "audit=county group=530326", "recall_at_capacity")
    assert (value, low) == (0, 0)
    assert high == pytest.approx(1 - 0.05 ** (1 / 20))
    reasons = [one.group for one in beyond_limits(frame, whole_recall=0.2, limits=Promotion())]
    assert "530326" not in reasons


def test_the_replicates_are_measured_as_fairlearn_measures(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where every dispute always counts once, no interval is wider than its value."""
    monkeypatch.setattr(fairness, "dispute_weights", lambda n, drawn, seed: np.ones((n, drawn), np.float32))
    counties = {"530302": 0.9, "530326": 0.3, "530381": 0.6}
    frame = audited(profile, counties, {"530302": 1.3, "530326": 0.8}).drop_nulls("value")
    exact = frame.filter(pl.col("low").is_not_null(), pl.col("metric") != "recall_at_capacity")
    assert set(exact["metric"]) == {*DISPARITIES, "false_alarm_rate", "calibration_ratio"}
    assert exact["low"].to_list() == pytest.approx(exact["value"].to_list(), rel=1e-4)
    assert exact["high"].to_list() == pytest.approx(exact["value"].to_list(), rel=1e-4)


def test_near_copies_of_a_dispute_make_no_interval_narrower(profile: Profile) -> None:
    once = predictions().with_columns(pl.col("probability") * pl.int_range(pl.len()).mod(7))
    later = once.with_columns(pl.col("as_of") + timedelta(weeks=100))
    keys = ["segment", "metric"]
    short, long = (
        fairness_audit(rows, profile, by_period=False).filter(pl.col("metric") == "calibration_ratio")
        for rows in (once, pl.concat([once, later]))
    )
    both = short.join(long, on=keys, suffix="_long")
    assert len(both)
    for end in ("low", "high"):
        assert both[f"{end}_long"].to_list() == pytest.approx(both[end].to_list(), rel=1e-5)


def test_the_same_service_gives_a_ratio_near_one(profile: Profile) -> None:
    frame = fairness_audit(predictions({"530302": 0.6, "530326": 0.6}), profile)
    assert value_of(frame, "audit=county", "recall_ratio")[2] > 0.9


def test_false_alarms_and_calibration_are_told_by_group(profile: Profile) -> None:
    frame = fairness_audit(predictions(), profile)
    assert value_of(frame, "audit=county group=530302", "false_alarm_rate")[0] == 0
    assert value_of(frame, "audit=county group=530302", "calibration_ratio")[0] == pytest.approx(1.0)


def test_the_trend_has_a_row_per_period(profile: Profile) -> None:
    frame = fairness_audit(predictions(), profile)
    periods = frame.filter(pl.col("segment").str.starts_with("audit=county period="), metric="recall_ratio")
    assert periods["segment"].to_list() == [f"audit=county period={n}" for n in (1, 2, 3, 4)]


def test_groups_with_few_harms_are_counted_and_not_compared(profile: Profile) -> None:
    rows = predictions().with_columns(
        channel=pl.when(pl.col("dispute_id") == "w0d0").then(pl.lit("snapshot")).otherwise(pl.lit("grid"))
    )
    frame = fairness_audit(rows, profile).filter(pl.col("segment").str.starts_with("audit=channel"))
    assert frame.filter(segment="audit=channel group=snapshot").rows() == [
        ("lightgbm", None, "audit=channel group=snapshot", "n_harmed", None, 1.0, None, None)
    ]
    assert frame.filter(segment="audit=channel").is_empty()


def test_places_that_record_little_have_a_row_of_their_own(profile: Profile) -> None:
    frame = fairness_audit(predictions(), profile)
    assert value_of(frame, "audit=reporting group=few_records", "n_harmed")[0] == 8


def test_without_probabilities_there_is_nothing_to_audit(profile: Profile) -> None:
    assert fairness_audit(predictions().with_columns(model=pl.lit("checklist")), profile).is_empty()
