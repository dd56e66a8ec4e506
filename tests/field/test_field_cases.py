"""The small inputs of `../shared/data/field_cases` that belong to the intake: each loaded right, held with its reason, or told."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.city.profile import Profile, load_profile
from pipelines.errors import RefusedInput
from pipelines.home import Home
from pipelines.intake.intake import load_folder
from pipelines.intake.open_questions import open_questions
from pipelines.intake.row_counts import FileReport
from pipelines.warehouse.warehouse import data_until, open_warehouse
from tests.worlds.shared_data import needs_shared, shared_data

CASES = "field_cases"
NOW = datetime(2026, 1, 5, 9)
NOVEMBER = date(2025, 11, 17)


class Case:
    """One case, its folders loaded one after the other into a fresh home."""

    def __init__(self, folder: Path, home: Path, *landings: str, profile: str | None = None) -> None:
        self.home = Home(home)
        self.profile: Profile = load_profile(str(folder / profile) if profile else "qujing")
        self.reports: list[FileReport] = []
        for landing in landings:
            self.reports = load_folder(folder / landing, self.profile, self.home, now=NOW)

    def rows(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.home.warehouse), read_only=True) as con:
            return con.execute(sql).fetchall()

    @property
    def loaded(self) -> int:
        return sum(report.loaded for report in self.reports)

    @property
    def rules(self) -> set[str]:
        return {rule for (rules,) in self.rows("select rules from quarantine") for rule in rules}

    def at_risk(self) -> list[str]:
        from features.cohort import at_risk

        with open_warehouse(self.home.warehouse) as con:
            return sorted(at_risk(con, self.profile, [NOVEMBER])["dispute_id"].to_list())

    def until(self) -> datetime | None:
        with open_warehouse(self.home.warehouse) as con:
            return data_until(con)

    def questions(self) -> list[str]:
        with open_warehouse(self.home.warehouse) as con:
            return open_questions(con)


@pytest.fixture
def case(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Case]:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "keys" / "pair.key"))
    name = request.node.function.__name__.removeprefix("test_case_").split("_")[0]
    (folder,) = [p for p in (shared_data() / CASES).iterdir() if p.name.split("_")[0] == name]
    return lambda *landings, **options: Case(
        folder, tmp_path / f"home{len(list(tmp_path.iterdir()))}", *landings, **options
    )


pytestmark = needs_shared(CASES)


def test_case_02_closings_find_their_dispute_whatever_the_width_of_brackets(
    case: Callable[..., Case],
) -> None:
    loaded = case("land")
    assert loaded.at_risk() == []
    assert loaded.questions() == []


def test_case_05_lines_are_keys_where_each_export_is_whole(case: Callable[..., Case]) -> None:
    assert case("land", "land2", profile="city").at_risk() == ["JF2"]


@pytest.mark.parametrize("kind", ["07", "08"])
def test_case_07_a_day_without_an_hour_contradicts_nothing(
    kind: str, tmp_path: Path, case: Callable[..., Case]
) -> None:
    (folder,) = (shared_data() / CASES).glob(f"{kind}_*")
    assert Case(folder, tmp_path / "own", "land").rules == set()


def test_case_10_midnight_written_as_24(case: Callable[..., Case]) -> None:
    due = dict(case("land").rows("select dispute_id, due_at from core_dispute"))
    assert (due["JF1"], due["JF2"]) == (datetime(2025, 4, 4), datetime(2025, 4, 4))


@pytest.mark.parametrize("city", ["city", "city2"])
def test_case_101_typed_columns_choose_rows(city: str, case: Callable[..., Case]) -> None:
    assert case("land", profile=city).at_risk() == ["JF2"]


def test_case_107_day_cell_and_hour_cell(case: Callable[..., Case]) -> None:
    loaded = case("land", profile="city")
    assert loaded.rows("select registered_at from core_dispute where dispute_id = 'JF1'") == [
        (datetime(2025, 3, 4, 9),)
    ]


def test_case_110_numbers_of_eight_townships_are_held_together(case: Callable[..., Case]) -> None:
    loaded = case("land")
    assert (loaded.loaded, sum(r.quarantined for r in loaded.reports)) == (0, 40)
    assert all("key_within" in rule for rule in loaded.rules)


def test_case_12_an_end_in_9999_is_no_end(case: Callable[..., Case]) -> None:
    reports, disputes = case("land", "land2"), case("land3", "land4")
    assert reports.rows("select closed_at from core_grid_report where superseded_at is null") == [
        (datetime(2025, 3, 5, 10),)
    ]
    assert disputes.rows("select dispute_id, withdrawn_at from core_dispute where superseded_at is null order by 1") == [
        ("JF1", datetime(2025, 3, 8)), ("JF2", None),
    ]  # fmt: skip
    assert {reports.until().year, disputes.until().year} == {2025}


def test_case_13_an_end_in_1900_is_empty_where_the_mapping_says_so(case: Callable[..., Case]) -> None:
    assert case("land", profile="city").loaded == 9


def test_case_136_codes_that_change_in_july_can_be_said(case: Callable[..., Case], tmp_path: Path) -> None:
    import shutil

    (folder,) = (shared_data() / CASES).glob("136_*")
    shutil.copytree(folder, tmp_path / "copy")
    mapping = tmp_path / "copy" / "city" / "mappings" / "m.yml"
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(
        text + '\n    since: [{from: 2025-07-01, codes: {category: {"3": D3}}}]\n', encoding="utf-8"
    )
    loaded = Case(tmp_path / "copy", tmp_path / "own", "land", profile="city")
    assert loaded.rows("select dispute_id, category from core_dispute order by 1") == [
        ("JF1", "D4"),
        ("JF2", "D3"),
    ]


def test_case_14_a_registration_of_1995_is_held(case: Callable[..., Case]) -> None:
    loaded = case("land")
    assert loaded.loaded == 100
    assert any("years away" in rule for rule in loaded.rules)


def test_case_16_an_emptied_closing_is_told(case: Callable[..., Case]) -> None:
    loaded = case("land", "land2")
    assert "closed_at empty in 1 rows" in loaded.reports[-1].line()


@pytest.mark.parametrize(("second", "due"), [("34", 30), ("35", 15)])
def test_case_34_ledgers_that_overlap_count_once(
    second: str, due: int, tmp_path: Path, case: Callable[..., Case]
) -> None:
    (folder,) = (shared_data() / CASES).glob(f"{second}_*")
    week = "2025-03-10" if second == "34" else "2025-03-03"
    loaded = Case(folder, tmp_path / "own", "land", "land2")
    assert loaded.rows(f"select sum(due)::int from core_service_coverage where week = '{week}'") == [(due,)]


def test_case_36_a_countys_sum_is_held(case: Callable[..., Case]) -> None:
    assert case("land").rules == {"area_code: above township"}


def test_case_37_a_week_that_is_no_monday_is_held(case: Callable[..., Case]) -> None:
    assert case("land").rules == {"week: is no Monday"}


def test_case_41_commas_are_thousands_or_held(case: Callable[..., Case]) -> None:
    loaded = case("land")
    assert loaded.rows("select dispute_id, amount_yuan from core_dispute") == [("JF4", 12_500.0)]
    assert loaded.rules == {"amount_yuan: not a number"}


def test_case_47_a_minor_told_later_is_off_the_list(case: Callable[..., Case]) -> None:
    assert "JF1" not in case("land", "land2").at_risk()


def test_case_65_places_merged_since(case: Callable[..., Case], tmp_path: Path) -> None:
    import shutil

    (folder,) = (shared_data() / CASES).glob("65_*")
    shutil.copytree(folder, tmp_path / "copy")
    loaded = Case(tmp_path / "copy", tmp_path / "own", "land", profile="city")
    (tmp_path / "copy" / "city2").rename(tmp_path / "copy" / "later")
    shutil.rmtree(tmp_path / "copy" / "city")
    (tmp_path / "copy" / "later").rename(tmp_path / "copy" / "city")
    after = load_profile(str(tmp_path / "copy" / "city"))
    load_folder(tmp_path / "copy" / "land2", after, loaded.home, now=NOW)
    assert loaded.rows("select distinct township_code from core_dispute") == [("530302001",)]
    assert loaded.questions() == []


def test_case_95_corrections_are_read_after_what_they_correct(case: Callable[..., Case]) -> None:
    for landings in (("land", "land2"), ("land2",)):
        loaded = case(*landings)
        assert loaded.rows("select (select count(*) from quarantine), count(*) from core_dispute") == [(0, 2)]


def test_case_17_a_deleted_row_is_withdrawn_where_exports_are_whole(
    tmp_path: Path, case: Callable[..., Case]
) -> None:
    import shutil

    (folder,) = (shared_data() / CASES).glob("17_*")
    shutil.copytree(folder, tmp_path / "copy")
    shutil.copytree(load_profile("qujing").folder, tmp_path / "copy" / "city")
    mappings = tmp_path / "copy" / "city" / "mappings"
    mappings.mkdir(exist_ok=True)
    (mappings / "whole.yml").write_text(
        'files: "disputes*.csv"\ntables: [{table: disputes, whole: true}]\n', encoding="utf-8"
    )
    risk = Case(tmp_path / "copy", tmp_path / "own", "land", "land2", profile="city").at_risk()
    assert "JF7" not in risk
    assert "JF8" in risk


def test_case_135_a_template_of_year_and_code(case: Callable[..., Case]) -> None:
    with pytest.raises(RefusedInput):
        case("nowhere", profile="city")
    assert dict(case("land", profile="city").rows("select dispute_id, category from core_dispute")) == {
        "JF1": "D4",
        "JF2": "D3",
    }
