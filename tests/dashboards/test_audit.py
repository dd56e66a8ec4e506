"""What an insider may do to the record of decisions without the key, and that the audit notices each."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from dashboards.decisions.chain import FIRST, BrokenChain, content_hash_of, entry_hash_of
from dashboards.decisions.signing import HEADS, Signer
from dashboards.decisions.store import DecisionStore
from pipelines.errors import FengqiaoError
from pipelines.home import Home
from tests.dashboards.test_decisions import ACCEPT, AT, decline, undo, visit
from tests.worlds.command import fengqiao

GUARDS = "select sql from sqlite_master where type = 'trigger'"
TABLES = ("decision_erasure", "decision_signature", "decision_content", "decision_entry")


class Insider:
    """Somebody who can write every file of the home and knows how the record is made, but not the key."""

    def __init__(self, home: Home, older: Path) -> None:
        self.home, self.older = home, older

    def sql(self, *statements: str) -> None:
        """Change the record with its guards taken off, and put them back as they were."""
        with closing(sqlite3.connect(self.home.decisions)) as con:
            guards = [sql for (sql,) in con.execute(GUARDS)]
            for (name,) in con.execute("select name from sqlite_master where type = 'trigger'").fetchall():
                con.execute(f"drop trigger {name}")
            for statement in statements:
                con.execute(statement)
            for guard in guards:
                con.execute(guard)
            con.commit()

    def append(self, content: str, dispute_id: str | None = "A1", signature: str = "0" * 64) -> int:
        """Put an entry at the end with hashes that fit."""
        with closing(sqlite3.connect(self.home.decisions)) as con:
            seq, previous = con.execute(
                "select seq, hash from decision_entry order by seq desc"
            ).fetchone() or (0, FIRST)
            content_hash = content_hash_of("5a", dispute_id, content)
            entry_hash = entry_hash_of(seq + 1, "2026-01-05T09:00:00", previous, content_hash)
            entry = (seq + 1, "2026-01-05T09:00:00", previous, content_hash, entry_hash)
            con.execute("insert into decision_entry values (?, ?, ?, ?, ?)", entry)
            con.execute(
                "insert into decision_content values (?, ?, ?, ?)", (seq + 1, "5a", dispute_id, content)
            )
            con.execute("insert into decision_signature values (?, ?)", (seq + 1, signature))
            con.commit()
        return seq + 1

    def erase(self, number: int, by_entry: int) -> None:
        """Take the content of an entry out by way of the erasures, which the guards allow."""
        with closing(sqlite3.connect(self.home.decisions)) as con:
            con.execute("insert into decision_erasure values (?, ?)", (number, by_entry))
            con.execute("delete from decision_content where seq = ?", (number,))
            con.commit()

    def rewrite(self, drop: int = 0) -> None:
        """Make the whole chain anew, every hash as it must be, with one entry's content another or left out."""
        with closing(sqlite3.connect(self.home.decisions)) as con:
            rows = con.execute(
                "select e.at, c.salt, c.dispute_id, c.content from decision_entry e join decision_content c using (seq)"
            ).fetchall()
        self.sql(*(f"delete from {table}" for table in TABLES))
        for n, (_, _, dispute_id, content) in enumerate(rows, start=1):
            if n != drop:
                self.append(content.replace("in_hand", "judged_low"), dispute_id)


def forget_heads_of_home(insider: Insider) -> None:
    (insider.home.root / HEADS).unlink()


def put_back_older(insider: Insider) -> None:
    shutil.copy(insider.older, insider.home.decisions)
    forget_heads_of_home(insider)


def begin_anew(insider: Insider) -> None:
    insider.home.decisions.unlink()
    forget_heads_of_home(insider)


def guard_gone(name: str) -> Callable[[Insider], None]:
    def take_off(insider: Insider) -> None:
        with closing(sqlite3.connect(insider.home.decisions)) as con:
            con.execute(f"drop trigger {name}")

    return take_off


def guard_changed(insider: Insider) -> None:
    with closing(sqlite3.connect(insider.home.decisions)) as con:
        con.execute("drop trigger decision_entry_no_update")
        con.execute(
            "create trigger decision_entry_no_update before update on decision_entry begin select 1; end"
        )


def guard_added(insider: Insider) -> None:
    with closing(sqlite3.connect(insider.home.decisions)) as con:
        con.execute(
            "create trigger swallow before insert on decision_content begin select raise(ignore); end"
        )


def table_is_view(insider: Insider) -> None:
    with closing(sqlite3.connect(insider.home.decisions)) as con:
        con.execute("alter table decision_erasure rename to shown")
        con.execute("create view decision_erasure as select * from shown")


def signed_by_another_key(insider: Insider) -> None:
    import hmac

    with closing(sqlite3.connect(insider.home.decisions)) as con:
        for number, entry_hash in con.execute("select seq, hash from decision_entry").fetchall():
            forged = hmac.new(b"another key", entry_hash.encode(), hashlib.sha256).hexdigest()
            insider.sql(f"update decision_signature set signature = '{forged}' where seq = {number}")


def schema_of_before_signatures(insider: Insider) -> None:
    insider.append(decline("Z9").to_json(), "Z9")
    insider.sql("delete from decision_signature", "update decision_schema set version = 1")
    forget_heads_of_home(insider)


def sql(*statements: str) -> Callable[[Insider], None]:
    return lambda insider: insider.sql(*statements)


def both(
    first: Callable[[Insider], object], second: Callable[[Insider], object]
) -> Callable[[Insider], None]:
    def do(insider: Insider) -> None:
        first(insider)
        second(insider)

    return do


FORGED = ACCEPT.to_json().replace("duty desk", "mayor")
COPIED = "update decision_signature set signature = (select signature from decision_signature where seq = 1) where seq = 5"
MANIPULATIONS: dict[str, Callable[[Insider], object]] = {
    "a decision is appended": lambda i: i.append(decline("A1").to_json()),
    "a decision is appended with the signature of another": both(lambda i: i.append(FORGED), sql(COPIED)),
    "a decision is appended without a signature": both(
        lambda i: i.append(FORGED), sql("delete from decision_signature where seq = 5")
    ),
    "an undo is appended": lambda i: i.append(undo("A1", of=1).to_json()),
    "a visit is appended": lambda i: i.append(visit("A1").to_json()),
    "an erasure is appended": lambda i: i.erase(2, i.append(json.dumps({"erased": [2]}), None)),
    "an erasure is appended and its entry hidden under a true one": lambda i: i.erase(2, 4),
    "an erased content is put back": sql("insert into decision_content values (3, '00', 'C3', '{}')"),
    "an erasure is noted of what is still there": lambda i: i.sql(
        "insert into decision_erasure values (1, 4)"
    ),
    "an erasure is noted of what never was": lambda i: i.sql("insert into decision_erasure values (77, 4)"),
    "a content is changed": sql(
        "update decision_content set content = replace(content, 'in_hand', 'other') where seq = 2"
    ),
    "a content goes to another dispute": sql("update decision_content set dispute_id = 'Z' where seq = 2"),
    "a content is taken out": sql("delete from decision_content where seq = 2"),
    "two contents are exchanged": sql(
        "update decision_content set seq = 99 where seq = 1",
        "update decision_content set seq = 1 where seq = 2",
        "update decision_content set seq = 2 where seq = 99",
    ),
    "a time is changed": sql("update decision_entry set at = '2020-01-01T00:00:00' where seq = 2"),
    "an entry in the middle is taken out": sql(*(f"delete from {table} where seq = 2" for table in TABLES)),
    "the last entry is taken out": sql(*(f"delete from {table} where seq = 4" for table in TABLES)),
    "the last entry and the head of the home are taken out": both(
        sql(*(f"delete from {table} where seq = 4" for table in TABLES), "delete from decision_erasure"),
        forget_heads_of_home,
    ),
    "the chain is rewritten": lambda i: i.rewrite(),
    "the chain is rewritten without one": lambda i: i.rewrite(drop=2),
    "the chain is rewritten and the head of the home forgotten": both(
        lambda i: i.rewrite(), forget_heads_of_home
    ),
    "an older record is put back": put_back_older,
    "the record is taken away and begun anew": begin_anew,
    "all is signed by another key": signed_by_another_key,
    "the signatures are taken away": sql("delete from decision_signature"),
    "a signature of nothing is put in": sql("insert into decision_signature values (55, 'ff')"),
    "the record is made to look like one from before signatures": schema_of_before_signatures,
    "the schema number is taken away": sql("delete from decision_schema"),
    "a guard of the entries is taken off": guard_gone("decision_entry_no_update"),
    "a guard of the contents is taken off": guard_gone("decision_content_no_delete"),
    "a guard of the erasures is taken off": guard_gone("decision_erasure_no_delete"),
    "a guard of the signatures is taken off": guard_gone("decision_signature_no_update"),
    "a guard is hollowed out": guard_changed,
    "a trigger is added that swallows contents": guard_added,
    "a view stands in a table's place": table_is_view,
}


@pytest.fixture
def insider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Insider:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "keys" / "pair.key"))
    monkeypatch.delenv("FENGQIAO_HEADS_FILE")
    home = Home(tmp_path / "home")
    store = DecisionStore.of(home)
    store.record([ACCEPT, decline("B2")], AT)
    shutil.copy(home.decisions, tmp_path / "older.db")
    store.record([decline("C3")], AT)
    store.erase("C3", AT)
    assert (store.verify().entries, store.verify().erased) == (4, 1)
    return Insider(home, tmp_path / "older.db")


@pytest.mark.parametrize("name", MANIPULATIONS)
def test_the_audit_notices(insider: Insider, name: str) -> None:
    MANIPULATIONS[name](insider)
    as_another_process = DecisionStore(f"sqlite:///{insider.home.decisions}", Signer.of(insider.home))
    with pytest.raises(BrokenChain):
        as_another_process.verify()


def test_it_notices_what_was_done_before_this_process_opened_the_record(insider: Insider) -> None:
    """In a process of its own: what it had open before is no help."""
    guard_gone("decision_entry_no_update")(insider)
    done = fengqiao("audit", "verify", "--home", insider.home.root)
    assert (done.returncode, "decision_entry_no_update" in done.stderr) == (1, True)
    done = fengqiao("audit", "guards", "--home", insider.home.root)
    assert (done.returncode, "unbroken" in done.stdout) == (0, True)


def test_a_record_from_before_signatures_is_signed_once(insider: Insider) -> None:
    older = Home(insider.home.root.with_name("older"))
    older.root.mkdir()
    with closing(sqlite3.connect(insider.home.decisions)) as con:
        con.execute("drop table decision_signature")
        con.execute("update decision_schema set version = 1")
        con.commit()
    shutil.copy(insider.home.decisions, older.decisions)
    store = DecisionStore.of(older)
    assert (store.verify().entries, store.verify().erased) == (4, 1)
    assert store.record([decline("D4")], AT) == [5]
    assert store.verify().entries == 5


def test_what_cannot_be_witnessed_is_not_recorded(insider: Insider, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of the key that does not take the head."""
    beside = insider.home.root.parent / "keys" / HEADS
    beside.unlink()
    beside.mkdir()
    with pytest.raises(FengqiaoError, match="nothing was recorded"):
        DecisionStore.of(insider.home).record([decline("D4")], AT)
    assert len(DecisionStore.of(insider.home).everything()) == 2


def test_a_locked_record_says_so_and_loses_nothing(insider: Insider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboards.decisions.tables.LOCK_WAIT_SECONDS", 0)
    store = DecisionStore(f"sqlite:///{insider.home.decisions}", Signer.of(insider.home))
    with closing(sqlite3.connect(insider.home.decisions, isolation_level=None)) as other:
        other.execute("begin immediate")
        with pytest.raises(FengqiaoError, match="nothing was recorded"):
            store.record([decline("D4")], AT)
        other.execute("rollback")
    assert store.record([decline("D4")], AT) == [5]
    assert store.verify().entries == 5


def test_a_key_that_is_gone_is_asked_for_and_not_made_anew(insider: Insider) -> None:
    from pipelines.errors import RefusedInput

    key = insider.home.root.parent / "keys" / "pair.key"
    key.unlink()
    with pytest.raises(RefusedInput, match="is gone"):
        DecisionStore.of(insider.home).record([decline("D4")], AT)
    assert not key.exists()
