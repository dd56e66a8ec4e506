"""Which Monday a run is for, and what running again changes."""

import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from dagster_project.operations.city import City
from dagster_project.operations.instance import instance_of
from pipelines.city.profile import load_profile
from pipelines.erasure.search_files import search_files
from pipelines.home import Home
from pipelines.run_state import last_run
from pipelines.warehouse.as_of import newest_as_of
from pipelines.warehouse.warehouse import open_warehouse, read_row


def test_a_run_is_for_the_first_monday_after_the_newest_record(small_city: Any) -> None:
    city = City(load_profile(str(small_city.profile)), Home(small_city.home))
    assert newest_as_of(city.home, city.profile) == date(2024, 12, 30)


def test_the_first_week_ends_with_its_papers(small_city: Any) -> None:
    """A table that a first week does not have (what became of the list before) stops nothing after it."""
    home = Home(small_city.home)
    run = last_run(home)
    assert run is not None
    assert (run.state, run.step) == ("done", "brief")
    assert (home.briefs / "2024-12-30" / "brief_zh.docx").is_file()


def test_stray_records_after_the_complete_ones_set_no_as_of_date(small_city: Any) -> None:
    profile = load_profile(str(small_city.profile))
    settings = profile.settings.model_copy(update={"complete_until": date(2024, 6, 2)})
    assert newest_as_of(Home(small_city.home), replace(profile, settings=settings)) == date(2024, 6, 3)


def test_running_again_changes_no_published_byte(small_city: Any, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(small_city.home, home, symlinks=True)
    before = published_bytes(home)
    output = small_city.command(
        "run", "--data", small_city.data, "--profile", small_city.profile, "--home", home
    )
    assert output.returncode == 0, output.stderr
    assert published_bytes(home) == before


def test_a_run_names_the_files_it_does_not_read_and_keeps_only_how_many(
    small_city: Any, tmp_path: Path
) -> None:
    home, data = tmp_path / "home", tmp_path / "landing"
    shutil.copytree(small_city.home, home, symlinks=True)
    shutil.copytree(small_city.data, data, ignore=shutil.ignore_patterns("sealed"))
    for name in ("[欧阳钦佐].csv", "台账13812345678.xlsx", "谈话记录.docx"):
        (data / name).write_bytes(b"a,b\n")
    (data / "2023").mkdir()
    output = small_city.command("run", "--data", data, "--profile", small_city.profile, "--home", home)
    assert output.returncode == 0, output.stderr
    (line,) = [line for line in output.stdout.splitlines() if "not read" in line]
    place = r"file \d+ in order of name \(#[0-9a-f]{4}\)"
    assert re.fullmatch(
        rf"未读入：2个没有映射认得（{place}.csv、{place}.xlsx），2个不是CSV、XLSX、XLS或Parquet文件（2023、{place}.docx）"
        rf"；.* · not read: 2 no mapping knows \({place}.csv, {place}.xlsx\), "
        rf"2 no CSV, XLSX, XLS or Parquet \(2023, {place}.docx\); .*",
        line,
    )
    assert search_files(home, ["欧阳钦佐", "13812345678", "谈话记录"]) == []
    with instance_of(Home(home)) as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey("intake_file"))
    kept = {
        name: entry.value
        for name, entry in event.asset_materialization.metadata.items()
        if name.startswith("files_")
    }
    assert kept == {"files_no_mapping_knows": 2, "files_of_no_readable_kind": 2}


def published_bytes(home: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(home)): path.read_bytes()
        for folder in ("published", "backtests")
        for path in sorted((home / folder).rglob("*"))
        if path.is_file()
    }


def test_a_warning_found_wrong_can_be_corrected_and_is_rescored(small_city: Any, tmp_path: Path) -> None:
    """Boundary 13: the source sends the corrected row, and the next run forgets what was wrong."""
    home, data = tmp_path / "home", tmp_path / "data"
    shutil.copytree(small_city.home, home, symlinks=True)
    shutil.copytree(small_city.data, data)
    week = home / "published" / "2024-12-30"
    wrong = pl.read_parquet(week / "dispute_facts.parquet").filter("threat")["dispute_id"]
    before = pl.read_parquet(week / "dispute_warnings.parquet").filter(
        pl.col("dispute_id").is_in(wrong.implode())
    )
    assert len(before)
    was = before.row(0, named=True)
    with open_warehouse(home / "warehouse.duckdb", read_only=True) as con:
        (registered_at,) = read_row(
            con, "select registered_at from core_dispute where dispute_id = $1", [was["dispute_id"]]
        )
    (data / "disputes_corrected.csv").write_text(
        "dispute_id,registered_at,recorded_at,category,area_code,threat\n"
        f"{was['dispute_id']},{registered_at},2024-12-29 22:00:00,{was['category']},{was['area_code']},false\n"
    )
    output = small_city.command("run", "--data", data, "--profile", small_city.profile, "--home", home)
    assert output.returncode == 0, output.stderr
    now = pl.read_parquet(week / "dispute_warnings.parquet").row(
        by_predicate=pl.col("dispute_id") == was["dispute_id"], named=True
    )
    assert now["rank"] > was["rank"]
