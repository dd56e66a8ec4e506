"""One file taken in: read, its rows parsed and held or loaded, each of them accounted for."""

from collections.abc import Callable
from datetime import datetime

import duckdb
import polars as pl

from pipelines.city.profile import Profile
from pipelines.erasure.erase import are_erased, erased_marks
from pipelines.intake.known_time import in_time, known_at
from pipelines.intake.parsing import Parsed, choose_rows, name_columns, parse, with_bad
from pipelines.intake.quarantine import quarantine_rows
from pipelines.intake.quarantine_release import release_rows
from pipelines.intake.row_counts import FileReport, record
from pipelines.intake.service_visits import LEDGER, take_ledger
from pipelines.intake.versioned_load import CONFLICT, load_rows
from pipelines.mapping.landing_folder import SourceFile
from pipelines.mapping.mapping import TableMapping
from pipelines.privacy.pair_key import hash_pairs
from pipelines.privacy.refused_words import refuse_headings
from pipelines.reading.readers import LINE, RawFile, read_source
from pipelines.tables.contracts import PAIR_COLUMNS

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
    reports = [take_ledger(con, source, m, known, profile, until, seen) for m in tables if m.table == LEDGER]
    if len(reports) < len(tables):
        raw = read_source(source)
        refuse_headings(raw.name, raw.headings)
        seen(raw, source)
        reports += [_take_table(con, raw, m, known, profile, key, until) for m in tables if m.table != LEDGER]
    for report in reports:
        record(con, report)
    return reports


def _take_table(
    con: duckdb.DuckDBPyConnection,
    raw: RawFile,
    mapping: TableMapping,
    known: str,
    profile: Profile,
    key: bytes,
    until: datetime | None,
) -> FileReport:
    named = name_columns(raw, mapping, choose_rows(raw, mapping))
    slices = [parse(part, mapping, profile, raw.name) for part in named.iter_slices(ROWS_AT_ONCE)] or [
        parse(named, mapping, profile, raw.name)
    ]
    whole = Parsed(pl.concat([s.good for s in slices]), pl.concat([s.bad for s in slices]))
    del slices
    parsed = in_time(whole, mapping.table, until)
    core_rows = _core_rows(parsed.good, mapping.table, profile, key, con)
    done = load_rows(con, mapping.table, core_rows, known)
    bad = with_bad(parsed.bad, done.conflicts, CONFLICT)
    accepted = core_rows[LINE].filter(~core_rows[LINE].is_in(done.conflicts))
    erased = len(parsed.good) - len(core_rows)
    del whole, parsed, core_rows
    released = release_rows(con, raw, mapping, known, accepted, done.new)
    quarantine_rows(con, raw, mapping, known, bad, profile, key)
    counted = (len(named), len(done.new), len(bad), done.duplicates, done.unchanged + erased)
    return FileReport(raw.name, known, mapping.table, raw.encoding, *counted, released)


def _core_rows(
    good: pl.DataFrame, table: str, profile: Profile, key: bytes, con: duckdb.DuckDBPyConnection
) -> pl.DataFrame:
    """The good rows as the core table holds them: pairs hashed, places rolled up, known time set."""
    rows = good.with_columns(known_at=known_at(table, good.columns))
    if table == "disputes":
        rows = rows.with_columns(hash_pairs(good, key))
    if "dispute_id" in rows.columns:
        rows = _without_erased(rows, key, con)
    rows = rows.drop("recorded_at", *PAIR_COLUMNS, strict=False)
    if "area_code" not in rows.columns:
        return rows
    above = profile.areas.select("area_code", "village_code", "township_code", "county_code", "tier")
    placed = rows.join(above, on="area_code", how="left", maintain_order="left", suffix="_of_area")
    if table == "disputes":
        grid = pl.when(pl.col("tier_of_area") == "grid").then("area_code").alias("grid_code")
        return placed.with_columns(grid).drop("tier_of_area")
    placed = placed.drop("village_code", "tier", "tier_of_area", strict=False)
    if table == "service_coverage":
        return placed.drop("area_code", "county_code")
    return placed


def _without_erased(rows: pl.DataFrame, key: bytes, con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Rows of disputes that were erased do not come back."""
    return rows.filter(~are_erased(rows["dispute_id"], erased_marks(con, key), key))
