"""Disputes leave every byte under the home, decoded or not; the record of decisions stays verifiable."""

import hashlib
import shutil
import sqlite3
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.operations.city import City
from dagster_project.operations.erase_everywhere import age_out, erase_dispute
from dashboards.decisions.chain import BrokenChain
from dashboards.decisions.decision import Decision
from dashboards.decisions.store import DecisionStore
from dashboards.papers.weekly_brief import write_brief
from pipelines.city.profile import load_profile
from pipelines.erasure.erase import erased_mark
from pipelines.erasure.search_files import search_files
from pipelines.errors import RefusedInput
from pipelines.home import Home
from pipelines.intake.intake import load_folder
from pipelines.intake.quarantined_numbers import number_of_row, quarantined_numbers
from pipelines.mapping.mapping import TableMapping
from pipelines.privacy.key_file import load_key
from tests.dagster_project.erasure_city import (
    EVENT_HEAD,
    GONE,
    HEAD,
    KEPT,
    LONGER,
    decision,
    hand_made_city,
    published,
    rows_of_others,
)
from tests.deep import examples


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> City:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "key"))
    landing = tmp_path / "landing"
    landing.mkdir()
    rows = "".join(f"{one},2025-03-04,D2,530302001,\n" for one in (GONE, LONGER, KEPT))
    (landing / "disputes.csv").write_text(HEAD + rows + f"{GONE},2025-03-05,D2,nowhere,\n")
    home = Home(tmp_path / "home")
    loaded = City(load_profile("qujing"), home, landing)
    load_folder(landing, loaded.profile, home)
    return loaded


def test_a_number_leaves_the_warehouse_and_the_others_stay_even_one_that_begins_like_it(city: City) -> None:
    assert search_files(city.home.root, [GONE]) == [city.home.warehouse]
    certificate = erase_dispute(city, GONE, "asked by a party")
    assert "no table, file or note under the home" in certificate
    assert GONE not in certificate
    assert search_files(city.home.root, [GONE]) == []
    with duckdb.connect(str(city.home.warehouse), read_only=True) as con:
        assert con.execute("select dispute_id from core_dispute order by 1").fetchall() == [
            (LONGER,),
            (KEPT,),
        ]


@pytest.mark.parametrize("name", ["disputes_2.csv", "dispute_events.csv"])
def test_an_erased_dispute_does_not_come_back_with_next_weeks_files(city: City, name: str) -> None:
    erase_dispute(city, GONE, "asked by a party")
    assert city.data is not None
    rows = {
        "disputes_2.csv": HEAD + f"{GONE},2025-03-06,D1,530302001,\n{GONE},2025-03-07,D1,nowhere,\n",
        "dispute_events.csv": EVENT_HEAD
        + f"E1,{GONE},2025-03-06,mediation\nE2,{GONE},2025-03-07,no such step\n",
    }
    (city.data / name).write_text(rows[name])
    reports = load_folder(city.data, city.profile, city.home)
    assert search_files(city.home.root, [GONE]) == []
    assert all(r.read == r.loaded + r.quarantined + r.duplicates + r.unchanged for r in reports)


def test_after_a_whole_run_no_file_holds_the_number_and_the_rest_still_works(
    small_city: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(small_city.key))
    shutil.copytree(small_city.home, tmp_path / "home", symlinks=True)
    home = Home(tmp_path / "home")
    city = City(load_profile(str(small_city.profile)), home)
    first, second = pl.read_parquet(published(home))["dispute_id"][:2]
    store = DecisionStore.of(home)
    noted = Decision(
        dispute_id=first,
        action="decline",
        office="duty desk",
        as_of=date(2024, 12, 30),
        publication="x",
        reason="other",
    )
    store.record([noted], datetime(2025, 1, 2))
    write_brief(home, city.profile)
    (home.root / "logs").mkdir(exist_ok=True)
    (home.root / "logs" / "dashboard.log").write_text(f"GET /dispute?id={first}\n")
    (home.root / "trials" / "r1").mkdir(parents=True)
    pl.DataFrame({"dispute_id": [first, second]}).write_parquet(home.root / "trials" / "r1" / "year.parquet")
    holders = {path.relative_to(home.root).parts[0] for path in search_files(home.root, [first])}
    assert {
        "warehouse.duckdb",
        "published",
        "features",
        "briefs",
        "logs",
        "decisions.db",
        "trials",
    } <= holders
    certificate = erase_dispute(city, first, "asked by a party")
    assert search_files(home.root, [first]) == []
    assert search_files(home.root, [second]) != []
    assert first not in certificate
    assert DecisionStore.of(home).verify().erased == 1
    write_brief(home, city.profile)


def test_disputes_closed_longer_ago_than_the_profile_keeps_age_out(city: City) -> None:
    assert city.data is not None
    (city.data / "dispute_events.csv").write_text(
        EVENT_HEAD
        + f"E1,{GONE},2025-03-06,closed\nE2,{LONGER},2025-03-06,closed\nE3,{LONGER},2025-03-07,reopened\n"
    )
    load_folder(city.data, city.profile, city.home)
    years = city.profile.settings.retention.closed_weeks
    assert age_out(city, datetime(2025, 4, 1)).startswith("0 disputes")
    assert age_out(city, datetime(2025 + years // 52 + 1, 4, 1)).startswith("1 disputes")
    assert search_files(city.home.root, [GONE]) == []
    assert search_files(city.home.root, [LONGER]) != []


@pytest.mark.parametrize("number", ["D2", "530302001", "window", "QL-2025-1", "00123", "2025-03-04"])
def test_a_number_that_is_a_category_a_place_or_a_date_takes_nothing_else_with_it(
    number: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = hand_made_city(tmp_path, monkeypatch, [number, "QL-2025-11", "JF2"])
    before = rows_of_others(city.home, number)
    databases = {
        p: p.read_bytes() for name in ("dagster", "mlflow") for p in (city.home.root / name).iterdir()
    }
    erase_dispute(city, number, "asked by a party")
    assert rows_of_others(city.home, number) == before
    assert {path: path.read_bytes() for path in databases} == databases
    with pytest.raises(RefusedInput, match="holds no dispute of that number"):
        erase_dispute(city, f"{number}9", "asked by a party")


NUMBERS_OF_A_CITY = st.lists(
    st.one_of(
        st.sampled_from(
            ["D1", "D2", "530302001", "530302002", "mediation", "closed", "window", "2025-03-04"]
        ),
        st.integers(1, 130).map(lambda n: f"JF{n}"),
        st.integers(1, 12).map(lambda n: f"(2025)麒调字第{n}号"),
        st.integers(1, 12).map(lambda n: f"麒调字第{n}号"),
        st.integers(1, 999).map(lambda n: f"{n:05d}"),
    ),
    min_size=2,
    max_size=8,
    unique=True,
)


@settings(
    deadline=None, max_examples=examples(8), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(numbers=NUMBERS_OF_A_CITY, wide=st.booleans())
def test_whatever_the_numbers_all_rows_of_other_disputes_are_as_they_were(
    numbers: list[str], wide: bool, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("home")
    city = hand_made_city(folder, monkeypatch, numbers)
    gone, before = numbers[0], rows_of_others(city.home, numbers[0])
    given_as = gone.replace("(", "〔").replace(")", "〕").translate({n: n + 0xFEE0 for n in range(48, 58)})
    erase_dispute(city, f" {given_as} " if wide else gone, "asked by a party")
    assert rows_of_others(city.home, gone) == before
    with duckdb.connect(str(city.home.warehouse), read_only=True) as con:
        for table in ("core_dispute", "core_dispute_event", "core_outcome", "dispute_pair"):
            assert con.execute(f"select count(*) from {table} where dispute_id = $1", [gone]).fetchall() == [
                (0,)
            ]
        marks = con.execute("select dispute_hash from erased_dispute").fetchall()
    key = load_key(city.home.root)
    assert marks == [(erased_mark(key, gone),)]
    assert hashlib.sha256(f"erased dispute {gone}".encode()).hexdigest() not in str(marks)
    DecisionStore.of(city.home).verify()


def test_a_note_that_names_the_case_loses_the_mention_and_the_chain_closes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = hand_made_city(tmp_path, monkeypatch, ["QL-2025-1", "QL-2025-11", "JF2"])
    store = DecisionStore.of(city.home)
    store.record(
        [decision("JF2", "与ＱＬ－2025－1号一案同源，另见QL-2025-11"), decision("QL-2025-11", "见前")],
        datetime(2025, 1, 3),
    )
    certificate = erase_dispute(city, "QL-2025-1", "asked by a party")
    assert "notes of other decisions: 1" in certificate
    (note,) = [e.decision.note for e in store.history("JF2") if "同源" in e.decision.note]
    assert note == "与[erased]号一案同源，另见QL-2025-11"
    store.verify()
    erase_dispute(city, "QL-2025-11", "asked by a party")
    assert [e.decision.note for e in store.history("JF2") if "同源" in e.decision.note] == [
        "与[erased]号一案同源，另见[erased]"
    ]
    assert store.verify().erased == 3
    with sqlite3.connect(city.home.decisions) as con:
        con.execute("drop trigger decision_content_no_update")
        con.execute("update decision_content set content = replace(content, '同源', '同案')")
    with pytest.raises(BrokenChain, match="was changed"):
        store.verify()


def test_an_unmistakable_number_leaves_the_logs_and_the_record_of_runs_and_what_is_like_it_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = hand_made_city(tmp_path, monkeypatch, ["QL-2025-1", "QL-2025-11"])
    (city.home.root / "logs").mkdir()
    (city.home.root / "logs" / "screens.log").write_text(
        "GET /dispute?id=QL-2025-1\nGET /dispute?id=QL-2025-11\n"
    )
    with sqlite3.connect(city.home.root / "dagster" / "runs.db") as con:
        con.execute("insert into event values ('case QL-2025-1 and QL-2025-11 of 2025-11')")
    erase_dispute(city, "QL-2025-1", "asked by a party")
    assert (
        city.home.root / "logs" / "screens.log"
    ).read_text() == "GET /dispute?id=[erased]\nGET /dispute?id=QL-2025-11\n"
    with sqlite3.connect(city.home.root / "dagster" / "runs.db") as con:
        texts = [text for (text,) in con.execute("select text from event").fetchall()]
    assert texts[-1] == "case [erased] and QL-2025-11 of 2025-11"


def test_a_home_path_with_a_quote_and_an_erasure_cut_short_are_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = hand_made_city(tmp_path / "o'brien's", monkeypatch, ["JF1", "JF2"])
    erase_dispute(city, "JF1", "asked by a party")
    assert "certificate" in erase_dispute(city, "JF1", "again, for the first time was cut short")


def test_a_held_row_goes_with_its_dispute_also_where_the_number_is_composed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = hand_made_city(tmp_path, monkeypatch, ["JF1", "JF2"])
    numbers = quarantined_numbers(city.profile)
    assert numbers("disputes.csv", "disputes", '{"纠纷编号": "ＪＦ1", "纠纷类别": "JF2"}') == ["JF1"]
    composed = TableMapping(table="disputes", templates={"dispute_id": "{年}-{号}"})
    assert number_of_row(composed, {"年": "2025", "号": "7", "类": "D2"}) == "2025-7"
    assert number_of_row(composed, {"年": "2025"}) is None


def test_hashes_of_an_earlier_release_are_put_under_the_key_and_still_keep_the_dispute_out(
    city: City,
) -> None:
    bare = hashlib.sha256(f"erased dispute {GONE}".encode()).hexdigest()
    with duckdb.connect(str(city.home.warehouse)) as con:
        con.execute("delete from core_dispute where dispute_id = $1", [GONE])
        con.execute("insert into erased_dispute values ($1)", [bare])
    assert city.data is not None
    (city.data / "disputes_2.csv").write_text(HEAD + f"{GONE},2025-03-06,D1,530302001,\n")
    assert [
        r.loaded for r in load_folder(city.data, city.profile, city.home) if r.file == "disputes_2.csv"
    ] == [0]
    with duckdb.connect(str(city.home.warehouse), read_only=True) as con:
        assert con.execute("select dispute_hash from erased_dispute").fetchall() == [
            (erased_mark(load_key(city.home.root), GONE),)
        ]
