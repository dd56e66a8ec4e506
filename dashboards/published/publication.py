"""One published week, opened: an immutable folder of files, read once and kept by its digest.

Readers never open the warehouse. The pointer `current.json` is read anew each time. What it points at
changes only when a dispute is erased, so it is kept by its digest and the stamps of its files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path

import dataframely as dy
import polars as pl

from pipelines.durable_files import DamagedFile
from pipelines.errors import FengqiaoError
from pipelines.home import Home
from pipelines.publication_in_force import CURRENT, read_pointer
from pipelines.tables.publication_meta import PublicationMeta, read_meta
from pipelines.tables.published import shaped
from pipelines.tables.published_evidence import Calibration, ModelMetrics
from pipelines.tables.published_week import DisputeFacts, DisputeTimeline, LastWeek

CHECKLIST = ("threat", "violence", "weapon", "alcohol", "fear", "separation")
DESCRIBED = (
    "place_warnings",
    "service_warnings",
    "places",
    "units",
    "funnel_tiers",
    "funnel_kinds",
    "effect",
    "arrivals",
    "grid_load",
    "similar",
    "watch",
)
"""Files beside the warnings, each with its contract where it is written; a week may lack any of them."""


@dataclass(frozen=True, eq=False)
class Publication:
    """The files of one week, as frames.

    Attributes:
        folder: where they lie.
        as_of: the Monday.
        digest: of the folder's content.
        meta: `meta.json`.
        warnings: one row per dispute at risk, by rank (contracts.md).
        timeline: one row per recorded step of those disputes, in time order.
        facts: one row per dispute.
        metrics: how the model and its baselines did in the backtest; empty without one.
        calibration: what was predicted and what came, by bin; empty without a backtest.
        last_week: one row per dispute on the list before, and what became of it; empty in the first week.
        described: those of the files `DESCRIBED` that this week has, by name.
    """

    folder: Path
    as_of: date
    digest: str
    meta: PublicationMeta
    warnings: pl.DataFrame
    timeline: pl.DataFrame
    facts: pl.DataFrame
    metrics: pl.DataFrame
    calibration: pl.DataFrame
    last_week: pl.DataFrame
    described: Mapping[str, pl.DataFrame]

    @property
    def days(self) -> tuple[date, date]:
        """First and last day of the week that begins on the as-of date."""
        return self.as_of, self.as_of + timedelta(days=6)

    @property
    def synthetic(self) -> bool:
        return self.meta.synthetic

    @property
    def data_until(self) -> datetime:
        """When the newest record became known; the Monday where none was before it."""
        return self.meta.data_until or datetime.combine(self.as_of, time())

    @property
    def scored(self) -> bool:
        """Whether a model was used; otherwise the list stands in the checklist's order, without scores."""
        return self.meta.model.usable


def current(home: Home) -> Publication | None:
    """What is published now, or None where nothing is.

    Raises:
        FengqiaoError: the pointer or what it points at cannot be read.
    """
    try:
        pointer = read_pointer(home)
        return None if pointer is None else opened(home.published / pointer.folder, pointer.digest)
    except (OSError, DamagedFile, pl.exceptions.PolarsError) as problem:
        raise FengqiaoError(
            f"{home.published / CURRENT} or the folder it names cannot be read ({problem}): publish again with `fengqiao run`"
        ) from problem


def before(home: Home, publication: Publication) -> Publication | None:
    """The newest week published before that one, or None."""
    earlier = sorted(
        link.name for link in home.published.glob("????-??-??") if link.name < publication.as_of.isoformat()
    )
    if not earlier:
        return None
    folder = (home.published / earlier[-1]).resolve()
    return opened(folder, folder.name.rpartition("-")[2])


def models_used(home: Home) -> list[tuple[date, str]]:
    """Which model made the lists, newest first: the first Monday of each period and its version.

    Raises:
        FengqiaoError: a week's `meta.json` cannot be read.
    """
    spells: list[tuple[date, str]] = []
    for link in sorted(home.published.glob("????-??-??")):
        version = read_meta(link).model.version
        if not spells or spells[-1][1] != version:
            spells.append((date.fromisoformat(link.name), version))
    return spells[::-1]


def opened(folder: Path, digest: str) -> Publication:
    """A published folder, read when its digest or the stamp of a file is new."""
    stamps = tuple(
        (path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(folder.iterdir())
    )
    return _read(folder, digest, stamps)


@lru_cache(maxsize=4)
def _read(folder: Path, digest: str, _stamps: tuple[tuple[str, int, int], ...]) -> Publication:
    meta = read_meta(folder)
    return Publication(
        folder=folder,
        as_of=meta.as_of,
        digest=digest,
        meta=meta,
        warnings=pl.read_parquet(folder / "dispute_warnings.parquet").sort("rank"),
        timeline=_frame(folder / "dispute_timeline.parquet", DisputeTimeline),
        facts=_frame(folder / "dispute_facts.parquet", DisputeFacts),
        metrics=_frame(folder / "model_metrics.parquet", ModelMetrics),
        calibration=_frame(folder / "calibration.parquet", Calibration),
        last_week=_frame(folder / "last_week.parquet", LastWeek),
        described={
            name: pl.read_parquet(path) for name in DESCRIBED if (path := folder / f"{name}.parquet").exists()
        },
    )


def _frame(path: Path, table: type[dy.Schema]) -> pl.DataFrame:
    """The file's frame; an empty frame with its columns where this week has no such file."""
    return shaped(pl.read_parquet(path), table) if path.exists() else table.create_empty()
