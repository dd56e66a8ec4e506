"""Records of places that were merged, renamed or cut anew since: put where their areas now are, in the whole of history."""

from collections.abc import Iterator

import duckdb

from pipelines.city.profile import Profile
from pipelines.errors import RefusedInput
from pipelines.mapping.landing_folder import load_mappings
from pipelines.warehouse.warehouse import read_row

PLACED = {
    "core_dispute": ("village_code", "township_code", "county_code"),
    "core_grid_report": ("township_code", "county_code"),
    "core_outreach": ("township_code", "county_code"),
    "core_volunteer": ("township_code", "county_code"),
}
COUNTED = ("kept_visit", "visit_count")


def move_records(con: duckdb.DuckDBPyConnection, profile: Profile) -> bool:
    """Bring all records to the areas of the profile, in the open transaction; `core_area` is up to date.

    Returns:
        Whether care visits moved, so that coverage has to be made anew.
    """
    for core, columns in PLACED.items():
        gone = [
            code
            for (code,) in con.execute(
                f"select distinct area_code from {core} where area_code not in (select area_code from core_area) order by 1"
            ).fetchall()
        ]
        for old, new in _successors(gone, profile):
            con.execute(
                f"update {core} set area_code = $new where area_code = $old", {"new": new, "old": old}
            )
        setting = ", ".join(f"{c} = a.{c}" for c in columns)
        differs = " or ".join(f"{core}.{c} is distinct from a.{c}" for c in columns)
        con.execute(
            f"update {core} set {setting} from core_area a where a.area_code = {core}.area_code and ({differs})"
        )
    return _move_counts(con, profile)


def _successors(gone: list[str], profile: Profile) -> Iterator[tuple[str, str]]:
    """Each code that is gone and the one it is now: by `merged_into`, or by how a mapping translates it or a code it begins with."""
    translated = dict(profile.merged_areas)
    if gone:
        try:
            mappings = load_mappings(profile)
        except RefusedInput:
            mappings = []
        for table in (table for one in mappings for table in one.tables):
            translated = dict(table.codes.get("area_code", {})) | translated
    for code in gone:
        olds = [old for old in translated if old and code.startswith(old)]
        if olds:
            yield code, translated[max(olds, key=len)]


def _move_counts(con: duckdb.DuckDBPyConnection, profile: Profile) -> bool:
    """Care visits and their sums of townships that were merged, to the township they are part of."""
    moved = False
    for old, new in sorted(profile.merged_areas.items()):
        names = {"old": old, "new": new}
        for table in COUNTED:
            moved |= (
                con.execute(
                    f"update {table} set township_code = $new where township_code = $old", names
                ).fetchall()[0][0]
                > 0
            )
        if not read_row(
            con, "select count(*) from core_service_coverage where township_code = $old", {"old": old}
        )[0]:
            continue
        con.execute(
            """
            update core_service_coverage set due = core_service_coverage.due + o.due, done = core_service_coverage.done + o.done,
                overdue = core_service_coverage.overdue + o.overdue, caseload = core_service_coverage.caseload + o.caseload,
                workers = core_service_coverage.workers + o.workers
            from (select * from core_service_coverage where township_code = $old) o
            where core_service_coverage.township_code = $new and core_service_coverage.service = o.service
                and core_service_coverage.week = o.week and core_service_coverage.known_at = o.known_at
            """,
            names,
        )
        con.execute(
            """
            delete from core_service_coverage c where township_code = $old and exists (select 1 from core_service_coverage n
                where n.township_code = $new and n.service = c.service and n.week = c.week and n.known_at = c.known_at)
            """,
            names,
        )
        con.execute("update core_service_coverage set township_code = $new where township_code = $old", names)
    return moved
