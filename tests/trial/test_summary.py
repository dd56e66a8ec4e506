"""The sentence people read, and the picture; from figures one can see."""

from pathlib import Path

import polars as pl

from models.trial.effects import SCHEMA
from models.trial.feedback import SCHEMA as FEEDBACK
from models.trial.report_picture import save_picture
from models.trial.summary import summary

ARMS = ("ranking", "ranking+naive")
METRICS = (
    "predicted_attended",
    "true_attended",
    "predicted_others",
    "true_others",
    "base_true",
    "base_recorded",
)
FIGURES = pl.DataFrame(
    [
        ("nothing", "all", "harms_per_year", 20, 700.0, 690.0, 710.0),
        ("ranking", "all", "expected_prevented_per_year", 20, 41.6, 38.2, 45.0),
        ("ranking", "all", "expected_prevented_per_100", 20, 2.0, 1.8, 2.2),
        ("checklist", "all", "expected_prevented_per_year", 20, 30.0, None, None),
        ("oracle", "all", "expected_prevented_per_year", 20, 80.0, 75.0, 85.0),
        ("ranking", "urban=rural", "prevented_per_year", 20, 30.0, 20.0, 40.0),
    ],
    schema=SCHEMA,
    orient="row",
)


def test_the_sentence_says_what_was_prevented_of_how_much_and_the_limits_stand_beside_it() -> None:
    text = summary(FIGURES, "run", {"scale": 0.25, "weeks": 52}, capacity=40)
    assert (
        "prevented 42 (38-45) of 700 outcomes in the whole city, 2.0 (1.8-2.2) per 100" in text["sentence_en"]
    )
    assert "the expert checklist 30; highest true hazard first, 80 (75-85)." in text["sentence_en"]
    assert "少发生42 (38-45)起" in text["sentence_zh"]
    assert "Simulated cities: 20, each 25% of the size, over 52 weeks" in text["sentence_en"]
    assert "各为全市规模的25%、52周" in text["sentence_zh"]
    assert "假设" in text["limits_zh"]
    assert len(text["table"]) == 5


def test_without_the_oracle_nothing_is_said() -> None:
    text = summary(FIGURES.filter(pl.col("arm") != "oracle"), "run", {}, capacity=40)
    assert text["sentence_en"] is None


def test_the_picture_has_a_column_per_arm_and_shows_what_is_predicted_beside_what_is_true(
    tmp_path: Path,
) -> None:
    shares = pl.DataFrame(
        [(0, arm, q, f"t{n}", 0.2 + 0.1 * n, 0.5, 3) for arm in ARMS for q in range(2) for n in range(3)],
        schema=["seed", "arm", "quarter", "township_code", "hazard_share", "attention_share", "attended"],
        orient="row",
    )
    figures = pl.DataFrame(
        [(arm, q, metric, 20, 0.01, 0.009, 0.011) for arm in ARMS for q in range(2) for metric in METRICS],
        schema=FEEDBACK,
        orient="row",
    )
    save_picture(shares, figures, tmp_path / "p.svg")
    text = (tmp_path / "p.svg").read_text(encoding="utf-8")
    assert text.count(">ranking+naive<") == 4
    assert "predicted · 预测" in text
    assert "true · 真实" in text
