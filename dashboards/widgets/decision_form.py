"""Form for a decision: earlier decisions of a dispute, and the fields for a new one."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import streamlit as st

from dashboards.decisions.decision import NOTE_CHARACTERS, OFFICE_CHARACTERS, REASONS, Action, Decision
from dashboards.decisions.eligible_units import offered
from dashboards.decisions.store import Entry
from dashboards.markup.markup import lines, verbatim
from dashboards.texts.dispute_words import decision_line
from dashboards.widgets.reader_session import Session
from pipelines.errors import FengqiaoError, RefusedInput

_CHOICES: tuple[Action, ...] = ("accept", "decline", "correct", "visit")
_USUAL_DAYS = 4


def decision_fields(session: Session, warnings: Sequence[Mapping[str, Any]], key: str) -> bool:
    """Fields for one decision about these disputes; returns whether a decision was recorded in this run.

    Args:
        session: whose decision.
        warnings: their rows of `dispute_warnings.parquet`.
        key: tells this set of fields from another on the same page.
    """
    words = session.words
    action: Action = st.segmented_control(
        verbatim(words("decide.what")),
        _CHOICES,
        format_func=lambda code: verbatim(words(f"decide.{code}")),
        default=_CHOICES[0],
        required=True,
        key=f"{key}_action",
    )
    choices: dict[str, Any] = {}
    if action == "accept":
        choices["unit_id"], choices["due_on"] = _who_and_when(session, warnings, key)
    elif action == "visit":
        choices["visited_on"], choices["reason"], choices["found_after_warning"] = _visit(session, key)
    else:
        choices["reason"] = _choice(session, action, "reason", key)
    office = _office(session)
    note = st.text_input(
        verbatim(words("decide.note")),
        key=f"{key}_note",
        max_chars=NOTE_CHARACTERS,
        placeholder=words("decide.note_hint"),
    )
    label = words("decide.save") if len(warnings) == 1 else words.count("decide.save_many", len(warnings))
    if not st.button(verbatim(label), key=f"{key}_save", type="primary"):
        return False
    publication = session.published
    try:
        decisions = [
            Decision(
                dispute_id=warning["dispute_id"],
                action=action,
                office=office,
                as_of=publication.as_of,
                publication=publication.digest,
                note=note.strip(),
                account=_account(session),
                **choices,
            )
            for warning in warnings
        ]
    except RefusedInput:
        complete = office.strip() and choices["unit_id" if action == "accept" else "reason"]
        st.html(lines([words("decide.refused" if complete else "decide.incomplete")]))
        return False
    try:
        session.store.record(decisions, session.now)
    except FengqiaoError:
        st.html(lines([words("decide.not_writable")]))
        return False
    st.toast(verbatim(words.count("decide.saved", len(decisions))))
    return True


def decided_so_far(session: Session, dispute_id: str) -> None:
    """Everything recorded about one dispute, with a button to undo the decision in force."""
    words, store = session.words, session.store
    history = store.history(dispute_id)
    if not history:
        st.html(lines([words("decide.none_yet")]))
    standing = [kind([dispute_id]).get(dispute_id) for kind in (store.standing, store.visited)]
    for entry in history:
        st.html(lines([decision_line(session.names, entry), *_note(entry), _signature(session, entry)]))
        if entry in standing:
            st.button(
                verbatim(words("decide.undo_this")),
                key=f"undo_{entry.seq}",
                on_click=_take_back,
                args=(session, entry),
                type="tertiary",
            )


def _take_back(session: Session, entry: Entry) -> None:
    decision = entry.decision
    undo = Decision(
        dispute_id=decision.dispute_id,
        action="undo",
        office=_own_office(session) or st.session_state.get("office") or decision.office,
        as_of=session.published.as_of,
        publication=session.published.digest,
        undoes=entry.seq,
        account=_account(session),
    )
    try:
        session.store.record([undo], session.now)
    except RefusedInput:
        st.toast(verbatim(session.words("decide.undo_refused")))
    except FengqiaoError:
        st.toast(verbatim(session.words("decide.not_writable")))


def _office(session: Session) -> str:
    """The office that decides: the provider's where somebody logged in, else what is entered."""
    words, own = session.words, _own_office(session)
    if own is not None:
        st.html(lines([words("decide.office_from_login", office=own)]))
        return own
    return st.text_input(
        verbatim(words("decide.office")),
        key="office",
        max_chars=OFFICE_CHARACTERS,
        placeholder=words("decide.office_hint"),
        persist_state="session",
    )


def _own_office(session: Session) -> str | None:
    return session.reader.office[:OFFICE_CHARACTERS] if session.reader.office else None


def _account(session: Session) -> str | None:
    subject = session.reader.subject
    return session.store.pseudonym(subject) if subject else None


def _who_and_when(
    session: Session, warnings: Sequence[Mapping[str, Any]], key: str
) -> tuple[str | None, date | None]:
    words = session.words
    unit_id = st.selectbox(
        verbatim(words("decide.unit")),
        offered(session.profile, warnings),
        format_func=session.names.unit,
        index=None,
        placeholder=words("decide.unit_choose"),
        key=f"{key}_unit",
    )
    due_on = st.date_input(
        verbatim(words("decide.due_on")),
        session.published.as_of + timedelta(days=_USUAL_DAYS),
        key=f"{key}_due",
        format="YYYY-MM-DD",
    )
    return unit_id, due_on if isinstance(due_on, date) else None


def _visit(session: Session, key: str) -> tuple[date | None, str | None, bool]:
    words, today = session.words, session.now.date()
    visited_on = st.date_input(
        verbatim(words("decide.visited_on")),
        today,
        max_value=today,
        key=f"{key}_visited",
        format="YYYY-MM-DD",
    )
    result = _choice(session, "visit", "result", key)
    found_after_warning = st.checkbox(verbatim(words("decide.found")), key=f"{key}_found")
    return visited_on if isinstance(visited_on, date) else None, result, found_after_warning


def _choice(session: Session, action: Action, what: str, key: str) -> str | None:
    return st.selectbox(
        verbatim(session.words(f"decide.{what}")),
        REASONS[action],
        format_func=lambda code: session.names.code("decision_reason", code),
        index=None,
        placeholder=session.words(f"decide.{what}_choose"),
        key=f"{key}_{action}_reason",
    )


def _note(entry: Entry) -> list[str]:
    return [entry.decision.note] if entry.decision.note else []


def _signature(session: Session, entry: Entry) -> str:
    words = session.words
    at = f"{words.short_day(entry.at.date())} {entry.at:%H:%M}"
    account = entry.decision.account
    by = words("decide.account", account=account) if account else words("decide.not_authenticated")
    return words("decide.entry", n=entry.seq, at=at, office=entry.decision.office, by=by)
