"""Queries about the care services by township. Suppressed cells stay suppressed.

Nothing here adds townships up: a total beside suppressed cells would let them be worked out (boundary 2).
"""

import polars as pl

from dashboards.published.publication import Publication
from pipelines.city.profile import Profile


def services(publication: Publication, profile: Profile, service: str) -> pl.DataFrame | None:
    """One service's townships, or None where the week has none.

    Returns:
        By rank: area_code, county_code, lon, lat, caseload, overdue, expected (visits overdue in four weeks),
        low, high, level, suppressed; all counts null where suppressed.
    """
    warned = publication.described.get("service_warnings")
    if warned is None:
        return None
    where = profile.areas.select("area_code", "county_code", "lon", "lat")
    counts = ("caseload", "overdue", "expected_overdue", "low", "high", "level")
    return (
        warned.filter(pl.col("service") == service)
        .with_columns(pl.when("suppressed").then(None).otherwise(pl.col(name)).alias(name) for name in counts)
        .join(where, on="area_code", how="left")
        .sort("suppressed", "rank")
        .select(
            *("area_code", "county_code", "lon", "lat", "caseload", "overdue"),
            *("low", "high", "level", "suppressed"),
            expected="expected_overdue",
        )
    )
