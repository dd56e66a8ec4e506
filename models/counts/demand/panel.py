"""New disputes and outcomes by township, category and week: as they became known, and as they finally were.

Counted are the disputes that may be ranked: not minors', not collective, not found only because of a
warning (boundary 12 and 14); a quarrel registered twice counts once. Place, category and time are those of a dispute's first version, so that
a later correction changes no earlier week; an outcome becomes known once. What came after a Monday is counted as it was known when
that Monday had matured, whoever asks, and however late.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
import polars as pl

from features.cohort import history_mondays
from features.found_after_warning import with_found_after_warning
from features.labels import outcome_moments
from models.counts.shared.weekly_counts import WeeklyCounts
from pipelines.city.profile import Profile
from pipelines.warehouse.as_known import versions
from pipelines.warehouse.warehouse import read_frame

TARGETS = ("disputes", "outcomes")

FIRST_VERSIONS = f"""
select dispute_id, arg_min_null(township_code, known_at) as area_code, arg_min_null(category, known_at) as category,
    min(registered_at) as happened_at, min(known_at) as known_at, min(withdrawn_at) as withdrawn_at
from {versions("core_dispute", once=True)} group by dispute_id
having not coalesce(arg_min_null(minor_involved, known_at), false)
    and not coalesce(arg_min_null(found_after_warning, known_at), false)
    and coalesce(arg_min_null(scale, known_at), '01') not in ('02', '03')
order by dispute_id
"""


@dataclass(frozen=True)
class Panel(WeeklyCounts):
    """Counts by cell (township x category) and Monday.

    Attributes:
        cells: area_code, category, county_code, city_code, urban, population; townships in order, categories within.
        mondays: all Mondays since the first record, ascending, without a gap.
        known: name (`disputes`, `outcomes`) to what became known in the week before each Monday,
            float64 [cells, mondays].
        actual: name to what happened within the horizon after each Monday, the same shape; NaN where the
            Monday had not matured.
    """

    @property
    def n_categories(self) -> int:
        return self.cells["category"].n_unique()


def read_panel(con: duckdb.DuckDBPyConnection, profile: Profile, as_of: date) -> Panel | None:
    """The counts of all records known before a Monday.

    Returns:
        None where the profile has no townships or nothing was registered by then.
    """
    mondays = tuple(history_mondays(con, as_of))
    cells = _cells(profile)
    if not mondays or cells.is_empty():
        return None
    registered = read_frame(con, FIRST_VERSIONS).with_columns(
        record_id="dispute_id",
        until_at=pl.lit(None, pl.Datetime("us")),
        found_after_warning=pl.lit(value=False),
    )
    disputes = with_found_after_warning(con, registered, as_of).filter(~pl.col("found_after_warning"))
    outcomes = outcome_moments(con, profile.settings.outcome, as_of).join(
        disputes.select("dispute_id", "area_code", "category", "withdrawn_at"), on="dispute_id", how="inner"
    )
    sources = {"disputes": disputes, "outcomes": outcomes}
    placed = {name: _placed(rows, cells, as_of) for name, rows in sources.items()}
    shape = (len(cells), len(mondays))
    return Panel(
        cells=cells,
        mondays=mondays,
        known={name: _known(rows, mondays, shape) for name, rows in placed.items()},
        actual={name: _actual(rows, mondays, shape, profile, as_of) for name, rows in placed.items()},
    )


def _cells(profile: Profile) -> pl.DataFrame:
    areas = profile.areas
    parents = areas.filter(pl.col("tier") == "county").select(
        county_code="area_code", city_code=pl.coalesce("parent_code", "area_code")
    )
    townships = (
        areas.filter(pl.col("tier") == "township")
        .join(parents, on="county_code", how="left")
        .sort("area_code")
    )
    codes = pl.DataFrame({"category": profile.codes_of_kind("dispute")})
    return townships.select("area_code", "county_code", "city_code", "urban", "population").join(
        codes, how="cross"
    )


def _placed(rows: pl.DataFrame, cells: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Cell and record of each version, with the days (since 1970) of its event, of its knowledge and of its end."""
    numbered = cells.select("area_code", "category").with_row_index("cell")
    day = (
        pl.col("happened_at", "known_at", "until_at", "withdrawn_at").dt.date().cast(pl.Int32).cast(pl.Int64)
    )
    return (
        rows.join(numbered, on=["area_code", "category"], how="inner")
        .filter(pl.col("known_at") < as_of)
        .select(pl.col("cell").cast(pl.Int64), day, "record_id")
        .with_columns(gone_at=pl.min_horizontal("until_at", "withdrawn_at").fill_null(2**31))
        .sort("cell", "happened_at", "known_at", "record_id")
    )


def _known(rows: pl.DataFrame, mondays: tuple[date, ...], shape: tuple[int, int]) -> np.ndarray:
    first_versions = rows.sort("known_at").unique("record_id", keep="first", maintain_order=True)
    week = np.maximum((first_versions["known_at"].to_numpy() - _day(mondays[0])) // 7 + 1, 0)
    return _counted(first_versions["cell"].to_numpy(), week, shape)


def _actual(
    rows: pl.DataFrame, mondays: tuple[date, ...], shape: tuple[int, int], profile: Profile, as_of: date
) -> np.ndarray:
    horizon, maturity = profile.settings.horizon_days, profile.settings.label_maturity_days
    first = _day(mondays[0])
    happened, known, gone = (rows[c].to_numpy() for c in ("happened_at", "known_at", "gone_at"))
    total = np.zeros(shape)
    for back in range(-(-horizon // 7)):
        week = (happened - first) // 7 - back
        monday = first + week * 7
        settled = monday + horizon + maturity
        inside = (week >= 0) & (happened < monday + horizon) & (known < settled) & (gone >= settled)
        total += _counted(rows["cell"].to_numpy()[inside], week[inside], shape)
    gap = timedelta(days=horizon + maturity)
    total[:, [day + gap > as_of for day in mondays]] = np.nan
    return total


def _counted(cell: np.ndarray, week: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    inside = week < shape[1]
    key = cell[inside] * shape[1] + week[inside]
    return np.bincount(key, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)


def _day(day: date) -> int:
    return (day - date(1970, 1, 1)).days
