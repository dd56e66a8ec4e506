"""Writes the landing files of a made-up city, and the truth that only an evaluation may read."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.city.profile import Profile
from pipelines.errors import RefusedInput
from pipelines.simulator.cell_formats import Sheet, days, moments
from pipelines.simulator.grid import report_rows
from pipelines.simulator.landing_files import dispute_ids
from pipelines.simulator.output_files import Blocks, file_names
from pipelines.simulator.parameters import BLOCK_WEEKS, WEEK
from pipelines.simulator.records import dispute_rows, event_rows, outcome_rows
from pipelines.simulator.services import outreach_rows, visit_rows, volunteer_rows
from pipelines.simulator.world import Week, World, make_world, step, true_hazards

MARKER = "SIMULATED.json"
SEALED = "sealed"


def simulate(
    out: Path,
    profile: Profile,
    weeks: int = 156,
    scale: float = 1.0,
    seed: int = 1,
    progress: Callable[[str, float], None] | None = None,
) -> None:
    """Write a made-up city's landing files into `out`, which is empty, new, or holds the same city.

    Same arguments, same bytes. More weeks than the folder holds only add files, or rows to the last
    ones; the marker is written last, and a folder appears as a whole.

    Raises:
        RefusedInput: `out` holds other files, another city or a longer one, or the profile has no
            figures to simulate by.
    """
    tell = progress or (lambda words, share: None)
    if weeks < 1 or not scale > 0 or seed < 0:
        raise RefusedInput("weeks must be 1 or more, scale above 0, and seed 0 or more")
    request = {"profile": profile.name, "seed": seed, "scale": scale, "weeks": weeks}
    weeks_there = _weeks_held(out, request)
    if weeks_there == weeks:
        tell("the files are already there", 1.0)
        return
    staging = out.parent / f".{out.name}.simulating"
    shutil.rmtree(staging, ignore_errors=True)
    (staging / SEALED).mkdir(parents=True)
    _live(staging, make_world(profile, weeks, scale, seed), profile, weeks, weeks_there // BLOCK_WEEKS, tell)
    (staging / MARKER).write_text(json.dumps(request, sort_keys=True) + "\n", encoding="utf-8")
    _move_in(staging, out)


def _live(
    out: Path,
    world: World,
    profile: Profile,
    weeks: int,
    blocks_held: int,
    tell: Callable[[str, float], None],
) -> None:
    """Live through all weeks and write what each leaves."""
    sheet = Sheet(
        profile, world.dice, world.figures.wrong_row_share, world.places.area_codes, world.places.units.ids
    )
    blocks = Blocks(out, sheet, end=weeks * WEEK, next_block=blocks_held)
    harms: list[pl.DataFrame] = []
    matters: list[pl.DataFrame] = []
    with pq.ParquetWriter(out / SEALED / "true_hazards.parquet", _HAZARDS, compression="zstd") as hazards:
        waiting: list[pl.DataFrame] = []
        for week in range(weeks):
            lived = step(world, week)
            for table, rows in _rows(world, lived).items():
                blocks.add(table, rows)
            harms.append(_true_harms(lived))
            matters.append(_true_matters(lived))
            waiting.append(_true_hazards(world, week))
            if (week + 1) % BLOCK_WEEKS == 0 or week + 1 == weeks:
                hazards.write_table(pl.concat(waiting).to_arrow().cast(_HAZARDS))
                waiting.clear()
                blocks.write_until(week + 1)
            tell("living week by week", (week + 1) / weeks)
    pl.concat(harms).write_parquet(out / SEALED / "true_outcomes.parquet")
    pl.concat(matters).write_parquet(out / SEALED / "true_matters.parquet")
    _true_places(world).write_parquet(out / SEALED / "true_places.parquet")


def _rows(world: World, lived: Week) -> dict[str, pl.DataFrame]:
    return {
        "disputes": dispute_rows(world, lived),
        "dispute_events": event_rows(world, lived),
        "outcomes": outcome_rows(world, lived),
        "grid_reports": report_rows(world, lived),
        "service_visits": visit_rows(world, lived.week),
        "outreach": outreach_rows(world, lived.week),
        "volunteers": volunteer_rows(world, lived.week),
    }


_HAZARDS = pa.schema([("as_of", pa.date32()), ("dispute_id", pa.string()), ("hazard", pa.float64())])


def _true_hazards(world: World, week: int) -> pl.DataFrame:
    """One row per dispute truly at risk on the Monday after that week."""
    number, hazard = true_hazards(world, week)
    as_of = pl.Series(np.full(len(number), (week + 1) * 7))
    frame = pl.DataFrame(
        {"as_of": days(as_of), "dispute_id": dispute_ids(pl.Series(number)), "hazard": hazard}
    )
    return frame.sort("dispute_id")


def _true_harms(lived: Week) -> pl.DataFrame:
    """One row per harm that happened, reported or not."""
    harms = lived.harms
    return pl.DataFrame(
        {
            "dispute_id": dispute_ids(pl.Series(harms.number)),
            "occurred_at": moments(pl.Series(harms.at)),
            "severity": harms.severity,
            "is_recorded": harms.recorded,
        }
    )


def _true_matters(lived: Week) -> pl.DataFrame:
    """One row per dispute: the first record of the same matter, and the first dispute of the same pair."""
    return pl.DataFrame(
        {
            "dispute_id": dispute_ids(pl.Series(lived.new.number)),
            "matter_id": dispute_ids(pl.Series(lived.matter)),
            "pair_id": dispute_ids(pl.Series(lived.new.pair)),
        }
    )


def _true_places(world: World) -> pl.DataFrame:
    """One row per township: how much of what happens there is recorded, and its true risk."""
    places = world.places
    return pl.DataFrame(
        {
            "township_code": places.area_codes.gather(pl.Series(places.townships.rows)),
            "detection": places.townships.detection,
            "is_silent": places.townships.silent,
            "log_hazard": places.townships.log_hazard,
        }
    )


def _weeks_held(out: Path, request: dict[str, Any]) -> int:
    """How many weeks of this very city the folder holds in full; 0 when it is new, empty or has gaps."""
    if out.is_file():
        raise RefusedInput(f"{out} is a file: --out takes a folder")
    if not out.exists() or not any(out.iterdir()):
        return 0
    marker = out / MARKER
    if not marker.is_file():
        raise RefusedInput(f"{out} holds files and no {MARKER}: choose a new or an empty folder with --out")
    try:
        existing = json.loads(marker.read_text(encoding="utf-8"))
        weeks = int(existing["weeks"])
    except (ValueError, KeyError, TypeError) as problem:
        raise RefusedInput(
            f"{marker} is not readable ({problem}): choose another folder with --out"
        ) from problem
    if {**existing, "weeks": request["weeks"]} != request or weeks > request["weeks"]:
        raise RefusedInput(
            f"{out} holds another made-up city, {existing}; asked for was {request}. Choose another folder with --out."
        )
    files = [*file_names(weeks), f"{SEALED}/true_hazards.parquet"]
    return weeks if all((out / name).is_file() for name in files) else 0


def _move_in(staging: Path, out: Path) -> None:
    """Let the finished folder take its place: whole when `out` is new, else file by file, marker last."""
    if not out.exists() or not any(out.iterdir()):
        staging.replace(out)
        return
    files = sorted(path for path in staging.rglob("*") if path.is_file() and path.name != MARKER)
    for path in [*files, staging / MARKER]:
        path.replace(out / path.relative_to(staging))
    shutil.rmtree(staging)
