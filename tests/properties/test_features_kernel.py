"""The kernel against plain nested loops, to the bit: every aggregation, both clocks, corrections and ties."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalogue.feature import Feature, WrongFeature
from features.engine.entity_weeks import ask
from features.engine.kernel import NEVER, Source, compute
from tests.deep import examples

MONDAY = date(2025, 3, 3)
START = datetime(2025, 3, 3)
EPOCH = datetime(1970, 1, 1)


class Record(NamedTuple):
    """A record's entity (0: nobody), hours from START to first known, known and retired; kind and measure."""

    entity: int
    first: int
    known: int
    retired: int | None
    kind: str | None
    n: int | None


HOURS = st.one_of(st.integers(-1500, 400), st.sampled_from([-336, -168, 0, 168, -168 * 52, -168 * 53]))
"""Midnights of Mondays come up often, and the edge of the longest window."""


@st.composite
def record(draw: st.DrawFn) -> Record:
    first = draw(HOURS)
    known = first + draw(st.sampled_from([0, 0, 0, 30, 168, 200]))
    retired = draw(st.one_of(st.none(), st.sampled_from([0, 1, 168, 336]), st.integers(1, 900)))
    kind = draw(st.sampled_from(["a", "b", "c", None]))
    n = draw(st.one_of(st.none(), st.integers(-9, 9)))
    return Record(
        draw(st.integers(0, 3)), first, known, None if retired is None else known + retired, kind, n
    )


records = st.lists(record(), max_size=30)
questions = st.lists(st.tuples(st.integers(0, 4), st.integers(-6, 2)), min_size=1, max_size=9, unique=True)


def entry(aggregation: str, weeks: int | None = None, **more: object) -> Feature:
    """An entry about a dispute's handling; `-7` where there is no record."""
    base: dict = {
        "name": "x", "label_zh": "x", "label_en": "x", "source": "handling", "entity": "dispute", "aggregation": aggregation,
        "weeks": weeks, "unit": "times", "when_none": -7.0, "group": "g",
    }  # fmt: skip
    return Feature(**(base | more))


ONLY_A = (("event_type", ("a",)),)
FEATURES = [
    *(entry("count", w) for w in (1, 4, 13, 52, None)),
    entry("count", 4, weeks_ago=48),
    entry("count", 4, where=(("event_type", ("a", "b")),)),
    *(entry("sum", w, measure="n") for w in (1, None)),
    entry("sum", 4, measure="n", where=ONLY_A, scale=60.0),
    entry("mean", 4, measure="n"),
    entry("share", 13, where=ONLY_A),
    entry("share", 13, among=(("event_type", ("a", "b")),), where=ONLY_A),
    *(entry("trend", w) for w in (1, 4, 13)),
    *(entry("count_distinct", w, measure="event_type") for w in (1, 13, None)),
    entry("count_distinct", 4, measure="n", where=ONLY_A),
    *(entry("max", w, measure="n") for w in (4, None)),
    *(entry("last_value", w, measure="n") for w in (13, None)),
    entry("last_value", measure="n", where=ONLY_A),
    *(entry("days_since_last", w) for w in (4, None)),
    entry("days_since_last", where=ONLY_A),
    *(entry("days_since_first", w) for w in (4, None)),
]


def by_kernel(rows: list[Record], asked: list[tuple[int, int]], feature: Feature) -> np.ndarray:
    at = int((START - EPOCH).total_seconds())
    moments = [at + 3600 * hours for r in rows for hours in (r.first, r.known)]
    frame = pl.DataFrame(
        {
            "dispute": [r.entity for r in rows],
            "first": moments[::2],
            "known": moments[1::2],
            "retired": [NEVER if r.retired is None else at + 3600 * r.retired for r in rows],
            "event_type": pl.Series([r.kind for r in rows], dtype=pl.String),
            "n": pl.Series([r.n for r in rows], dtype=pl.Int64),
        }
    )
    mondays = sorted({week for _, week in asked})
    question = ask(
        np.array([entity for entity, _ in asked]),
        np.array([mondays.index(week) for _, week in asked]),
        np.array([at + 7 * 86400 * week for week in mondays]),
    )
    return compute([feature], Source(frame), "dispute", question)[:, 0]


def by_hand(rows: list[Record], asked: list[tuple[int, int]], feature: Feature) -> np.ndarray:
    return np.array([one_by_hand(rows, entity, week, feature) for entity, week in asked], dtype=np.float32)


def one_by_hand(rows: list[Record], entity: int, week: int, f: Feature) -> float:
    """Every record looked at for one question, with dates and no arithmetic on keys."""
    t = START + timedelta(weeks=week)

    def standing(weeks: int | None, ago: int, conditions: tuple) -> list[Record]:
        values = []
        for r in rows:
            first, known = START + timedelta(hours=r.first), START + timedelta(hours=r.known)
            gone = datetime.max if r.retired is None else START + timedelta(hours=r.retired)
            in_time = known < t <= gone and first < t - timedelta(weeks=ago)
            in_window = weeks is None or first >= t - timedelta(weeks=weeks + ago)
            if r.entity == entity and entity and in_time and in_window:
                values.append(r)
        return [r for r in values if all(r.kind in values for _, values in conditions)]

    standing_records = standing(f.weeks, f.weeks_ago, f.where + f.among)
    valued = [
        r
        for r in standing_records
        if f.measure is None or {"n": r.n, "event_type": r.kind}[f.measure] is not None
    ]
    if f.aggregation == "count_distinct":
        return len({getattr(r, "n" if f.measure == "n" else "kind") for r in valued}) or f.when_none
    if f.aggregation == "trend":
        long = standing(52, 0, f.where)
        return len(standing_records) / f.weeks * 52 / len(long) if long else f.when_none
    if f.aggregation == "share":
        whole = standing(f.weeks, f.weeks_ago, f.among)
        return len(standing_records) / len(whole) if whole else f.when_none
    if not valued:
        return f.when_none
    last = max(valued, key=lambda r: (r.first, r.n or 0))
    days = {"days_since_last": last.first, "days_since_first": min(r.first for r in valued)}
    return {
        "count": lambda: len(valued),
        "sum": lambda: sum(r.n for r in valued) / f.scale,
        "mean": lambda: sum(r.n for r in valued) / len(valued) / f.scale,
        "max": lambda: max(r.n for r in valued) / f.scale,
        "last_value": lambda: last.n / f.scale,
    }.get(f.aggregation, lambda: (t - START - timedelta(hours=days[f.aggregation])).total_seconds() / 86400)()


@pytest.mark.parametrize("feature", FEATURES, ids=lambda f: f"{f.aggregation}-{f.weeks}")
@settings(max_examples=examples(12), deadline=None)
@given(rows=records, asked=questions)
def test_the_kernel_equals_nested_loops_to_the_bit(
    feature: Feature, rows: list[Record], asked: list[tuple[int, int]]
) -> None:
    assert by_kernel(rows, asked, feature).tobytes() == by_hand(rows, asked, feature).tobytes()


@pytest.mark.parametrize("feature", FEATURES, ids=lambda f: f"{f.aggregation}-{f.weeks}")
def test_an_entity_without_records_and_a_row_of_nobody_get_the_value_for_none(feature: Feature) -> None:
    assert by_kernel([Record(1, -10, -10, None, "a", 1)], [(0, 0), (2, 0)], feature).tolist() == [-7.0, -7.0]
    assert by_kernel([], [(0, 0), (1, 0)], feature).tolist() == [-7.0, -7.0]


def test_a_declaration_the_boundary_forbids_cannot_be_built() -> None:
    with pytest.raises(WrongFeature, match="52 weeks"):
        entry("count", None, entity="pair")
    with pytest.raises(WrongFeature, match="cannot be asked"):
        entry("count", 4, source="coverage", entity="dispute")
    with pytest.raises(WrongFeature, match="cannot be asked"):
        entry("count", 4, entity="party")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"aggregation": "count", "entity": "township", "weeks": None}, "must not grow with the years"),
        ({"aggregation": "count", "weeks": 8}, "windows are"),
        ({"aggregation": "count", "weeks": 13, "weeks_ago": 48}, "reaches back 52 weeks"),
        ({"aggregation": "max", "weeks": 4}, "needs a measure"),
        ({"aggregation": "trend", "weeks": None}, "compares"),
        ({"aggregation": "count", "among": ONLY_A}, "only a share"),
        ({"aggregation": "count", "where": (("party", ("x",)),)}, "no column 'party'"),
        ({"aggregation": "count", "unit": "stones"}, "no unit"),
        ({"aggregation": "count", "label_zh": ""}, "both labels"),
        ({"aggregation": "count", "name": "Bad name"}, "lower case"),
        ({"aggregation": "count", "direction": 2}, "direction"),
        ({"aggregation": "count", "source": "cameras"}, "no source 'cameras'"),
    ],
)
def test_a_wrong_entry_cannot_be_built(wrong: dict, message: str) -> None:
    with pytest.raises(WrongFeature, match=message):
        entry(**wrong)
