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

import duckdb
from filelock import FileLock, Timeout

from pipelines.city import clock
from pipelines.city.profile import REFERENCE, Profile
from pipelines.errors import FengqiaoError, RefusedInput, UnreadableFile
from pipelines.home import Home
from pipelines.intake.duplicate_linkage import link_duplicates
from pipelines.intake.file_intake import take_file
from pipelines.intake.moved_places import move_records
from pipelines.intake.row_counts import NOT_READ, FileReport, forget_files_left_out, keep_notices
from pipelines.intake.service_visits import rebuild_coverage
from pipelines.intake.versioned_load import unload
from pipelines.mapping.landing_folder import SourceFile, find_sources, landing_files, places_in_folder
from pipelines.privacy.harmless_texts import shown_file_name
from pipelines.privacy.key_file import key_mark, load_key
from pipelines.privacy.refused_words import refuse_headings
from pipelines.reading.readers import RawFile, csv_headings, file_id
from pipelines.warehouse.warehouse import open_warehouse, read_frame

Progress = Callable[[str, float], None]
MARKER = "SIMULATED.json"


def load_folder(
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
        RefusedInput: a file must be changed, or none of them can be read; the warehouse is as it was. A file that
            cannot be read beside others that can is left out, with its reason in its report.
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
                forget_files_left_out(con)
                reports = load_sources(con, sources, profile, key, latest(origin, now), tell)
                _refuse_if_nothing_read(reports)
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
        tell(source.kept_name, at / len(sources))
        known = ids[source.path]
        before = _seen_before(con, known, source.kept_name)
        if not before:
            try:
                with quoting_nothing(source.path.name, source.kept_name):
                    before = take_file(con, source, known, profile, key, until, look)
                read_as = [known, prints[source.path]]
                con.execute("insert or replace into intake_reading values ($1, $2)", read_as)
            except UnreadableFile as refusal:
                before = [_left_out(con, source.kept_name, known, refusal)]
        reports += before
    return reports


@contextmanager
def quoting_nothing(file_name: str, kept_name: str | None = None) -> Iterator[None]:
    """Let no unforeseen error out with its message, which may quote a row and would be kept in Dagster's log.

    Args:
        file_name: of the file.
        kept_name: how it is called in what is kept; as it is where None.

    Raises:
        FengqiaoError: in its place; names the file, the kind of error and where in the code it came up.
    """
    shown = kept_name or file_name
    try:
        yield
    except FengqiaoError as problem:
        if file_name == shown or file_name not in str(problem):
            raise
        raise type(problem)(str(problem).replace(file_name, shown)) from None
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as problem:  # a library in another language panics outside Exception
        frame = traceback.extract_tb(problem.__traceback__)[-1]
        raise FengqiaoError(
            f"{shown}: {type(problem).__name__} in {Path(frame.filename).name}, line {frame.lineno}. "
            "Nothing was loaded. The message is withheld, for it may quote a row."
        ) from None


def refuse_by_headings(data: Path, sources: list[SourceFile]) -> None:
    """Look at names and headings of all files, the unknown ones too, before any row is read.

    Raises:
        RefusedInput: one of them is what the boundary bans.
    """
    known = {source.path: source for source in sources}
    places = places_in_folder(data)
    for path in dict.fromkeys((*landing_files(data), *known)):
        source = known.get(path)
        shown = source.kept_name if source else shown_file_name(path.name, places[path.name])
        with quoting_nothing(path.name, shown):
            header_row, separator = (
                (source.mapping.header_row, source.mapping.separator) if source else (1, None)
            )
            headings = csv_headings(path, header_row, separator)
        refuse_headings(path.name, headings, shown)


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
        stored = read_frame(con, f"select * from {table}")
        if stored.equals(frame.cast(stored.schema)):
            continue
        con.register("reference", frame)
        con.execute(f"delete from {table}")
        con.execute(f"insert into {table} select * from reference")
        con.unregister("reference")
        if table == "core_area" and move_records(con, profile):
            rebuild_coverage(con)
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
    return (now or clock.local_now()) + timedelta(days=1)


def _left_out(con: duckdb.DuckDBPyConnection, name: str, known: str, refusal: UnreadableFile) -> FileReport:
    """Leave a file out that cannot be read, with all that was already read of it; it is tried again next time."""
    unload(con, known)
    report = FileReport(name, known, NOT_READ, None, 0, 0, 0, 0, 0, notices=(str(refusal),))
    keep_notices(con, report)
    return report


def _refuse_if_nothing_read(reports: list[FileReport]) -> None:
    """Refuse a folder of which every file is left out."""
    if any(report.table != NOT_READ for report in reports):
        return
    others = (
        f" {len(reports) - 1} more files cannot be read; `fengqiao check` names all." if reports[1:] else ""
    )
    raise RefusedInput(f"{reports[0].notices[0]}{others}")


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
            stored = _setting(con, "profile"), _setting(con, "origin")
        if stored[0] is not None:
            home.claim(str(stored[0]), str(stored[1]))
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
