"""A young city, or a gap in what is recorded, never takes the list with it: each family is published or says why not."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from models import weekly
from models.counts.shared.poisson_trees import fit_counts, log_factor
from models.counts.train_families import make_families
from models.publishing import family_files
from pipelines.city.profile import Profile
from pipelines.city.settings import Needs
from pipelines.home import Home
from pipelines.warehouse.warehouse import open_warehouse
from tests.deep import some

NewHome = Callable[..., Home]
FIRST_MONDAY = date(2024, 1, 8)


def publish(home: Home, profile: Profile, as_of: date) -> dict:
    weekly.train_champion_if_none(home, profile, as_of)
    folder = weekly.score_and_publish(home, profile, as_of)
    assert len(pl.read_parquet(folder / "dispute_warnings.parquet"))
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    for name, files in (("demand", "place_warnings"), ("coverage", "service_warnings")):
        assert meta["families"][name]["reason_en"]
        assert (folder / f"{files}.parquet").is_file() == meta["families"][name]["published"]
    return meta


def with_ledger(home: Home, until: date) -> None:
    weeks = [FIRST_MONDAY + timedelta(weeks=n) for n in range((until - FIRST_MONDAY).days // 7)]
    with open_warehouse(home.warehouse) as con:
        for place in ("530302001", "530321102"):
            for week in weeks:
                known = datetime(week.year, week.month, week.day) + timedelta(days=8)
                con.execute(
                    "insert into core_service_coverage by name select $place as township_code,"
                    " 'S1' as service, $week::date as week, 12 as due, 10 as done, 2 as overdue, 40 as caseload,"
                    " $known::timestamp as first_known_at, $known::timestamp as known_at, 'f1' as file_id",
                    {"place": place, "week": week, "known": known},
                )


@pytest.mark.parametrize("weeks", some([7, 1, 3, 9, 12, 13, 14, 20, 8], 3))
def test_every_week_of_a_city_from_its_first_on_is_published(
    new_home: NewHome, profile: Profile, tmp_path: Path, weeks: int
) -> None:
    as_of = FIRST_MONDAY + timedelta(weeks=weeks)
    home = new_home(tmp_path / "home", until=as_of)
    with_ledger(home, as_of)
    meta = publish(home, profile, as_of)
    assert meta["families"]["demand"]["published"] == (weeks >= 8)


def test_from_how_many_weeks_on_a_family_is_published_is_a_setting(
    new_home: NewHome, profile: Profile, tmp_path: Path
) -> None:
    as_of = FIRST_MONDAY + timedelta(weeks=9)
    demand = profile.settings.demand.model_copy(update={"publish_weeks": 10})
    later = replace(profile, settings=profile.settings.model_copy(update={"demand": demand}))
    meta = publish(new_home(tmp_path / "home", until=as_of), later, as_of)
    assert "Only 9 weeks of history, 10 are needed" in meta["families"]["demand"]["reason_en"]


@pytest.mark.parametrize(
    "gap",
    [("2024-02-01", "2024-08-01"), ("2024-10-01", "2025-05-01"), ("2025-06-01", "2025-12-20")],
)
def test_a_gap_in_registrations_takes_no_week(
    new_home: NewHome, profile: Profile, tmp_path: Path, gap: tuple[str, str]
) -> None:
    home = new_home(tmp_path / "home")
    with open_warehouse(home.warehouse) as con:
        for table, moment in (
            ("core_dispute", "registered_at"),
            ("core_dispute_event", "event_at"),
            ("core_outcome", "occurred_at"),
        ):
            con.execute(f"delete from {table} where {moment} between $1 and $2", list(gap))
    fewer = profile.settings.model_copy(update={"needs": Needs(history_weeks=26, matured_outcomes=10)})
    publish(home, replace(profile, settings=fewer), date(2025, 12, 29))


def test_a_family_that_fails_says_so_and_the_rest_is_published(
    new_home: NewHome, profile: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise IndexError("530302001")

    monkeypatch.setattr(family_files, "read_panel", broken)
    as_of = FIRST_MONDAY + timedelta(weeks=12)
    home = new_home(tmp_path / "home", until=as_of)
    with_ledger(home, as_of)
    meta = publish(home, profile, as_of)
    assert meta["families"]["demand"] == {
        "published": False,
        "reason_zh": "本周此类预警未能算出（IndexError），不发布；其余不受影响。",
        "reason_en": "This family could not be computed this week (IndexError) and is left out; nothing else is affected.",
    }
    assert meta["families"]["coverage"]["published"]


def test_a_family_that_cannot_be_trained_leaves_the_other_its_model(
    new_home: NewHome, profile: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise IndexError

    monkeypatch.setattr("models.counts.train_families.read_ledger", broken)
    with open_warehouse(new_home(tmp_path / "home").warehouse, read_only=True) as con:
        families = make_families(con, profile, date(2025, 12, 29))
    assert set(families.predictions) == {"demand"}


def test_counts_of_nothing_give_no_trees_and_every_factor_is_one() -> None:
    import numpy as np

    values, start = np.zeros((10, 1), dtype=np.float32), np.ones(10)
    text = fit_counts(values, start, np.zeros(10), ("a",), (), seed=1)
    assert log_factor(text, values).tolist() == [0.0] * 10
