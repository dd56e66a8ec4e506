"""The same matrices part by part, Parquet in and Parquet out, in one process or on a Dask cluster.

A row asks about its own county's disputes and places, and any record it needs is read from the tables, so the
parts together are the whole, to the bit. A part is a file: what is there does not need to be in memory at once.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import polars as pl

from features.catalogue.catalogue import CATALOGUE
from features.cohort import history_mondays
from features.column_profile import describe
from features.engine.matrix import Matrix, build_matrix, build_place_matrix, build_service_matrix
from features.engine.row_kinds import NOWHERE
from features.labels import matured_until
from features.small_cells import hide_small_cells
from pipelines.city.profile import Profile, load_profile
from pipelines.deterministic_write import write_csv
from pipelines.errors import FengqiaoError, RefusedInput
from pipelines.home import Home
from pipelines.tables.core import CORE_TABLES
from pipelines.warehouse.warehouse import data_until, open_warehouse

BUILD: dict[str, Callable[..., Matrix]] = {
    "dispute": build_matrix,
    "place": build_place_matrix,
    "service": build_service_matrix,
}
DISPUTES_AT_ONCE = 20_000
"""A county with more disputes than this is computed in several parts, each with some of the Mondays, to limit the memory of one part."""
TABLES = (*CORE_TABLES.values(), "core_area", "core_unit", "dispute_link", "held_flag")


@dataclass(frozen=True)
class Part:
    """One unit of work: some Mondays of one county. It holds paths and codes only, so that it is cheap to send to a worker.

    Attributes:
        tables: folder with one Parquet file per core table.
        profile: the profile's folder.
        unit: what a row is.
        county: its code, or `NOWHERE`.
        as_of_dates: the Mondays.
        out: the file to write.
    """

    tables: Path
    profile: Path
    unit: str
    county: str
    as_of_dates: tuple[date, ...]
    out: Path


def write_history(
    home: Home,
    profile: Profile,
    unit: str,
    last: date,
    weeks: int,
    out: Path,
    engine: str,
    workers: int,
    scheduler: str | None = None,
) -> str:
    """Write the features of the last weeks and a description of their columns; the return value says what was written.

    The columns are described on the last of the Mondays that matured, so that what comes late has come.

    Raises:
        RefusedInput: no such unit or engine, or `out` lies under the home.
    """
    for word, known in ((unit, tuple(BUILD)), (engine, ("local", "dask"))):
        if word not in known:
            raise RefusedInput(f"{word!r} is none of {', '.join(known)}")
    with open_warehouse(home.warehouse, read_only=True) as con:
        mondays = history_mondays(con, last)[-weeks:]
        until = data_until(con)
        described_on = last if until is None else min(last, matured_until(until, profile))
        columns = describe(con, profile, unit, described_on)
    run = in_this_process if engine == "local" else partial(on_dask, workers=workers, address=scheduler)
    work = write_parts(home, profile, unit, mondays, out, run)
    write_csv(without_figures(columns), out / "columns.csv")
    rows = sum(pl.scan_parquet(part.out).select(pl.len()).collect().item() for part in work)
    return (
        f"{rows:,} rows of {len(mondays)} Mondays in {len(work)} files in {out}, its columns in columns.csv"
    )


def write_parts(
    home: Home,
    profile: Profile,
    unit: str,
    as_of_dates: Sequence[date],
    out: Path,
    run: Callable[[Sequence[Part]], Iterable[int]],
) -> list[Part]:
    """Compute a matrix part by part into `out`, one Parquet file per county, several for a large one.

    The files hold case numbers and are not reached by `fengqiao erase`: they may not lie under the home.

    Args:
        home: whose warehouse is read.
        profile: its profile.
        unit: what a row is.
        as_of_dates: the Mondays.
        out: folder; files of the same name are replaced.
        run: `in_this_process`, or `on_dask` with its workers.

    Raises:
        RefusedInput: `out` lies under the home.
    """
    if out.resolve().is_relative_to(home.root.resolve()):
        raise RefusedInput(
            f"{out} lies under the home {home.root}, where erasing must find everything: choose another"
        )
    with TemporaryDirectory(dir=_created(out)) as scratch:
        with open_warehouse(home.warehouse, read_only=True) as con:
            export_tables(con, Path(scratch))
        work = parts(Path(scratch), profile.folder, unit, as_of_dates, out.resolve())
        for _ in run(work):
            pass
    return work


def export_tables(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write the tables the features are made from, one Parquet file each."""
    for table in TABLES:
        con.table(table).write_parquet(str(folder / f"{table}.parquet"))


def parts(tables: Path, profile: Path, unit: str, as_of_dates: Sequence[date], out: Path) -> list[Part]:
    """All parts of a matrix, the largest first so that workers finish at about the same time; a large county in several parts."""
    query = """
        select coalesce(county_code, $nowhere) as county, count(*) as n from read_parquet($file)
        group by county order by n desc, county"""
    file = "core_dispute" if unit == "dispute" else "core_area"
    given = {"nowhere": NOWHERE, "file": str(tables / f"{file}.parquet")}
    days = sorted(set(as_of_dates))
    work = []
    for county, n in duckdb.connect().execute(query, given).fetchall():
        turns = min(-(-n // DISPUTES_AT_ONCE), len(days))
        for turn in range(turns):
            some = tuple(days[len(days) * turn // turns : len(days) * (turn + 1) // turns])
            name = f"{unit}-{county}" if turns == 1 else f"{unit}-{county}-{turn + 1}"
            work.append(Part(tables, profile, unit, county, some, out / f"{name}.parquet"))
    return work


def fill_part(part: Part) -> int:
    """Compute one part and write it: the cohort's columns, and one float32 column per feature in which NaN means missing.

    Returns:
        How many rows it has.
    """
    with duckdb.connect(config={"threads": 1}) as con:
        for table in TABLES:
            con.execute(f"create view {table} as from read_parquet('{part.tables / table}.parquet')")
        matrix = BUILD[part.unit](con, load_profile(str(part.profile)), part.as_of_dates, county=part.county)
    unfinished = part.out.with_suffix(".partial")
    frame(matrix).write_parquet(unfinished)
    unfinished.replace(part.out)
    return len(matrix.cohort)


def _created(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def frame(matrix: Matrix) -> pl.DataFrame:
    """A matrix as one frame: the cohort's columns, then the features' columns that are not among them; small cells are hidden."""
    matrix = hide_small_cells(matrix)
    features = pl.DataFrame(matrix.values, schema=list(matrix.names), orient="row")
    return matrix.cohort.hstack(features.drop(matrix.cohort.columns, strict=False))


def without_figures(columns: pl.DataFrame) -> pl.DataFrame:
    """The described columns without the value ranges of counts of the care services (boundary 2)."""
    shown = ~pl.col("name").is_in([f.name for f in CATALOGUE if f.is_withheld])
    return columns.with_columns(low=pl.when(shown).then("low"), high=pl.when(shown).then("high"))


def in_this_process(work: Sequence[Part]) -> Iterator[int]:
    """Compute the parts one after the other; memory is bounded by the largest part."""
    return map(fill_part, work)


def on_dask(work: Sequence[Part], workers: int, address: str | None = None) -> Iterator[int]:
    """Compute the parts on a Dask cluster: the one at `address`, which must see the same folders, or a local one.

    Raises:
        FengqiaoError: Dask is not installed.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError as missing:
        raise FengqiaoError("Dask is not installed here: `uv pip install 'dask[distributed]'`") from missing
    cluster = address or LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0")
    with Client(cluster) as client:
        done = client.map(fill_part, work, pure=False)
        yield from (future.result() for future in done)
    if not isinstance(cluster, str):
        cluster.close()
