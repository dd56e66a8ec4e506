"""Reporting ratio of a township compared with places of its kind. Few records do not show that a place is peaceful.

Disputes and grid reports per head of the last year, each over what all urban, or all rural, townships
have together; the geometric mean of the two. Quarrels differ between places, but hardly both at once.
"""

from datetime import date

import duckdb
import polars as pl

from pipelines.city.profile import Profile
from pipelines.warehouse.as_known import versions
from pipelines.warehouse.warehouse import read_frame

YEAR_DAYS = 364
PRIOR_RECORDS = 10.0
_COUNTS = f"""
select township_code as area_code,
    count(*) filter (source = 'dispute') as disputes, count(*) filter (source = 'report') as reports
from (
    select township_code, 'dispute' as source, first_known_at from {versions("core_dispute", once=True)} where known_at = first_known_at
    union all
    select township_code, 'report', first_known_at from core_grid_report where known_at = first_known_at)
where first_known_at < $as_of and first_known_at >= $as_of - to_days($days) and township_code is not null
group by all order by all
"""


def reporting(con: duckdb.DuckDBPyConnection, profile: Profile, as_of: date) -> pl.DataFrame:
    """Records of each township over the number expected for places of its kind.

    Returns:
        area_code, reporting_ratio (1: as many as others; null where its population is not known), few_records
        (below the profile's limit); by area_code.
    """
    counts = read_frame(con, _COUNTS, {"as_of": as_of, "days": YEAR_DAYS})
    towns = (
        profile.areas.filter(pl.col("tier") == "township")
        .select("area_code", "urban", "population")
        .join(counts, on="area_code", how="left")
        .with_columns(pl.col("disputes", "reports").fill_null(0))
        .sort("area_code")
    )
    known = [name for name in ("disputes", "reports") if towns[name].sum() > 0]
    ratio = (
        pl.mean_horizontal(*(_over_kind(name).log() for name in known)) if known else pl.lit(None, pl.Float64)
    )
    limit = profile.settings.demand.few_records
    return towns.select(
        "area_code", reporting_ratio=pl.when(pl.col("population") > 0).then(ratio.exp())
    ).with_columns(few_records=(pl.col("reporting_ratio") < limit).fill_null(value=False))


def _over_kind(name: str) -> pl.Expr:
    """Records of a township over those its population would have at the rate of its kind (urban or rural)."""
    usual = pl.col(name).sum().over("urban") / pl.col("population").sum().over("urban") * pl.col("population")
    return (pl.col(name) + PRIOR_RECORDS) / (usual + PRIOR_RECORDS)
