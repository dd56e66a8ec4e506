"""Little history, or an outcome too rare: nothing is trained, the checklist's order is published, and why is said."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from models import weekly
from models.registry import registry
from pipelines.city.model_settings import Needs
from pipelines.city.profile import Profile
from pipelines.city.settings import Outcome
from pipelines.home import Home
from pipelines.warehouse.warehouse import open_warehouse

NewHome = Callable[..., Home]
THREE_MONTHS_IN = date(2024, 4, 1)
TWO_YEARS_IN = date(2025, 12, 29)


def published(home: Home, profile: Profile, as_of: date) -> tuple[pl.DataFrame, dict]:
    verdict = weekly.train_champion_if_none(home, profile, as_of)
    assert verdict.version == "checklist"
    folder = weekly.score_and_publish(home, profile, as_of)
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    assert meta["model"]["reason_en"] == verdict.reason_en
    assert registry.champion(home, profile) is None
    return pl.read_parquet(folder / "dispute_warnings.parquet"), meta


def test_a_city_three_months_old_gets_the_checklists_order(
    new_home: NewHome, profile: Profile, tmp_path: Path
) -> None:
    warnings, meta = published(new_home(tmp_path / "home", until=THREE_MONTHS_IN), profile, THREE_MONTHS_IN)
    assert "12 weeks of history, 52 are needed" in meta["model"]["reason_en"]
    assert "历史数据只有12周" in meta["model"]["reason_zh"]
    assert warnings["probability"].null_count() == len(warnings) > 100
    assert warnings["listed"].sum() == profile.settings.capacity.city


def test_the_checklist_puts_first_what_the_experts_give_points_for(
    new_home: NewHome, profile: Profile, tmp_path: Path
) -> None:
    home = new_home(tmp_path / "home", until=THREE_MONTHS_IN)
    warnings, _ = published(home, profile, THREE_MONTHS_IN)
    facts = pl.read_parquet(home.published / THREE_MONTHS_IN.isoformat() / "dispute_facts.parquet")
    first = warnings.filter(pl.col("selection") == "ranked").join(facts, on="dispute_id")
    assert (first["threat"] | first["violence"]).all()


@pytest.mark.parametrize("severity", [2, 3])
def test_an_outcome_too_rare_to_learn_from_is_said_with_its_number(
    new_home: NewHome, profile: Profile, tmp_path: Path, severity: int
) -> None:
    """Every harm of the made-up city is of severity 1."""
    rare = Outcome(table="outcomes", min_severity=severity)
    asked = replace(profile, settings=profile.settings.model_copy(update={"outcome": rare}))
    warnings, meta = published(new_home(tmp_path / "home"), asked, TWO_YEARS_IN)
    assert "Only 0 disputes with a matured outcome, 100 are needed" in meta["model"]["reason_en"]
    assert set(warnings["model_version"]) == {"checklist"}


def test_months_without_a_single_outcome_are_said_with_their_dates(
    new_home: NewHome, profile: Profile, tmp_path: Path
) -> None:
    home = new_home(tmp_path / "home")
    with open_warehouse(home.warehouse) as con:
        con.execute("delete from core_outcome where occurred_at >= '2025-05-01'")
    fewer = profile.settings.model_copy(update={"needs": Needs(matured_outcomes=50)})
    _, meta = published(home, replace(profile, settings=fewer), TWO_YEARS_IN)
    assert "None of the 20 weeks from 2025-06-16 to 2025-10-27 holds an outcome" in meta["model"]["reason_en"]
