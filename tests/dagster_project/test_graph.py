"""The graph explains itself: six groups, names that are the tables', and sentences, owners and kinds throughout."""

import json

from dagster_project.definitions import defs
from dagster_project.defs.assets import PUBLISHED
from pipelines.tables.bookkeeping import STEERING
from pipelines.tables.contracts import TABLES
from pipelines.warehouse.warehouse import open_warehouse

SPECS = {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}


def named(group: str) -> set[str]:
    return {name for name, spec in SPECS.items() if spec.group_name == group}


def test_the_groups_are_the_floors_a_record_goes_through() -> None:
    assert {spec.group_name for spec in SPECS.values()} == {
        "raw", "core", "features", "models", "published", "brief"
    }  # fmt: skip


def test_assets_are_named_like_their_tables() -> None:
    with open_warehouse(":memory:") as con:
        tables = {
            name for (name,) in con.execute("select table_name from information_schema.tables").fetchall()
        }
    assert named("raw") == set(TABLES)
    assert named("core") == tables - set(STEERING)
    assert named("published") == set(PUBLISHED)


def test_every_published_file_has_an_asset(small_city) -> None:
    current = json.loads((small_city.home / "published" / "current.json").read_text(encoding="utf-8"))
    files = {path.stem for path in (small_city.home / "published" / current["folder"]).glob("*.parquet")}
    assert files == set(PUBLISHED) - {"last_week"}


def test_every_asset_says_what_it_is_whose_it_is_and_what_it_is_made_of() -> None:
    assert not [name for name, spec in SPECS.items() if not (spec.description and spec.owners and spec.kinds)]


def test_a_record_can_be_followed_from_file_to_brief() -> None:
    above = {"brief"}
    while True:
        more = above | {dep.asset_key.to_user_string() for name in above for dep in SPECS[name].deps}
        if more == above:
            break
        above = more
    assert set(TABLES) <= above
    assert {"feat_dispute", "champion", "dispute_warnings", "core_dispute"} <= above


def test_everything_with_an_as_of_date_is_partitioned_by_week() -> None:
    weekly = named("features") | named("models") | named("published") | named("brief")
    assert all(SPECS[name].partitions_def is not None for name in weekly)
    assert all(SPECS[name].partitions_def is None for name in named("raw") | named("core"))


def test_schedules_and_sensors_are_off_until_an_engineer_turns_them_on() -> None:
    repository = defs.get_repository_def()
    automatic = [*repository.schedule_defs, *repository.sensor_defs]
    assert not [one.name for one in automatic if one.default_status.value != "STOPPED"]
