"""What people decided about warnings: an append-only record, each entry chained to the one before (boundary 10).

An entry's hash covers its number, its time, the hash before it and a hash of its content; the content
lies beside it with a salt of its own. So a dispute can be erased for good (boundary 16) while the chain
over everything else still closes: the erasure is itself an entry, and `verify` tells the two apart from
tampering. Taking entries off the end shows against the heads kept elsewhere (`heads.py`, printed papers).
"""

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from dashboards.decisions.decision import Action, Decision
from dashboards.decisions.tables import CONTENT, ENTRY, ERASURE, REWRITE, REWRITING, lock, prepare, still
from pipelines.errors import FengqiaoError, RefusedInput
from pipelines.home import Home

FIRST = "0" * 64
DECIDED: tuple[Action, ...] = ("accept", "decline", "correct")
VISITED: tuple[Action, ...] = ("visit",)
HEAD_CHARACTERS = 8
"""How much of a head must be given, at least, to be looked up: papers print its beginning."""


class BrokenChain(FengqiaoError):
    """The record was changed outside this program; the message names the first entry that does not fit."""


@dataclass(frozen=True)
class Entry:
    """One line of the record: its number, when it was written, and what was decided."""

    seq: int
    at: datetime
    decision: Decision


@dataclass(frozen=True)
class Verified:
    """A record that closes: how many entries, how many of them erased, and the hash of the last."""

    entries: int
    erased: int
    head: str

    def __str__(self) -> str:
        return f"{self.entries} entries, {self.erased} erased, unbroken; head {self.head}"


class DecisionStore:
    """The record at one address. Safe with many writers: each writes alone, under the database's own lock."""

    def __init__(self, url: str) -> None:
        self._engine = sa.create_engine(url)
        prepare(self._engine)

    @classmethod
    def of(cls, home: Home) -> "DecisionStore":
        """The record of a home: `$FENGQIAO_DECISIONS_URL`, else `decisions.db` under the home."""
        url = os.environ.get("FENGQIAO_DECISIONS_URL")
        if not url:
            home.root.mkdir(parents=True, exist_ok=True)
            url = f"sqlite:///{home.decisions}"
        return _opened(url)

    def record(self, decisions: Iterable[Decision], at: datetime) -> list[int]:
        """Append decisions, all or none.

        Args:
            decisions: in the order they are to stand.
            at: when they were taken.

        Returns:
            Their numbers.

        Raises:
            RefusedInput: an undo names an entry that is not there, is no decision or no longer stands.
        """
        with self._writing() as con:
            numbers = []
            for decision in decisions:
                if decision.action == "undo":
                    self._check_undo(con, decision)
                numbers.append(_append(con, decision.to_json(), decision.dispute_id, at))
        return numbers

    def history(self, dispute_id: str) -> list[Entry]:
        """Everything recorded about one dispute, oldest first."""
        return self._entries(CONTENT.c.dispute_id == dispute_id)

    def everything(self) -> list[Entry]:
        """Every entry that is not erased, oldest first."""
        return self._entries(sa.true())

    def first_at(self) -> datetime | None:
        """When the first entry was made, or None while there is none."""
        with self._engine.connect() as con:
            at = con.scalar(sa.select(ENTRY.c.at).order_by(ENTRY.c.seq).limit(1))
        return datetime.fromisoformat(at) if at else None

    def standing(self, dispute_ids: Sequence[str]) -> dict[str, Entry]:
        """The decision that stands, by dispute: the newest one not undone. Undecided disputes are left out."""
        return _standing(self._entries(CONTENT.c.dispute_id.in_(dispute_ids)), DECIDED)

    def visited(self, dispute_ids: Sequence[str]) -> dict[str, Entry]:
        """The newest visit noted and not undone, by dispute."""
        return _standing(self._entries(CONTENT.c.dispute_id.in_(dispute_ids)), VISITED)

    def accepted(self) -> list[Entry]:
        """Accepted warnings that stand, by due date, then number."""
        kept = [e for e in _standing(self.everything(), DECIDED).values() if e.decision.action == "accept"]
        return sorted(kept, key=lambda entry: (entry.decision.due_on or date.max, entry.seq))

    def erase(self, dispute_id: str, at: datetime) -> int:
        """Erase the content of every entry about a dispute; how many there were. The chain stays whole."""
        with self._writing() as con:
            numbers = con.scalars(
                sa.select(CONTENT.c.seq).where(CONTENT.c.dispute_id == dispute_id).order_by(CONTENT.c.seq)
            ).all()
            if numbers:
                content = json.dumps({"erased": list(numbers)})
                by_entry = _append(con, content, None, at)
                con.execute(sa.insert(ERASURE), [{"seq": seq, "by_entry": by_entry} for seq in numbers])
                con.execute(sa.delete(CONTENT).where(CONTENT.c.seq.in_(numbers)))
        self._give_back_pages()
        return len(numbers)

    def rewrite_notes(self, rewrite: Callable[[str], str], at: datetime) -> int:
        """Write notes anew, say without the number of a dispute that was erased; how many changed.

        The chain stays whole: an entry of its own gives the hash of what each of them says now.
        """
        with self._writing() as con:
            changed = {}
            for row in con.execute(sa.select(CONTENT).where(CONTENT.c.dispute_id.is_not(None))).all():
                fields = json.loads(row.content)
                note = rewrite(fields.get("note") or "")
                if note != (fields.get("note") or ""):
                    content = json.dumps(fields | {"note": note}, ensure_ascii=False, sort_keys=True)
                    changed[row.seq] = (secrets.token_hex(16), row.dispute_id, content)
            if changed:
                _replace_contents(con, changed, at)
        if changed:
            self._give_back_pages()
        return len(changed)

    def verify(self, heads: Iterable[str] = ()) -> Verified:
        """Walk the chain from its first entry.

        Args:
            heads: hashes of entries known from elsewhere, say from printed papers, or their beginnings;
                each must still be there.

        Raises:
            BrokenChain: an entry or its content was changed, put in, or taken out.
        """
        with self._engine.begin() as con:
            still(con)
            entries = con.execute(sa.select(ENTRY).order_by(ENTRY.c.seq)).all()
            content = {row.seq: row for row in con.execute(sa.select(CONTENT))}
            erased = {row.seq: row.by_entry for row in con.execute(sa.select(ERASURE))}
            rewritten = [(row.seq, row.by_entry) for row in con.execute(sa.select(REWRITING))]
        previous, hashes = FIRST, [FIRST]
        for number, entry in enumerate(entries, start=1):
            wanted = _hash(number, entry.at, previous, entry.content_hash)
            if (entry.seq, entry.previous_hash, entry.hash) != (number, previous, wanted):
                raise BrokenChain(f"decision {number} was changed, or one before it was taken out")
            by_entries = [by_entry for seq, by_entry in rewritten if seq == number]
            _check_content(number, entry.content_hash, content, erased, by_entries)
            previous = entry.hash
            hashes.append(previous)
        if set(content) - {entry.seq for entry in entries}:
            raise BrokenChain("a decision without an entry in the chain was put in")
        for head in heads:
            if len(head) < HEAD_CHARACTERS or not any(each.startswith(head) for each in hashes):
                raise BrokenChain(f"no decision has the hash {head}: decisions were taken off the end")
        return Verified(len(entries), len(erased), previous)

    def _give_back_pages(self) -> None:
        """Write what is left of the content anew, so that no freed page keeps what was taken out."""
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as con:
            con.exec_driver_sql(REWRITE[con.dialect.name])

    def _entries(self, where: sa.ColumnElement[bool]) -> list[Entry]:
        query = (
            sa.select(ENTRY.c.seq, ENTRY.c.at, CONTENT.c.content)
            .join(CONTENT, CONTENT.c.seq == ENTRY.c.seq)
            .where(CONTENT.c.dispute_id.is_not(None), where)
            .order_by(ENTRY.c.seq)
        )
        with self._engine.connect() as con:
            return [
                Entry(row.seq, datetime.fromisoformat(row.at), Decision.from_json(row.content))
                for row in con.execute(query)
            ]

    def _check_undo(self, con: sa.Connection, undo: Decision) -> None:
        query = (
            sa.select(CONTENT.c.seq, CONTENT.c.content)
            .where(CONTENT.c.dispute_id == undo.dispute_id)
            .order_by(CONTENT.c.seq)
        )
        rows = [Entry(row.seq, datetime.min, Decision.from_json(row.content)) for row in con.execute(query)]
        standing = [_standing(rows, kind).get(undo.dispute_id) for kind in (DECIDED, VISITED)]
        if undo.undoes not in [entry.seq for entry in standing if entry]:
            raise RefusedInput(
                f"decision {undo.undoes} cannot be undone: it is not the one that stands for this dispute"
            )

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with self._engine.begin() as con:
            lock(con)
            yield con


@lru_cache(maxsize=8)
def _opened(url: str) -> DecisionStore:
    return DecisionStore(url)


def _standing(entries: Sequence[Entry], kind: Sequence[Action]) -> dict[str, Entry]:
    undone = {entry.decision.undoes for entry in entries if entry.decision.action == "undo"}
    return {
        entry.decision.dispute_id: entry
        for entry in entries
        if entry.decision.action in kind and entry.seq not in undone
    }


def _append(con: sa.Connection, content: str, dispute_id: str | None, at: datetime) -> int:
    last = con.execute(sa.select(ENTRY.c.seq, ENTRY.c.hash).order_by(ENTRY.c.seq.desc()).limit(1)).first()
    seq, previous = (last.seq + 1, last.hash) if last else (1, FIRST)
    salt, moment = secrets.token_hex(16), at.isoformat(timespec="seconds")
    content_hash = _content_hash(salt, dispute_id, content)
    con.execute(
        sa.insert(ENTRY).values(
            seq=seq,
            at=moment,
            previous_hash=previous,
            content_hash=content_hash,
            hash=_hash(seq, moment, previous, content_hash),
        )
    )
    con.execute(sa.insert(CONTENT).values(seq=seq, salt=salt, dispute_id=dispute_id, content=content))
    return seq


def _replace_contents(
    con: sa.Connection, changed: dict[int, tuple[str, str | None, str]], at: datetime
) -> None:
    """Put salt, dispute and content in place of what entries said, and record the hashes of these."""
    hashes = {str(seq): _content_hash(*parts) for seq, parts in changed.items()}
    by_entry = _append(con, json.dumps({"rewritten": hashes}, sort_keys=True), None, at)
    con.execute(sa.insert(REWRITING), [{"seq": seq, "by_entry": by_entry} for seq in changed])
    con.execute(sa.delete(CONTENT).where(CONTENT.c.seq.in_(list(changed))))
    con.execute(
        sa.insert(CONTENT),
        [
            {"seq": seq, "salt": salt, "dispute_id": dispute_id, "content": content}
            for seq, (salt, dispute_id, content) in changed.items()
        ],
    )


def _check_content(
    seq: int,
    content_hash: str,
    content: dict[int, sa.Row[Any]],
    erased: dict[int, int],
    rewritten_by: Sequence[int],
) -> None:
    """Compare what an entry says with the chain, or with the newest entry that tells of its rewriting or erasure."""
    stored = content.get(seq)
    if stored is not None:
        by_entry = content.get(max(rewritten_by, default=0))
        recorded = json.loads(by_entry.content).get("rewritten", {}).get(str(seq)) if by_entry else None
        if _content_hash(stored.salt, stored.dispute_id, stored.content) != (recorded or content_hash):
            raise BrokenChain(f"what decision {seq} says was changed")
        return
    by_entry = content.get(erased.get(seq, 0))
    if by_entry is None or seq not in json.loads(by_entry.content).get("erased", ()):
        raise BrokenChain(f"what decision {seq} says was taken out, and no erasure tells of it")


def _content_hash(salt: str, dispute_id: str | None, content: str) -> str:
    return hashlib.sha256("\x1f".join((salt, dispute_id or "", content)).encode()).hexdigest()


def _hash(seq: int, at: str, previous: str, content_hash: str) -> str:
    return hashlib.sha256("\x1f".join((str(seq), at, previous, content_hash)).encode()).hexdigest()
