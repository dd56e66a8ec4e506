"""One file taken in: read, its rows parsed and held or loaded, each of them accounted for."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime

import duckdb
import polars as pl

from pipelines.city.profile import Profile
from pipelines.erasure.erase import are_erased, erased_marks
from pipelines.intake.cell_faults import cell_faults, hold_faults, with_1900_days
from pipelines.intake.flags_of_held_rows import keep_flags
from pipelines.intake.key_checks import NOUGHTS_LOST, TWO_MATTERS, keys_checked, noughts_lost
from pipelines.intake.known_time import in_time, known_at
from pipelines.intake.merged_codes import merged_code_of_lines, old_codes_notice
from pipelines.intake.parsing import Parsed, choose_rows, name_columns, parse, with_bad
from pipelines.intake.quarantine import quarantine_rows
from pipelines.intake.quarantine_release import release_rows
from pipelines.intake.row_checks import coverage_checked, days_checked, hold, villages_added_up
from pipelines.intake.row_choice import drop_later_openings, first_rows, replace_rows_named_by_line
from pipelines.intake.row_counts import FileReport, record
from pipelines.intake.service_visits import LEDGER, take_ledger
from pipelines.intake.source_columns import columns_that_stopped, emptied_cells, numbers_of_several_times
from pipelines.intake.versioned_load import CONFLICT, load_rows
from pipelines.intake.whole_exports import end_gone, is_whole, records_that_stopped, settle_whole
from pipelines.mapping.landing_folder import SourceFile
from pipelines.mapping.mapping import FileMapping, TableMapping
from pipelines.privacy.pair_key import hash_pairs
from pipelines.privacy.refused_words import refuse_headings
from pipelines.reading.readers import LINE, RawFile, read_source
from pipelines.tables.contracts import PAIR_COLUMNS, key_columns
from pipelines.tables.normal_form import normal_forms

ROWS_AT_ONCE = 200_000
"""Rows parsed at once, which bounds the memory."""


def take_file(
    con: duckdb.DuckDBPyConnection,
    source: SourceFile,
    known: str,
    profile: Profile,
    key: bytes,
    until: datetime | None,
    look: Callable[[RawFile, SourceFile], None] | None,
) -> list[FileReport]:
    """Load one file into its tables; a ledger of care visits is read part by part and never held whole."""
    tables = source.mapping.tables
    seen = look or (lambda raw, source: None)
    reports = [
        take_ledger(con, source, m, known, profile, key, until, seen) for m in tables if m.table == LEDGER
    ]
    if len(reports) < len(tables):
        raw = replace(read_source(source), name=source.kept_name)
        refuse_headings(raw.name, raw.headings)
        seen(raw, source)
        reports += [
            _take_table(con, raw, source.mapping, m, known, profile, key, until)
            for m in tables
            if m.table != LEDGER
        ]
    for report in reports:
        record(con, report)
    return reports


def _take_table(
    con: duckdb.DuckDBPyConnection,
    raw: RawFile,
    source: FileMapping,
    mapping: TableMapping,
    known: str,
    profile: Profile,
    key: bytes,
    until: datetime | None,
) -> FileReport:
    chosen = name_columns(raw, mapping, choose_rows(raw, mapping), profile)
    named = first_rows(con, with_1900_days(chosen, raw, mapping.table), mapping)
    notices = columns_that_stopped(con, raw.name, source, mapping, named.columns, known)
    parsed = _parsed(named, raw, mapping, profile, con, until)
    old_codes = merged_code_of_lines(named, mapping, profile)
    notices += old_codes_notice(parsed.good, mapping.table, old_codes, profile)
    core_rows, summed = _core_rows(parsed.good, mapping.table, profile, key, con, old_codes)
    replace_rows_named_by_line(con, raw.name, source, mapping, core_rows, known)
    two_matters = keys_checked(con, raw.name, mapping, core_rows)
    without_noughts = noughts_lost(con, mapping, core_rows)
    parsed = hold(parsed, pl.Series(LINE, two_matters, dtype=pl.Int64), TWO_MATTERS)
    parsed = hold(parsed, pl.Series(LINE, without_noughts, dtype=pl.Int64), NOUGHTS_LOST)
    core_rows = core_rows.filter(~pl.col(LINE).is_in([*two_matters, *without_noughts]))
    notices += () if is_whole(source, mapping) else emptied_cells(con, mapping.table, core_rows)
    coming = _keys_named(named, mapping)
    notices += records_that_stopped(con, source, mapping, coming, known)
    settled = settle_whole(con, raw.name, source, mapping, core_rows, coming, known)
    core_rows = settled.rows
    drop_later_openings(con, mapping, core_rows)
    done = load_rows(con, mapping.table, core_rows, known)
    end_gone(con, mapping.table, settled, known)
    conflicts = [line for first in done.conflicts for line in summed.get(first, [first])]
    bad = with_bad(parsed.bad, conflicts, CONFLICT)
    accepted = core_rows[LINE].filter(~core_rows[LINE].is_in(done.conflicts))
    loaded = len(done.new) + sum(len(summed[line]) - 1 for line in summed if line in set(done.new))
    unchanged = len(parsed.good) - loaded - len(conflicts) - done.duplicates
    if not summed and unchanged != done.unchanged + len(parsed.good) - len(core_rows):
        raise AssertionError(f"rows of {raw.name} do not add up")
    del parsed, core_rows
    released = release_rows(con, raw, mapping, known, accepted, done.new)
    quarantine_rows(con, raw, mapping, known, bad, profile, key)
    keep_flags(con, named, bad[LINE], mapping, profile, raw.name, known, until)
    notices += numbers_of_several_times(con, mapping.table, known)
    counted = (len(named), loaded, len(bad), done.duplicates, unchanged)
    return FileReport(
        raw.name, known, mapping.table, raw.encoding, *counted, released, (*raw.notices, *notices)
    )


def _keys_named(named: pl.DataFrame, mapping: TableMapping) -> pl.Series:
    """Every record number that a file names, those of rows at fault too."""
    name = key_columns(mapping.table)[0]
    if name not in named.columns or named.schema[name].is_temporal():
        return pl.Series(name, [], dtype=pl.String)
    return normal_forms(named[name].cast(pl.String))


def _parsed(
    named: pl.DataFrame,
    raw: RawFile,
    mapping: TableMapping,
    profile: Profile,
    con: duckdb.DuckDBPyConnection,
    until: datetime | None,
) -> Parsed:
    """The rows in the contract's types, those at fault by themselves, by the calendar or by what is known apart."""
    slices = [parse(part, mapping, profile, raw.name) for part in named.iter_slices(ROWS_AT_ONCE)] or [
        parse(named, mapping, profile, raw.name)
    ]
    whole = Parsed(pl.concat([s.good for s in slices]), pl.concat([s.bad for s in slices]))
    whole = hold_faults(whole, cell_faults(raw, mapping))
    sums = coverage_checked(whole, mapping.table, profile)
    return in_time(days_checked(sums, mapping, con, until), mapping.table, until)


def _core_rows(
    good: pl.DataFrame,
    table: str,
    profile: Profile,
    key: bytes,
    con: duckdb.DuckDBPyConnection,
    old_codes: Collection[int],
) -> tuple[pl.DataFrame, dict[int, list[int]]]:
    """The good rows as the core table holds them: pairs hashed, places rolled up, known time set.

    And by the line of each row that sums several the lines it sums.
    """
    rows = good.with_columns(known_at=known_at(table, good.columns))
    if table == "disputes":
        rows = rows.with_columns(hash_pairs(good, key))
    if "dispute_id" in rows.columns:
        rows = _without_erased(rows, key, con)
    rows = rows.drop("recorded_at", *PAIR_COLUMNS, strict=False)
    if "area_code" not in rows.columns:
        return rows, {}
    above = profile.areas.select(
        "area_code", "village_code", "township_code", "county_code", tier_of_area="tier"
    )
    placed = rows.join(above, on="area_code", how="left", maintain_order="left")
    if table == "disputes":
        grid = pl.when(pl.col("tier_of_area") == "grid").then("area_code").alias("grid_code")
        return placed.with_columns(grid).drop("tier_of_area"), {}
    placed = placed.drop("village_code")
    if table == "service_coverage":
        rows, summed = villages_added_up(placed.drop("county_code"), old_codes)
        return rows.drop("tier_of_area"), summed
    return placed.drop("tier_of_area"), {}


def _without_erased(rows: pl.DataFrame, key: bytes, con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Rows of disputes that were erased do not come back."""
    return rows.filter(~are_erased(rows["dispute_id"], erased_marks(con, key), key))
