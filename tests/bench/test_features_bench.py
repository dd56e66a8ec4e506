"""The kernel beside the other ways of doing the same work: equal where they overlap, then medians and ratios.

The work: for disputes on Mondays, counts of steps by kind over windows, of what was known before the Monday.
All ways run in this process, one after the other, in turns; the machine's load is the same for all of them.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest

from features.catalogue.feature import Feature
from features.engine.entity_weeks import ask
from features.engine.kernel import NEVER, Source, compute
from pipelines.home import REPO

START = datetime(2023, 1, 2)
KINDS = (
    "mediation",
    "visit",
    "threat_reported",
    "violence_reported",
    "referred_up",
    "breach",
    "agreement",
    "closed",
)
TURNS = 5
SAMPLE_ROWS = 30
FEATURETOOLS = ("featuretools==1.31.0", "pandas<3", "setuptools<81", "pyarrow")
"""It does not run beside pandas 3."""

pytestmark = pytest.mark.bench


@dataclass(frozen=True)
class Work:
    """Steps, the rows asked about, and the columns to fill.

    Attributes:
        steps: dispute, known_at, kind.
        rows: dispute, monday.
    """

    steps: pl.DataFrame
    rows: pl.DataFrame
    windows: tuple[int, ...]

    @property
    def columns(self) -> list[tuple[str, int]]:
        return [(kind, weeks) for weeks in self.windows for kind in KINDS]


def made_up(n_disputes: int, n_mondays: int, windows: tuple[int, ...]) -> Work:
    """Disputes spread over the Mondays, each with seven steps over ten weeks and asked about for ten Mondays."""
    rng = np.random.default_rng(1)
    born = rng.integers(0, n_mondays * 7, n_disputes)
    of = np.repeat(np.arange(1, n_disputes + 1), 7)
    minutes = np.repeat(born, 7) * 1440 + rng.integers(0, 70 * 1440, len(of))
    known = pl.Series(np.datetime64(START, "us") + minutes.astype("timedelta64[m]"))
    steps = pl.DataFrame({"dispute": of, "known_at": known, "kind": rng.choice(KINDS, len(of))})
    first = born // 7 + 1
    monday = (first[:, None] + np.arange(10)).ravel()
    moments = pl.Series(np.datetime64(START, "us") + (monday * 7).astype("timedelta64[D]"))
    rows = pl.DataFrame({"dispute": np.repeat(np.arange(1, n_disputes + 1), 10), "monday": moments})
    return Work(steps, rows.sort("monday", "dispute"), windows)


def of_places(n_places: int, n_steps: int, n_mondays: int, windows: tuple[int, ...]) -> Work:
    """A few townships with many records each, asked about on every Monday."""
    rng = np.random.default_rng(2)
    minutes = rng.integers(0, n_mondays * 7 * 1440, n_steps)
    known = pl.Series(np.datetime64(START, "us") + minutes.astype("timedelta64[m]"))
    steps = pl.DataFrame(
        {
            "dispute": rng.integers(1, n_places + 1, n_steps),
            "known_at": known,
            "kind": rng.choice(KINDS, n_steps),
        }
    )
    moments = pl.Series(
        np.datetime64(START, "us") + (np.arange(1, n_mondays + 1) * 7).astype("timedelta64[D]")
    )
    places = pl.DataFrame({"dispute": np.arange(1, n_places + 1)})
    return Work(
        steps, places.join(moments.to_frame("monday"), how="cross").sort("monday", "dispute"), windows
    )


def kernel(work: Work) -> np.ndarray:
    features = [
        Feature(name=f"n{at}", label_zh="次", label_en="n", source="handling", entity="dispute", aggregation="count",
                weeks=weeks, where=(("event_type", (kind,)),), unit="times", when_none=0.0, group="g")
        for at, (kind, weeks) in enumerate(work.columns)
    ]  # fmt: skip
    known = work.steps["known_at"].dt.epoch("s")
    frame = work.steps.select(
        "dispute",
        pl.col("kind").alias("event_type"),
        known=known,
        first=known,
        retired=pl.lit(NEVER, dtype=pl.Int64),
    )
    moments = work.rows["monday"].unique().sort().dt.epoch("s").to_numpy()
    monday = work.rows["monday"].rank("dense").cast(pl.Int64).to_numpy() - 1
    asked = ask(work.rows["dispute"].to_numpy(), monday, moments)
    return compute(features, Source(frame), "dispute", asked)


def duckdb_range_join(work: Work) -> np.ndarray:
    counts = ", ".join(
        f"count(*) filter (kind = '{kind}' and known_at >= monday - interval {weeks * 7} day)::float"
        for kind, weeks in work.columns
    )
    longest = max(work.windows) * 7
    with duckdb.connect() as con:
        con.register("steps", work.steps)
        con.register("rows", work.rows)
        query = f"""
            select monday, r.dispute, {counts} from rows r left join steps s on s.dispute = r.dispute
                and s.known_at < r.monday and s.known_at >= r.monday - interval {longest} day
            group by all order by 1, 2"""
        return columns_of(con.sql(query))


def duckdb_running_totals(work: Work) -> np.ndarray:
    """The kernel's own idea in SQL: running totals by window function, edges by ASOF join."""
    totals = ", ".join(f"count(*) filter (kind = '{kind}') over past as {kind}" for kind in KINDS)
    edges, counts = [], []
    for weeks in work.windows:
        edges.append(
            f"asof left join totals t{weeks} on t{weeks}.dispute = r.dispute and t{weeks}.known_at < r.monday - interval {weeks * 7} day"
        )
        counts += [f"(coalesce(t0.{kind}, 0) - coalesce(t{weeks}.{kind}, 0))::float" for kind in KINDS]
    with duckdb.connect() as con:
        con.register("steps", work.steps)
        con.register("rows", work.rows)
        query = f"""
            with totals as (select dispute, known_at, {totals} from steps
                window past as (partition by dispute order by known_at))
            select r.monday, r.dispute, {", ".join(counts)} from rows r
            asof left join totals t0 on t0.dispute = r.dispute and t0.known_at < r.monday {" ".join(edges)} order by 1, 2"""
        return columns_of(con.sql(query))


def columns_of(result: duckdb.DuckDBPyRelation) -> np.ndarray:
    frame = pl.DataFrame(result.to_arrow_table())
    return frame.drop(frame.columns[:2]).to_numpy().astype(np.float32)


def polars_join(work: Work) -> np.ndarray:
    age = pl.col("monday") - pl.col("known_at")
    counts = [
        ((pl.col("kind") == kind) & (age <= timedelta(weeks=weeks)))
        .sum()
        .cast(pl.Float32)
        .alias(f"{kind}{weeks}")
        for kind, weeks in work.columns
    ]
    joined = (
        work.rows.lazy().join(work.steps.lazy(), on="dispute").filter(pl.col("known_at") < pl.col("monday"))
    )
    counted = joined.group_by("monday", "dispute").agg(counts)
    whole = work.rows.lazy().join(counted, on=["monday", "dispute"], how="left", maintain_order="left")
    return whole.drop("monday", "dispute").fill_null(0.0).collect().to_numpy()


def featuretools_cutoffs(work: Work, folder: Path) -> tuple[np.ndarray, float]:
    """Counts and seconds of `featuretools_side.py`, run in an environment of its own."""
    work.steps.write_parquet(folder / "steps.parquet")
    work.rows.write_parquet(folder / "rows.parquet")
    asked = [str(folder), ",".join(KINDS), ",".join(map(str, work.windows))]
    packages = [word for one in FEATURETOOLS for word in ("--with", one)]
    side = str(Path(__file__).with_name("featuretools_side.py"))
    environment = [str(REPO / ".uv/bin/uv"), "run", "--no-project", "--python", "3.11", *packages]
    subprocess.run([*environment, "python", "-W", "ignore", side, *asked], check=True)
    counts = pl.read_parquet(folder / "counts.parquet").fill_null(0)
    return counts.to_numpy().astype(np.float32), float((folder / "seconds").read_text())


WAYS: dict[str, Callable[[Work], np.ndarray]] = {
    "kernel": kernel,
    "DuckDB range join": duckdb_range_join,
    "DuckDB running totals, ASOF": duckdb_running_totals,
    "Polars join and group": polars_join,
}


def medians(
    work: Work, ways: dict[str, Callable[[Work], np.ndarray]], clock: Callable[[], float] = time.perf_counter
) -> dict[str, float]:
    """Median seconds of a few turns in which every way runs once, by the wall or, on a busy machine, by the processor."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(TURNS):
        for name, way in ways.items():
            began = clock()
            way(work)
            taken[name].append(clock() - began)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def show(title: str, rows: list[tuple[str, ...]]) -> None:
    sys.stdout.write(f"\n{title}\n")
    for row in rows:
        line = "".join(cell.ljust(34) if at == 0 else cell.rjust(16) for at, cell in enumerate(row))
        sys.stdout.write(f"  {line}\n")


@pytest.mark.parametrize(
    ("title", "work"),
    [
        ("of disputes", made_up(4_000, 52, (1, 4, 13, 52))),
        ("of townships", of_places(137, 100_000, 104, (1, 4, 13, 52))),
    ],
    ids=["disputes", "townships"],
)
def test_the_kernel_beside_other_ways(title: str, work: Work) -> None:
    expected = kernel(work)
    for name, way in WAYS.items():
        np.testing.assert_array_equal(way(work), expected, err_msg=name)
    copied = {"copying the result once": lambda _: expected.copy(order="K")}
    rows: list[tuple[str, ...]] = [("way", "seconds", "x kernel", "CPU seconds", "x kernel")]
    wall, cpu = (medians(work, WAYS | copied, clock) for clock in (time.perf_counter, time.process_time))
    for name in wall:
        cells = (f"{by[name]:.4f} {by[name] / by['kernel']:.2f}".split() for by in (wall, cpu))
        rows.append((name, *(cell for pair in cells for cell in pair)))
    size = f"{len(work.rows):,} rows x {len(work.columns)} counts of {len(work.steps):,} steps"
    show(f"{size} {title}; medians of {TURNS}", rows)


def test_featuretools_on_a_sample(tmp_path: Path) -> None:
    work = made_up(4_000, 52, (1, 4, 13, 52))
    chosen = work.rows.sample(SAMPLE_ROWS, seed=1).sort("dispute", "monday")
    sample = Work(
        work.steps.filter(pl.col("dispute").is_in(chosen["dispute"].implode())), chosen, work.windows
    )
    values, seconds = featuretools_cutoffs(sample, tmp_path)
    np.testing.assert_array_equal(values, kernel(sample))
    ours = medians(work, {"kernel": kernel})["kernel"] / len(work.rows)
    theirs = seconds / len(chosen)
    rows = [("way", "ms a row", "x kernel"), ("kernel", f"{1e3 * ours:.4f}", "1")]
    rows += [("featuretools, cutoff times", f"{1e3 * theirs:.2f}", f"{theirs / ours:,.0f}")]
    show(f"featuretools on {len(chosen)} of {len(work.rows):,} rows, equal", rows)


def test_growth_with_rows_windows_and_mondays() -> None:
    ways = {name: WAYS[name] for name in ("kernel", "DuckDB range join")}
    rows = [("work", *ways, "range / kernel")]
    for n, mondays, windows in (
        (2_000, 52, (1, 4, 13, 52)), (4_000, 52, (1, 4, 13, 52)), (8_000, 52, (1, 4, 13, 52)),
        (4_000, 52, (4,)), (4_000, 52, (4, 13)), (4_000, 13, (1, 4, 13, 52)), (4_000, 156, (1, 4, 13, 52)),
    ):  # fmt: skip
        taken = medians(made_up(n, mondays, windows), ways, time.process_time)
        size = f"{n * 10:,} rows, {len(windows)} windows, {mondays} weeks"
        ratio = taken["DuckDB range join"] / taken["kernel"]
        rows.append((size, *(f"{taken[name]:.3f} s" for name in ways), f"{ratio:.1f}"))
    show("growth, CPU seconds", rows)
