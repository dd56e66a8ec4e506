"""A challenger that leaves a place behind, or whose chances are untrue for a group, is refused and the group is named."""

import polars as pl
import pytest

from models.backtesting.fairness_limits import beyond_limits, gaps, group_name, groups
from models.measuring.metrics import METRICS_SCHEMA
from models.registry.promotion import PromotionInputs, unmet_conditions
from models.registry.version_artifacts import headline
from pipelines.city.model_settings import Promotion
from pipelines.city.profile import Profile
from tests.models.test_fairness import audited

EVEN, UNEVEN = {"530302": 0.6, "530326": 0.6}, {"530302": 0.9, "530326": 0.1}
LIMITS = Promotion()


def metrics(audit: pl.DataFrame, recall: float = 0.5, ece: float = 0.001) -> pl.DataFrame:
    """A backtest in which the trees beat the checklist, and this audit."""
    pooled = [
        ("lightgbm", "recall_at_capacity", recall),
        ("checklist", "recall_at_capacity", 0.2),
        ("lightgbm", "ece", ece),
        ("lightgbm", "base_rate", 0.2),
    ]
    rows = [(model, None, "all", metric, None, value, None, None) for model, metric, value in pooled]
    gain = recall - 0.2
    rows.append(("lightgbm", None, "against=checklist", "recall_gain_at_capacity", 10, gain, gain, gain))
    return pl.concat([pl.DataFrame(rows, schema=METRICS_SCHEMA, orient="row"), audit])


def unmet(audit: pl.DataFrame, profile: Profile) -> list[str]:
    conditions = unmet_conditions(
        PromotionInputs(metrics=audit, difference=None, has_champion=False), profile
    )
    return [one.en for one in conditions]


def test_counties_served_alike_are_no_reason(profile: Profile) -> None:
    assert unmet(metrics(audited(profile, EVEN), recall=0.6), profile) == []


def test_a_county_the_list_hardly_reaches_is_named_with_its_figures(profile: Profile) -> None:
    audit = metrics(audited(profile, UNEVEN))
    (reason,) = unmet(audit, profile)
    assert reason.startswith("county Huize County: at most 1")
    assert reason.endswith("of its harms are on the list, under 50% of the whole's 50.0%")
    (one,) = beyond_limits(audit, 0.5, LIMITS)
    assert (one.axis, one.group, one.metric) == ("county", "530326", "recall_at_capacity")
    assert one.low <= one.value <= one.high < 0.25


def test_what_chance_explains_is_no_reason(profile: Profile) -> None:
    """The same gap, but an interval that reaches the limit."""
    audit = metrics(audited(profile, UNEVEN)).with_columns(
        high=pl.when(pl.col("metric") == "recall_at_capacity").then(0.5).otherwise("high")
    )
    assert unmet(audit, profile) == []


@pytest.mark.parametrize(("factor", "refused"), [(1.0, False), (0.5, True), (2.0, True)])
def test_chances_that_are_untrue_for_a_county_are_a_reason(
    profile: Profile, factor: float, refused: bool
) -> None:
    audit = metrics(audited(profile, EVEN, {"530326": factor}), recall=0.6)
    reasons = unmet(audit, profile)
    assert [("times as many harms came as expected" in one) for one in reasons] == [True] * refused


def test_every_unmet_condition_is_listed(profile: Profile) -> None:
    audit = metrics(audited(profile, UNEVEN, {"530302": 4.0}), recall=0.15, ece=0.5)
    conditions = unmet_conditions(
        PromotionInputs(metrics=audit, difference=(-0.3, -0.4, -0.2), has_champion=True), profile
    )
    assert [one.zh.split("，")[0][:4] for one in conditions][:2] == ["前10名", "校准误差"]
    assert len(conditions) == 4
    assert all(one.zh and one.en for one in conditions)


def test_an_outcome_too_rare_to_compare_groups_by_is_no_reason(profile: Profile) -> None:
    assert unmet(metrics(pl.DataFrame(schema=METRICS_SCHEMA)), profile) == []


def test_gaps_go_to_the_registry_by_axis(profile: Profile) -> None:
    audit = metrics(audited(profile, UNEVEN))
    figures = headline(audit)
    assert {name for name in figures if name.startswith("audit.county.")} == {
        "audit.county.recall_ratio",
        "audit.county.false_alarm_difference",
        "audit.county.calibration_difference",
    }
    assert (
        figures["audit.county.recall_ratio"]
        == gaps(audit).filter(axis="county", metric="recall_ratio")["value"][0]
    )
    assert set(groups(audit)["group"]) >= {"530302", "530326", "few_records"}


def test_groups_are_called_by_their_names(profile: Profile) -> None:
    assert group_name(profile, "county", "530302").zh == "麒麟区"
    assert group_name(profile, "channel", "grid").en == "Grid patrol"
    assert group_name(profile, "urban", "false").zh == "乡村"
    assert group_name(profile, "category", "D9").en == "D9"
