"""One dispute leaves every byte under the home; the record of decisions stays verifiable."""

from pathlib import Path

import polars as pl
import pytest

from dagster_project.erasure import erase_dispute
from dagster_project.resources import City
from pipelines.home import Home
from pipelines.intake import take_in
from pipelines.profile import load_profile

GONE, KEPT = "CASE-TO-ERASE-0001", "CASE-TO-KEEP-0002"
HEAD = "dispute_id,registered_at,category,area_code,found_after_warning\n"


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> City:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "key"))
    landing = tmp_path / "landing"
    landing.mkdir()
    rows = (
        f"{GONE},2025-03-04,D2,530302001,\n{KEPT},2025-03-04,D2,530302001,\n{GONE},2025-03-05,D2,nowhere,\n"
    )
    (landing / "disputes.csv").write_text(HEAD + rows)
    home = Home(tmp_path / "home")
    made = City(load_profile("qujing"), home, landing)
    take_in(landing, made.profile, home)
    folder = home.published / ".versions" / "2025-03-10-x"
    folder.mkdir(parents=True)
    pl.DataFrame({"dispute_id": [GONE, KEPT]}).write_parquet(folder / "dispute_warnings.parquet")
    return made


def bytes_under(home: Home) -> bytes:
    return b"".join(p.read_bytes() for p in home.root.rglob("*") if p.is_file())


def test_the_number_is_in_no_byte_afterwards_and_the_other_dispute_stays(city: City) -> None:
    assert GONE.encode() in bytes_under(city.home)
    told = erase_dispute(city, GONE, "asked by a party")
    assert "no byte under the home" in told
    assert GONE not in told
    assert GONE.encode() not in bytes_under(city.home)
    assert KEPT.encode() in bytes_under(city.home)


def test_an_erased_dispute_does_not_come_back_with_next_weeks_files(city: City) -> None:
    erase_dispute(city, GONE, "asked by a party")
    assert city.data is not None
    (city.data / "disputes_2.csv").write_text(HEAD + f"{GONE},2025-03-06,D1,530302001,\n")
    take_in(city.data, city.profile, city.home)
    assert GONE.encode() not in city.home.warehouse.read_bytes()
