from datetime import date

import numpy as np
import polars as pl
import pytest

from features.engine.matrix import Matrix
from models.escalation.explain import Explained, explain, reasons
from models.escalation.history import History
from models.escalation.reason_sentences import sentences
from models.escalation.training import train_on
from models.escalation.training_set import build_training_set
from models.wording import Message
from pipelines.city.profile import Profile


class Plain:
    """Two groups over three columns, told by name and value."""

    def group_of(self, name: str) -> str:
        return {
            "threat": "threats",
            "reports": "threats",
            "load": "place",
            "month": "season",
            "age": "state",
        }[name]

    def spoken(self, values: pl.DataFrame) -> pl.DataFrame:
        text = pl.format("{}={}", "feature", pl.col("value").cast(pl.String).fill_null("none"))
        return values.with_columns(text_zh=text, text_en=text)

    def withheld(self) -> frozenset[str]:
        return frozenset({"load"})


def test_base_and_contributions_add_up_to_the_calibrated_log_odds(
    world: tuple[Matrix, pl.DataFrame], profile: Profile
) -> None:
    given = build_training_set(History.of(*world), profile, date(2025, 8, 4))
    trained = train_on(given, profile)
    at = given.usable[-200:]
    rows, category = given.design.rows(at), given.design.matrix.cohort["category"][at]
    explained = explain(trained, rows, category)
    calibrated = trained.calibration.log_odds(trained.log_odds(rows), category)
    assert explained.base + explained.contributions.sum(axis=1) == pytest.approx(calibrated, abs=1e-9)
    given_reasons = reasons(
        explained,
        rows,
        given.design.matrix.cohort["dispute_id"][at],
        trained.names,
        sentences(profile, trained.levels),
    )
    assert (given_reasons["reasons"].list.len() == 3).all()
    texts = given_reasons["reasons"].explode().struct.unnest()
    assert texts["text_zh"].null_count() == texts["text_en"].null_count() == 0
    assert texts.filter(pl.col("feature") == "category")["text_zh"].str.starts_with("纠纷类别：").all()


def test_the_strongest_three_groups_are_told_what_pushes_up_first() -> None:
    names = ("threat", "reports", "load", "month", "age")
    explained = Explained(
        base=np.array([-3.0, -3.0]),
        contributions=np.array([[0.4, 0.5, 0.2, -2.0, 0.1], [0.0, 0.3, -0.1, -0.5, -0.4]]),
    )
    rows = np.array([[1, 2, np.nan, 7, 30], [0, 1, 4, 8, 31]], dtype=np.float32)
    given_reasons = reasons(explained, rows, pl.Series(["Q1", "Q2"]), names, Plain())
    assert given_reasons["dispute_id"].to_list() == ["Q1", "Q2"]
    first, second = given_reasons["reasons"].to_list()
    assert [(one["feature"], one["text_en"]) for one in first] == [
        ("reports", "reports=2.0"),
        ("load", "load=none"),
        ("age", "age=30.0"),
    ]
    assert [one["contribution"] for one in first] == pytest.approx([0.9, 0.2, 0.1])
    assert [one["feature"] for one in second] == ["reports", "month", "age"]


def test_a_figure_of_the_care_services_weighs_and_is_never_told(profile: Profile) -> None:
    say = sentences(profile, {"category": (), "channel": (), "relation": ()})
    name = "township_visits_overdue_28d"
    explained = Explained(base=np.array([-3.0]), contributions=np.array([[0.8]]))
    given_reasons = reasons(explained, np.array([[3.0]], dtype=np.float32), pl.Series(["Q1"]), (name,), say)
    ((one,),) = given_reasons["reasons"].to_list()
    assert (one["feature"], one["value"], one["contribution"]) == (name, None, pytest.approx(0.8))
    assert one["text_zh"] == "近28天本乡镇逾期服务（数字不公布）"
    assert one["text_en"] == "Care visits overdue in the township in the last 28 days (figure not shown)"


def test_codes_are_told_by_the_profiles_names(profile: Profile) -> None:
    say = sentences(profile, {"category": ("D1", "D2"), "channel": ("grid",), "relation": ()})
    spoken_rows = say.spoken(
        pl.DataFrame(
            {"feature": ["category", "channel", "relation", "threat"], "value": [1.0, 0.0, None, 1.0]},
            schema={"feature": pl.String, "value": pl.Float64},
        )
    )
    assert spoken_rows["text_en"].to_list()[1:3] == [
        "Came in through: Grid patrol",
        "Relation of the parties: not recorded",
    ]
    assert spoken_rows["text_zh"][0] == Message("纠纷类别：邻里", "").zh
