"""What was expected against what came, by bins, and both families as pictures."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from models.counts.shared.count_metrics import PREDICTIONS_SCHEMA, count_metrics
from models.counts.shared.families_evidence import Families
from models.counts.shared.reliability import RELIABILITY_SCHEMA, count_reliability
from models.registry.evidence_pictures import family_pictures

TOWNS = 20


def predictions(factor: float, target: str = "disputes") -> pl.DataFrame:
    """Twenty Mondays of twenty townships that expect 1 to 20; `factor` times as many come."""
    rng = np.random.default_rng(3)
    rows = [
        {
            "as_of": date(2025, 1, 6) + timedelta(weeks=week),
            "model": model,
            "target": target,
            "grain": "township",
            "area_code": f"t{town:02}",
            "category": "all",
            "county_code": "c1" if town < TOWNS / 2 else "c2",
            "urban": town % 2 == 0,
            "expected": float(town + 1),
            "low": 0.0,
            "high": 30.0,
            "came": float(rng.poisson(factor * (town + 1))),
            "scale": 1.0,
        }
        for model in ("lightgbm", "usual")
        for week in range(20)
        for town in range(TOWNS)
    ]
    return pl.DataFrame(rows, schema=PREDICTIONS_SCHEMA)


@pytest.mark.parametrize("factor", [1.0, 2.0])
def test_each_bin_tells_what_came_of_what_was_expected(factor: float) -> None:
    table = count_reliability(predictions(factor), "demand", "township", 50, 1)
    assert dict(table.schema) == RELIABILITY_SCHEMA
    ours = table.filter(model="lightgbm")
    assert ours["bin"].to_list() == list(range(10))
    assert ours["expected"].to_list() == [2 * at + 1.5 for at in range(10)]
    assert ours["came"].to_numpy() == pytest.approx(factor * ours["expected"].to_numpy(), rel=0.2)
    assert (ours["low"] <= ours["came"]).all()
    assert (ours["came"] <= ours["high"]).all()
    assert ours["n"].sum() == 20 * TOWNS


def test_other_grains_are_not_shown_and_nothing_gives_an_empty_table() -> None:
    assert count_reliability(predictions(1.0), "demand", "county", 50, 1).is_empty()


def test_every_family_has_its_pictures_and_the_same_tables_give_the_same_bytes() -> None:
    judged = {"demand": predictions(1.0), "coverage": predictions(1.5, "overdue")}
    families = Families(
        predictions=judged,
        metrics=pl.concat(count_metrics(rows, name, "township", 50, 1) for name, rows in judged.items()),
        reliability=pl.concat(
            count_reliability(rows, name, "township", 50, 1) for name, rows in judged.items()
        ),
    )
    drawn = family_pictures(families)
    assert sorted(drawn) == [
        "coverage_intervals.png",
        "coverage_reliability.png",
        "demand_intervals.png",
        "demand_reliability.png",
    ]
    assert all(picture.startswith(b"\x89PNG") for picture in drawn.values())
    assert len(set(drawn.values())) == 4
    assert family_pictures(families) == drawn


def test_a_home_without_judged_families_has_no_pictures_of_them() -> None:
    assert family_pictures(Families()) == {}
