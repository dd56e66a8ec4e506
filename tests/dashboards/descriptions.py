"""The descriptive files of a made-up week, and its place and service warnings, in the shape of their contracts."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from pipelines.city.profile import load_profile

PROFILE = load_profile("qujing")
TOWNSHIPS = PROFILE.areas.filter(pl.col("tier") == "township").sort("area_code")
LEVELS = np.array(["blue", "yellow", "orange", "red"])


def descriptions(as_of: date, synthetic: bool = True) -> dict[str, pl.DataFrame]:
    """File name to frame."""
    draw = np.random.default_rng(7)
    return {
        "place_warnings.parquet": _place_warnings(as_of, synthetic, draw),
        "service_warnings.parquet": _service_warnings(as_of, synthetic, draw),
        "places.parquet": _places(as_of, draw),
        "units.parquet": _units(draw),
        "funnel_tiers.parquet": _funnel_tiers(),
        "funnel_kinds.parquet": _funnel_kinds(),
        "effect.parquet": _effect(as_of),
        "arrivals.parquet": _arrivals(as_of),
        "grid_load.parquet": _grid_load(draw),
        "watch.parquet": _watch(),
    }


def similar(dispute_ids: pl.Series, as_of: date) -> pl.DataFrame:
    """Two closed disputes like each of these."""
    row = {
        "township_code": TOWNSHIPS["area_code"][3],
        "closed_on": as_of - timedelta(days=120),
        "tier": "township",
        "kind": "people",
        "consulted": False,
        "alike": 6,
    }
    told = (
        ("days", (6.2, 21.0)),
        ("mediations", (1, 3)),
        ("settled", (True, False)),
        ("held", (True, False)),
    )
    return pl.concat(
        [
            pl.DataFrame(
                [row | {"dispute_id": number, "nth": n + 1} | {name: values[n] for name, values in told}]
            )
            for number in dispute_ids
            for n in range(2)
        ]
    )


def _place_warnings(as_of: date, synthetic: bool, draw: np.random.Generator) -> pl.DataFrame:
    n = len(TOWNSHIPS)
    parts = []
    for category in ("all", *PROFILE.codes_of_kind("dispute")):
        usual = draw.gamma(4, 4.0 if category == "all" else 0.6, n)
        expected = usual * draw.lognormal(0, 0.25, n)
        ratio = expected / usual
        parts.append(
            pl.DataFrame(
                {
                    "area_code": TOWNSHIPS["area_code"],
                    "category": [category] * n,
                    "expected_disputes": expected.round(2),
                    "low": (expected - 1.3 * np.sqrt(expected)).clip(0).round(2),
                    "high": (expected + 1.3 * np.sqrt(expected)).round(2),
                    "expected_outcomes": (expected * 0.02).round(3),
                    "usual": usual.round(2),
                    "ratio": ratio.round(3),
                    "reporting_ratio": np.where(np.arange(n) == 0, 0.4, 1.0),
                    "few_records": np.arange(n) == 0,
                    "expected_if_recorded": np.where(np.arange(n) == 0, expected / 0.4, expected),
                    "level": LEVELS[np.digitize(ratio, [1.2, 1.5, 1.8])],
                }
            )
        )
    return (
        pl.concat(parts)
        .sort("ratio", "area_code", descending=[True, False])
        .with_columns(
            as_of=pl.lit(as_of),
            rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int32),
            model_version=pl.lit("place-28d-v1"),
            synthetic=pl.lit(synthetic),
        )
    )


def _service_warnings(as_of: date, synthetic: bool, draw: np.random.Generator) -> pl.DataFrame:
    """Townships of few people have nothing but `suppressed`; shown counts are rounded to 5 (boundary 2)."""
    n, parts = len(TOWNSHIPS), []
    for service in PROFILE.codes_of_kind("service"):
        caseload = np.maximum(draw.gamma(3, 60, n) // 5 * 5, 10).astype(int)
        expected = caseload * draw.beta(2, 18, n)
        hidden = pl.Series(draw.random(n) < 0.15)
        frame = pl.DataFrame(
            {
                "area_code": TOWNSHIPS["area_code"],
                "service": [service] * n,
                "caseload": caseload,
                "overdue": (expected * 0.9 // 5 * 5).astype(int),
                "expected_overdue": (expected // 5 * 5).astype(float),
                "low": (expected * 0.6 // 5 * 5).astype(float),
                "high": (expected * 1.5 // 5 * 5 + 5).astype(float),
                "level": LEVELS[np.digitize(expected / np.maximum(caseload, 1), [0.08, 0.15, 0.25])],
            }
        )
        told = [
            pl.when(hidden).then(None).otherwise(pl.col(name)).alias(name)
            for name in ("caseload", "overdue", "expected_overdue", "low", "high", "level")
        ]
        parts.append(frame.with_columns(told).with_columns(suppressed=hidden))
    return pl.concat(parts).with_columns(
        as_of=pl.lit(as_of),
        rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int32),
        model_version=pl.lit("service-28d-v1"),
        synthetic=pl.lit(synthetic),
    )


def _places(as_of: date, draw: np.random.Generator) -> pl.DataFrame:
    """The first township is silent, far from its last session and thin of volunteers."""
    n = len(TOWNSHIPS)
    days = draw.integers(3, 80, n)
    days[0] = 200
    return pl.DataFrame(
        {
            "area_code": TOWNSHIPS["area_code"],
            "population": TOWNSHIPS["population"],
            "disputes": np.where(np.arange(n) == 0, 60, draw.integers(5, 40, n)),
            "disputes_usual": np.full(n, 20.0),
            "last_outreach_on": [as_of - timedelta(days=int(d)) for d in days],
            "volunteers": np.where(np.arange(n) == 0, 3, (TOWNSHIPS["population"] * 0.01).cast(pl.Int64)),
        }
    )


def _units(draw: np.random.Generator) -> pl.DataFrame:
    units = PROFILE.units.select("unit_id", "kind", "tier", "area_code", "weekly_capacity").sort("unit_id")
    n = len(units)
    disputes = draw.integers(0, 120, n)
    share = np.where(disputes > 0, draw.beta(30, 3, n), np.nan)
    half = 0.8 / np.sqrt(np.maximum(disputes, 1))
    shares = {
        f"{name}{end}": pl.Series((share * scale + sign * half).clip(0, 1)).fill_nan(None)
        for name, scale in (("settled_share", 1.0), ("in_time_share", 0.95), ("back_share", 0.1))
        for end, sign in (("", 0), ("_low", -1), ("_high", 1))
    }
    days = pl.Series(np.where(disputes > 0, 4.0, np.nan)).fill_nan(None)
    return units.with_columns(
        **shares,
        disputes=pl.Series(disputes),
        open=pl.Series(disputes // 10),
        overdue=pl.Series(disputes // 30),
        recent=pl.Series(disputes // 12),
        due=pl.Series(disputes),
        in_time=pl.Series(disputes),
        in_time_usual=pl.Series(np.where(disputes > 0, 0.9, np.nan)).fill_nan(None),
        days=days,
        days_low=days - 1,
        days_high=days + 1,
    )


def _funnel_tiers() -> pl.DataFrame:
    rows = (
        ("grid", "township", 9000, 8600, 200, 0, 800),
        ("village", "township", 10_000, 9500, 250, 0, 900),
        ("village", "county", 700, 500, 90, 700, 160),
        ("township", "township", 8000, 7500, 260, 0, 850),
        ("county", "county", 3000, 2800, 120, 30, 300),
        ("city", "city", 700, 620, 60, 0, 70),
    )
    names = ("from_tier", "to_tier", "disputes", "settled", "open", "referred_up", "came_back")
    parts = pl.DataFrame(rows, schema=list(names), orient="row")
    whole = parts.group_by("from_tier", maintain_order=True).agg(pl.col(names[2:]).sum())
    whole = whole.with_columns(to_tier=pl.lit(None, pl.String)).select(names)
    return _with_shares(pl.concat([whole, parts]))


def _funnel_kinds() -> pl.DataFrame:
    rows = (
        ("people", 22_000, 20_700, 600, 300, 2200),
        ("administrative", 4000, 3600, 200, 200, 500),
        ("judicial", 2600, 2300, 150, 120, 240),
        ("industry", 900, 800, 60, 30, 90),
    )
    names = ("kind", "disputes", "settled", "open", "referred_up", "came_back")
    return _with_shares(pl.DataFrame(rows, schema=list(names), orient="row"))


def _with_shares(rows: pl.DataFrame) -> pl.DataFrame:
    shares = {
        "settled_share": pl.col("settled") / (pl.col("disputes") - pl.col("open")),
        "back_share": pl.col("came_back") / pl.col("disputes"),
        "days": pl.lit(5.0),
    }
    ends = {"": 1.0, "_low": 0.97, "_high": 1.03}
    return rows.with_columns(
        **{
            f"{name}{end}": (value * by).clip(0, 1) if name != "days" else value * by
            for name, value in shares.items()
            for end, by in ends.items()
        }
    )


def _effect(as_of: date) -> pl.DataFrame:
    """A year of 70 harms a period, then one of 60; the last two periods are not matured."""
    n = 28
    first = as_of - timedelta(weeks=4 * n)
    harms = np.where(np.arange(n) < 13, 70, 60)
    return pl.DataFrame(
        {
            "from_on": [first + timedelta(weeks=4 * i) for i in range(n)],
            "until_on": [first + timedelta(weeks=4 * (i + 1)) for i in range(n)],
            "matured": [i < n - 2 for i in range(n)],
            "registered": [2500] * n,
            "settled": [2380] * n,
            "open": [20] * n,
            "came_back": [250] * n,
            "days": np.where(np.arange(n) < 13, 4.0, 3.5),
            "days_low": np.where(np.arange(n) < 13, 3.8, 3.3),
            "days_high": np.where(np.arange(n) < 13, 4.2, 3.7),
            "harms": harms,
            "serious": harms // 10,
            "deaths": [1] * n,
        }
    )


def _arrivals(as_of: date) -> pl.DataFrame:
    weeks = [as_of - timedelta(weeks=w) for w in range(26, 0, -1)]
    tables = {"disputes": 640, "dispute_events": 4500, "outcomes": 20, "grid_reports": 1900}
    return pl.DataFrame(
        [
            {
                "input_table": table,
                "week": week,
                "records": n // 4 if table == "outcomes" and week == weeks[-1] else n,
                "late_days": 1.0,
                "late_days_90": 6.5,
                "late_share": 0.08,
            }
            for table, n in tables.items()
            for week in weeks
        ]
    )


def _watch() -> pl.DataFrame:
    """Of two sources one came late beyond the limit; scores moved half way to theirs."""
    rows = (
        ("delay", "outcomes", 12.0, 3.0, 0.8, 0.65, True),
        ("delay", "disputes", 1.0, 1.0, 0.1, 0.65, False),
        ("drift", "scores", 0.006, 0.005, -0.125, 0.25, False),
    )
    names = ("signal", "segment", "value", "usual", "strength", "limit", "crossed")
    return pl.DataFrame(rows, schema=list(names), orient="row")


def _grid_load(draw: np.random.Generator) -> pl.DataFrame:
    counties = PROFILE.areas.filter(pl.col("tier") == "county")["area_code"].sort()
    n = len(counties)
    shares = {"answered_share": 0.56, "handled_share": 0.6, "resolved_share": 0.93}
    return pl.DataFrame(
        {
            "county_code": counties,
            "reports": draw.integers(200, 1400, n),
            "reports_usual": np.full(n, 700.0),
            "reports_due": np.full(n, 600),
            "waiting": draw.integers(0, 60, n),
        }
    ).with_columns(
        pl.lit(value + by).alias(f"{name}{end}")
        for name, value in shares.items()
        for end, by in (("", 0.0), ("_low", -0.03), ("_high", 0.03))
    )
