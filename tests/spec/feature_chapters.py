"""Chapters on the meaning of each aggregation: small tables of records, one catalogue entry each, and the values it gives.

`test_features_spec.py` computes every table and writes `docs/feature_semantics.md` from them.
"""

from tests.spec.chapter import Chapter, Spec

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
