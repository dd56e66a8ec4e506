"""Putting a week published before in force again, by a person's decision and with a reason in the record."""

from datetime import date

from dagster_project.operations.city import City
from pipelines.city import clock
from pipelines.errors import RefusedInput
from pipelines.privacy.personal_numbers import is_personal
from pipelines.publication_in_force import SWITCHES, switch_to

REASON_CHARACTERS = 500


def switch_by_hand(city: City, as_of: date, reason: str) -> str:
    """Put the week of a Monday in force; what was done.

    Raises:
        RefusedInput: no reason, a reason that is too long or holds a person's number, or a week never published.
        FengqiaoError: the files of the week are damaged.
    """
    text = " ".join(reason.split())
    if not text:
        raise RefusedInput('a switch needs a reason, for the record: --reason "..."')
    if len(text) > REASON_CHARACTERS or is_personal(text):
        raise RefusedInput(
            f"a reason has at most {REASON_CHARACTERS} characters and no identity or phone number"
        )
    pointer = switch_to(city.home, as_of, text, clock.local_now())
    return f"in force: the week of {pointer.as_of}; the reason stands in {city.home.published / SWITCHES}"
