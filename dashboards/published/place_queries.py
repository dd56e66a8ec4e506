"""Queries about townships: demand compared with the usual, and where outreach or volunteers are few."""

from dataclasses import dataclass

import polars as pl
from scipy import stats

from dashboards.published.publication import Publication
from pipelines.city.profile import Profile

ALL = "all"
OUTREACH_DAYS = 90
"""Legal outreach is due where demand rises and the last session was longer ago."""
MARKS = ("few_records", "outreach_due", "thin")
"""Marks of a township, in the order they are shown."""
THIN_SHARE = 0.5
"""Volunteers are few below this share of the median township's volunteers per head."""


@dataclass(frozen=True, eq=False)
class Places:
    """Townships as one category's demand shows them.

    Attributes:
        rows: one row per township, the furthest above its usual first: area_code, county_code, lon, lat,
            expected, low, high (80 %), usual, ratio, level (null without a forecast), rising (graded above
            blue; without a forecast: more than chance explains), outreach_days (since the last session),
            outreach_due, volunteers_per_1000, thin; few_records (records less than places of its kind, which raises its
            level; false without a forecast), reporting_ratio, expected_if_recorded.
        is_forecast: whether `expected` is forecast; else it is what the last 28 days brought.
    """

    rows: pl.DataFrame
    is_forecast: bool


def places(publication: Publication, profile: Profile, category: str = ALL) -> Places | None:
    """The townships, or None where the week describes none."""
    described = publication.described.get("places")
    if described is None or described.is_empty():
        return None
    forecast = publication.described.get("place_warnings")
    if forecast is not None:
        demand = forecast.filter(pl.col("category") == category).select(
            *("area_code", "rank", "low", "high", "usual", "ratio", "level"),
            expected="expected_disputes",
            rising=pl.col("level") != "blue",
            few_records="few_records",
            reporting_ratio="reporting_ratio",
            expected_if_recorded="expected_if_recorded",
        )
    else:
        demand = _counted(described)
    where = profile.areas.filter(pl.col("tier") == "township").select(
        "area_code", "county_code", "lon", "lat"
    )
    rows = (
        demand.join(where, on="area_code")
        .join(described.select("area_code", *_helped(publication)), on="area_code", how="left")
        .with_columns(
            outreach_due=pl.col("rising")
            & (pl.col("outreach_days").is_null() | (pl.col("outreach_days") > OUTREACH_DAYS))
        )
        .sort("rank")
    )
    return Places(rows, forecast is not None)


def forecast_categories(publication: Publication, profile: Profile) -> list[str]:
    """`all`, then the categories with a forecast in the profile's order."""
    forecast = publication.described.get("place_warnings")
    categories = set() if forecast is None else set(forecast["category"])
    return [ALL, *(code for code in profile.codes_of_kind("dispute") if code in categories)]


def marks(row: dict[str, object]) -> list[str]:
    """Marks of a township, as codes of the wording's `place` section."""
    return [name for name in MARKS if row[name]]


def _counted(described: pl.DataFrame) -> pl.DataFrame:
    """The last 28 days as counted, with the interval of a count (Garwood)."""
    n = described["disputes"].to_numpy()
    return described.select(
        "area_code",
        low=pl.Series(stats.chi2.ppf(0.1, 2 * n) / 2).fill_nan(0.0),
        high=pl.Series(stats.chi2.ppf(0.9, 2 * (n + 1)) / 2),
        usual="disputes_usual",
        ratio=pl.when(pl.col("disputes_usual") > 0).then(pl.col("disputes") / pl.col("disputes_usual")),
        level=pl.lit(None, pl.String),
        expected=pl.col("disputes").cast(pl.Float64),
    ).with_columns(
        rising=pl.col("low") > pl.col("usual"),
        few_records=pl.lit(value=False),
        reporting_ratio=pl.lit(None, pl.Float64),
        expected_if_recorded=pl.lit(None, pl.Float64),
        rank=pl.struct(-pl.col("ratio").fill_null(0), "area_code").rank("ordinal"),
    )


def _helped(publication: Publication) -> list[pl.Expr]:
    per_1000 = pl.col("volunteers") * 1000 / pl.col("population")
    return [
        (publication.as_of - pl.col("last_outreach_on")).dt.total_days().alias("outreach_days"),
        per_1000.alias("volunteers_per_1000"),
        (per_1000 < per_1000.median() * THIN_SHARE).fill_null(value=False).alias("thin"),
    ]
