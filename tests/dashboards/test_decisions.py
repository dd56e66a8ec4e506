"""The record of decisions: what it keeps, what it refuses, what it notices. On SQLite and on PostgreSQL."""

import multiprocessing
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboards.decisions.chain import BrokenChain
from dashboards.decisions.decision import Decision
from dashboards.decisions.signing import HEADS, Signer
from dashboards.decisions.store import DecisionStore
from pipelines.errors import RefusedInput
from pipelines.home import Home
from tests.dashboards import postgres
from tests.dashboards.writer import write
from tests.deep import examples

MONDAY = date(2025, 12, 29)
AT = datetime(2025, 12, 29, 9, 30)
ACCEPT = Decision(
    dispute_id="A1",
    action="accept",
    office="Qilin centre, duty desk",
    as_of=MONDAY,
    publication="f" * 12,
    unit_id="U530302",
    due_on=date(2026, 1, 2),
)
WRITERS, EACH = 20, 4


def signer_in(folder: Path) -> Signer:
    home = Home(folder / "home")
    home.root.mkdir(exist_ok=True)
    return Signer.of(home)


def decline(dispute_id: str, reason: str = "in_hand") -> Decision:
    return replace(ACCEPT, dispute_id=dispute_id, action="decline", unit_id=None, due_on=None, reason=reason)


def visit(dispute_id: str, result: str = "calmer", found_after_warning: bool = False) -> Decision:
    return replace(
        decline(dispute_id),
        action="visit",
        reason=result,
        visited_on=date(2025, 12, 30),
        found_after_warning=found_after_warning,
    )


def undo(dispute_id: str, of: int) -> Decision:
    return replace(ACCEPT, dispute_id=dispute_id, action="undo", unit_id=None, due_on=None, undoes=of)


@pytest.fixture(scope="session")
def postgres_address() -> Iterator[str]:
    programs = postgres.programs()
    if programs is None:
        pytest.skip("no PostgreSQL server on this machine: `make office` installs Debian's")
    with postgres.server(programs) as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'decisions.db'}"
    address = request.getfixturevalue("postgres_address")
    return postgres.fresh_database(address, tmp_path.name.replace("[", "_").replace("]", ""))


@pytest.fixture
def store(url: str, tmp_path: Path) -> DecisionStore:
    return DecisionStore(url, signer_in(tmp_path))


def change(url: str, *statements: str) -> None:
    """Change the record as somebody with the database's own tools would: its guards taken off first."""
    engine = sa.create_engine(url)
    with engine.begin() as con:
        if con.dialect.name == "sqlite":
            for (name,) in con.exec_driver_sql("select name from sqlite_master where type = 'trigger'").all():
                con.exec_driver_sql(f"drop trigger {name}")
        else:
            con.exec_driver_sql("drop function decisions_append_only cascade")
            con.exec_driver_sql("set session_replication_role = replica")
        for statement in statements:
            con.exec_driver_sql(statement)
    engine.dispose()


def test_the_newest_decision_stands_and_every_one_is_kept(store: DecisionStore) -> None:
    assert store.record([ACCEPT, decline("B2")], AT) == [1, 2]
    assert store.record([decline("A1")], AT + timedelta(hours=1)) == [3]
    assert [e.decision.action for e in store.history("A1")] == ["accept", "decline"]
    standing = store.standing(["A1", "B2", "C3"])
    assert {number: entry.seq for number, entry in standing.items()} == {"A1": 3, "B2": 2}
    assert store.history("A1")[0].decision == ACCEPT


def test_an_undo_is_a_new_entry_and_brings_back_what_stood_before(store: DecisionStore) -> None:
    store.record([ACCEPT, decline("A1"), undo("A1", of=2)], AT)
    assert store.standing(["A1"])["A1"].seq == 1
    store.record([undo("A1", of=1)], AT)
    assert store.standing(["A1"]) == {}
    assert len(store.history("A1")) == 4


@pytest.mark.parametrize("wrong", [1, 3, 9])
def test_only_what_stands_can_be_undone(store: DecisionStore, wrong: int) -> None:
    store.record([ACCEPT, decline("A1"), decline("B2")], AT)
    with pytest.raises(RefusedInput, match=f"decision {wrong} cannot be undone"):
        store.record([undo("A1", of=wrong)], AT)


def test_several_are_recorded_together_or_not_at_all(store: DecisionStore) -> None:
    with pytest.raises(RefusedInput):
        store.record([ACCEPT, decline("B2"), undo("C3", of=1)], AT)
    assert store.everything() == []
    assert store.verify().entries == 0


def test_a_visit_is_noted_beside_the_decision_and_can_be_taken_back(store: DecisionStore) -> None:
    store.record([ACCEPT, visit("A1")], AT)
    assert store.standing(["A1"])["A1"].decision.action == "accept"
    assert store.visited(["A1"])["A1"].decision.reason == "calmer"
    assert [entry.seq for entry in store.accepted()] == [1]
    store.record([undo("A1", of=2)], AT)
    assert store.visited(["A1"]) == {}
    assert store.standing(["A1"])["A1"].seq == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"action": "ignore"}, "no action 'ignore'"),
        ({"office": " "}, "needs an office"),
        ({"unit_id": None}, "needs a unit and a day"),
        ({"due_on": None}, "needs a unit and a day"),
        ({"action": "decline", "reason": "because"}, "decline needs a reason"),
        ({"action": "visit", "reason": "calmer"}, "the day it was made"),
        ({"found_after_warning": True}, "only a visit"),
        ({"undoes": 3}, "an undo, and nothing else"),
        ({"note": "call 13812345678"}, "no identity or phone number"),
        ({"note": "530302 19900101 1234"}, "no identity or phone number"),
        ({"note": "x" * 201}, "at most 200 characters"),
    ],
)
def test_an_incomplete_or_personal_entry_cannot_be_made(changes: dict, message: str) -> None:
    with pytest.raises(RefusedInput, match=message):
        replace(ACCEPT, **changes)


@pytest.mark.parametrize(
    "statement",
    [
        "update decision_entry set at = '2020-01-01T00:00:00' where seq = 1",
        "delete from decision_entry where seq = 2",
        "update decision_content set content = replace(content, 'accept', 'decline') where seq = 1",
        "delete from decision_content where seq = 2",
    ],
)
def test_the_database_itself_refuses_a_change(url: str, store: DecisionStore, statement: str) -> None:
    store.record([ACCEPT, decline("B2")], AT)
    engine = sa.create_engine(url)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), engine.begin() as con:
        con.exec_driver_sql(statement)
    engine.dispose()
    assert store.verify().entries == 2


@pytest.mark.parametrize(
    ("statements", "message"),
    [
        (["update decision_content set content = replace(content, 'accept', 'decline') where seq = 1"], "what decision 1 says"),
        (["update decision_content set dispute_id = 'B2' where seq = 1"], "what decision 1 says"),
        (["update decision_entry set at = '2020-01-01T00:00:00' where seq = 2"], "decision 2 was changed"),
        (["delete from decision_content where seq = 2"], "decision 2 says was taken out, and no erasure"),
        (["delete from decision_content where seq = 2", "insert into decision_erasure values (2, 1)"], "no erasure"),
        (["delete from decision_content where seq = 2", "delete from decision_entry where seq = 2"], "decision 2 was changed"),
        (["insert into decision_content values (9, '', 'A1', '{}')"], "without an entry"),
    ],
)  # fmt: skip
def test_a_change_behind_the_guards_is_noticed(
    url: str, store: DecisionStore, statements: list[str], message: str
) -> None:
    store.record([ACCEPT, decline("B2"), decline("C3")], AT)
    change(url, *statements)
    store.restore_guards()
    with pytest.raises(BrokenChain, match=message):
        store.verify()


def test_entries_taken_off_the_end_are_noticed_by_a_head_kept_elsewhere(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENGQIAO_DECISIONS_URL", url)
    signer = signer_in(tmp_path)
    store = DecisionStore.of(Home(signer.root))
    store.record([ACCEPT, decline("B2")], AT)
    printed = store.verify().head
    store.record([decline("C3")], AT)
    assert store.verify(printed[:16]).entries == 3
    change(
        url, *(f"delete from decision_{table} where seq > 1" for table in ("content", "signature", "entry"))
    )
    store.restore_guards()
    with pytest.raises(BrokenChain, match=f"no decision has the hash {printed}"):
        store.verify()


def test_a_head_that_was_never_there_is_not_accepted(store: DecisionStore) -> None:
    store.record([ACCEPT], AT)
    for head in ("", "abc", "0123456789abcdef"):
        with pytest.raises(BrokenChain):
            store.verify(head)


def test_erasing_a_dispute_leaves_no_word_of_it_and_a_chain_that_closes(
    url: str, store: DecisionStore
) -> None:
    gone = replace(ACCEPT, dispute_id="CASE-TO-ERASE", note="went twice")
    store.record([gone, decline("B2"), visit("CASE-TO-ERASE"), decline("C3")], AT)
    assert store.erase("CASE-TO-ERASE", AT) == 2
    assert store.history("CASE-TO-ERASE") == []
    verified = store.verify()
    assert (verified.entries, verified.erased) == (5, 2)
    engine = sa.create_engine(url)
    with engine.connect() as con:
        kept = con.exec_driver_sql("select * from decision_content").all()
    engine.dispose()
    assert [row.dispute_id for row in kept] == ["B2", "C3", None]
    assert "CASE-TO-ERASE" not in str(kept)
    if url.startswith("sqlite"):
        assert b"CASE-TO-ERASE" not in Path(url.removeprefix("sqlite:///")).read_bytes()
    assert store.record([decline("B2")], AT) == [6]
    assert store.erase("never there", AT) == 0


def test_an_erasure_hides_nothing_but_what_it_names(url: str, store: DecisionStore) -> None:
    store.record([ACCEPT, decline("B2")], AT)
    store.erase("A1", AT)
    change(url, "insert into decision_erasure values (2, 3)", "delete from decision_content where seq = 2")
    store.restore_guards()
    with pytest.raises(BrokenChain, match="what decision 2 says was taken out"):
        store.verify()


def test_twenty_people_write_at_once_and_nothing_is_lost_or_torn(url: str, tmp_path: Path) -> None:
    signer = signer_in(tmp_path)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.dashboards.writer"])
    start = context.Barrier(WRITERS + 1)
    people = [context.Process(target=write, args=(url, signer, n, EACH, start)) for n in range(WRITERS)]
    for person in people:
        person.start()
    store = DecisionStore(url, signer)
    start.wait(timeout=60)
    seen = [store.verify().entries for _ in range(5)]
    for person in people:
        person.join(timeout=120)
    assert [person.exitcode for person in people] == [0] * WRITERS
    assert seen == sorted(seen)
    entries = store.everything()
    assert store.verify().entries == len(entries) == 2 * WRITERS * EACH
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    numbers = [entry.decision.dispute_id for entry in entries]
    assert numbers[::2] == numbers[1::2], "two decisions recorded together stand together"
    of_first = [number for number in numbers[::2] if number.startswith("W0-")]
    assert of_first == [f"W0-{n}" for n in range(EACH)]


ROWS = 6


@settings(
    max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    column=st.sampled_from(
        [("decision_entry", c) for c in ("seq", "at", "previous_hash", "content_hash", "hash")]
        + [("decision_content", c) for c in ("seq", "salt", "dispute_id", "content")]
    ),
    row=st.integers(1, ROWS),
    value=st.text(st.characters(codec="ascii", exclude_characters="\x00"), max_size=12),
)
def test_whatever_is_put_into_any_field_is_noticed(
    tmp_path: Path, column: tuple[str, str], row: int, value: str
) -> None:
    path = tmp_path / "tampered.db"
    path.unlink(missing_ok=True)
    signer = signer_in(tmp_path)
    for kept in (signer.root / HEADS, signer.heads_file):
        kept.unlink(missing_ok=True)
    store = DecisionStore(f"sqlite:///{path}", signer)
    store.record([decline(f"A{n}") for n in range(ROWS)], AT)
    table, name = column
    new = len(value) + 50 if name == "seq" else value
    change(f"sqlite:///{path}", "pragma foreign_keys = off")
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as con:
        con.execute(sa.text(f"update {table} set {name} = :new where seq = :row"), {"new": new, "row": row})
    engine.dispose()
    store.restore_guards()
    with pytest.raises(BrokenChain):
        store.verify()
