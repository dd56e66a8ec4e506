from collections.abc import Mapping
from datetime import date

import numpy as np
import polars as pl
import pytest

from features.catalogue.catalogue import CATALOGUE
from features.engine.matrix import Matrix
from models.escalation.explain import Explained, explain, reasons
from models.escalation.history import History
from models.escalation.reason_sentences import reason_group, sentences
from models.escalation.training import train_on
from models.escalation.training_set import build_training_set
from pipelines.city.profile import Profile

MONDAY = date(2026, 11, 30)
NO_RECORDS = pl.DataFrame(
    schema={
        "dispute_id": pl.String, "kind": pl.String, "happened_at": pl.Datetime, "known_at": pl.Datetime,
        "result": pl.String, "severity": pl.Int64,
    }
)  # fmt: skip
NO_INTAKE = pl.DataFrame(
    schema={
        "dispute_id": pl.String,
        "registered_at": pl.Datetime,
        "weapon": pl.Boolean,
        "violence": pl.Boolean,
    }
)
ROW = np.ones((1, 2), dtype=np.float32)


class Plain:
    """Two groups over three columns, told by name and value."""

    def __init__(self, always: Mapping[str, str] | None = None) -> None:
        self.grave = always or {}

    def group_of(self, name: str) -> str | None:
        return {
            "threat": "threats",
            "reports": "threats",
            "load": "place",
            "month": "season",
            "age": "state",
            "weather": None,
        }[name]

    def always(self) -> Mapping[str, str]:
        return self.grave

    def spoken(self, chosen: pl.DataFrame) -> pl.DataFrame:
        text = pl.format("{}={}", "feature", pl.col("value").cast(pl.String).fill_null("none"))
        return chosen.with_columns(text_zh=text, text_en=text)


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
    numbers = pl.Series([f"Q{n}" for n in range(len(at))])
    given_reasons = reasons(explained, rows, numbers, trained.names, sentences(NO_RECORDS, NO_INTAKE, MONDAY))
    assert (given_reasons["reasons"].list.len() == 3).all()
    texts = given_reasons["reasons"].explode().struct.unnest()
    assert texts["text_zh"].null_count() == texts["text_en"].null_count() == 0
    assert not {"category", "channel", "relation", "month"} & set(texts["feature"])


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


def test_what_is_no_reason_weighs_and_is_not_told() -> None:
    explained = Explained(base=np.zeros(1), contributions=np.array([[9.0, 0.2]]))
    ((one,),) = reasons(explained, ROW, pl.Series(["Q1"]), ("weather", "threat"), Plain())[
        "reasons"
    ].to_list()
    assert (one["feature"], one["contribution"]) == ("threat", pytest.approx(0.2))


def test_a_group_whose_reasons_all_go_the_other_way_is_not_told() -> None:
    explained = Explained(base=np.zeros(1), contributions=np.array([[0.0, 0.2]]))
    ((one,),) = reasons(explained, ROW, pl.Series(["Q1"]), ("load", "threat"), Plain())["reasons"].to_list()
    assert one["feature"] == "threat"


@pytest.mark.parametrize(
    ("contributions", "shown"),
    [
        ([0.4, 0.1, 0.5, 0.3, 0.2], ["load", "reports", "month"]),  # its group is shown by another column
        ([0.0, -0.1, 0.5, 0.3, 0.2], ["load", "month", "reports"]),  # its group lowers the chance
        ([0.0, 0.0, 0.5, 0.3, 0.2], ["load", "month", "reports"]),  # it weighs nothing
    ],
)
def test_the_newest_grave_record_is_told_whatever_it_weighs(
    contributions: list[float], shown: list[str]
) -> None:
    names = ("threat", "reports", "load", "month", "age")
    explained = Explained(base=np.zeros(1), contributions=np.array([contributions]))
    rows = np.arange(5, dtype=np.float32)[None]
    (given,) = reasons(explained, rows, pl.Series(["Q1"]), names, Plain({"Q1": "reports"}))[
        "reasons"
    ].to_list()
    assert [one["feature"] for one in given] == shown


def test_no_figure_of_the_care_services_can_be_a_reason() -> None:
    withheld = [entry for entry in CATALOGUE if entry.is_withheld]
    assert withheld
    assert not [entry.name for entry in withheld if reason_group(entry.name) is not None]
