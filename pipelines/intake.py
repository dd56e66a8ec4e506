"""Taking in a landing folder: every file checked, then all of it loaded in one transaction, or none.

A file whose bytes were taken in before is not read again. Nothing under a `sealed` folder is opened.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl
from filelock import FileLock

from pipelines.contracts import PAIR_COLUMNS, TABLES
from pipelines.home import Home
from pipelines.ledger import aggregate_visits
from pipelines.loading import load_rows
from pipelines.mapping import SourceFile, TableMapping, find_sources
from pipelines.parsing import RULES, choose_rows, name_columns, parse
from pipelines.privacy import MASK, hash_pairs, load_key, looks_personal
from pipelines.profile import Profile
from pipelines.readers import LINE, RawFile, file_id, read_source
from pipelines.refused import refuse_headings
from pipelines.warehouse import open_warehouse

Progress = Callable[[str, float], None]
MARKER = "SIMULATED.json"
HAPPENED = {
    "disputes": pl.col("registered_at"), "dispute_events": pl.col("event_at"), "outcomes": pl.col("occurred_at"),
    "grid_reports": pl.col("reported_at"), "decisions": pl.col("decided_at"), "outreach": pl.col("event_on").cast(pl.Datetime("us")) + pl.duration(days=1),
    "volunteers": pl.col("as_of_on").cast(pl.Datetime("us")) + pl.duration(days=1),
    "service_coverage": pl.col("week").cast(pl.Datetime("us")) + pl.duration(days=7, seconds=-1),
}  # fmt: skip
"""When a record that carries no time of recording is known: when it happened; a day or week when it is over."""


@dataclass(frozen=True)
class FileReport:
    """What became of one file's rows for one table: read = loaded + quarantined + duplicates + unchanged."""

    file: str
    file_id: str
    table: str
    encoding: str | None
    read: int
    loaded: int
    quarantined: int
    duplicates: int
    unchanged: int

    def line(self) -> str:
        """The accounting in one line."""
        return (
            f"{self.file} -> {self.table}: read {self.read:,} = loaded {self.loaded:,} + quarantined "
            f"{self.quarantined:,} + duplicates {self.duplicates:,} + unchanged {self.unchanged:,}"
        )


@dataclass
class CheckReport:
    """What a take-in would do: the accounting, the columns left out, and the rules broken by table."""

    files: list[FileReport] = field(default_factory=list)
    dropped: dict[str, list[str]] = field(default_factory=dict)
    rules: dict[str, dict[str, int]] = field(default_factory=dict)

    def text(self) -> str:
        """The report as an engineer reads it on a terminal."""
        lines = [report.line() for report in self.files]
        lines += [
            f"{name}: columns left out unread: {', '.join(columns)}"
            for name, columns in self.dropped.items()
            if columns
        ]
        for table, rules in self.rules.items():
            lines += [f"{table}: {n:,} rows would be quarantined: {rule}" for rule, n in rules.items()]
        return "\n".join(lines)


def take_in(
    data: Path,
    profile: Profile,
    home: Home,
    progress: Progress | None = None,
    also: Sequence[SourceFile] = (),
) -> list[FileReport]:
    """Load every new file of a landing folder into the warehouse.

    Args:
        data: folder with the city's files, and `SIMULATED.json` where they are made up.
        profile: says which files are known and how they are mapped.
        home: whose warehouse is written; waits while another run holds it.
        progress: told the file's name and the share done.
        also: files the platform itself hands over, from elsewhere.

    Returns:
        One report per file and table, files taken in before with all rows unchanged.

    Raises:
        RefusedInput: a file must be changed; the warehouse is as it was.
    """
    tell = progress or (lambda words, share: None)
    sources = [*find_sources(data, profile), *also]
    for source in sources:
        if source.path.suffix.lower() != ".csv":
            continue
        refuse_headings(source.path.name, _csv_headings(source))
    home.root.mkdir(parents=True, exist_ok=True)
    origin = "simulated" if (data / MARKER).exists() else "real"
    with FileLock(home.root / "intake.lock"):
        held = home.owner()
        if held is not None:
            home.claim(profile.name, origin)
        key = load_key(home.root)
        reports = _load_all(sources, profile, home, key, data, origin, tell)
        home.claim(profile.name, origin)
    return reports


def check(data: Path, profile: Profile) -> CheckReport:
    """Do everything a take-in does in memory, and keep nothing."""
    report = CheckReport()
    with open_warehouse(":memory:") as con:
        _refresh_reference(con, profile, data, "check")
        for source in find_sources(data, profile):
            raw = _checked(source)
            used = {h for m in source.mapping.tables for h in _headings_used(raw, m)}
            report.dropped[raw.name] = [h for h in raw.headings if h not in used]
            report.files += _take_file(con, raw, source, file_id(source.path), profile, key=b"check")
        rows = con.execute(
            """
            select table_name, rule, count(*) from (select table_name, unnest(rules) as rule from quarantine)
            group by all order by 1, 3 desc, 2
            """
        ).fetchall()
    for table, rule, n in rows:
        report.rules.setdefault(table, {})[rule] = n
    return report


def _load_all(
    sources: list[SourceFile],
    profile: Profile,
    home: Home,
    key: bytes,
    data: Path,
    origin: str,
    tell: Progress,
) -> list[FileReport]:
    fresh = not home.warehouse.exists()
    reports: list[FileReport] = []
    try:
        with open_warehouse(home.warehouse) as con:
            con.execute("begin")
            _refresh_reference(con, profile, data, origin)
            for at, source in enumerate(sources):
                tell(source.path.name, at / len(sources))
                known = file_id(source.path)
                reports += _seen_before(con, known, source) or _take_file(
                    con, _checked(source), source, known, profile, key
                )
            con.execute("commit")
    except BaseException:
        if fresh:
            home.warehouse.unlink(missing_ok=True)
        raise
    return reports


def _checked(source: SourceFile) -> RawFile:
    raw = read_source(source)
    refuse_headings(raw.name, raw.headings)
    return raw


def _csv_headings(source: SourceFile) -> list[str]:
    with source.path.open("rb") as file:
        first = file.readline()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return first.decode(encoding).strip().split(",")
        except UnicodeDecodeError:
            continue
    return []


def _seen_before(con: duckdb.DuckDBPyConnection, known: str, source: SourceFile) -> list[FileReport]:
    rows = con.execute(
        "select table_name, encoding, n_read from intake_file where file_id = $id order by table_name",
        {"id": known},
    ).fetchall()
    return [
        FileReport(source.path.name, known, table, encoding, n, 0, 0, 0, n) for table, encoding, n in rows
    ]


def _take_file(
    con: duckdb.DuckDBPyConnection, raw: RawFile, source: SourceFile, known: str, profile: Profile, key: bytes
) -> list[FileReport]:
    return [_take_table(con, raw, mapping, known, profile, key) for mapping in source.mapping.tables]


def _take_table(
    con: duckdb.DuckDBPyConnection,
    raw: RawFile,
    mapping: TableMapping,
    known: str,
    profile: Profile,
    key: bytes,
) -> FileReport:
    named = name_columns(raw, mapping, choose_rows(raw, mapping))
    parsed = parse(named, mapping, profile, raw.name)
    good = parsed.filter(pl.col(RULES).list.len() == 0)
    bad = parsed.filter(pl.col(RULES).list.len() > 0).select(LINE, RULES)
    if mapping.table == "service_visits":
        cells = (
            aggregate_visits(good, profile.areas)
            .with_row_index(LINE)
            .with_columns(pl.col(LINE).cast(pl.Int64))
        )
        load_rows(con, "service_coverage", cells, known)
        loaded, duplicates, unchanged = len(good), 0, 0
    else:
        done = load_rows(con, mapping.table, _core_rows(good, mapping.table, profile, key, con), known)
        loaded, duplicates, unchanged = done.loaded, done.duplicates, done.unchanged
        conflict = "other content under the same key at the same known time"
        bad = pl.concat(
            [
                bad,
                pl.DataFrame(
                    {LINE: done.conflicts, RULES: [[conflict]] * len(done.conflicts)}, schema=bad.schema
                ),
            ]
        )
    _quarantine(con, raw, mapping, known, named, bad)
    report = FileReport(
        raw.name, known, mapping.table, raw.encoding, len(named), loaded, len(bad), duplicates, unchanged
    )
    con.execute(
        "insert or ignore into intake_file values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        [known, raw.name, mapping.table, raw.encoding, len(named), loaded, len(bad), duplicates, unchanged],
    )
    return report


def _core_rows(
    good: pl.DataFrame, table: str, profile: Profile, key: bytes, con: duckdb.DuckDBPyConnection
) -> pl.DataFrame:
    """The good rows as the core table holds them: pairs hashed, places rolled up, known time set."""
    rows = good.with_columns(
        known_at=pl.coalesce(*(["recorded_at"] if "recorded_at" in good.columns else []), HAPPENED[table])
    )
    if table == "disputes":
        rows = rows.with_columns(hash_pairs(good, key))
        rows = _without_erased(rows, con)
    rows = rows.drop(RULES, "recorded_at", *PAIR_COLUMNS, strict=False)
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


def _without_erased(rows: pl.DataFrame, con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Rows of disputes that were erased do not come back."""
    from pipelines.erasure import hash_of

    gone = {h for (h,) in con.execute("select dispute_hash from erased_dispute").fetchall()}
    if not gone:
        return rows
    hashes = rows["dispute_id"].map_elements(hash_of, return_dtype=pl.String)
    return rows.filter(~hashes.is_in(list(gone)))


def _quarantine(
    con: duckdb.DuckDBPyConnection,
    raw: RawFile,
    mapping: TableMapping,
    known: str,
    named: pl.DataFrame,
    bad: pl.DataFrame,
) -> None:
    """File the bad rows with every rule they broke; what could name a person is masked or left out."""
    if not len(bad):
        return
    shown = [c for c in named.columns if c in TABLES[mapping.table].columns() and c != "parties_key"]
    if mapping.table == "service_visits":
        shown = []
    rows = bad.sort(LINE).join(named.select(LINE, *shown), on=LINE, how="left", maintain_order="left")
    texts = [c for c in shown if rows.schema[c] == pl.String]
    masked = rows.with_columns(
        pl.when(looks_personal(pl.col(c))).then(pl.lit(MASK)).otherwise(pl.col(c)).alias(c) for c in texts
    )
    kept = [
        json.dumps(row, ensure_ascii=False, default=str) for row in masked.select(shown).iter_rows(named=True)
    ] or ["{}"] * len(rows)
    filed = rows.select(LINE, RULES).with_columns(row_json=pl.Series(kept, dtype=pl.String))
    con.register("filed", filed)
    con.execute(
        f"insert into quarantine select $id, $name, $table_name, {LINE}, {RULES}, row_json from filed order by {LINE}",
        {"id": known, "name": raw.name, "table_name": mapping.table},
    )
    con.unregister("filed")


def _refresh_reference(con: duckdb.DuckDBPyConnection, profile: Profile, data: Path, origin: str) -> None:
    """Write the profile's areas and units, and which folder of which origin the data come from."""
    areas = profile.areas.select(
        "area_code", "name_zh", "name_en", "tier", "parent_code", "population", "households", "urban", "lon", "lat",
        "village_code", "township_code", "county_code",
    )  # fmt: skip
    units = profile.units.select(
        "unit_id", "name_zh", "kind", "tier", "area_code", "weekly_capacity", "specialities"
    ).join(
        areas.select("area_code", "township_code", "county_code"),
        on="area_code",
        how="left",
        maintain_order="left",
    )
    for table, frame in (("core_area", areas), ("core_unit", units)):
        con.register("reference", frame)
        con.execute(f"delete from {table}")
        con.execute(f"insert into {table} select * from reference")
        con.unregister("reference")
    settings = {"profile": profile.name, "origin": origin, "data_folder": str(data.resolve())}
    for name, value in settings.items():
        con.execute("insert or replace into intake_setting values ($1, $2)", [name, value])


def _headings_used(raw: RawFile, mapping: TableMapping) -> set[str]:
    from pipelines.mapping import headings_of

    canonical = {h for headings in headings_of(mapping.table).values() for h in headings}
    mapped = {*mapping.columns.values(), *mapping.where, *([mapping.present] if mapping.present else [])}
    composed = {h for h in raw.headings for t in mapping.templates.values() if f"{{{h}}}" in t}
    return {h for h in raw.headings if h in mapped | composed or (not mapping.columns and h in canonical)}
