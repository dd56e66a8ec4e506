"""Sentences about a dispute's own steps: by the day they happened, with the day of a late entry.

Made of the records known before the Monday, the same as the dispute's timeline, never of a feature's value: a feature
counts by when a record could be known, and people ask when it happened.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from features.catalogue.own_steps import (
    HARMS,
    MEDIATION_FAILED,
    MEDIATION_SETTLED,
    MEDIATIONS_ALL_FAILED,
    MEDIATIONS_SOME_FAILED,
    OWN_STEPS,
    RETURNS,
    Steps,
)
from features.catalogue.said import Pair, days_ago, number_said, times_said
from models.wording import Message

LATE_DAYS = 3
"""A record entered more days than this after it happened says when it was entered."""
NEAR_DAYS = 7
"""Days of the last week are also said as so many days ago."""
_NOT_STEPS = ("registered", "reregistered", "outcome")


@dataclass(frozen=True)
class OwnRecord:
    """One row of a dispute's timeline.

    Attributes:
        kind: of the step; also registered, reregistered and outcome.
        happened_at: when it happened.
        known_at: when it could be known.
        result: settled, failed or pending.
        severity: of a harm, 1 to 3.
    """

    kind: str
    happened_at: datetime
    known_at: datetime
    result: str | None = None
    severity: int | None = None


def own_sentence(name: str, records: Sequence[OwnRecord], as_of: date) -> Message:
    """The sentence about one kind of a dispute's own steps.

    Args:
        name: key of `OWN_STEPS`.
        records: all of the dispute, known before the Monday.
        as_of: the Monday.
    """
    steps = OWN_STEPS[name]
    among = sorted((one for one in records if _is_among(one, name, steps)), key=_order)
    if not among:
        return Message(*steps.never)
    zh, en = _pattern(name, steps, among, as_of)
    facts = _facts(among, as_of)
    zh, en = (
        text.format(**{key: pair[at] for key, pair in facts.items()}) for at, text in enumerate((zh, en))
    )
    return Message(zh, en[:1].upper() + en[1:])


def day_said(day: date, as_of: date) -> Pair:
    """A day as people say it on the Monday: with so many days ago within a week, with the year where it is another."""
    ago = (as_of - day).days
    zh, en = _date(day, as_of)
    if 0 <= ago <= NEAR_DAYS:
        near = days_ago(ago)
        return f"{near[0]}（{zh}）", f"{near[1]} ({en})"
    return zh, f"on {en}"


def _date(day: date, as_of: date) -> Pair:
    zh, en = f"{day.month}月{day.day}日", f"{day.day} {day:%B}"
    return (zh, en) if day.year == as_of.year else (f"{day.year}年{zh}", f"{en} {day.year}")


def _is_among(one: OwnRecord, name: str, steps: Steps) -> bool:
    return one.kind not in _NOT_STEPS if name == "step" else one.kind in steps.kinds


def _order(one: OwnRecord) -> tuple[datetime, datetime, str]:
    return one.happened_at, one.known_at, one.kind


def _pattern(name: str, steps: Steps, among: Sequence[OwnRecord], as_of: date) -> Pair:
    if name == "closing":
        return steps.once if among[-1].kind == "closed" else steps.often
    if name == "registration":
        return steps.once if (as_of - among[-1].happened_at.date()).days <= NEAR_DAYS else steps.often
    if name == "mediation":
        return _mediations(steps, [one.result for one in among])
    return steps.once if len(among) == 1 else steps.often


def _mediations(steps: Steps, results: Sequence[str | None]) -> Pair:
    failed = results.count("failed")
    if len(results) == 1:
        return {"failed": MEDIATION_FAILED, "settled": MEDIATION_SETTLED}.get(results[0] or "", steps.once)
    if not failed:
        return steps.often
    return MEDIATIONS_ALL_FAILED if failed == len(results) else MEDIATIONS_SOME_FAILED


def _facts(among: Sequence[OwnRecord], as_of: date) -> Mapping[str, Pair]:
    newest = among[-1]
    happened, entered = newest.happened_at.date(), newest.known_at.date()
    late = _date(entered, as_of)
    return {
        "day": day_said(happened, as_of),
        "late": (f"（{late[0]}录入）", f" (entered {late[1]})")
        if (entered - happened).days > LATE_DAYS
        else ("", ""),
        "n": times_said(len(among)),
        "failed": times_said(sum(one.result == "failed" for one in among)),
        "harm": HARMS[newest.severity],
        "again": RETURNS.get(newest.kind, ("", "")),
        "age": number_said((as_of - happened).days, "days"),
    }
