"""The model card says what the registry holds, in both languages, and nothing by hand."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from models import weekly
from models.backtesting.fairness_limits import gaps, group_name, groups, trend
from models.card.card import card, write_cards
from models.card.card_audit import fairness, families, figure
from models.counts.demand.grains import GRAINS
from models.display_names import FAMILY_METRIC_NAMES
from models.measuring.metrics import METRICS_SCHEMA
from models.registry import registry
from models.registry.registry import Registered
from pipelines.city.profile import Profile
from pipelines.errors import FengqiaoError
from pipelines.home import Home
from tests.models.test_disparity import metrics as audit_of_a_city
from tests.models.test_fairness import audited
from tests.worlds.two_towns import home_with_champion

AS_OF = date(2025, 12, 29)


@pytest.fixture(scope="module")
def home() -> Home:
    return home_with_champion()


@pytest.fixture(scope="module")
def champion(home: Home, profile: Profile) -> Registered:
    version = registry.champion(home, profile)
    assert version is not None
    return version


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_figure_of_the_performance_table_is_the_registered_one(
    champion: Registered, profile: Profile, lang
) -> None:
    text = card(champion, [], profile, lang)
    whole = champion.metrics.filter(pl.col("as_of").is_null() & (pl.col("segment") == "all"))
    for metric in ("recall_at_capacity", "precision_at_capacity", "pr_auc", "roc_auc", "brier_skill", "ece"):
        for value, low, high in (
            whole.filter(pl.col("metric") == metric)
            .drop_nulls("low")
            .select("value", "low", "high")
            .iter_rows()
        ):
            assert f"{value:.4f} ({low:.4f}–{high:.4f})" in text
    assert champion.signature.catalogue_hash in text
    assert str(champion.expires_on) in text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_fairness_stands_with_every_gap_and_group_and_names_who_is_beyond_the_limits(
    profile: Profile, lang
) -> None:
    metrics = audit_of_a_city(audited(profile, {"530302": 0.9, "530326": 0.1}))
    text = fairness(metrics, profile, lang)
    of_groups = groups(metrics).filter(pl.col("metric") != "n_harmed")
    shown = pl.concat([of_groups.drop("group"), gaps(metrics)]).select("value", "low", "high")
    assert len(shown) == 3 * 2 + 3
    for value, low, high in shown.iter_rows():
        assert f"{value:.4f} ({low:.4f}–{high:.4f})" in text
    periods = trend(metrics, "recall_ratio")["value"]
    assert " → ".join(f"{value:.2f}" for value in periods) in text
    beyond = [line for line in text.splitlines() if line.startswith("- ")]
    assert len(beyond) == 1
    assert getattr(group_name(profile, "county", "530326"), lang) in beyond[0]


def test_the_card_holds_the_audit_of_its_own_backtest(champion: Registered, profile: Profile) -> None:
    """The small city has too few outcomes in its folds, and the card says so."""
    counted = groups(champion.metrics).filter(axis="county", metric="n_harmed")["value"]
    text = card(champion, [], profile, "en")
    assert "By county: fewer than two groups hold 10 disputes with an outcome" in text
    for n in counted:
        assert f" {n:.0f}" in text.split("By county: ")[1].splitlines()[0]


def test_an_axis_that_cannot_be_audited_is_named_with_the_reason(profile: Profile) -> None:
    metrics = pl.DataFrame(
        [
            ("lightgbm", None, f"audit={axis} group={group}", "n_harmed", None, n, None, None)
            for axis, group, n in (("county", "530302", 12.0), ("county", "530326", 4.0))
        ],
        schema=METRICS_SCHEMA,
        orient="row",
    )
    text = fairness(metrics, profile, "en")
    assert "By county: fewer than two groups hold 10 disputes with an outcome" in text
    assert "Qilin District 12, Huize County 4" in text
    assert "By channel: not recorded, or a single group; not audited." in text
    assert "来源渠道：没有记录，或只有一组，未审计。" in fairness(metrics, profile, "zh")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_places_stand_with_the_registered_figures_of_every_model_and_grain(
    champion: Registered, profile: Profile, lang
) -> None:
    text = card(champion, [], profile, lang)
    deviances = champion.family_metrics.filter(
        pl.col("segment") == "grain=township_category", pl.col("metric").is_in(list(FAMILY_METRIC_NAMES))
    )
    assert deviances["model"].n_unique() == 6
    coverages = champion.family_metrics.filter(
        ~pl.col("segment").str.contains(" "), metric="coverage_80", model="lightgbm"
    )
    assert len(coverages) == len(GRAINS)
    for value, low, high in (
        pl.concat([deviances, coverages]).drop_nulls("value").select("value", "low", "high").iter_rows()
    ):
        assert figure((value, low, high)) in text


def test_a_family_without_a_source_and_one_without_a_model_say_so(champion: Registered) -> None:
    text = families(champion.family_metrics, [], "en")
    assert "this version holds none, and what is usual is published" in text
    assert "Services (care visits overdue by township)**: no such source" in text
    kept = families(champion.family_metrics, ["demand.json"], "zh")
    assert "**地区（各乡镇的新发纠纷与结果事件）**: 本版本含此模型。" in kept


def test_the_ten_most_frequent_reasons_are_listed_with_their_share(
    champion: Registered, profile: Profile
) -> None:
    reasons = champion.reasons
    assert 3 <= len(reasons) <= 10
    assert reasons["warnings"].is_sorted(descending=True)
    assert reasons["share"].is_between(0, 1).all()
    for lang in ("zh", "en"):
        text = card(champion, [], profile, lang)
        for example, share in reasons.select(f"example_{lang}", "share").iter_rows():
            assert f"{example} — {share:.0%}" in text


def test_the_danger_that_was_put_in_is_among_the_reasons(champion: Registered) -> None:
    assert {"threat", "violence", "threat_reports_28d", "threat_reports_all"} & set(
        champion.reasons["feature"][:6]
    )


def test_what_happened_to_versions_is_told_in_order(
    home: Home, profile: Profile, tmp_path: Path, new_home: Callable[..., Home]
) -> None:
    import shutil

    copy = Home(tmp_path / "home")
    shutil.copytree(home.root, copy.root, symlinks=True)
    weekly.retrain(copy, profile, AS_OF)
    registry.set_champion(copy, profile, 2)
    registry.rollback(copy, profile)
    assert [(event, version.number) for event, version in registry.events(copy, profile)] == [
        ("registered", 1),
        ("promoted", 1),
        ("registered", 2),
        ("promoted", 2),
        ("rolled_back", 1),
    ]
    zh, en = (path.read_text(encoding="utf-8") for path in write_cards(copy, profile, tmp_path))
    assert "dispute-28d-v1: 恢复启用" in zh
    assert "dispute-28d-v1: champion again by rollback" in en


def test_pictures_and_tables_lie_beside_the_model(champion: Registered) -> None:
    evidence = champion.folder / "evidence"
    escalation = ("reliability.png", "recall_by_week.png", "metrics.png")
    for name in (*escalation, "demand_reliability.png", "demand_intervals.png"):
        assert (evidence / name).read_bytes().startswith(b"\x89PNG")
    assert pl.read_csv(evidence / "metrics.csv")["model"].n_unique() == 5
    assert set(pl.read_csv(evidence / "family_metrics.csv")["family"]) == {"demand"}
    assert set(pl.read_parquet(evidence / "family_calibration.parquet")["target"]) == {"disputes", "outcomes"}


def test_without_a_champion_the_remedy_is_named(
    new_home: Callable[..., Home], profile: Profile, tmp_path: Path
) -> None:
    with pytest.raises(FengqiaoError, match="retrain --promote"):
        write_cards(new_home(tmp_path / "new"), profile, tmp_path)
