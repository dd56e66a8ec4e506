from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from models.measuring import metric_functions
from models.measuring.bootstrap import dispute_weights, resampled
from models.measuring.metrics import METRICS_SCHEMA, metrics_of, scored
from models.measuring.reliability import CALIBRATION_SCHEMA, calibration_table
from models.protocol.hash_random import days_since_1970, dispute_hash, ranks_within

K = 5


def predictions(n_disputes: int = 300, weeks: int = 6, seed: int = 1) -> pl.DataFrame:
    """Disputes seen in every week, with a good model, a checklist without probabilities and the category's rate."""
    rng = np.random.default_rng(seed)
    hazard = rng.beta(1, 12, n_disputes)
    rows = pl.DataFrame(
        {
            "as_of": [
                date(2025, 1, 6) + timedelta(weeks=at // n_disputes) for at in range(n_disputes * weeks)
            ],
            "dispute_id": [f"Q{number:04d}" for number in range(n_disputes)] * weeks,
            "hazard": np.tile(hazard, weeks),
            "label": np.repeat([rng.random(n_disputes) < hazard], weeks, axis=0).ravel(),
            "category": ["D1", "D2", "D3"] * (n_disputes * weeks // 3),
            "county_code": ["530302", "530321"] * (n_disputes * weeks // 2),
            "township_code": "530302001",
            "channel": [None, "grid"] * (n_disputes * weeks // 2),
            "urban": [True, False] * (n_disputes * weeks // 2),
        }
    )
    parts = []
    for model, score, probability in (
        ("lightgbm", pl.col("hazard"), pl.col("hazard")),
        ("checklist", (pl.col("hazard") * 10).floor(), pl.lit(None, pl.Float64)),
        ("category_rate", pl.lit(0.08), pl.lit(0.08)),
    ):
        part = rows.with_columns(model=pl.lit(model), score=score, probability=probability)
        rank = ranks_within(
            days_since_1970(part["as_of"]), part["score"].to_numpy(), dispute_hash(part["dispute_id"])
        )
        parts.append(part.with_columns(rank=pl.Series(rank)))
    return pl.concat(parts)


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    return predictions()


@pytest.fixture(scope="module")
def metrics(rows: pl.DataFrame) -> pl.DataFrame:
    return metrics_of(rows, capacity=K, replicates=200, seed=1)


def one(
    metrics: pl.DataFrame, model: str, metric: str, segment: str = "all", as_of: date | None = None
) -> dict:
    rows_of_metric = metrics.filter(
        (pl.col("model") == model)
        & (pl.col("metric") == metric)
        & (pl.col("segment") == segment)
        & pl.col("as_of").eq_missing(as_of)
    )
    assert len(rows_of_metric) == 1
    return rows_of_metric.row(0, named=True)


def test_anyone_can_recompute_the_metrics_from_the_predictions(
    rows: pl.DataFrame, metrics: pl.DataFrame
) -> None:
    of_category = rows.filter(pl.col("model") == "lightgbm", pl.col("category") == "D2")
    listed = of_category.filter(pl.col("rank") <= K)
    for metric, value in {
        "n": len(of_category),
        "n_positives": of_category["label"].sum(),
        "base_rate": of_category["label"].mean(),
        "precision_at_capacity": listed["label"].mean(),
        "recall_at_capacity": listed["label"].sum() / of_category["label"].sum(),
        "brier": ((of_category["probability"] - of_category["label"].cast(pl.Float64)) ** 2).mean(),
        "roc_auc": metric_functions.roc_auc(of_category["score"].to_numpy(), of_category["label"].to_numpy()),
    }.items():
        assert one(metrics, "lightgbm", metric, "category=D2")["value"] == pytest.approx(value)


def test_schema_order_and_k(metrics: pl.DataFrame) -> None:
    assert dict(metrics.schema) == METRICS_SCHEMA
    assert metrics.equals(metrics.sort("model", "as_of", "segment", "metric"))
    at_capacity = metrics["metric"].str.ends_with("_at_capacity")
    assert set(metrics.filter(at_capacity)["k"]) == {K}
    assert metrics.filter(~at_capacity)["k"].null_count() == (~at_capacity).sum()


def test_intervals_hold_their_values_and_weeks_carry_none(metrics: pl.DataFrame) -> None:
    known = metrics.drop_nulls("low")
    assert ((known["low"] <= known["value"]) & (known["value"] <= known["high"])).all()
    assert metrics.filter(pl.col("as_of").is_not_null())["low"].null_count() == len(
        metrics.filter(pl.col("as_of").is_not_null())
    )


def test_row_order_changes_nothing(rows: pl.DataFrame, metrics: pl.DataFrame) -> None:
    assert metrics_of(rows.sample(fraction=1.0, shuffle=True, seed=3), K, 200, 1).equals(metrics)


def test_a_model_without_probabilities_has_no_probability_metrics(metrics: pl.DataFrame) -> None:
    assert not set(metrics.filter(pl.col("model") == "checklist")["metric"]) & {"brier", "ece", "brier_skill"}


def test_skill_of_the_reference_is_nought(metrics: pl.DataFrame) -> None:
    assert one(metrics, "category_rate", "brier_skill")["value"] == 0
    assert one(metrics, "lightgbm", "brier_skill")["value"] > 0


def test_weekly_values_are_there_for_every_monday(rows: pl.DataFrame, metrics: pl.DataFrame) -> None:
    weekly = metrics.filter(pl.col("metric") == "recall_at_capacity", pl.col("model") == "lightgbm")
    assert set(weekly["as_of"].drop_nulls()) == set(rows["as_of"])


def test_interval_covers_as_by_slow_resampling_of_whole_disputes(rows: pl.DataFrame) -> None:
    part = rows.filter(pl.col("model") == "lightgbm").sort("as_of", "dispute_id")
    dispute = part["dispute_id"].rank("dense").to_numpy().astype(np.int64) - 1
    weights = dispute_weights(300, 120, 1)
    arrays = scored(part, dispute, np.full(len(part), 0.08))
    fast = resampled(arrays, np.zeros(len(part), dtype=np.int64), 1, weights, K)
    slow: dict[str, list[float]] = {name: [] for name in fast}
    for replicate in range(120):
        again = arrays.take(np.repeat(np.arange(len(part)), weights[dispute, replicate].astype(int)))
        slow["roc_auc"].append(metric_functions.roc_auc(again.score, again.label))
        slow["pr_auc"].append(metric_functions.pr_auc(again.score, again.label))
        slow["recall_at_capacity"].append(metric_functions.recall_at(again.rank, again.label, K))
        slow["precision_at_capacity"].append(metric_functions.precision_at(again.rank, again.label, K))
        slow["brier"].append(metric_functions.brier(again.probability, again.label))
        slow["brier_skill"].append(
            metric_functions.brier_skill(again.probability, again.label, again.reference)
        )
        slow["base_rate"].append(float(again.label.mean()))
    for name, values in slow.items():
        if values:
            assert fast[name][0] == pytest.approx(np.array(values), abs=0.01), name


def test_resampling_rows_instead_of_disputes_would_be_too_sure(
    metrics: pl.DataFrame, rows: pl.DataFrame
) -> None:
    copies_apart = rows.with_columns(dispute_id=pl.col("dispute_id") + pl.col("as_of").cast(pl.String))
    by_row = metrics_of(copies_apart, K, 200, 1)
    width = [
        one(m, "lightgbm", "roc_auc")["high"] - one(m, "lightgbm", "roc_auc")["low"]
        for m in (metrics, by_row)
    ]
    assert width[0] > 1.5 * width[1]


def test_reliability_table_tells_what_came_of_what_was_promised(rows: pl.DataFrame) -> None:
    table = calibration_table(rows)
    assert dict(table.schema) == CALIBRATION_SCHEMA
    assert set(table["model"]) == {"lightgbm", "category_rate"}
    whole = table.filter(pl.col("model") == "lightgbm", pl.col("segment") == "all")
    assert whole["n"].sum() == 1800
    assert whole["predicted"].is_sorted()
    assert ((table["low"] <= table["observed"]) & (table["observed"] <= table["high"])).all()
    rate = table.filter(pl.col("model") == "category_rate", pl.col("segment") == "all")
    assert rate["n"].to_list() == [1800]
