"""What each aggregation means: a small table of records, one entry, and what comes out.

`docs/feature_semantics.md` is written from these by `make docs` (`python tests/spec/test_features_spec.py`).
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

from features.catalogue.feature import Feature
from features.engine.entity_weeks import ask
from features.engine.kernel import NEVER, Source, compute
from pipelines.home import REPO

PAGE = REPO / "docs" / "feature_semantics.md"


@dataclass(frozen=True)
class Spec:
    """One paragraph: a rule in words, records, an entry, and the value on each Monday asked about."""

    title: str
    says: str
    records: str
    entry: dict[str, Any]
    gives: str


@dataclass(frozen=True)
class Chapter:
    """The paragraphs of one aggregation."""

    title: str
    specs: list[Spec] = field(default_factory=list)


HEAD = "of | known      | version    | until      | type      | n"
"""Entity; first known; this version known (blank: the same); corrected or withdrawn (blank: not); two columns."""

TIME = Chapter(
    "Time: what counts as of a Monday",
    [
        Spec(
            "Known before the day began",
            "A record known at 00:00 of the as-of date does not count: nobody could have used it. A window of one week begins at 00:00 of the Monday before, which counts.",
            """
            a  | 2025-03-03 |            |            | threat    |
            a  | 2025-03-05 |            |            | threat    |
            """,
            {"aggregation": "count", "weeks": 1, "when_none": 0.0},
            """
            a  | 2025-03-03 | 0
            a  | 2025-03-10 | 2
            a  | 2025-03-17 | 0
            """,
        ),
        Spec(
            "A window longer than history",
            "Before the first record there is nothing to count; the window does not need to be full.",
            """
            a  | 2025-03-05 |            |            | threat    |
            """,
            {"aggregation": "count", "weeks": 52, "when_none": 0.0},
            """
            a  | 2025-03-03 | 0
            a  | 2025-03-10 | 1
            a  | 2026-03-02 | 1
            a  | 2026-03-09 | 0
            """,
        ),
        Spec(
            "A corrected record counts once",
            "The first version counts until the correction is known, the second from then on, in the window of the day the record was first known.",
            """
            a  | 2025-03-05 |            | 2025-03-12 | threat    |
            a  | 2025-03-05 | 2025-03-12 |            | visit     |
            """,
            {"aggregation": "count", "weeks": 4, "when_none": 0.0},
            """
            a  | 2025-03-10 | 1
            a  | 2025-03-17 | 1
            a  | 2025-04-07 | 0
            """,
        ),
        Spec(
            "A corrected record is what it was known to be",
            "A correction changes no Monday before it was known.",
            """
            a  | 2025-03-05 |            | 2025-03-12 | threat    |
            a  | 2025-03-05 | 2025-03-12 |            | visit     |
            """,
            {"aggregation": "count", "weeks": 4, "when_none": 0.0, "where": (("event_type", ("threat",)),)},
            """
            a  | 2025-03-10 | 1
            a  | 2025-03-17 | 0
            """,
        ),
        Spec(
            "A withdrawn record",
            "It counts until the day the withdrawal was known, and never again. What was published before stays explainable.",
            """
            a  | 2025-03-05 |            | 2025-03-17 | threat    |
            """,
            {"aggregation": "count", "weeks": None, "when_none": 0.0},
            """
            a  | 2025-03-10 | 1
            a  | 2025-03-17 | 1
            a  | 2025-03-24 | 0
            """,
        ),
        Spec(
            "A window that ended some weeks ago",
            "`weeks_ago` moves the window back: four weeks that end 48 weeks ago are the next four weeks' place of last year.",
            """
            a  | 2024-03-20 |            |            | threat    |
            a  | 2024-05-01 |            |            | threat    |
            """,
            {"aggregation": "count", "weeks": 4, "weeks_ago": 48, "when_none": 0.0},
            """
            a  | 2025-03-17 | 1
            a  | 2025-03-24 | 0
            a  | 2025-04-28 | 1
            """,
        ),
        Spec(
            "Another entity's records",
            "They are not its own, whichever Mondays each of the two is asked about.",
            """
            a  | 2025-03-05 |            |            | threat    |
            """,
            {"aggregation": "count", "weeks": 52, "when_none": 0.0},
            """
            a  | 2025-03-10 | 1
            b  | 2025-03-10 | 0
            b  | 2025-03-17 | 0
            """,
        ),
        Spec(
            "Nothing known of an entity",
            "An entity without records gets the entry's value for none, here missing.",
            """
            a  | 2025-03-05 |            |            | threat    |
            """,
            {"aggregation": "days_since_last", "weeks": None},
            """
            a  | 2025-03-10 | 5
            b  | 2025-03-10 | missing
            """,
        ),
    ],
)
SESSIONS = """
            a  | 2025-02-18 |            |            | mediation | 30
            a  | 2025-03-04 |            |            | mediation | 90
            a  | 2025-03-06 |            |            | visit     | 60
            a  | 2025-03-12 |            |            | mediation |
            """
COUNTS = Chapter(
    "count, sum, mean, share, trend",
    [
        Spec(
            "count",
            "How many records the condition takes. Conditions are joined by AND; a column without a value meets none.",
            """
            a  | 2025-02-18 |            |            | mediation |
            a  | 2025-03-04 |            |            | mediation |
            a  | 2025-03-06 |            |            | visit     |
            a  | 2025-03-07 |            |            |           |
            a  | 2025-03-12 |            |            | mediation |
            """,
            {
                "aggregation": "count",
                "weeks": 4,
                "where": (("event_type", ("mediation",)),),
                "when_none": 0.0,
            },
            """
            a  | 2025-03-03 | 1
            a  | 2025-03-10 | 2
            a  | 2025-03-17 | 3
            """,
        ),
        Spec(
            "sum",
            "The column added up, divided by `scale`. A record without a value of the column adds nothing, and is no record where none has one.",
            SESSIONS,
            {"aggregation": "sum", "measure": "n", "weeks": 4, "scale": 60.0},
            """
            a  | 2025-02-17 | missing
            a  | 2025-03-10 | 3
            a  | 2025-04-07 | missing
            """,
        ),
        Spec(
            "mean",
            "The column's mean over the records that have a value.",
            SESSIONS,
            {"aggregation": "mean", "measure": "n", "weeks": 4},
            """
            a  | 2025-03-10 | 60
            a  | 2025-03-24 | 75
            """,
        ),
        Spec(
            "share",
            "Of the records that `among` looks at, the part that `where` takes; here, of mediations and visits, the mediations.",
            """
            a  | 2025-02-18 |            |            | mediation |
            a  | 2025-03-04 |            |            | mediation |
            a  | 2025-03-06 |            |            | visit     |
            a  | 2025-03-07 |            |            | call      |
            a  | 2025-03-12 |            |            | mediation |
            """,
            {
                "aggregation": "share",
                "weeks": 4,
                "among": (("event_type", ("mediation", "visit")),),
                "where": (("event_type", ("mediation",)),),
            },
            """
            a  | 2025-02-17 | missing
            a  | 2025-03-17 | 0.75
            """,
        ),
        Spec(
            "trend",
            "Records a week in the short window over records a week in the last 52: 1 is as usual; 13, over four weeks, that all of the year's came in these four.",
            SESSIONS,
            {"aggregation": "trend", "weeks": 4},
            """
            a  | 2025-03-17 | 13
            a  | 2025-04-07 | 3.25
            a  | 2025-06-02 | 0
            """,
        ),
    ],
)
EXTREMES = Chapter(
    "count_distinct, max, last_value, days_since_last, days_since_first",
    [
        Spec(
            "count_distinct",
            "How many different values stand in the window; records without a value are none of them.",
            """
            a  | 2025-02-18 |            |            | mediation |
            a  | 2025-03-04 |            |            | mediation |
            a  | 2025-03-06 |            | 2025-03-20 | visit     |
            a  | 2025-03-07 |            |            |           |
            """,
            {"aggregation": "count_distinct", "measure": "event_type", "weeks": 4, "when_none": 0.0},
            """
            a  | 2025-02-24 | 1
            a  | 2025-03-10 | 2
            a  | 2025-03-24 | 1
            a  | 2025-04-07 | 0
            """,
        ),
        Spec(
            "max",
            "The largest value that stands in the window.",
            SESSIONS,
            {"aggregation": "max", "measure": "n", "weeks": 4},
            """
            a  | 2025-03-03 | 30
            a  | 2025-03-10 | 90
            a  | 2025-04-07 | missing
            """,
        ),
        Spec(
            "last_value",
            "The value of the record first known last, among those that have one; a correction takes its record's place.",
            """
            a  | 2025-03-04 |            |            | count     | 60
            a  | 2025-03-12 |            | 2025-03-20 | count     | 40
            a  | 2025-03-12 | 2025-03-20 |            | count     | 14
            a  | 2025-03-25 |            |            | count     |
            """,
            {"aggregation": "last_value", "measure": "n", "weeks": 52},
            """
            a  | 2025-03-10 | 60
            a  | 2025-03-17 | 40
            a  | 2025-03-31 | 14
            """,
        ),
        Spec(
            "days_since_last",
            "Days from when the last record was first known to the as-of date. If the last one is withdrawn, the one before it speaks again.",
            """
            a  | 2025-03-04 |            |            | threat    |
            a  | 2025-03-08 |            | 2025-03-12 | threat    |
            a  | 2025-03-24 |            |            | threat    |
            """,
            {"aggregation": "days_since_last", "weeks": None},
            """
            a  | 2025-03-10 | 2
            a  | 2025-03-17 | 13
            a  | 2025-03-24 | 20
            """,
        ),
        Spec(
            "days_since_first",
            "Days from when the first record in the window was first known.",
            SESSIONS,
            {"aggregation": "days_since_first", "weeks": None, "where": (("event_type", ("mediation",)),)},
            """
            a  | 2025-02-24 | 6
            a  | 2025-03-17 | 27
            """,
        ),
    ],
)
CHAPTERS = [TIME, COUNTS, EXTREMES]


def cells(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


def seconds(day: str) -> int:
    return int((datetime.fromisoformat(day) - datetime(1970, 1, 1)).total_seconds())


def entry(of: Spec) -> Feature:
    base: dict[str, Any] = {
        "name": "x", "label_zh": "x", "label_en": "x", "source": "handling", "entity": "dispute", "unit": "times",
        "when_none": float("nan"), "group": "g",
    }  # fmt: skip
    return Feature(**(base | of.entry))


def computed(spec: Spec) -> list[float]:
    rows = cells(spec.records)
    frame = pl.DataFrame(
        {
            "dispute": ["_ab".index(of) for of, *_ in rows],
            "first": [seconds(known) for _, known, *_ in rows],
            "known": [seconds(version or known) for _, known, version, *_ in rows],
            "retired": [seconds(until) if until else NEVER for _, _, _, until, *_ in rows],
            "event_type": [kind or None for *_, kind, _ in rows],
            "n": pl.Series([int(n) if n else None for *_, n in rows], dtype=pl.Int64),
        },
        schema_overrides={"event_type": pl.String},
    )
    questions = cells(spec.gives)
    days = sorted({day for _, day, _ in questions})
    asked = ask(
        np.array(["_ab".index(of) for of, _, _ in questions]),
        np.array([days.index(day) for _, day, _ in questions]),
        np.array([seconds(day) for day in days]),
    )
    return compute([entry(spec)], Source(frame), "dispute", asked)[:, 0].tolist()


SPECS = [spec for chapter in CHAPTERS for spec in chapter.specs]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.title.replace(" ", "-"))
def test_an_aggregation_means_what_its_paragraph_says(spec: Spec) -> None:
    expected = [float("nan") if value == "missing" else float(value) for *_, value in cells(spec.gives)]
    np.testing.assert_array_equal(computed(spec), expected)


def test_every_aggregation_has_a_paragraph() -> None:
    from features.catalogue.feature import WINDOWED

    assert {spec.entry["aggregation"] for spec in SPECS} == WINDOWED


def page() -> str:
    """The documentation, as it should stand in `docs/`."""
    lines = [
        "# What each aggregation means · 各种聚合的含义\n",
        "Written by `make docs` from the specification tests (`tests/spec/test_features_spec.py`); do not edit.\n",
        "Each table lists records by the two clocks: when a record was first known, when this version of it was known"
        " (blank: the same) and until when it stood (blank: still does). Then one entry, and its value as of some Mondays.\n",
    ]
    for chapter in CHAPTERS:
        lines.append(f"## {chapter.title}\n")
        for spec in chapter.specs:
            lines += [f"### {spec.title}\n", f"{spec.says}\n", _table(cells(HEAD)[0], cells(spec.records))]
            lines += [
                f"`{_entry_in_words(spec.entry)}`\n",
                _table(["of", "as of", "value"], cells(spec.gives)),
            ]
    return "\n".join(lines)


def _table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows]) + "\n"


def _entry_in_words(entry: dict[str, Any]) -> str:
    lines = []
    for name, value in entry.items():
        shown = (
            " and ".join(f"{c} in {', '.join(v)}" for c, v in value) if name in ("where", "among") else value
        )
        lines.append(f"{name}: {'all' if name == 'weeks' and value is None else shown}")
    return "; ".join(lines)


def test_the_page_of_meanings_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
