"""Taking in a landing folder: every file checked, then all of it loaded in one transaction, or none.

A file whose bytes were taken in before is not read again, unless the profile now reads it in another
way: then its rows are taken out and read anew. Nothing under a `sealed` folder is opened.
"""

import hashlib
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import polars as pl
from filelock import FileLock, Timeout

from pipelines.accounting import FileReport, record
from pipelines.clocks import in_time, known_at
from pipelines.contracts import PAIR_COLUMNS
from pipelines.errors import FengqiaoError
from pipelines.home import Home
from pipelines.ledger import LEDGER, rebuild_coverage, take_ledger
from pipelines.linkage import link_duplicates
from pipelines.loading import CONFLICT, load_rows, unload
from pipelines.mapping import SourceFile, TableMapping, find_sources, landing_files
from pipelines.parsing import Parsed, choose_rows, name_columns, parse, with_bad
from pipelines.privacy import hash_pairs, key_mark, load_key
from pipelines.profile import REFERENCE, Profile
from pipelines.quarantine import hold, release
from pipelines.readers import LINE, LOCAL_ZONE, RawFile, csv_headings, file_id, read_source
from pipelines.refused import refuse_headings
from pipelines.warehouse import open_warehouse

Progress = Callable[[str, float], None]
MARKER = "SIMULATED.json"
ROWS_AT_ONCE = 200_000
"""Rows parsed at once, which bounds the memory."""


def take_in(
    data: Path,
    profile: Profile,
    home: Home,
    progress: Progress | None = None,
    also: Sequence[SourceFile] = (),
    now: datetime | None = None,
) -> list[FileReport]:
    """Load every new file of a landing folder into the warehouse.

    Args:
        data: folder with the city's files, and `SIMULATED.json` where they are made up.
        profile: says which files are known and how they are mapped.
        home: whose warehouse is written; waits while another run holds it, and says so.
        progress: told the file's name and the share done.
        also: files the platform itself hands over, from elsewhere.
        now: rows known more than a day later are held; the clock's time where None. Made-up data may lie ahead.

    Returns:
        One report per file and table, files taken in before with all rows unchanged.

    Raises:
        RefusedInput: a file must be changed; the warehouse is as it was.
    """
    tell = progress or (lambda words, share: None)
    sources = [*find_sources(data, profile), *also]
    refuse_by_headings(data, sources)
    home.root.mkdir(parents=True, exist_ok=True)
    origin = origin_of(data)
    with _only_run(home, tell):
        _refuse_other_owner(home, profile, origin)
        fresh = not home.warehouse.exists()
        try:
            with open_warehouse(home.warehouse) as con:
                key = load_key(home.root, _setting(con, "key_mark"))
                con.execute("begin")
                refresh_reference(con, profile, data, origin, key)
                reports = load_sources(con, sources, profile, key, latest(origin, now), tell)
                link_duplicates(con, profile, sorted({r.file_id for r in reports if r.loaded}))
                con.execute("commit")
        except BaseException:
            if fresh:
                home.warehouse.unlink(missing_ok=True)
            raise
        home.claim(profile.name, origin)
    return reports


def load_sources(
    con: duckdb.DuckDBPyConnection,
    sources: list[SourceFile],
    profile: Profile,
    key: bytes,
    until: datetime | None,
    tell: Progress,
    look: Callable[[RawFile, SourceFile], None] | None = None,
) -> list[FileReport]:
    """Load the files that are new, or read in another way than before, inside the open transaction.

    Args:
        con: the warehouse.
        sources: the files.
        profile: how they are read.
        key: hashes the pairs.
        until: rows known later are held.
        tell: told each file's name and the share done.
        look: shown every file that is read, before its rows are.
    """
    ids = {source.path: file_id(source.path) for source in sources}
    prints = {source.path: _fingerprint(source, profile) for source in sources}
    read = dict(con.execute("select file_id, fingerprint from intake_reading").fetchall())
    stale = [p for p in ids if ids[p] in read and read[ids[p]] != prints[p]]
    for path in stale:
        unload(con, ids[path])
    if stale:
        rebuild_coverage(con)
    reports: list[FileReport] = []
    for at, source in enumerate(sources):
        tell(source.path.name, at / len(sources))
        known = ids[source.path]
        before = _seen_before(con, known, source.path.name)
        if not before:
            with quoting_nothing(source.path.name):
                before = _take_file(con, source, known, profile, key, until, look)
            con.execute("insert or replace into intake_reading values ($1, $2)", [known, prints[source.path]])
        reports += before
    return reports


@contextmanager
def quoting_nothing(file_name: str) -> Iterator[None]:
    """Let no unforeseen error out with its message, which may quote a row and would be kept in Dagster's log.

    Raises:
        FengqiaoError: in its place; names the file, the kind of error and where in the code it came up.
    """
    try:
        yield
    except (FengqiaoError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as problem:  # a library in another language panics outside Exception
        frame = traceback.extract_tb(problem.__traceback__)[-1]
        raise FengqiaoError(
            f"{file_name}: {type(problem).__name__} in {Path(frame.filename).name}, line {frame.lineno}. "
            "Nothing was loaded. The message is withheld, for it may quote a row."
        ) from None


def refuse_by_headings(data: Path, sources: list[SourceFile]) -> None:
    """Look at names and headings of all files, the unknown ones too, before any row is read.

    Raises:
        RefusedInput: one of them is what the boundary bans.
    """
    known = {source.path: source.mapping.header_row for source in sources}
    for path in landing_files(data):
        refuse_headings(path.name, csv_headings(path, known.get(path, 1)))


def refresh_reference(
    con: duckdb.DuckDBPyConnection, profile: Profile, data: Path, origin: str, key: bytes
) -> None:
    """Write the profile's areas and units, which folder of which origin the data come from, and the key's mark."""
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
    settings = {
        "profile": profile.name,
        "origin": origin,
        "data_folder": str(data.resolve()),
        "key_mark": key_mark(key),
    }
    for name, value in settings.items():
        con.execute("insert or replace into intake_setting values ($1, $2)", [name, value])


def origin_of(data: Path) -> str:
    """Whether a landing folder holds `simulated` or `real` data."""
    return "simulated" if (data / MARKER).exists() else "real"


def latest(origin: str, now: datetime | None) -> datetime | None:
    """After this no record can be known yet; None for made-up data, which may lie ahead."""
    if origin == "simulated":
        return None
    return (now or datetime.now(ZoneInfo(LOCAL_ZONE)).replace(tzinfo=None)) + timedelta(days=1)


def _only_run(home: Home, tell: Progress) -> FileLock:
    lock = FileLock(home.root / "intake.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        tell("another run is taking files in; waiting for it", 0.0)
        lock.acquire()
    return lock


def _refuse_other_owner(home: Home, profile: Profile, origin: str) -> None:
    """Refuse a home of another profile or origin, one whose last run died before it was marked included."""
    if home.owner() is None and home.warehouse.exists():
        with open_warehouse(home.warehouse) as con:
            held = _setting(con, "profile"), _setting(con, "origin")
        if held[0] is not None:
            home.claim(str(held[0]), str(held[1]))
    if home.owner() is not None:
        home.claim(profile.name, origin)


def _setting(con: duckdb.DuckDBPyConnection, name: str) -> str | None:
    rows = con.execute("select value from intake_setting where name = $name", {"name": name}).fetchall()
    return rows[0][0] if rows else None


def _fingerprint(source: SourceFile, profile: Profile) -> str:
    """What the reading of a file depends on besides its bytes: its mapping, the profile's lists, the codes."""
    digest = hashlib.sha256(source.mapping.model_copy(update={"files": ""}).model_dump_json().encode())
    lists = [profile.folder / f"{name}.csv" for name in ("areas", "risk_categories", "units")]
    for path in (*lists, REFERENCE / "codes.csv"):
        digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()


def _seen_before(con: duckdb.DuckDBPyConnection, known: str, name: str) -> list[FileReport]:
    rows = con.execute(
        "select table_name, encoding, n_read from intake_file where file_id = $id order by table_name",
        {"id": known},
    ).fetchall()
    return [FileReport(name, known, table, encoding, n, 0, 0, 0, n) for table, encoding, n in rows]


def _take_file(
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
    released = release(con, raw, mapping, known, accepted, done.new)
    hold(con, raw, mapping, known, bad, profile)
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
        rows = _without_erased(rows, con)
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


def _without_erased(rows: pl.DataFrame, con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Rows of disputes that were erased do not come back."""
    from pipelines.erasure import hash_of

    gone = {h for (h,) in con.execute("select dispute_hash from erased_dispute").fetchall()}
    if not gone:
        return rows
    hashes = rows["dispute_id"].map_elements(hash_of, return_dtype=pl.String)
    return rows.filter(~hashes.is_in(list(gone)))
