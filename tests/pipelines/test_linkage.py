"""The same quarrel registered twice: found by place, time and pair, kept with its evidence, undone at will."""

import json
import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from features.cohort import at_risk
from features.labels import outcome_moments
from models.counts.demand.panel import read_panel
from models.publishing.dispute_history import timeline
from pipelines.city.model_settings import Linkage
from pipelines.city.profile import Profile, load_profile
from pipelines.home import Home
from pipelines.intake import duplicate_linkage
from pipelines.intake.intake import load_folder
from pipelines.warehouse.warehouse import open_warehouse
from tests.deep import seeds

QUJING = load_profile("qujing")
VILLAGE = "530302001001"
HEAD = "dispute_id,registered_at,category,area_code,channel,relation,party_a,party_b,amount_yuan\n"
PHONE = f"A1,2025-03-04 08:05,D4,{VILLAGE},hotline,debt,张三,李四,12000\n"
WINDOW = f"A2,2025-03-06 10:00,D4,{VILLAGE},window,debt,李四,张三,12000\n"
OTHER = f"A3,2025-03-06 11:00,D4,{VILLAGE},window,debt,王五,赵六,500\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "key"))
    return Home(tmp_path / "home")


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    (tmp_path / "landing").mkdir()
    return tmp_path / "landing"


def under(linkage: Linkage | None) -> Profile:
    return replace(QUJING, settings=QUJING.settings.model_copy(update={"linkage": linkage}))


def links(home: Home) -> list[tuple]:
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        return con.execute(
            "select dispute_id, same_as, linked_at::text from dispute_link order by 1"
        ).fetchall()


LINKED = [("A2", "A1", "2025-03-06 10:00:00")]


def test_a_report_by_phone_and_at_the_window_count_as_one_and_others_do_not(
    landing: Path, home: Home
) -> None:
    (landing / "disputes.csv").write_text(HEAD + PHONE + WINDOW + OTHER)
    load_folder(landing, QUJING, home)
    assert links(home) == LINKED
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        ((earlier, probability, evidence),) = con.execute(
            "select earlier_id, probability, evidence from dispute_pair where dispute_id = 'A2'"
        ).fetchall()
        assert con.execute("select count(*) from core_dispute").fetchall() == [(3,)]
    assert (earlier, probability > 0.99) == ("A1", True)
    facts = json.loads(evidence)
    assert (facts["parties_key"], facts["channel"]) == ("same pair", "another channel")
    assert set(facts.values()).isdisjoint({"张三", "李四"})


def test_files_that_come_one_by_one_end_in_the_same_links_as_all_at_once(landing: Path, home: Home) -> None:
    for n, row in enumerate((WINDOW, OTHER, PHONE)):
        (landing / f"disputes_{n}.csv").write_text(HEAD + row)
        load_folder(landing, QUJING, home)
    assert links(home) == LINKED
    load_folder(landing, QUJING, home)
    assert links(home) == LINKED


def test_a_link_is_undone_by_the_profile_and_comes_back_with_it(landing: Path, home: Home) -> None:
    (landing / "disputes.csv").write_text(HEAD + PHONE + WINDOW)
    apart = Linkage(threshold=0.9, apart=(("A1", "A2"),))
    for linkage, expected in (
        (QUJING.settings.linkage, LINKED), (Linkage(threshold=1), []), (QUJING.settings.linkage, LINKED), (apart, []), (None, []),
    ):  # fmt: skip
        load_folder(landing, under(linkage), home)
        assert links(home) == expected


def test_without_the_pair_the_same_place_and_day_are_not_enough(landing: Path, home: Home) -> None:
    nameless = [row.replace("张三", "").replace("李四", "").replace("12000", "") for row in (PHONE, WINDOW)]
    (landing / "disputes.csv").write_text(HEAD + "".join(nameless))
    load_folder(landing, QUJING, home)
    assert links(home) == []


def test_the_cohort_sees_the_matter_once_with_what_both_records_tell(landing: Path, home: Home) -> None:
    (landing / "disputes.csv").write_text(HEAD + PHONE + WINDOW)
    (landing / "outcomes.csv").write_text(
        "outcome_id,dispute_id,occurred_at,severity\nO1,A2,2025-03-12 20:00,1\n"
    )
    (landing / "dispute_events.csv").write_text(
        "event_id,dispute_id,event_at,event_type\nE1,A2,2025-03-07 09:00,threat_reported\nE2,A2,2025-03-08 09:00,closed\n"
    )
    load_folder(landing, QUJING, home)
    with open_warehouse(home.warehouse, read_only=True) as con:
        cohort = at_risk(con, QUJING, [date(2025, 3, 10), date(2025, 3, 17)])
        outcomes = outcome_moments(con, QUJING.settings.outcome)
    assert cohort.select("dispute_id", "is_open").rows() == [("A1", True), ("A1", True)]
    assert outcomes["dispute_id"].to_list() == ["A1"]


def test_places_and_the_dispute_s_page_count_the_matter_once_and_tell_of_both(
    landing: Path, home: Home
) -> None:
    (landing / "disputes.csv").write_text(HEAD + PHONE + WINDOW + OTHER)
    (landing / "dispute_events.csv").write_text(
        "event_id,dispute_id,event_at,event_type\nE1,A2,2025-03-07 09:00,threat_reported\n"
    )
    load_folder(landing, QUJING, home)
    monday = date(2025, 3, 10)
    with open_warehouse(home.warehouse, read_only=True) as con:
        panel = read_panel(con, QUJING, monday)
        steps = timeline(con, at_risk(con, QUJING, [monday]), monday)
    assert panel is not None
    assert panel.known["disputes"].sum() == 2
    assert steps.select("dispute_id", "kind").rows() == [
        ("A1", "registered"),
        ("A1", "reregistered"),
        ("A1", "threat_reported"),
        ("A3", "registered"),
    ]


@pytest.mark.parametrize("seed", seeds(1, deep=20))
def test_who_stands_alone_is_left_out_of_the_comparison_and_no_pair_with_them(seed: int) -> None:
    dice, n, linkage = random.Random(seed), 120, QUJING.settings.linkage
    assert linkage is not None
    days = [dice.randrange(200) for _ in range(n)]
    moments = [datetime(2025, 1, 1) + timedelta(days=day) for day in days]
    near = pl.DataFrame(
        {
            "unique_id": [f"A{at:03}" for at in range(n)],
            "first_known_at": moments,
            "township_code": dice.choices(["t1", "t2"], k=n),
            "category": dice.choices(["D1", "D4", None], k=n),
            "parties_key": dice.choices(["p1", "p2", "p3"], k=n),
            "village_code": dice.choices(["v1", "v2"], k=n),
            "relation": "debt",
            "registered_at": moments,
            "channel": dice.choices(["hotline", "window"], k=n),
            "amount_yuan": dice.choices([500.0, 12000.0], k=n),
            "occurred_on": None,
            "span": [day // (2 * linkage.days) for day in days],
            "other_span": [(day + linkage.days) // (2 * linkage.days) for day in days],
            "is_new": dice.choices([True, False], weights=[1, 5], k=n),
        },
        schema_overrides={"occurred_on": pl.Date},
    )
    some = duplicate_linkage._with_somebody_to_compare(near)
    assert 0 < len(some) < n
    pairs = [duplicate_linkage._scored(each, linkage).sort(pl.all()) for each in (near, some)]
    assert len(pairs[0])
    assert pairs[1].equals(pairs[0])
