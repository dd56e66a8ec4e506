"""One entry about one warning: accepted, declined or corrected, what a visit found, or an earlier one undone.

Why is chosen from a closed list. A note of a few words may be added; what looks like a person's number in
it is refused, and names do not belong there (boundary 6): the screen says so beside the field.
"""

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal, get_args

from pipelines.errors import RefusedInput
from pipelines.privacy.personal_numbers import is_personal

Action = Literal["accept", "decline", "correct", "visit", "undo"]
DECLINE_REASONS = (
    "parties_decline",
    "already_settled",
    "in_hand",
    "no_capacity",
    "judged_low",
    "other",
)
CORRECT_REASONS = (
    "not_a_dispute",
    "wrong_facts",
    "duplicate",
    "involves_minor",
    "collective",
    "other",
)
VISIT_RESULTS = ("settled", "calmer", "unchanged", "worse", "help_declined", "not_met")
REASONS = {
    "accept": (),
    "decline": DECLINE_REASONS,
    "correct": CORRECT_REASONS,
    "visit": VISIT_RESULTS,
    "undo": (),
}
NOTE_CHARACTERS = 200
OFFICE_CHARACTERS = 40


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What was decided.

    Attributes:
        dispute_id: the case number.
        action: accept (by a unit, until a day), decline or correct (for a reason), visit (and what it
            found), or undo.
        office: who decided, as an office or post ("Qilin centre, duty desk"), not as a person.
        as_of: the Monday of the warning.
        publication: digest of the published week it was read in.
        unit_id: which unit takes it up; with accept.
        due_on: until when; with accept.
        reason: why, or what the visit found: a code of `REASONS`.
        visited_on: day of the visit; with visit.
        found_after_warning: whether a harm came to light only because the warning sent somebody (boundary
            14); with visit.
        note: a few words more, or empty.
        undoes: number of the entry taken back; with undo.
        account: pseudonym of the account that decided; None where nobody logged in.
    """

    dispute_id: str
    action: Action
    office: str
    as_of: date
    publication: str
    unit_id: str | None = None
    due_on: date | None = None
    reason: str | None = None
    visited_on: date | None = None
    found_after_warning: bool = False
    note: str = ""
    undoes: int | None = None
    account: str | None = None

    def __post_init__(self) -> None:
        if self.action not in get_args(Action):
            raise RefusedInput(f"no action {self.action!r}: use one of {', '.join(get_args(Action))}")
        if not self.office.strip() or len(self.office) > OFFICE_CHARACTERS:
            raise RefusedInput(f"a decision needs an office of 1 to {OFFICE_CHARACTERS} characters")
        if self.action == "accept" and not (self.unit_id and self.due_on):
            raise RefusedInput("an accepted warning needs a unit and a day")
        if REASONS[self.action] and self.reason not in REASONS[self.action]:
            raise RefusedInput(f"{self.action} needs a reason, one of {', '.join(REASONS[self.action])}")
        if (self.action == "visit") != (self.visited_on is not None):
            raise RefusedInput("a visit, and nothing else, has the day it was made")
        if self.found_after_warning and self.action != "visit":
            raise RefusedInput("only a visit can bring a harm to light")
        if (self.action == "undo") != (self.undoes is not None):
            raise RefusedInput("an undo, and nothing else, names the entry it takes back")
        if len(self.note) > NOTE_CHARACTERS or is_personal(f"{self.office} {self.note}"):
            raise RefusedInput(
                f"a note has at most {NOTE_CHARACTERS} characters and no identity or phone number"
            )

    def to_json(self) -> str:
        """The decision as text: the same decision is the same text."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, default=date.isoformat)

    @classmethod
    def from_json(cls, text: str) -> "Decision":
        """The decision of such a text."""
        fields: dict[str, Any] = json.loads(text)
        for name in ("as_of", "due_on", "visited_on"):
            fields[name] = date.fromisoformat(fields[name]) if fields.get(name) else None
        return cls(**fields)
