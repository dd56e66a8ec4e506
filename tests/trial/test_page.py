"""The page of a trial's results, from figures one can see."""

import polars as pl

from models.trial import feedback as quarters
from models.trial.effects import SCHEMA
from models.trial.losses import SCHEMA as LOSSES
from models.trial.report_page import Tables, page
from models.trial.summary import summary

EFFECTS = pl.DataFrame(
    [
        ("nothing", "all", "harms_per_year", 20, 700.0, 690.0, 710.0),
        ("oracle", "all", "expected_prevented_per_year", 20, 80.0, 75.0, 85.0),
        ("ranking", "all", "expected_prevented_per_year", 20, 41.6, 38.2, 45.0),
        ("ranking", "all", "expected_share_of_oracle", 20, 0.52, 0.48, 0.56),
        ("ranking", "category=D1", "prevented_per_100", 20, 2.04, None, None),
        ("ranking", "category=D1", "mediations_per_year", 20, 812.0, 800.0, 820.0),
        ("ranking+random", "all", "expected_more_than_plain_per_year", 20, -2.31, -3.0, -1.6),
        ("ranking@silence", "all", "expected_more_than_plain_per_year", 20, -1.26, -2.0, 0.4),
    ],
    schema=SCHEMA,
    orient="row",
)
FEEDBACK = pl.DataFrame(
    [("ranking", 1, "base_true", 20, 0.00712, 0.007, 0.0073)], schema=quarters.SCHEMA, orient="row"
)
SWEEP = pl.DataFrame(
    [("helps half as much", "ranking", 20, 0.951, 0.9, 1.0)],
    schema=("setting", "arm", "seeds", "value", "low", "high"),
    orient="row",
)
LOST = pl.DataFrame([("ranking", "listed", 20, 0.261, 0.24, 0.28)], schema=LOSSES, orient="row")
CONTENT = summary(EFFECTS, "scale-0.25-52w-x", {"scale": 0.25}, capacity=40)


def rows(text: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    ]


def test_every_figure_stands_where_it_belongs() -> None:
    tables = Tables(effects=EFFECTS, feedback=FEEDBACK, losses=LOST, sweep=SWEEP)
    text = page(CONTENT, tables, {"D1": "婚姻家庭"}, "fengqiao trial", "feedback.svg")
    page_rows = rows(text)
    assert ["`ranking`", "20", "–", "42 (38 to 45)", "–", "–", "52 (48 to 56)", *["–"] * 4] in page_rows
    assert ["`ranking+random`", "20", "–", "-2.3 (-3.0 to -1.6)", "–"] in page_rows
    assert ["attended to by us, too, in whatever week", "26 (24 to 28)"] in page_rows
    assert "(feedback.svg)" in text
    assert ["婚姻家庭", "2.0 (812)"] in page_rows
    assert ["`ranking@silence`", "20", "–", "-1.3 (-2.0 to 0.4)", "–"] in page_rows
    assert any(row[:2] == ["`ranking`", "2"] and "0.71 (0.70 to 0.73)" in row for row in page_rows)
    assert ["helps half as much", "1.0 (0.9 to 1.0)"] in page_rows


def test_what_was_not_played_has_no_section_and_the_command_and_limits_are_named() -> None:
    sound = EFFECTS.filter(~pl.col("arm").str.contains("@"))
    text = page(CONTENT, Tables(effects=sound), {}, "fengqiao trial --scale 0.25 --weeks 52", "feedback.svg")
    assert "Faults" not in text
    assert "Other assumptions" not in text
    assert "by quarter" not in text
    assert "oracle is lost" not in text
    assert "`fengqiao trial --scale 0.25 --weeks 52`" in text
    assert CONTENT["limits_zh"] in text


def test_arms_stand_from_the_one_that_knows_least_to_the_oracle_marked_ones_after_their_own() -> None:
    text = page(CONTENT, Tables(effects=EFFECTS), {}, "fengqiao trial", "feedback.svg")
    arms = [row[0] for row in rows(text) if row[0].startswith("`")]
    whole, marked, helped, struck = arms[:3], arms[3:4], arms[4:6], arms[6:]
    assert whole == ["`nothing`", "`ranking`", "`oracle`"]
    assert (marked, helped, struck) == (["`ranking+random`"], whole[1:], ["`ranking@silence`"])
