"""From the warehouse to the published week: the champion's life, and what is published without one."""

import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from models import weekly
from models.publishing import score_week
from models.registry import registry
from models.scope import LIST_ONLY
from models.wording import Message
from pipelines.city.profile import Profile
from pipelines.home import Home
from pipelines.tables.published import schema_of
from pipelines.tables.published_week import DisputeWarnings
from tests.worlds.two_towns import home_with_champion

AS_OF = date(2025, 12, 29)
NULL_WITHOUT_MODEL = ("probability", "probability_low", "probability_high", "level", "base_rate", "lift")
NewHome = Callable[..., Home]


def needing(profile: Profile, **needs: int) -> Profile:
    return replace(
        profile,
        settings=profile.settings.model_copy(
            update={"needs": profile.settings.needs.model_copy(update=needs)}
        ),
    )


def promoting(profile: Profile, **limits: float) -> Profile:
    return replace(
        profile,
        settings=profile.settings.model_copy(
            update={"promotion": profile.settings.promotion.model_copy(update=limits)}
        ),
    )


def files(home: Home) -> dict[str, bytes | str]:
    return {
        str(path.relative_to(home.published)): os.readlink(path) if path.is_symlink() else path.read_bytes()
        for path in sorted(home.published.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def week(home: Home, as_of: date = AS_OF) -> tuple[pl.DataFrame, dict]:
    folder = home.published / as_of.isoformat()
    return (
        pl.read_parquet(folder / "dispute_warnings.parquet"),
        json.loads((folder / "meta.json").read_text(encoding="utf-8")),
    )


def assert_checklist(home: Home, reason_en: str, as_of: date = AS_OF) -> None:
    warnings, meta = week(home, as_of)
    assert len(warnings)
    assert set(warnings["model_version"]) == {"checklist"}
    assert all(warnings[name].null_count() == len(warnings) for name in NULL_WITHOUT_MODEL)
    assert warnings["reasons"].list.len().sum() == 0
    assert warnings["listed"].sum() == min(10, len(warnings))
    assert meta["model"]["version"] == "checklist"
    assert not meta["model"]["usable"]
    assert reason_en in meta["model"]["reason_en"]
    assert "清单" in meta["model"]["reason_zh"]


@pytest.fixture(scope="module")
def crowned() -> Home:
    """A home with a first champion and one published week."""
    return home_with_champion()


@pytest.fixture
def copy_of(crowned: Home, tmp_path: Path) -> Home:
    """The same home elsewhere, to do things to."""
    shutil.copytree(crowned.root, tmp_path / "home", symlinks=True)
    return Home(tmp_path / "home")


def test_a_week_of_the_list_alone_has_the_same_list_to_the_byte(
    crowned: Home, copy_of: Home, profile: Profile
) -> None:
    shutil.rmtree(copy_of.published)
    folder = weekly.score_and_publish(copy_of, profile, AS_OF, scope=LIST_ONLY)
    name = "dispute_warnings.parquet"
    assert sorted(path.name for path in folder.iterdir()) == [name, "meta.json"]
    assert (folder / name).read_bytes() == (crowned.published / AS_OF.isoformat() / name).read_bytes()


def test_a_model_made_for_the_list_alone_is_the_same_model(
    crowned: Home, new_home: NewHome, profile: Profile, tmp_path: Path
) -> None:
    home = new_home(tmp_path / "home")
    weekly.train_champion_if_none(home, profile, AS_OF, scope=LIST_ONLY)
    saved, usual = registry.champion(home, profile), registry.champion(crowned, profile)
    assert saved is not None
    assert usual is not None
    assert saved.trained.to_json() == usual.trained.to_json()
    assert not list(saved.folder.rglob("*.png"))
    assert set(saved.metrics["model"]) == {"lightgbm", "checklist", "category_rate", "oldest_first"}


def test_first_model_that_beats_the_checklist_is_in_use(crowned: Home, profile: Profile) -> None:
    warnings, meta = week(crowned)
    assert dict(warnings.schema) == schema_of(DisputeWarnings)
    assert set(warnings["model_version"]) == {"dispute-28d-v1"} == {meta["model"]["version"]}
    assert meta["model"]["usable"]
    assert meta["model"]["expires_on"] == (AS_OF + timedelta(days=180)).isoformat()
    assert meta["synthetic"] is True
    assert warnings["rank"].to_list() == list(range(1, len(warnings) + 1))
    assert warnings["probability"].is_sorted(descending=True)
    assert warnings.filter(
        (pl.col("probability_low") > pl.col("probability"))
        | (pl.col("probability_high") < pl.col("probability"))
    ).is_empty()
    assert warnings.filter("listed")["selection"].value_counts().sort("count")["count"].to_list() == [1, 9]
    assert (warnings["level"] == "red").sum() <= profile.settings.capacity.city
    assert (warnings.filter("listed")["reasons"].list.len() == 3).all()
    assert warnings["lift"].to_numpy() == pytest.approx(
        (warnings["probability"] / warnings["base_rate"]).to_numpy()
    )


def test_what_goes_with_the_warnings_is_published_too(crowned: Home) -> None:
    folder = crowned.published / AS_OF.isoformat()
    warnings, meta = week(crowned)
    timeline = pl.read_parquet(folder / "dispute_timeline.parquet")
    facts = pl.read_parquet(folder / "dispute_facts.parquet")
    assert set(timeline["dispute_id"]) == set(warnings["dispute_id"]) == set(facts["dispute_id"])
    assert timeline["known_at"].max() < pl.Series([AS_OF]).cast(pl.Datetime)[0]
    assert timeline.equals(timeline.sort("dispute_id", "happened_at", "known_at", maintain_order=True))
    metrics = pl.read_parquet(folder / "model_metrics.parquet")
    pooled = metrics.filter(
        pl.col("model") == "lightgbm",
        pl.col("as_of").is_null(),
        pl.col("segment") == "all",
        pl.col("metric") == "roc_auc",
    )
    assert meta["model"]["metrics"]["roc_auc"]["value"] == pooled["value"][0]
    assert len(pl.read_parquet(folder / "calibration.parquet"))
    assert meta["families"]["escalation"]["published"] is True
    assert "no such source" in meta["families"]["coverage"]["reason_en"]


def test_running_again_trains_nothing_and_changes_no_byte(copy_of: Home, profile: Profile) -> None:
    before = files(copy_of)
    verdict = weekly.train_champion_if_none(copy_of, profile, AS_OF)
    assert verdict.version == "dispute-28d-v1"
    weekly.score_and_publish(copy_of, profile, AS_OF)
    assert files(copy_of) == before


def test_the_same_city_in_another_home_is_published_byte_for_byte_alike(
    crowned: Home, profile: Profile, new_home: NewHome, tmp_path: Path
) -> None:
    home = new_home(tmp_path / "other")
    weekly.train_champion_if_none(home, profile, AS_OF)
    weekly.score_and_publish(home, profile, AS_OF)
    assert files(home) == files(crowned)


def test_registry_stays_under_the_home_and_holds_no_dispute(crowned: Home) -> None:
    assert not Path("mlruns").exists()
    registered = [path for path in crowned.mlflow.rglob("*") if path.is_file()]
    assert any(path.name == "booster.txt" for path in registered)
    assert not any(path.suffix in {".pkl", ".pickle", ".joblib"} for path in registered)
    assert not any(re.search(rb"Q0\d{4}", path.read_bytes()) for path in registered)


def test_a_home_can_be_moved(copy_of: Home, profile: Profile) -> None:
    version = registry.champion(copy_of, profile)
    assert version is not None
    assert version.folder.is_relative_to(copy_of.root)
    assert version.trained.rounds > 0


def test_earlier_mondays_are_not_scored_by_a_later_model(copy_of: Home, profile: Profile) -> None:
    weekly.score_and_publish(copy_of, profile, AS_OF - timedelta(weeks=4))
    assert_checklist(copy_of, "may not score an earlier Monday", AS_OF - timedelta(weeks=4))
    assert json.loads((copy_of.published / "current.json").read_text())["as_of"] == AS_OF.isoformat()


def test_an_expired_card_gives_the_checklists_order(copy_of: Home, profile: Profile) -> None:
    weekly.score_and_publish(copy_of, profile, AS_OF + timedelta(weeks=25))
    assert week(copy_of, AS_OF + timedelta(weeks=25))[1]["model"]["usable"]
    later = AS_OF + timedelta(weeks=26)
    weekly.score_and_publish(copy_of, profile, later)
    assert_checklist(copy_of, "expired on 2026-06-27", later)


def test_another_catalogue_does_not_score_and_says_what_to_do(
    copy_of: Home, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(score_week, "catalogue_hash", lambda: "changed")
    weekly.score_and_publish(copy_of, profile, AS_OF)
    assert_checklist(copy_of, "fengqiao retrain --promote")


def test_a_champion_of_the_simulator_never_scores_real_data(copy_of: Home, profile: Profile) -> None:
    copy_of.marker.write_text(copy_of.marker.read_text().replace("simulated", "real"))
    weekly.score_and_publish(copy_of, profile, AS_OF)
    assert_checklist(copy_of, "trained on simulated data and may not score real data")


def test_under_a_year_of_history_nothing_is_trained_and_the_reason_is_published(
    new_home: NewHome, profile: Profile, tmp_path: Path
) -> None:
    young = date(2024, 5, 6)
    home = new_home(tmp_path, until=young)
    verdict = weekly.train_champion_if_none(home, profile, young)
    assert verdict.version == "checklist"
    assert verdict.reason_en.startswith("Only 17 weeks of history, 52 are needed")
    assert not home.mlflow.exists()
    weekly.score_and_publish(home, profile, young)
    assert_checklist(home, "Only 17 weeks of history", young)


def test_too_few_outcomes_train_nothing(new_home: NewHome, profile: Profile, tmp_path: Path) -> None:
    home = new_home(tmp_path)
    verdict = weekly.train_champion_if_none(home, needing(profile, matured_outcomes=5000), AS_OF)
    assert verdict.version == "checklist"
    assert "5000 are needed" in verdict.reason_en


def test_a_model_that_does_not_beat_the_checklist_is_refused_and_not_tried_twice(
    new_home: NewHome, profile: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = new_home(tmp_path)
    worse = Message(
        "前10名召回率10.0%，专家清单为20.0%", "recall in the top 10 is 10.0%, that of expert checklist 20.0%"
    )
    monkeypatch.setattr(weekly, "baselines_not_beaten", lambda _metrics, _profile: [worse])
    verdict = weekly.train_champion_if_none(home, profile, AS_OF)
    assert verdict.version == "checklist"
    assert "is 10.0%, that of expert checklist 20.0%" in verdict.reason_en
    monkeypatch.delattr(weekly, "make_candidate")
    assert weekly.train_champion_if_none(home, profile, AS_OF) == verdict
    weekly.score_and_publish(home, profile, AS_OF)
    assert_checklist(home, "is 10.0%, that of expert checklist 20.0%")
    assert len(pl.read_parquet(home.published / AS_OF.isoformat() / "model_metrics.parquet"))


def test_retrain_makes_a_challenger_promotes_it_when_told_and_rolls_back(
    copy_of: Home, profile: Profile
) -> None:
    lenient = promoting(profile, ece_share_of_base_rate=10.0)
    assert "registered as challenger" in weekly.retrain(copy_of, lenient, AS_OF)
    first = registry.champion(copy_of, profile)
    assert first is not None
    assert first.version == "dispute-28d-v1"
    assert "dispute-28d-v3 is the champion now" in weekly.retrain(copy_of, lenient, AS_OF, promote=True)
    third = registry.champion(copy_of, profile)
    assert third is not None
    assert third.version == "dispute-28d-v3"
    assert third.trained.to_json() == first.trained.to_json()
    assert "dispute-28d-v1 is the champion again" in registry.rollback(copy_of, profile)
    assert "no champion before this one" in registry.rollback(copy_of, profile)


def test_a_refused_promotion_leaves_the_champion_and_says_what_is_not_met(
    copy_of: Home, profile: Profile
) -> None:
    verdict = weekly.retrain(copy_of, promoting(profile, ece_share_of_base_rate=1e-6), AS_OF, promote=True)
    assert "dispute-28d-v2 was not promoted. Not met: calibration error" in verdict
    present = registry.champion(copy_of, profile)
    assert present is not None
    assert present.version == "dispute-28d-v1"
