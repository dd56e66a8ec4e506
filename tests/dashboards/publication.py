"""A small made-up publication in the shape of contracts.md, for the tests of screens and papers."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from models.measuring.reliability import CALIBRATION_SCHEMA
from models.publishing.atomic_switch import write_publication
from pipelines.city.profile import load_profile
from pipelines.home import Home
from pipelines.tables.publication_meta import PublicationMeta
from pipelines.tables.published import PUBLISHED, schema_of, shaped
from pipelines.tables.published_week import DisputeWarnings
from tests.dashboards.descriptions import descriptions, similar

SCHEMA = schema_of(DisputeWarnings)
AS_OF = date(2025, 12, 29)
PROFILE = load_profile("qujing")
CAPACITY, RANDOM = 40, 2
OFFERS = {
    "red": "expert_consultation",
    "orange": "higher_tier",
    "yellow": "early_mediation",
    "blue": "routine",
}
INPUTS = [
    {"file": "disputes.csv", "file_id": "0" * 64, "table": "disputes", "encoding": "gb18030"}
    | {"read": 100_300, "loaded": 100_000, "quarantined": 290, "duplicates": 10, "unchanged": 0}
]
QUARANTINE = {
    "disputes": {"area_code: not in the list areas": 180, "registered_at: not a date": 60},
    "dispute_events": {"recorded not before event": 50},
}
REASONS = (
    ("threats", "近28天报告威胁{n}次", "{n} threats reported in the last 28 days"),
    ("failed", "近13周调解未成{n}次", "{n} mediations failed in the last 13 weeks"),
    (
        "repeat",
        "同一当事方一年内第{n}次登记同类纠纷",
        "the same parties registered {n} such disputes in a year",
    ),
    ("separation", "登记时正在分居或离婚", "separation or divorce under way at registration"),
    ("silence", "已{n}天没有任何办理记录", "no step recorded for {n} days"),
)


def publish(
    home: Home,
    n: int = 300,
    as_of: date = AS_OF,
    synthetic: bool = True,
    usable: bool = True,
    seed: int = 1,
    described: bool = True,
    **changes: Any,
) -> Path:
    """Publish `n` made-up disputes as of a Monday; `changes` replace entries of meta.json.

    Without `described` the week has warnings alone, as an older program published it.
    """
    warnings, facts, timeline = _disputes(n, as_of, synthetic, usable, seed)
    meta = _meta(as_of, synthetic, usable, warnings) | changes
    files: dict[str, pl.DataFrame | bytes] = {
        "dispute_warnings.parquet": warnings,
        "dispute_facts.parquet": facts,
        "dispute_timeline.parquet": timeline,
        **(descriptions(as_of, synthetic) if described else {}),
        "meta.json": PublicationMeta.model_validate(meta).as_bytes(),
    }
    if described:
        files["similar.parquet"] = similar(warnings["dispute_id"].head(CAPACITY), as_of)
    if usable:
        files |= {"model_metrics.parquet": _metrics(), "calibration.parquet": _calibration()}
    conforming = {
        name: content if isinstance(content, bytes) else _conforming(Path(name).stem, content)
        for name, content in files.items()
    }
    return write_publication(home, as_of, conforming)


def _conforming(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with the columns of the published table that are not made up here empty."""
    schema = schema_of(PUBLISHED[table])
    empty = {name: pl.lit(None, kind) for name, kind in schema.items() if name not in frame.columns}
    return shaped(frame.with_columns(**empty), PUBLISHED[table])


def _disputes(
    n: int, as_of: date, synthetic: bool, usable: bool, seed: int
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    draw = np.random.default_rng(seed)
    townships = PROFILE.areas.filter(pl.col("tier") == "township")
    place = draw.integers(0, len(townships), n)
    probability = np.sort(draw.beta(0.6, 30, n))[::-1].round(4)
    level = np.select(
        [probability >= 0.10, probability >= 0.05, probability >= 0.02], ["red", "orange", "yellow"], "blue"
    )
    category = draw.choice(PROFILE.codes_of_kind("dispute"), n)
    is_open = draw.random(n) < 0.8
    is_domestic = (category == "D1") & (draw.random(n) < 0.4)
    days_open = draw.integers(0, 75, n)
    listed_random = np.isin(np.arange(n), draw.choice(np.arange(CAPACITY, n), RANDOM, replace=False))
    listed = (np.arange(n) < CAPACITY - RANDOM) | listed_random
    base = np.where(category == "D1", 0.012, 0.007)
    numbers = [f"QJ2025{i:06d}" for i in draw.permutation(n) + 104_000]
    scores = {
        "probability": probability,
        "probability_low": (probability * 0.6).round(4),
        "probability_high": (probability * 1.5).round(4),
        "level": level,
        "base_rate": base,
        "lift": probability / base,
    }
    offers = np.array([OFFERS[code] for code in level], dtype=object)
    columns = {
        "as_of": [as_of] * n,
        "rank": np.arange(1, n + 1),
        "listed": listed,
        "selection": np.where(listed_random, "random", np.where(listed, "ranked", None)),
        "dispute_id": numbers,
        "category": category,
        "area_code": townships["area_code"].to_numpy()[place],
        "township_code": townships["area_code"].to_numpy()[place],
        "county_code": townships["parent_code"].to_numpy()[place],
        "reasons": [_reasons(draw) if usable else [] for _ in range(n)],
        "recommendation": np.where(is_domestic, "safety_support", np.where(is_open, offers, "after_care")),
        "days_open": days_open,
        "is_open": is_open,
        "is_domestic": is_domestic,
        "channel": draw.choice(["window", "grid", "hotline", "police", "court"], n),
        "tier_now": draw.choice(["village", "township", "county"], n),
        "model_version": ["dispute-28d-v1" if usable else "checklist"] * n,
        "synthetic": [synthetic] * n,
    } | (scores if usable else dict.fromkeys(scores, [None] * n))
    warnings = pl.DataFrame({name: list(columns[name]) for name in SCHEMA}, schema=SCHEMA, strict=False)
    facts = _facts(warnings, as_of, draw)
    return warnings, facts, _timeline(facts, draw)


def _reasons(draw: np.random.Generator) -> list[dict[str, Any]]:
    chosen = draw.choice(len(REASONS), 3, replace=False)
    times = int(draw.integers(1, 4))
    return [
        {
            "feature": REASONS[i][0],
            "value": float(times),
            "contribution": (0.9, 0.5, -0.2)[place],
            "text_zh": REASONS[i][1].format(n=times),
            "text_en": REASONS[i][2].format(n=times),
        }
        for place, i in enumerate(chosen)
    ]


def _facts(warnings: pl.DataFrame, as_of: date, draw: np.random.Generator) -> pl.DataFrame:
    n, monday = len(warnings), datetime.combine(as_of, time())
    registered = [monday - timedelta(days=int(d), hours=15) for d in warnings["days_open"]]
    answers = [True, False, None]
    checklist = {
        item: [answers[i] for i in draw.choice(3, n, p=[0.15, 0.5, 0.35])]
        for item in ("threat", "violence", "weapon", "alcohol", "fear", "separation")
    }
    return warnings.select("dispute_id", "is_open", "is_domestic", "channel").with_columns(
        pl.Series("registered_at", registered),
        pl.Series("due_at", [r + timedelta(days=30) if draw.random() < 0.9 else None for r in registered]),
        pl.Series(
            "amount_yuan",
            [float(draw.integers(1, 400)) * 500 if draw.random() < 0.6 else None for _ in range(n)],
        ),
        pl.Series("n_parties", draw.integers(2, 5, n)),
        pl.lit("village").alias("tier"),
        pl.when(pl.col("is_domestic"))
        .then(pl.lit("spouse"))
        .otherwise(pl.lit("neighbour"))
        .alias("relation"),
        *(pl.Series(name, values, dtype=pl.Boolean) for name, values in checklist.items()),
    )


def _timeline(facts: pl.DataFrame, draw: np.random.Generator) -> pl.DataFrame:
    units = dict(PROFILE.units.group_by("area_code").agg(pl.col("unit_id").first()).iter_rows())
    unit = next(iter(sorted(units.values())))
    steps = (
        (0, 0, "registered", None, None),
        (0, 0, "accepted", None, None),
        (1, 0, "assigned", unit, None),
        (3, 1, "mediation", unit, "failed"),
        (6, 4, "threat_reported", None, None),
        (9, 0, "visit", unit, None),
    )
    rows = []
    for number, registered, is_open in facts.select("dispute_id", "registered_at", "is_open").iter_rows():
        for after, late, kind, by, result in steps[: int(draw.integers(2, 7))]:
            at = registered + timedelta(days=after)
            rows.append((number, at, at + timedelta(days=late), kind, "village", by, result))
        if not is_open:
            at = registered + timedelta(days=10)
            rows.append((number, at, at, "closed", "township", unit, "settled"))
    names = ("dispute_id", "happened_at", "known_at", "kind", "tier", "unit_id", "result")
    return pl.DataFrame(rows, schema=list(names), orient="row")


def _meta(as_of: date, synthetic: bool, usable: bool, warnings: pl.DataFrame) -> dict[str, Any]:
    no_model = (
        "历史数据只有30周，不足52周，未训练模型，按专家清单排序。",
        "Only 30 weeks of history, 52 are needed.",
    )
    in_use = ("使用模型dispute-28d-v1，训练数据截至2025年10月27日。", "Model dispute-28d-v1 is in use.")
    reason = in_use if usable else no_model
    told = {
        "reason_zh": "此版本尚未实现该类预警。",
        "reason_en": "This version does not make this family yet.",
    }
    return {
        "schema_version": 1,
        "as_of": as_of.isoformat(),
        "profile": "qujing",
        "title_zh": PROFILE.settings.title_zh,
        "title_en": PROFILE.settings.title_en,
        "origin": "simulated" if synthetic else "real",
        "synthetic": synthetic,
        "data_from": "2023-01-02T08:10:00",
        "data_until": f"{as_of - timedelta(days=1)}T22:40:00",
        "rows": {"disputes": 100_000, "volunteers": 0},
        "inputs": INPUTS,
        "quarantine": QUARANTINE,
        "excluded": {"minors": 812, "collective": 1903, "withdrawn": 410},
        "capacity": CAPACITY,
        "listed": int(warnings["listed"].sum()),
        "horizon_days": 28,
        "levels": {"red": 0.10, "orange": 0.05, "yellow": 0.02},
        "model": {
            "version": "dispute-28d-v1" if usable else "checklist",
            "champion": "dispute-28d-v1" if usable else None,
            "usable": usable,
            "reason_zh": reason[0],
            "reason_en": reason[1],
            "trained_until": "2025-10-27" if usable else None,
            "registered_as_of": "2025-12-29" if usable else None,
            "expires_on": "2026-06-27" if usable else None,
            "catalogue_hash": "0" * 12,
            "metrics": {},
        },
        "families": {
            "escalation": {"published": True, "reason_zh": "已发布。", "reason_en": "Published."},
            "demand": {"published": False} | told,
            "coverage": {"published": False} | told,
        },
        "code_version": "0.1.0+test",
        "data_digest": "0" * 64,
        "left_out": [],
        "ranked": len(warnings),
        "outcome_zh": PROFILE.settings.outcome_zh,
        "outcome_en": PROFILE.settings.outcome_en,
        "watch": {"watched": 3, "crossed": 0, "signals": {}, "rows": []},
    }


def _metrics() -> pl.DataFrame:
    measured = {
        "lightgbm": (0.131, 0.062, 0.731, 0.004),
        "logistic": (0.118, 0.055, 0.717, 0.006),
        "checklist": (0.094, 0.043, 0.662, None),
        "category_rate": (0.021, 0.010, 0.587, 0.001),
        "oldest_first": (0.011, 0.005, 0.506, None),
        "oracle": (0.172, 0.081, 0.779, 0.002),
    }
    names = ("precision_at_capacity", "recall_at_capacity", "roc_auc", "ece")
    rows = [
        (model, None, "all", name, CAPACITY, value, value * 0.85, value * 1.15)
        for model, values in measured.items()
        for name, value in zip(names, values, strict=True)
        if value is not None
    ]
    counties = PROFILE.areas.filter(pl.col("tier") == "county")["area_code"].to_list()
    groups = {
        "county": counties,
        "urban": ["true", "false"],
        "channel": ["grid", "window"],
        "category": PROFILE.codes_of_kind("dispute"),
        "reporting": ["few_records", "usual"],
    }
    for axis, codes in groups.items():
        for i, code in enumerate(codes):
            part = f"audit={axis} group={code}"
            recall = (0.02, 0.01, 0.05) if (axis, i) == ("county", 0) else (0.06 + i / 400, 0.02, 0.11)
            rows += [
                ("lightgbm", None, part, "n_harmed", None, 12.0, None, None),
                ("lightgbm", None, part, "recall_at_capacity", CAPACITY, *recall),
                ("lightgbm", None, part, "false_alarm_rate", CAPACITY, 0.004, 0.003, 0.005),
                ("lightgbm", None, part, "calibration_ratio", CAPACITY, 1.1, 0.9, 1.3),
            ]
    rows.append(("lightgbm", None, "audit=channel group=court", "n_harmed", None, 3.0, None, None))
    schema = {
        "model": pl.String,
        "as_of": pl.Date,
        "segment": pl.String,
        "metric": pl.String,
        "k": pl.Int64,
        "value": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _calibration() -> pl.DataFrame:
    predicted = np.array([0.001, 0.003, 0.006, 0.010, 0.018, 0.032, 0.058, 0.105, 0.160])
    observed = predicted * np.array([1.1, 0.9, 1.05, 1.0, 0.92, 1.08, 0.95, 1.1, 0.9])
    return pl.DataFrame(
        {
            "model": ["lightgbm"] * 9,
            "segment": ["all"] * 9,
            "bin": list(range(9)),
            "predicted": predicted,
            "observed": observed,
            "low": observed * 0.8,
            "high": observed * 1.25,
            "n": [1000] * 9,
        },
        schema=CALIBRATION_SCHEMA,
    )
