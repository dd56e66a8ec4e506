"""A log with one row per step, recognised and turned into a register and its steps."""

from dataclasses import replace

from pipelines.mapping.heading_roles import LAST_CHANGE, may_become, roles_of
from pipelines.mapping.heading_suggestions import LIKE_ENOUGH, suggest
from pipelines.onboarding.column_guess import (
    PLACEHOLDER,
    UNIQUE,
    TableGuess,
    key_likeness,
    mappable,
    one_table,
    other_columns,
)
from pipelines.onboarding.moments_compared import varying_share
from pipelines.onboarding.source_sample import SourceSample
from pipelines.onboarding.step_words import step_codes

REPEATS = 1.3
"""Rows for each number from which a file holds several rows of one case."""
VARIES = 0.3
"""Share of the repeated numbers whose rows must differ in moment and activity for the file to be a log."""


def log_tables(sample: SourceSample) -> tuple[TableGuess, TableGuess] | None:
    """Register and steps out of a file with one row per step; None where the file is none."""
    shape = _log_shape(sample)
    if shape is None:
        return None
    key, moment, activity = shape
    steps_own = one_table(sample, "dispute_events", frozenset(shape))
    kept = {
        c: guess
        for c, guess in steps_own.columns.items()
        if c in ("event_id", "tier", "result", "recorded_at") and guess[0] not in shape
    }
    columns = {
        "dispute_id": (key, "its values repeat"),
        "event_at": (moment, "the moment of each step"),
        "event_type": (activity, "few words, several for one case"),
        **kept,
    }
    codes = step_codes(sample.words(activity))
    rest = sum(rows for word, rows in sample.words(activity).items() if word not in codes)
    notes = ["one row per step: read each translation of a step"]
    notes += [
        f"{activity}: {rest} rows hold a word of one row alone, which may be a name; they are not taken"
    ] * bool(rest)
    own_id = kept.get("event_id", ("", ""))[0]
    has_id = bool(own_id) and sample.unique_share(own_id) >= UNIQUE and not sample.is_running_number(own_id)
    if not has_id:
        columns.pop("event_id", None)
    steps = TableGuess(
        "dispute_events",
        columns,
        templates={} if has_id else {"event_id": f"{{{key}}}-{{{activity}}}-{{{moment}}}"},
        codes={"event_type": codes},
        where={activity: tuple(codes)},
        notes=tuple(notes),
    )
    return _opened(sample, shape), steps


def _opened(sample: SourceSample, shape: tuple[str, str, str]) -> TableGuess:
    """The register out of a log: a case's first row opens it."""
    key, moment, activity = shape
    opened = one_table(sample, "disputes", frozenset(shape))
    rest = {
        c: guess
        for c, guess in opened.columns.items()
        if c not in ("dispute_id", "registered_at", "recorded_at") and guess[0] not in (key, moment, activity)
    }
    constants = {c: v for c, v in PLACEHOLDER.items() if c not in rest}
    return replace(
        opened,
        columns={
            "dispute_id": (key, "its values repeat"),
            "registered_at": (moment, "of a case's first row"),
            **rest,
        },
        missing=(),
        key_within=(),
        constants=constants,
        first=True,
        notes=(
            "one row per step: the first row of each number opens the case",
            *(f"{c}: nothing looks like it, so all rows are given {v}" for c, v in constants.items()),
        ),
    )


def changed_on(sample: SourceSample) -> list[str]:
    """Moments of a last change: in a log each row's own is the moment of its step, where there is no better one."""
    return [h for h in sample.raw.headings if h in sample.habits and roles_of(h) == {LAST_CHANGE}]


def _log_shape(sample: SourceSample) -> tuple[str, str, str] | None:
    """Key, moment and activity of a file in which a key repeats and both others differ among its rows."""
    headings = [h for h in mappable(sample) if not sample.may_be_persons(h)]
    words = {
        s.heading: s.likeness
        for s in suggest(headings, "dispute_events", other_columns("dispute_events", "event_type"))
    }
    keys = [
        h
        for h in headings
        if key_likeness(h, "disputes", "dispute_id") >= LIKE_ENOUGH and h not in sample.habits
    ]
    repeated = [
        h
        for h in keys
        if len(sample.raw.frame) >= REPEATS * max(len(sample.words(h)), 1) and len(sample.words(h)) > 1
    ]
    moments = [h for h in headings if h in sample.habits and may_become(h, "dispute_events", "event_at")]
    moments += changed_on(sample)
    activities = sorted(
        (h for h in headings if sample.fits(h, "dispute_events", "event_type", strictly=True) and h in words),
        key=lambda h: -words[h],
    )
    for key in sorted(repeated, key=lambda h: -key_likeness(h, "disputes", "dispute_id")):
        for activity in activities:
            for moment in moments:
                if (
                    key not in (activity, moment)
                    and min(varying_share(sample, key, activity), varying_share(sample, key, moment))
                    >= VARIES
                ):
                    return key, moment, activity
    return None
