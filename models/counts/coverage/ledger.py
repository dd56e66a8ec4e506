"""Care visits due and overdue by township, service and week: as they became known, and as they finally were.

A cell under ten is no number here: its weeks are left out of every sum and are no target, so that
missing never reads as nothing overdue. The counts are those of a ledger line's first version.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
import polars as pl

from features.cohort import history_mondays
from features.small_cells import SMALLEST
from models.counts.shared.weekly_counts import WeeklyCounts
from pipelines.city.profile import Profile
from pipelines.warehouse.warehouse import read_frame

FIRST_VERSIONS = """
select township_code as area_code, service, week, arg_min_null(due, known_at) as due,
    arg_min_null(overdue, known_at) as overdue, arg_min_null(caseload, known_at) as caseload, min(known_at) as known_at
from core_service_coverage where known_at < $as_of group by all order by all
"""


@dataclass(frozen=True)
class Ledger(WeeklyCounts):
    """Counts by cell (township x service) and Monday.

    Attributes:
        cells: area_code, service, county_code, urban, population; townships in order, services within.
        mondays: all Mondays since the first record, ascending, without a gap.
        known: `due` and `overdue` of the lines that became known in the week before each Monday [cells, mondays].
        actual: `due` and `overdue` of the weeks of the horizon after each Monday, as known when it had
            matured; NaN where a week of it is missing or the Monday had not matured.
        caseload: by the newest line known before each Monday, small ones too; NaN for none.
        horizon_weeks: how many weeks a horizon holds.
    """

    caseload: np.ndarray
    horizon_weeks: int


def read_ledger(con: duckdb.DuckDBPyConnection, profile: Profile, as_of: date) -> Ledger | None:
    """The counts of all ledger lines known before a Monday.

    Returns:
        None where the profile has no care service or townships, or the ledger holds nothing by then.
    """
    lines = read_frame(con, FIRST_VERSIONS, {"as_of": as_of})
    cells = _cells(profile)
    mondays = tuple(history_mondays(con, as_of))
    if lines.is_empty() or cells.is_empty() or not mondays:
        return None
    placed = _placed(lines, cells, mondays[0])
    shape = (len(cells), len(mondays))
    shown = placed.filter(pl.col("caseload") >= SMALLEST)
    return Ledger(
        cells=cells,
        mondays=mondays,
        known={name: _summed(shown, "known", name, shape) for name in ("due", "overdue")},
        actual=_actual(shown, mondays, shape, profile, as_of),
        caseload=_caseload(placed, shape),
        horizon_weeks=horizon_weeks(profile),
    )


def horizon_weeks(profile: Profile) -> int:
    """Whole weeks of the horizon, at least one."""
    return max(1, profile.settings.horizon_days // 7)


def _cells(profile: Profile) -> pl.DataFrame:
    townships = profile.areas.filter(pl.col("tier") == "township").sort("area_code")
    services = pl.DataFrame({"service": profile.codes_of_kind("service")}, schema={"service": pl.String})
    return townships.select("area_code", "county_code", "urban", "population").join(services, how="cross")


def _placed(lines: pl.DataFrame, cells: pl.DataFrame, first: date) -> pl.DataFrame:
    """Position of each line's cell, of the Monday its week begins on, and of the Monday before which it was known.

    Where a source gives no caseload, the visits due in thirteen weeks stand for it.
    """
    numbered = cells.select("area_code", "service").with_row_index("cell")
    due_of_a_quarter = pl.col("due").rolling_sum_by("week", "13w").over("cell")
    known = (pl.col("known_at").dt.date() - first).dt.total_days()
    return (
        lines.join(numbered, on=["area_code", "service"], how="inner")
        .sort("cell", "week")
        .select(
            pl.col("cell").cast(pl.Int64),
            week=(pl.col("week") - first).dt.total_days() // 7,
            known=(known // 7 + 1).clip(lower_bound=0),
            due=pl.col("due"),
            overdue=pl.col("overdue"),
            caseload=pl.coalesce("caseload", due_of_a_quarter),
        )
    )


def _summed(lines: pl.DataFrame, at: str, amount: str, shape: tuple[int, int]) -> np.ndarray:
    inside = lines.filter((pl.col(at) >= 0) & (pl.col(at) < shape[1]))
    key = inside["cell"].to_numpy() * shape[1] + inside[at].to_numpy()
    return np.bincount(key, inside[amount].to_numpy(), minlength=shape[0] * shape[1]).reshape(shape)


def _actual(
    lines: pl.DataFrame, mondays: tuple[date, ...], shape: tuple[int, int], profile: Profile, as_of: date
) -> dict[str, np.ndarray]:
    """Sums over the weeks of the horizon; a line counts where it was known when the Monday had matured."""
    settings = profile.settings
    gap = timedelta(days=settings.horizon_days + settings.label_maturity_days)
    gap_weeks = gap.days // 7
    totals = {name: np.zeros(shape) for name in ("due", "overdue")}
    present = np.zeros(shape)
    for ahead in range(horizon_weeks(profile)):
        begun = lines.with_columns(week=pl.col("week") - ahead, one=pl.lit(1.0)).filter(
            pl.col("known") <= pl.col("week") + gap_weeks
        )
        present += _summed(begun, "week", "one", shape)
        for name, total in totals.items():
            total += _summed(begun, "week", name, shape)
    missing = present < horizon_weeks(profile)
    missing[:, [day + gap > as_of for day in mondays]] = True
    return {name: np.where(missing, np.nan, total) for name, total in totals.items()}


def _caseload(lines: pl.DataFrame, shape: tuple[int, int]) -> np.ndarray:
    caseloads = np.full(shape, np.nan)
    inside = lines.filter(pl.col("known") < shape[1]).sort("known", "week")
    caseloads[inside["cell"].to_numpy(), inside["known"].to_numpy()] = inside["caseload"].to_numpy()
    newest = np.maximum.accumulate(np.where(np.isnan(caseloads), -1, np.arange(shape[1])), axis=1)
    rows = np.arange(shape[0])[:, None]
    return np.where(newest >= 0, caseloads[rows, np.maximum(newest, 0)], np.nan)
