"""What people decided about warnings: an append-only record, each entry chained to the one before (boundary 10).

An entry's hash covers its number, its time, the hash before it and a hash of its content; the content
lies beside it with a salt of its own. So a dispute can be erased for good (boundary 16) while the chain
over everything else still closes: the erasure is itself an entry, and `verify` tells the two apart from
tampering. Each entry is signed with a key outside the home (`signing.py`), so that who can write the
database but does not hold the key can add nothing. Taking entries off the end, or putting back an older
record, shows against the heads kept in the home, beside the key and on printed papers.
"""

import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from dashboards.decisions.chain import FIRST, Verified, content_hash_of, entry_hash_of, verify_chain, walk
from dashboards.decisions.decision import Action, Decision
from dashboards.decisions.signing import Signer
from dashboards.decisions.tables import (
    CONTENT,
    ENTRY,
    ERASURE,
    REWRITE,
    REWRITING,
    SIGNATURE,
    lock,
    prepare,
    put_back_guards,
    still,
)
from pipelines.errors import FengqiaoError, RefusedInput
from pipelines.home import Home

DECIDED: tuple[Action, ...] = ("accept", "decline", "correct")
VISITED: tuple[Action, ...] = ("visit",)


@dataclass(frozen=True)
class Entry:
    """One line of the record: its number, when it was written, and what was decided."""

    seq: int
    at: datetime
    decision: Decision


class DecisionStore:
    """The record at one address. Safe with many writers: each writes alone, under the database's own lock."""

    def __init__(self, url: str, signer: Signer) -> None:
        self._engine = sa.create_engine(url)
        self._signer = signer
        if prepare(self._engine):
            self._sign_older_entries()

    @classmethod
    def of(cls, home: Home) -> "DecisionStore":
        """The record of a home: `$FENGQIAO_DECISIONS_URL`, else `decisions.db` under the home."""
        url = os.environ.get("FENGQIAO_DECISIONS_URL")
        if not url:
            home.root.mkdir(parents=True, exist_ok=True)
            url = f"sqlite:///{home.decisions}"
        return _opened(url, Signer.of(home))

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
                numbers.append(self._append(con, decision.to_json(), decision.dispute_id, at))
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
                by_entry = self._append(con, content, None, at)
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
                self._replace_contents(con, changed, at)
        if changed:
            self._give_back_pages()
        return len(changed)

    def verify(self, printed: str | None = None) -> Verified:
        """Walk the chain from its first entry; check guards, signatures, contents, and the heads kept elsewhere.

        Args:
            printed: the beginning of a head from a paper, which must still be in the chain.

        Raises:
            BrokenChain: an entry, its content, its signature or a guard was changed, put in, or taken out.
        """
        heads = [*self._signer.kept(), *([] if printed is None else [printed])]
        with self._engine.begin() as con:
            still(con)
            return verify_chain(con, self._signer, heads)

    def pseudonym(self, subject: str) -> str:
        """What the record calls the account that logged in."""
        return self._signer.pseudonym(subject)

    def restore_guards(self) -> None:
        """Put missing or changed guards back; what was written meanwhile is judged by `verify`."""
        with self._engine.begin() as con:
            lock(con)
            put_back_guards(con)

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
        """A transaction of one writer; the head it ends with is kept outside the database.

        Raises:
            FengqiaoError: the record is locked, full or not there; nothing was recorded.
        """
        with self._signer.keeping() as keep:
            try:
                with self._engine.begin() as con:
                    lock(con)
                    yield con
                    head = con.scalar(sa.select(ENTRY.c.hash).order_by(ENTRY.c.seq.desc()).limit(1))
            except OperationalError as problem:
                raise FengqiaoError(
                    f"the record of decisions cannot be written now ({problem.orig}); nothing was recorded, try again"
                ) from problem
            if head:
                keep(head)

    def _append(self, con: sa.Connection, content: str, dispute_id: str | None, at: datetime) -> int:
        last = con.execute(sa.select(ENTRY.c.seq, ENTRY.c.hash).order_by(ENTRY.c.seq.desc()).limit(1)).first()
        seq, previous = (last.seq + 1, last.hash) if last else (1, FIRST)
        salt, moment = secrets.token_hex(16), at.isoformat(timespec="seconds")
        content_hash = content_hash_of(salt, dispute_id, content)
        entry_hash = entry_hash_of(seq, moment, previous, content_hash)
        signature = self._signer.sign(entry_hash)
        row = {"seq": seq, "at": moment, "previous_hash": previous, "content_hash": content_hash}
        con.execute(sa.insert(ENTRY).values(row | {"hash": entry_hash}))
        con.execute(sa.insert(CONTENT).values(seq=seq, salt=salt, dispute_id=dispute_id, content=content))
        con.execute(sa.insert(SIGNATURE).values(seq=seq, signature=signature))
        return seq

    def _replace_contents(
        self, con: sa.Connection, changed: dict[int, tuple[str, str | None, str]], at: datetime
    ) -> None:
        """Put salt, dispute and content in place of what entries said, and record the hashes of these."""
        hashes = {str(seq): content_hash_of(*parts) for seq, parts in changed.items()}
        by_entry = self._append(con, json.dumps({"rewritten": hashes}, sort_keys=True), None, at)
        con.execute(sa.insert(REWRITING), [{"seq": seq, "by_entry": by_entry} for seq in changed])
        con.execute(sa.delete(CONTENT).where(CONTENT.c.seq.in_(list(changed))))
        rows = [
            {"seq": seq, "salt": salt, "dispute_id": dispute_id, "content": content}
            for seq, (salt, dispute_id, content) in changed.items()
        ]
        con.execute(sa.insert(CONTENT), rows)

    def _sign_older_entries(self) -> None:
        """Sign a record from before signatures, once; one whose head was kept outside the home had them already.

        Raises:
            BrokenChain: the signatures were taken away, or the older record is not whole.
        """
        if self._signer.kept_outside():
            return
        with self._writing() as con:
            walk(con)
            for row in con.execute(sa.select(ENTRY.c.seq, ENTRY.c.hash)).all():
                con.execute(sa.insert(SIGNATURE).values(seq=row.seq, signature=self._signer.sign(row.hash)))


@lru_cache(maxsize=8)
def _opened(url: str, signer: Signer) -> DecisionStore:
    return DecisionStore(url, signer)


def _standing(entries: Sequence[Entry], kind: Sequence[Action]) -> dict[str, Entry]:
    undone = {entry.decision.undoes for entry in entries if entry.decision.action == "undo"}
    return {
        entry.decision.dispute_id: entry
        for entry in entries
        if entry.decision.action in kind and entry.seq not in undone
    }
