"""The model card says what the registry holds, in both languages, and nothing by hand."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from models import registry, weekly
from models.card import card, write_cards
from models.registry import Registered
from pipelines.errors import FengqiaoError
from pipelines.home import Home
from pipelines.profile import Profile

AS_OF = date(2025, 12, 29)


@pytest.fixture(scope="module")
def home(new_home: Callable[..., Home], profile: Profile, tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = new_home(tmp_path_factory.mktemp("carded"))
    weekly.train_champion_if_none(made, profile, AS_OF)
    return made


@pytest.fixture(scope="module")
def champion(home: Home, profile: Profile) -> Registered:
    found = registry.champion(home, profile)
    assert found is not None
    return found


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
    assert {"threat", "category"} & set(champion.reasons["feature"][:4])


def test_what_happened_to_versions_is_told_in_order(
    home: Home, profile: Profile, tmp_path: Path, new_home: Callable[..., Home]
) -> None:
    import shutil

    copy = Home(tmp_path / "home")
    shutil.copytree(home.root, copy.root, symlinks=True)
    weekly.retrain(copy, profile, AS_OF)
    registry.crown(copy, profile, 2)
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
