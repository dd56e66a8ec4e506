"""The chain of the decision record: hashes of its entries, and the walk that finds what was changed.

Reads the record's tables; writes nothing.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from dashboards.decisions.signing import Signer
from dashboards.decisions.tables import (
    CONTENT,
    DECISION_SCHEMA,
    ENTRY,
    ERASURE,
    REWRITING,
    SCHEMA,
    SIGNATURE,
    changed_guards,
)
from pipelines.errors import FengqiaoError

FIRST = "0" * 64
RESTORE = "`fengqiao audit guards` puts the guards back; `fengqiao audit verify` then says whether an entry was changed"
HEAD_CHARACTERS = 8
"""How much of a head must be given, at least, to be looked up: papers print its beginning."""


class BrokenChain(FengqiaoError):
    """The record was changed outside this program; the message names the first entry that does not fit."""


@dataclass(frozen=True)
class Verified:
    """A record that closes: how many entries, how many of them erased, and the hash of the last."""

    entries: int
    erased: int
    head: str

    def __str__(self) -> str:
        return f"{self.entries} entries, {self.erased} erased, unbroken; head {self.head}"


def content_hash_of(salt: str, dispute_id: str | None, content: str) -> str:
    """The hash of what an entry says; its salt keeps a short content from being guessed after an erasure."""
    return hashlib.sha256("\x1f".join((salt, dispute_id or "", content)).encode()).hexdigest()


def entry_hash_of(seq: int, at: str, previous: str, content_hash: str) -> str:
    """The hash of an entry, which the next one names."""
    return hashlib.sha256("\x1f".join((str(seq), at, previous, content_hash)).encode()).hexdigest()


def verify_chain(con: sa.Connection, signer: Signer, heads: Sequence[str]) -> Verified:
    """Check guards, chain, contents, signatures, and that every head kept elsewhere is in the chain.

    Args:
        con: reads one moment of the record.
        signer: of the home.
        heads: kept elsewhere before that moment, or the beginning of one from a paper.

    Raises:
        BrokenChain: something was changed, put in, or taken out.
    """
    if changed := changed_guards(con):
        raise BrokenChain(f"the record's guard {changed[0]} is missing or was changed. {RESTORE}")
    if con.scalars(sa.select(SCHEMA.c.version)).all() != [DECISION_SCHEMA]:
        raise BrokenChain("the record's schema number was changed")
    verified, hashes = walk(con)
    _check_signatures(con, signer, hashes)
    for head in heads:
        if len(head) < HEAD_CHARACTERS or not any(each.startswith(head) for each in hashes):
            raise BrokenChain(
                f"no decision has the hash {head}: decisions were taken off the end, or an older record was put back"
            )
    return verified


def walk(con: sa.Connection) -> tuple[Verified, list[str]]:
    """The chain and what its entries say; returns every hash, the first one included."""
    entries = con.execute(sa.select(ENTRY).order_by(ENTRY.c.seq)).all()
    content = {row.seq: row for row in con.execute(sa.select(CONTENT))}
    if set(content) - {entry.seq for entry in entries}:
        raise BrokenChain("a decision without an entry in the chain was put in")
    erased, rewritten = _announced(con, content)
    previous, hashes = FIRST, [FIRST]
    for number, entry in enumerate(entries, start=1):
        wanted = entry_hash_of(number, entry.at, previous, entry.content_hash)
        if (entry.seq, entry.previous_hash, entry.hash) != (number, previous, wanted):
            raise BrokenChain(f"decision {number} was changed, or one before it was taken out")
        own_hash = rewritten.get(number, entry.content_hash)
        _check_content(number, own_hash, content.get(number), number in erased)
        previous = entry.hash
        hashes.append(previous)
    return Verified(len(entries), len(erased), previous), hashes


def _announced(con: sa.Connection, content: Mapping[int, sa.Row[Any]]) -> tuple[set[int], dict[int, str]]:
    """What entries say was erased, and the newest hash of what was rewritten.

    Raises:
        BrokenChain: the tables of erasures and rewritings do not agree with these entries.
    """
    erased: dict[int, int] = {}
    rewritten: dict[tuple[int, int], str] = {}
    for number, row in sorted(content.items()):
        if row.dispute_id is None:
            try:
                fields = json.loads(row.content)
                erased |= dict.fromkeys(fields.get("erased", ()), number)
                rewritten |= {(int(seq), number): each for seq, each in fields.get("rewritten", {}).items()}
            except (ValueError, TypeError, AttributeError) as problem:
                raise BrokenChain(f"what decision {number} says was changed") from problem
    noted = {row.seq: row.by_entry for row in con.execute(sa.select(ERASURE))}
    if different := set(noted.items()) ^ set(erased.items()):
        raise BrokenChain(f"what decision {min(different)[0]} says was taken out, and no erasure tells of it")
    if {(row.seq, row.by_entry) for row in con.execute(sa.select(REWRITING))} != set(rewritten):
        raise BrokenChain("the notes written anew are not those that the entries tell of")
    return set(erased), {seq: each for (seq, _), each in rewritten.items()}


def _check_signatures(con: sa.Connection, signer: Signer, hashes: Sequence[str]) -> None:
    signatures = {row.seq: row.signature for row in con.execute(sa.select(SIGNATURE))}
    for number, entry_hash in enumerate(hashes[1:], start=1):
        if not signer.is_signed(entry_hash, signatures.pop(number, "")):
            raise BrokenChain(
                f"decision {number} is not signed with this home's key: it was put in by another hand"
            )
    if signatures:
        raise BrokenChain("a signature without a decision was put in")


def _check_content(seq: int, content_hash: str | None, stored: sa.Row[Any] | None, is_erased: bool) -> None:
    if stored is None and not is_erased:
        raise BrokenChain(f"what decision {seq} says was taken out, and no erasure tells of it")
    if stored is not None and is_erased:
        raise BrokenChain(f"what decision {seq} says was put back after its erasure")
    if stored is not None and content_hash_of(stored.salt, stored.dispute_id, stored.content) != content_hash:
        raise BrokenChain(f"what decision {seq} says was changed")
