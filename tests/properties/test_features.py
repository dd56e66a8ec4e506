"""What must hold of features: only what was known counts, order does not matter, one week is one week."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features import kernel
from features.catalogue import CATALOGUE
from features.feature import Feature, WrongFeature
from features.kernel import ask, compute, history, number_entities
from features.matrix import build_matrix
from pipelines.profile import load_profile
from pipelines.warehouse import open_warehouse

MONDAY = date(2025, 3, 3)
START = datetime(2025, 3, 3)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def entry(aggregation: str, weeks: int | None, **more: object) -> Feature:
    base: dict = {
        "name": "x", "label_zh": "x", "label_en": "x", "source": "handling", "entity": "dispute", "aggregation": aggregation,
        "weeks": weeks, "unit": "times", "when_none": -7.0, "group": "g",
    }  # fmt: skip
    return Feature(**(base | more))


Record = tuple[str, int, int, int | None, int]
"""Entity, hours to first known, more hours to this version, more hours to its retirement, measure."""

records = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(-1500, 400), st.sampled_from([0, 0, 0, 30, 200]),
              st.one_of(st.none(), st.integers(1, 900)), st.integers(0, 9)),
    max_size=30,
)  # fmt: skip
questions = st.lists(
    st.tuples(st.sampled_from("abcd"), st.integers(-6, 2)), min_size=1, max_size=8, unique=True
)


def source(rows: list[Record]) -> pl.DataFrame:
    made = [
        (
            e,
            START + timedelta(hours=f),
            START + timedelta(hours=f + k),
            None if r is None else START + timedelta(hours=f + k + r),
            m,
        )
        for e, f, k, r, m in rows
    ]
    schema = {
        "dispute_id": pl.String,
        "first_known_at": pl.Datetime("us"),
        "known_at": pl.Datetime("us"),
        "retired_at": pl.Datetime("us"),
        "m": pl.Int64,
    }
    return pl.DataFrame(made, schema=schema, orient="row")


def by_kernel(rows: list[Record], asked: list[tuple[str, int]], feature: Feature) -> np.ndarray:
    frame = source(rows)
    cohort = pl.DataFrame({"e": [e for e, _ in asked], "t": [MONDAY + timedelta(weeks=w) for _, w in asked]})
    in_source, in_cohort = number_entities(frame["dispute_id"], cohort["e"])
    question = ask(in_cohort, cohort["t"])
    return compute(feature, history(frame, in_source), question)[question.row]


def by_hand(rows: list[Record], asked: list[tuple[str, int]], feature: Feature) -> np.ndarray:
    """Plain nested loops over every record for every question."""
    found = []
    for entity, week in asked:
        t = START + timedelta(weeks=week)
        counted, moments, long = [], [], 0
        for e, first, known, retired, m in rows:
            first_at, known_at = START + timedelta(hours=first), START + timedelta(hours=first + known)
            gone = None if retired is None else known_at + timedelta(hours=retired)
            if e != entity or not known_at < t or (gone is not None and gone < t):
                continue
            moments.append(first_at)
            long += first_at >= t - timedelta(weeks=52)
            if feature.weeks is None or first_at >= t - timedelta(weeks=feature.weeks):
                counted.append(m)
        if feature.aggregation == "count":
            found.append(len(counted) or feature.when_none)
        elif feature.aggregation == "sum":
            found.append(sum(counted) if counted else feature.when_none)
        elif feature.aggregation == "mean":
            found.append(sum(counted) / len(counted) if counted else feature.when_none)
        elif feature.aggregation == "trend":
            found.append(
                len(counted) / float(feature.weeks or 52) * 52.0 / long if long else feature.when_none
            )
        else:
            pick = max if feature.aggregation == "days_since_last" else min
            found.append((t - pick(moments)).total_seconds() / 86400 if moments else feature.when_none)
    return np.array(found, dtype=np.float64)


FEATURES = [
    *(entry("count", w) for w in (1, 4, 13, None)),
    *(entry("sum", w, measure="m") for w in (1, None)),
    entry("mean", 4, measure="m"),
    entry("trend", 4),
    entry("days_since_last", None),
    entry("days_since_first", None),
]


@pytest.mark.parametrize("feature", FEATURES, ids=lambda f: f"{f.aggregation}-{f.weeks}")
@QUICK
@given(rows=records, asked=questions)
def test_the_kernel_equals_nested_loops_to_the_bit(
    feature: Feature, rows: list[Record], asked: list[tuple[str, int]]
) -> None:
    assert by_kernel(rows, asked, feature).tobytes() == by_hand(rows, asked, feature).tobytes()


def test_a_record_known_at_midnight_of_the_as_of_date_does_not_count() -> None:
    assert by_kernel([("a", 0, 0, None, 1)], [("a", 0)], entry("count", None)) == [-7.0]
    assert by_kernel([("a", -1, 0, None, 1)], [("a", 0)], entry("count", None)) == [1.0]


def test_without_the_guard_the_proof_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = kernel.np.searchsorted
    monkeypatch.setattr(kernel.np, "searchsorted", lambda a, v, side="left": honest(a, v, side="right"))
    rows, asked = [("a", 0, 0, None, 1)], [("a", 0)]
    assert (
        by_kernel(rows, asked, entry("count", None)).tobytes()
        != by_hand(rows, asked, entry("count", None)).tobytes()
    )


def test_a_declaration_the_boundary_forbids_cannot_be_built() -> None:
    with pytest.raises(WrongFeature, match="52 weeks"):
        entry("count", None, entity="pair")
    with pytest.raises(WrongFeature, match="cannot be asked"):
        entry("count", 4, source="coverage", entity="dispute")
    with pytest.raises(WrongFeature, match="cannot be asked"):
        entry("count", 4, entity="party")


QUJING = load_profile("qujing")


@pytest.fixture
def world() -> Iterator[duckdb.DuckDBPyConnection]:
    """Forty disputes of two villages over a year, with steps, harms and closings, some recorded late."""
    with open_warehouse(":memory:") as con:
        con.execute("select setseed(0.4)")
        con.execute(
            """
            create temp table made as select 'd' || i as dispute_id, timestamp '2024-06-03' + to_hours((i * 217)::integer) as at_time,
                'D' || (1 + i % 6) as category, i % 7 as kind from range(40) t(i);
            insert into core_dispute (dispute_id, registered_at, category, area_code, township_code, county_code, village_code, parties_key,
                minor_involved, scale, threat, first_known_at, known_at, superseded_at, file_id)
            select dispute_id, at_time, category, '530302001', '530302001', '530302', 'v' || kind % 2, 'p' || kind, kind = 6,
                '01', kind = 1, at_time, at_time, null, 'f' from made;
            insert into core_dispute_event (event_id, dispute_id, event_at, event_type, first_known_at, known_at, superseded_at, file_id)
            select dispute_id || '-' || s, dispute_id, at_time + to_hours((s * 51)::integer),
                ['mediation', 'threat_reported', 'closed', 'reopened'][1 + s % 4], at_time + to_hours((s * 75)::integer),
                at_time + to_hours((s * 75)::integer), null, 'f' from made, range(1, 6) r(s);
            insert into core_outcome select dispute_id || '-o', dispute_id, at_time + to_hours(300), 1, at_time + to_hours(400),
                at_time + to_hours(400), null, 'f' from made where kind = 3;
            """
        )
        yield con


def nonsense_after(con: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Delete and distort everything known on or after a day."""
    for table in ("core_dispute_event", "core_outcome", "core_dispute"):
        con.execute(f"delete from {table} where known_at >= $t and hash(dispute_id) % 2 = 0", {"t": as_of})
    con.execute(
        "update core_dispute_event set event_type = 'violence_reported', event_at = timestamp '1999-01-01' where known_at >= $t",
        {"t": as_of},
    )
    con.execute("update core_dispute set category = 'D9', threat = true where known_at >= $t", {"t": as_of})


@pytest.mark.parametrize("weeks", [10, 25, 45])
def test_nothing_known_later_changes_a_byte(world: duckdb.DuckDBPyConnection, weeks: int) -> None:
    as_of = date(2024, 6, 3) + timedelta(weeks=weeks)
    before = build_matrix(world, QUJING, [as_of])
    assert len(before.cohort)
    nonsense_after(world, as_of)
    after = build_matrix(world, QUJING, [as_of])
    assert before.values.tobytes() == after.values.tobytes()
    assert before.cohort.equals(after.cohort)


def test_one_week_alone_equals_that_week_among_many(world: duckdb.DuckDBPyConnection) -> None:
    mondays = [date(2024, 6, 3) + timedelta(weeks=w) for w in range(50)]
    many = build_matrix(world, QUJING, mondays)
    one = build_matrix(world, QUJING, [mondays[30]])
    assert (
        one.values.tobytes() == many.rows((many.cohort["as_of"] == mondays[30]).to_numpy()).values.tobytes()
    )


def test_the_order_of_rows_changes_nothing(world: duckdb.DuckDBPyConnection) -> None:
    before = build_matrix(world, QUJING, [date(2025, 1, 6)])
    for table in ("core_dispute", "core_dispute_event", "core_outcome"):
        world.execute(
            f"create or replace temp table mixed as select * from {table} order by hash(dispute_id); delete from {table}; insert into {table} select * from mixed"
        )
    assert build_matrix(world, QUJING, [date(2025, 1, 6)]).values.tobytes() == before.values.tobytes()


def test_a_dispute_with_a_minor_is_not_in_the_cohort(world: duckdb.DuckDBPyConnection) -> None:
    ids = set(build_matrix(world, QUJING, [date(2025, 1, 6)]).cohort["dispute_id"])
    minors = {
        i for (i,) in world.execute("select dispute_id from core_dispute where minor_involved").fetchall()
    }
    assert minors
    assert not ids & minors


def test_names_are_unique_and_at_least_sixty() -> None:
    assert len({f.name for f in CATALOGUE}) == len(CATALOGUE) >= 60
